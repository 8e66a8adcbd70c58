#include "nn/perceptual.h"

#include <filesystem>

#include "base/error.h"
#include "io/weight_file.h"
#include "nn/thin_vgg.h"
#include "nn/vgg.h"

namespace impasto::trainer {

void ImageNetInput::to(torch::Device device) {
  mean_ = mean_.to(device);
  inverse_deviation_ = inverse_deviation_.to(device);
}

std::unique_ptr<PerceptualNetwork> openPerceptual(const std::string& path) {
  TensorFile file = readWeightFile(path);
  if (ThinVgg::isIn(file)) return std::make_unique<ThinVgg>(path, file);
  return std::make_unique<Vgg>(path, file);
}

std::string ownPerceptualPath() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path().parent_path() / "share/impasto/perceptual.safetensors";
  const fs::path source = IMPASTO_PERCEPTUAL_SOURCE;
  for (const fs::path& path : {installed, source}) {
    if (fs::exists(path, error)) return path.string();
  }
  throw Error(ErrorCode::Io, installed.string() + ": not there; give a network by --perceptual");
}

}  // namespace impasto::trainer
