// The uniform buffer that a painter's FrameConstants lie in: one region for each use of them, in host-visible memory
// that stays mapped, so that recording a frame allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pass/frame_constants.h"  // shaders/pass
#include "vulkan/commands.h"
#include "vulkan/device.h"

namespace impasto {

class ConstantsBuffer {
 public:
  // Throws Error(OutOfMemory).
  ConstantsBuffer(const vulkan::VulkanDevice& device, uint32_t regions);

  // The GPU has finished what it read from this region before.
  void write(uint32_t region, const shaders::FrameConstants& constants);

  // The frame's strength is 0 from now on; the rest stays. No thread writes the region meanwhile, and the GPU has not
  // begun to read it.
  void writeStrengthZero(uint32_t region) noexcept;

  void bind(vulkan::DescriptorWriter& writer, uint32_t binding, uint32_t region) const noexcept;

  VkDeviceSize allocatedBytes() const noexcept { return buffer_.allocatedBytes(); }
  static VkDeviceSize bytes(const vulkan::VulkanDevice& device, uint32_t regions) noexcept;

 private:
  const vulkan::VulkanDevice* device_;
  VkDeviceSize stride_;
  vulkan::Buffer buffer_;
  std::byte* mapped_;
};

}  // namespace impasto
