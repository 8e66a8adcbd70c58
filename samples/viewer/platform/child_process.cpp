#include "viewer/platform/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "common/error.h"

extern char** environ;

namespace impasto::app {
namespace {

constexpr auto kPatience = std::chrono::seconds(5);

int statusOf(int raw) { return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw); }

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw Error(arguments[0] + ": " + std::strerror(errno));
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int failure = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  pipe_ = ends[0];
  if (failure != 0) {
    close(pipe_);
    throw Error(arguments[0] + ": cannot be started: " + std::strerror(failure));
  }
}

ChildProcess::~ChildProcess() {
  if (!status()) {
    kill(pid_, SIGTERM);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!status() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (!status_) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  close(pipe_);
}

std::vector<std::string> ChildProcess::lines() {
  std::vector<std::string> found;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = read(pipe_, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < count; ++i) {
      if (buffer[i] != '\n' && buffer[i] != '\r') {
        partial_ += buffer[i];
      } else if (!partial_.empty()) {
        found.push_back(std::exchange(partial_, {}));
      }
    }
  }
  return found;
}

std::optional<int> ChildProcess::status() {
  int raw = 0;
  if (!status_ && waitpid(pid_, &raw, WNOHANG) == pid_) status_ = statusOf(raw);
  return status_;
}

void ChildProcess::interrupt() {
  if (!status()) kill(pid_, SIGINT);
}

std::filesystem::path findProgram(const std::string& name) {
  std::error_code none;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", none);
  if (!self.empty() && access((self.parent_path() / name).c_str(), X_OK) == 0) return self.parent_path() / name;
  const char* path = std::getenv("PATH");
  std::string folders = path ? path : "";
  while (!folders.empty()) {
    const size_t end = std::min(folders.find(':'), folders.size());
    const std::filesystem::path candidate = std::filesystem::path(folders.substr(0, end)) / name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    folders.erase(0, end + 1);
  }
  return {};
}

}  // namespace impasto::app
