#include "viewer/gpu/shader_reload.h"

#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "common/error.h"
#include "media/file.h"
#include "viewer/platform/child_process.h"

namespace impasto::app {
namespace {

namespace fs = std::filesystem;

constexpr double kLookSeconds = 1.0;
constexpr const char* kRooms[] = {"renderer", "viewer"};

std::string compilerOrThrow() {
  std::error_code none;
  if (fs::exists(IMPASTO_GLSLANG, none)) return IMPASTO_GLSLANG;
  const fs::path found = findProgram("glslangValidator");
  if (found.empty()) throw Error("shaders: glslangValidator is not installed");
  return found.string();
}

std::vector<uint32_t> compiled(const std::string& compiler, const fs::path& folder, const fs::path& source) {
  const media::TemporaryName out(fs::temp_directory_path() / "impasto_shader.spv");
  ChildProcess process({compiler, "-V", "--target-env", "vulkan1.3", "-I" + folder.string(), "-o", out.string(), source.string()});
  std::string said;
  const auto listen = [&] {
    for (const std::string& line : process.lines()) {
      if (line.find("ERROR") != std::string::npos && said.empty()) said = line;
    }
  };
  while (!process.status()) {
    listen();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  listen();
  if (*process.status() != 0) throw Error(said.empty() ? source.string() + ": cannot be compiled" : said);
  const std::vector<uint8_t> bytes = media::readFile(out.string());
  std::vector<uint32_t> words(bytes.size() / sizeof(uint32_t));
  std::memcpy(words.data(), bytes.data(), words.size() * sizeof(uint32_t));
  return words;
}

render::Device::ShaderWords compileAll(const fs::path& folder) {
  const std::string compiler = compilerOrThrow();
  render::Device::ShaderWords shaders;
  for (const char* room : kRooms) {
    for (const auto& entry : fs::directory_iterator(folder / room)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".vert" && extension != ".frag") continue;
      shaders[std::string(room) + "/" + entry.path().filename().string()] = compiled(compiler, folder, entry.path());
    }
  }
  return shaders;
}

}  // namespace

fs::path ShaderReload::ownSources() {
#ifdef IMPASTO_SHADER_SOURCES
  return IMPASTO_SHADER_SOURCES;
#else
  return {};
#endif
}

ShaderReload::ShaderReload(fs::path folder) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  std::error_code none;
  for (const char* room : kRooms) {
    if (!fs::is_directory(folder_ / room, none)) throw Error((folder_ / room).string() + ": no such folder");
  }
  compiled_ = newest();
}

ShaderReload::~ShaderReload() {
  if (compiling_.valid()) compiling_.wait();
}

fs::file_time_type ShaderReload::newest() const {
  fs::file_time_type newest = fs::file_time_type::min();  // its epoch lies in the future
  std::error_code failure;
  for (const char* room : kRooms) {
    for (auto it = fs::directory_iterator(folder_ / room, failure); !failure && it != fs::directory_iterator(); it.increment(failure)) {
      const fs::file_time_type written = it->last_write_time(failure);
      if (!failure) newest = std::max(newest, written);
    }
  }
  return newest;
}

void ShaderReload::begin() {
  compiled_ = newest();
  compiling_ = std::async(std::launch::async, compileAll, folder_);
}

void ShaderReload::request() {
  if (folder_.empty()) throw Error("shaders: debug builds reload them, or --shaders FOLDER");
  if (!compiling_.valid()) begin();
}

std::optional<render::Device::ShaderWords> ShaderReload::update(double seconds) {
  if (folder_.empty()) return std::nullopt;
  if (compiling_.valid()) {
    if (compiling_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return std::nullopt;
    return compiling_.get();
  }
  since_look_ += seconds;
  if (since_look_ < kLookSeconds) return std::nullopt;
  since_look_ = 0.0;
  if (newest() != compiled_) begin();
  return std::nullopt;
}

}  // namespace impasto::app
