#include "viewer/gpu/shader_reload.h"

#include "common/error.h"

#ifdef IMPASTO_SHADER_SOURCES

#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "media/file.h"
#include "viewer/platform/child_process.h"

namespace impasto::app {

std::vector<uint32_t> compileShader(const std::string& name) {
  const std::string source = std::string(IMPASTO_SHADER_SOURCES) + "/" + name;
  const media::TemporaryName out(std::filesystem::temp_directory_path() / "impasto_shader.spv");
  ChildProcess compiler({IMPASTO_GLSLANG, "-V", "--target-env", "vulkan1.3", "-I" IMPASTO_SHADER_SOURCES, "-o",
                         out.string(), source});
  std::string said;
  while (!compiler.status()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for (const std::string& line : compiler.lines()) {
      if (line.find("ERROR") != std::string::npos && said.empty()) said = line;
    }
  }
  for (const std::string& line : compiler.lines()) {
    if (line.find("ERROR") != std::string::npos && said.empty()) said = line;
  }
  if (*compiler.status() != 0) throw Error(said.empty() ? source + ": cannot be compiled" : said);
  const std::vector<uint8_t> bytes = media::readFile(out.string());
  std::vector<uint32_t> words(bytes.size() / sizeof(uint32_t));
  std::memcpy(words.data(), bytes.data(), words.size() * sizeof(uint32_t));
  return words;
}

}  // namespace impasto::app

#else

namespace impasto::app {

std::vector<uint32_t> compileShader(const std::string& name) {
  throw Error(name + ": only debug builds reload shaders");
}

}  // namespace impasto::app

#endif
