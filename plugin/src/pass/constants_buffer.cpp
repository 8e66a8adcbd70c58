#include "pass/constants_buffer.h"

#include <algorithm>
#include <cstring>
#include <exception>

namespace impasto {
namespace {

// Between regions: as far as descriptors and flushes want it, both powers of two.
VkDeviceSize strideOf(const vulkan::VulkanDevice& device) noexcept {
  const VkPhysicalDeviceLimits& limits = device.properties.limits;
  const VkDeviceSize alignment = std::max(limits.minUniformBufferOffsetAlignment, limits.nonCoherentAtomSize);
  return (sizeof(shaders::FrameConstants) + alignment - 1) / alignment * alignment;
}

}  // namespace

VkDeviceSize ConstantsBuffer::bytes(const vulkan::VulkanDevice& device, uint32_t regions) noexcept {
  return strideOf(device) * regions;
}

ConstantsBuffer::ConstantsBuffer(const vulkan::VulkanDevice& device, uint32_t regions)
    : device_(&device),
      stride_(strideOf(device)),
      buffer_(device, bytes(device, regions), VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
              VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, "the pass's frame constants"),
      mapped_(buffer_.map(device)) {}

void ConstantsBuffer::write(uint32_t region, const shaders::FrameConstants& constants) {
  std::memcpy(mapped_ + region * stride_, &constants, sizeof constants);
  buffer_.flush(*device_, region * stride_, stride_);
}

void ConstantsBuffer::writeStrengthZero(uint32_t region) noexcept {
  const float zero = 0.0f;
  std::memcpy(mapped_ + region * stride_ + offsetof(shaders::FrameConstants, controls.x), &zero, sizeof zero);
  try {
    buffer_.flush(*device_, region * stride_, stride_);
  } catch (const std::exception&) {  // no memory is left, or no device: then nothing can be shown
  }
}

void ConstantsBuffer::bind(vulkan::DescriptorWriter& writer, uint32_t binding, uint32_t region) const noexcept {
  writer.uniformBuffer(binding, buffer_.get(), region * stride_, sizeof(shaders::FrameConstants));
}

}  // namespace impasto
