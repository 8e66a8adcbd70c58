#include "recipes/own_content.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <sstream>
#include <utility>
#include <vector>

#include "base/error.h"
#include "data/drawn_pictures.h"

extern char** environ;

namespace impasto::trainer {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "impasto-render";
constexpr const char* kScenes[] = {"harbour", "carousel", "atelier", "garden"};
constexpr const char* kFrames = "12";  // of each scene: a tour, every frame from another viewpoint
constexpr const char* kSize = "640x400";
constexpr int kDrawnPictures = 48;

// Empty if there is none.
std::string findProgram() {
  std::vector<fs::path> folders;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(self.parent_path());
  if (const char* path = std::getenv("PATH")) {
    std::istringstream parts(path);
    for (std::string part; std::getline(parts, part, ':');) {
      if (!part.empty()) folders.emplace_back(part);
    }
  }
  for (const fs::path& folder : folders) {
    const fs::path program = folder / kProgram;
    if (fs::is_regular_file(program, error) && access(program.c_str(), X_OK) == 0) return program.string();
  }
  return {};
}

// Empty if there is no place for it.
fs::path cacheFolder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache) return fs::path(cache) / "impasto" / "content";
  if (const char* home = std::getenv("HOME"); home && *home) return fs::path(home) / ".cache" / "impasto" / "content";
  return {};
}

// Runs a program without output; its exit status, or -1.
int runQuietly(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failure = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return -1;
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A folder of the cache that `fill` makes, whole or not at all: given a name to make it under, it says whether it could.
bool keep(const fs::path& folder, const std::function<bool(const std::string& name)>& fill) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return true;
  const fs::path unfinished = folder.string() + "." + std::to_string(getpid());
  bool made = false;
  try {
    made = fill(unfinished.string());
    if (made) fs::rename(unfinished, folder, error);
  } catch (const Error&) {
    fs::remove_all(unfinished, error);
    throw;
  }
  if (made && !error) return true;
  fs::remove_all(unfinished, error);
  return made && fs::is_directory(folder, error);  // another process was faster
}

// Folders of frames, one for each scene; none, with a reason in `why`.
std::vector<std::string> sceneFolders(const fs::path& cache, const Log& log, std::string& why) {
  const std::string program = findProgram();
  std::vector<std::string> folders;
  for (const char* scene : kScenes) {
    const fs::path folder = cache / (std::string(scene) + "_" + kFrames + "_" + kSize);
    const bool kept = keep(folder, [&](const std::string& name) {
      if (program.empty()) {
        why = std::string("there is no ") + kProgram + " beside impasto-train or in PATH";
        return false;
      }
      log(std::string("drawing ") + kFrames + " frames of the scene " + scene + " (once: they are kept in " + cache.string() + ")");
      const int status = runQuietly({program, "--scene", scene, "--camera-path", "tour", "--frames", kFrames, "--size", kSize,
                                     "--out", name});
      if (status != 0) why = program + " cannot draw them" + (status > 0 ? " (exit status " + std::to_string(status) + ")" : "");
      return status == 0;
    });
    if (!kept) {
      if (why.empty()) why = folder.string() + ": cannot be made";
      return {};
    }
    folders.push_back(folder.string());
  }
  return folders;
}

std::string drawnFolder(const fs::path& cache) {
  const fs::path folder = cache / ("drawn_" + std::to_string(kDrawnPictures));
  const bool kept = keep(folder, [](const std::string& name) {
    std::error_code error;
    fs::create_directory(name, error);
    const std::vector<Image> pictures = drawPictures(kDrawnPictures);
    for (size_t i = 0; i < pictures.size(); ++i) writePng(pictures[i], name + "/" + std::to_string(100 + i) + ".png");
    return true;
  });
  if (!kept) throw Error(ErrorCode::Io, folder.string() + ": cannot be made");
  return folder.string();
}

}  // namespace

std::vector<std::string> ownContent(const std::string& kind, const Log& log) {
  const fs::path cache = cacheFolder();
  if (cache.empty()) {
    throw Error(ErrorCode::InvalidArgument, "--content is not given, and neither XDG_CACHE_HOME nor HOME says where to keep pictures");
  }
  std::error_code error;
  fs::create_directories(cache, error);
  if (error) throw Error(ErrorCode::Io, cache.string() + ": cannot be made: " + error.message());
  std::vector<std::string> folders;
  if (kind != "drawn") {
    std::string why;
    folders = sceneFolders(cache, log, why);
    if (!why.empty() && kind == "scenes") throw Error(ErrorCode::Unsupported, "--own-content scenes: " + why);
    if (!why.empty()) log("no frames of the sample scenes: " + why);
  }
  const bool scenes = !folders.empty();
  folders.push_back(drawnFolder(cache));
  log(std::string("no --content: ") + (scenes ? "frames of the sample scenes and " : "") + std::to_string(kDrawnPictures) +
      " drawn pictures; some hundred pictures of your own, best of your game, are better");
  return folders;
}

}  // namespace impasto::trainer
