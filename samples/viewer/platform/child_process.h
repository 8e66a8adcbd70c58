// A program that runs beside the viewer; what it writes to stdout and stderr comes as lines. It ends with the viewer.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace impasto::app {

class ChildProcess {
 public:
  // Throws Error if it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ~ChildProcess();  // asks it to stop, then makes it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // What it said since the last call; lines end at \n or \r. Never waits.
  std::vector<std::string> lines();

  // Its exit status once it has ended (128 + the signal that ended it). Never waits.
  std::optional<int> status();

  void interrupt();  // as Ctrl-C does

 private:
  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string partial_;
  std::optional<int> status_;
};

// Beside this program, or in PATH; empty if it is in neither.
std::filesystem::path findProgram(const std::string& name);

}  // namespace impasto::app
