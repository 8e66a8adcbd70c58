// Lets go of objects on a thread of its own: freeing what a style left behind can take the driver milliseconds, which the
// recording thread does not have. Owned by the context; objects must not outlive the device, and the destructor lets go
// of all that is left.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace impasto {

class Reaper {
 public:
  Reaper() = default;
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  // Starts the thread and makes room for `objects` more at a time, so that free() allocates nothing; forget() gives the
  // room back. Where there is no thread to be had, free() frees at once. Throws std::bad_alloc.
  void expect(size_t objects);
  void forget(size_t objects) noexcept;

  // Any thread; null is allowed. The caller's reference goes.
  void free(std::shared_ptr<const void> object) noexcept;

  // Waits until all that was given so far is gone.
  void drain();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::vector<std::shared_ptr<const void>> waiting_;
  size_t capacity_ = 0;
  bool busy_ = false, stop_ = false;
  std::thread thread_;
};

}  // namespace impasto
