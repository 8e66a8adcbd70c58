// The threads of one executor. A job is a list of steps; a step is a number of chunks that do not depend on one another.
// All threads walk the list together: each takes chunks of a step as long as there are any and goes on when all of them
// are done, whoever did them. So a thread that the system keeps waiting holds up nobody, unless it has begun a chunk.
//
// oneDNN is called on these threads alone, each of which counts as a whole OpenMP team of its own: it starts no others, and
// the settings of the host's threads stay as they are.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace impasto::cpu {

// `thread` counts from 0.
class Job {
 public:
  virtual ~Job() = default;
  virtual uint32_t chunks(uint32_t step) const noexcept = 0;
  virtual void run(uint32_t step, uint32_t chunk, uint32_t thread) noexcept = 0;
};

class Workers {
 public:
  // `threads` 1 or more; fewer where the system gives no more. Jobs have at most `most_steps` steps.
  Workers(uint32_t threads, uint32_t most_steps);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  uint32_t count() const noexcept { return static_cast<uint32_t>(threads_.size()); }

  // Runs steps 0 to steps - 1 and waits. One caller at a time. Allocates nothing.
  void run(Job& job, uint32_t steps) noexcept;

 private:
  struct Progress {
    std::atomic<uint32_t> taken = 0, done = 0;
  };

  void work(uint32_t thread) noexcept;
  void walk(Job& job, uint32_t steps, uint32_t thread) noexcept;

  std::vector<Progress> progress_;  // of each step
  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  Job* job_ = nullptr;
  uint32_t steps_ = 0;
  uint64_t number_ = 0;   // of the job
  uint32_t working_ = 0;  // threads that have not left it
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace impasto::cpu
