// Which image formats a pass reads and writes.
#pragma once

#include "pass/composite_reference.h"
#include "vulkan/device.h"

namespace impasto {

// Three or four UNORM, SRGB or float channels?
bool isColorFormat(VkFormat format) noexcept;
bool isSrgbFormat(VkFormat format) noexcept;

// Throw Error(InvalidArgument) for formats that hold no colour or contradict the encoding, Error(Unsupported) for those
// that the device cannot sample or store.
void checkInputFormat(const vulkan::VulkanDevice& device, VkFormat format, ColorEncoding encoding);
void checkOutputFormat(const vulkan::VulkanDevice& device, VkFormat format);

}  // namespace impasto
