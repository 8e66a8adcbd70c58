// Records, submits and waits for frames without a window, one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "renderer/resources.h"

namespace impasto::render {

// Waiting longer than this for one frame is an error: even a 16384-wide one on a processor takes less.
inline constexpr uint64_t kFrameTimeoutNanoseconds = 300'000'000'000;

class FrameRunner {
 public:
  explicit FrameRunner(const Device& device);

  // Runs what `record` records and waits for it. Returns the GPU's own time in milliseconds, 0 where it keeps none.
  double run(const std::function<void(VkCommandBuffer)>& record);

  // To be called at most once while recording: the time from the beginning to here is told apart.
  void lap();
  double lapMilliseconds() const noexcept { return lap_milliseconds_; }  // of the last run; 0 without a lap

 private:
  const Device& device_;
  UniqueCommandPool pool_;
  UniqueQueryPool queries_;
  UniqueSemaphore timeline_;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;
  uint64_t value_ = 0;
  bool lapped_ = false;
  double lap_milliseconds_ = 0.0;
};

// The same for a few commands, such as those that load.
inline void runOnce(const Device& device, const std::function<void(VkCommandBuffer)>& record) {
  FrameRunner(device).run(record);
}

// Copies an image that is in SHADER_READ_ONLY_OPTIMAL (or GENERAL, and stays so) to host memory.
class Readback {
 public:
  Readback(const Device& device, const Image& image, uint32_t bytes_per_pixel);
  void record(VkCommandBuffer commands, const Image& image, VkImageLayout layout) const;

  // Valid once the commands have run. Rows are tight.
  const std::byte* data() const noexcept { return buffer_.mapped; }
  size_t size() const noexcept { return static_cast<size_t>(buffer_.size); }

 private:
  Buffer buffer_;
};

}  // namespace impasto::render
