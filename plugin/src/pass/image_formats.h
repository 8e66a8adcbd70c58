// Which image formats a pass reads and writes.
#pragma once

#include "pass/color.h"
#include "vulkan/device.h"

namespace impasto {

// Three or four UNORM, SRGB or float channels?
bool isColorFormat(VkFormat format) noexcept;
bool isSrgbFormat(VkFormat format) noexcept;

// How composite.comp declares its target: by the format where the device cannot write images of unknown format.
enum class TargetFormat : uint32_t { Any, Rgba8, Rgba16f, Rgba32f };

// `write_without_format`: is shaderStorageImageWriteWithoutFormat enabled? Without it, false for all other formats.
bool targetFormat(VkFormat format, bool write_without_format, TargetFormat& target) noexcept;

// The largest value that the format's channels all can hold and that is no larger than kLargestColor.
float largestValue(VkFormat format) noexcept;

// Throw Error(InvalidArgument) for formats that hold no colour or contradict the encoding, Error(Unsupported) for those
// that the device cannot sample or store.
void checkInputFormat(const vulkan::VulkanDevice& device, VkFormat format, ColorEncoding encoding);
void checkOutputFormat(const vulkan::VulkanDevice& device, VkFormat format, bool write_without_format);

}  // namespace impasto
