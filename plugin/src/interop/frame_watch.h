// Looks after frames that were handed to a module and whose point is not reached yet, so that a queue that waits for such a
// point waits in vain for nothing: a frame that the module gives up, or does not answer for, is signalled by the host, after
// its composite was told to leave the frame unpainted.
//
// One thread for each context, asleep while there are no such frames; it looks every few milliseconds while there are. The
// recording thread adds frames, and asks for nothing.
//
// A point is signalled by the host only when all points of the same semaphore that were handed out before it are reached,
// for values of a timeline only grow.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "backend/generator.h"
#include "backend/logger.h"
#include "vulkan/device.h"

namespace impasto::interop {

// A generator, as the watch sees it. Called with the watch's lock held, on its thread or in leave().
class Watched {
 public:
  // The module will not signal this frame. `why`: for the log, if it has not been told yet.
  virtual bool hasFailed(uint64_t frame, std::string& why) noexcept = 0;
  // The module has not answered: nothing more is asked of it.
  virtual void abandon() noexcept = 0;
  virtual bool abandoned() const noexcept = 0;
  // This slot's frame will not be painted.
  virtual void passThrough(uint32_t slot) noexcept = 0;

 protected:
  ~Watched() = default;
};

class FrameWatch {
 public:
  using Clock = std::chrono::steady_clock;

  // `device` outlives the watch. `limit`: how long a module may take for a frame whose inputs are there.
  FrameWatch(const vulkan::VulkanDevice& device, const Logger& logger, std::chrono::milliseconds limit);
  ~FrameWatch();
  FrameWatch(const FrameWatch&) = delete;
  FrameWatch& operator=(const FrameWatch&) = delete;

  // `failed`: the module did not take the frame.
  void add(Watched& owner, uint64_t frame, uint32_t slot, const TimelinePoints& points, bool failed);

  // Returns when none of the owner's frames is left. Frames whose inputs have not come by now never will; those of a module
  // that does not answer are signalled when their time is up.
  void leave(Watched& owner) noexcept;

 private:
  struct Frame {
    Watched* owner;
    uint64_t frame;
    uint32_t slot;
    TimelinePoints points;
    bool failed;
    std::optional<Clock::time_point> begun;  // its inputs were there
  };

  void run();
  bool reached(VkSemaphore semaphore, uint64_t value) const noexcept;
  // One look at all frames; `leaving`: an owner that goes, or null. Returns what the log shall say.
  std::vector<std::string> look(const Watched* leaving);
  void judge(Frame& frame, const Watched* leaving, std::vector<std::string>& log);
  bool isFirstOfItsSemaphore(const Frame& frame) const noexcept;
  void tell(const std::vector<std::string>& log) const noexcept;

  const vulkan::VulkanDevice* device_;
  Logger logger_;
  const std::chrono::milliseconds limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Frame> frames_;  // in the order in which they were added
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace impasto::interop
