#include "engine/outputs.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "io/safetensors.h"

namespace impasto::trainer {
namespace {

namespace fs = std::filesystem;

void checkReplaceable(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return;
  if (!fs::is_regular_file(path, error)) throw Error(ErrorCode::InvalidArgument, path + ": is no regular file");
  try {
    readTensorFile(path);
  } catch (const Error&) {
    throw Error(ErrorCode::InvalidArgument, path + ": is nothing that a run wrote, and will not be replaced: remove it yourself");
  }
}

void checkWritable(const std::string& path) {
  const std::string probe = path + "." + std::to_string(getpid()) + ".tmp";
  const bool written = std::ofstream(probe, std::ios::binary).put('\0').flush().good();
  std::error_code error;
  fs::remove(probe, error);
  if (!written) throw Error(ErrorCode::Io, path + ": cannot be written there");
}

}  // namespace

void checkOutputs(const RunSettings& run) {
  for (const std::string& path : {run.out, checkpointPath(run)}) {
    checkReplaceable(path);
    checkWritable(path);
  }
}

}  // namespace impasto::trainer
