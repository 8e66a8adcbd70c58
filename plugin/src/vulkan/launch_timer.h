// GPU time of a generator's steps: timestamps between them, of the first layer of each frame, read when a slot recurs.
// Nothing waits. Recording thread only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vulkan/timestamps.h"

namespace impasto::vulkan {

class LaunchTimer {
 public:
  // Throws Error(Unsupported) where the queue family has no timestamps.
  LaunchTimer(const VulkanDevice& device, uint32_t slots, uint32_t steps)
      : steps_(steps),
        timestamps_(device, slots * (steps + 1)),
        times_(steps),
        being_read_(steps),
        written_(slots) {}

  // The first of a frame, before its steps; `step` counts from 0.
  void begin(VkCommandBuffer command_buffer, uint32_t slot) noexcept;
  void stepDone(VkCommandBuffer command_buffer, uint32_t slot, uint32_t step) const noexcept;
  // The GPU is done with the slot's frame, if there was one.
  void read(uint32_t slot) noexcept;

  // Milliseconds by step, of the newest frame that was read; nothing before.
  std::span<const float> latest() const noexcept { return known_ ? times_ : std::span<const float>{}; }

 private:
  uint32_t first(uint32_t slot) const noexcept { return slot * (steps_ + 1); }

  uint32_t steps_;
  Timestamps timestamps_;
  std::vector<float> times_, being_read_;
  std::vector<bool> written_;  // by slot: begun since it was read
  bool known_ = false;
};

}  // namespace impasto::vulkan
