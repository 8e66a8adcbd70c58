// Which of LibTorch's operations are called, how often, and which of them make the host wait for a GPU: on a GPU each call is
// a launch or more, and a wait leaves it with nothing to do.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace impasto::trainer {

// Counts while it lives, in the thread that made it and in those that run backward passes for it. One at a time.
class OperationCount {
 public:
  OperationCount();
  ~OperationCount();
  OperationCount(const OperationCount&) = delete;
  OperationCount& operator=(const OperationCount&) = delete;

  // "aten::conv2d" -> how often; what operations call in turn is counted, too.
  std::map<std::string, int64_t> calls() const;
  // Those of them that wait: reading a value on the host (item(), a choice by a tensor), shapes that depend on values (nonzero),
  // copies between devices but those from pinned memory.
  std::map<std::string, int64_t> waits() const;

  // "1234 operations, 70 aten::conv2d, ...; none waits", in one line.
  std::string summary() const;

  void add(const std::string& name, bool waits);  // called by LibTorch's hook

 private:
  uint64_t hook_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, int64_t> calls_, waits_;
};

}  // namespace impasto::trainer
