#include "compare.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "common/error.h"
#include "common/message.h"

namespace impasto::app {
namespace {

namespace fs = std::filesystem;

struct Runtime {
  const char* name;
  const char* program;
  const char* what_to_do;  // where the program is not there
  bool on_gpus;
};

constexpr Runtime kRuntimes[] = {
    {"LibTorch", "impasto-bench-libtorch", "it is built with the trainer (scripts/setup)", true},
    {"ONNX Runtime", "bench-onnxruntime", "scripts/bench-onnxruntime is not there", false}};

// Beside this program, or in scripts/ of the source tree that it was built in (build/bin).
fs::path findProgram(const char* name) {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& candidate : {folder / name, folder / "../../scripts" / name}) {
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

// A file that goes when this does.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& suffix) {
    std::string path = (fs::temp_directory_path() / "impasto-bench-XXXXXX").string() + suffix;
    const int file = mkstemps(path.data(), static_cast<int>(suffix.size()));
    if (file < 0) throw Error(path + ": cannot be created");
    close(file);
    path_ = path;
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What the program prints. Throws Error with what it complains about when it fails.
std::string run(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const TemporaryFile out(".out"), err(".err");
  const pid_t child = fork();
  if (child < 0) throw Error(arguments[0] + ": cannot be started");
  if (child == 0) {
    dup2(open(out.path().c_str(), O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    dup2(open(err.path().c_str(), O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {  // Ctrl-C reaches the child by itself
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return contents(out.path());
  if (WIFEXITED(status) && WEXITSTATUS(status) == kExitInterrupted) throw Interrupted();
  const std::string said = contents(err.path());
  const std::string reason = oneLine(said.substr(0, said.find('\n')));
  throw Error(reason.empty() ? fs::path(arguments[0]).filename().string() + " failed" : reason);
}

Spread spreadOf(const nlohmann::json& milliseconds) {
  return app::spreadOf(milliseconds.get<std::vector<double>>());
}

void compareWith(const Runtime& runtime, const std::string& style, BenchResult& result) {
  const fs::path program = findProgram(runtime.program);
  for (ResolutionResult& at : result.resolutions) {
    if (program.empty()) {
      at.others.push_back({runtime.name, {}, runtime.what_to_do});
      continue;
    }
    try {
      const nlohmann::json said = nlohmann::json::parse(
          run({program.string(), "--style", style, "--resolution", toString(at.resolution), "--warmup",
               std::to_string(result.warm_up), "--frames", std::to_string(result.frames)}));
      for (const nlohmann::json& one : said.at("runs")) {
        at.others.push_back({said.at("name").get<std::string>() + ", " + one.at("name").get<std::string>(),
                             spreadOf(one.at("ms")),
                             {}});
      }
      if (const auto peak = said.find("peak"); peak != said.end() && !result.library_peak) {
        result.library_peak = Peak{peak->at("multiply_adds_per_second").get<double>(),
                                   peak->at("bytes_per_second").get<double>(), peak->at("how").get<std::string>()};
      }
    } catch (const nlohmann::json::exception& error) {
      at.others.push_back({runtime.name, {}, "its program printed something else than figures: " + oneLine(error.what())});
    } catch (const Error& error) {
      at.others.push_back({runtime.name, {}, error.what()});
    }
  }
}

}  // namespace

void compareWithOthers(const Style& style, bool on_processor, BenchResult& result) {
  const TemporaryFile file(".safetensors");
  writeStyleFile(style, file.path());
  try {
    for (const Runtime& runtime : kRuntimes) {
      if (on_processor || runtime.on_gpus) compareWith(runtime, file.path(), result);
    }
  } catch (const Interrupted&) {
    result.interrupted = true;
  }
}

}  // namespace impasto::app
