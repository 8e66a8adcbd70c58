// Points in time of the host's command buffers, written by the GPU and read without waiting. Recording thread only.
#pragma once

#include <cstdint>
#include <optional>

#include "vulkan/device.h"

namespace impasto::vulkan {

class Timestamps {
 public:
  // Room for `count`. Throws Error(Unsupported) where the queue family has no timestamps.
  Timestamps(const VulkanDevice& device, uint32_t count);

  // Before they are written anew.
  void reset(VkCommandBuffer command_buffer, uint32_t first, uint32_t count) const noexcept;
  // When all that was recorded before is done.
  void write(VkCommandBuffer command_buffer, uint32_t index) const noexcept;
  // Milliseconds from one to another; nothing while the GPU has not written both.
  std::optional<float> between(uint32_t from, uint32_t to) const noexcept;

 private:
  const VulkanDevice* device_;
  uint64_t mask_ = 0;  // of the bits that are valid
  QueryPool pool_;
};

}  // namespace impasto::vulkan
