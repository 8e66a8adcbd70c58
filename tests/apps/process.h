// Runs a program and takes what it says.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace impasto::test {

struct ProcessResult {
  int status = -1;  // exit status; 128 + signal where one ended it
  std::string out, err;
};

// A started program; output goes to files that are gone afterwards. It must be waited for.
class Process {
 public:
  // `file_size_limit`: bytes a file may grow to (as on a full disk), negative: no limit.
  explicit Process(const std::vector<std::string>& arguments, long file_size_limit = -1);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const;
  ProcessResult wait();

 private:
  pid_t pid_ = -1;
  int out_ = -1, err_ = -1;
};

ProcessResult runProcess(const std::vector<std::string>& arguments, long file_size_limit = -1);

}  // namespace impasto::test
