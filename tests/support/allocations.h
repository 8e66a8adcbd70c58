// Replaces operator new of the program it is linked to, also for the libraries that the program loads, to count
// allocations and to let host memory run out where a test wants it to.
#pragma once

#include <cstdint>

namespace impasto::test {

enum class Failing { One, AllFrom };

// Counts this thread's allocations until it is stopped or goes. One at a time per thread.
class AllocationWatch {
 public:
  AllocationWatch();
  // Allocation `index`, counted from 0, fails: alone or with all that follow it.
  AllocationWatch(Failing failing, int64_t index);
  ~AllocationWatch() { stop(); }
  AllocationWatch(const AllocationWatch&) = delete;
  AllocationWatch& operator=(const AllocationWatch&) = delete;

  int64_t stop();  // how many there were, with those that failed
};

}  // namespace impasto::test
