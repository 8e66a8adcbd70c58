// Which image formats a pass reads and writes.
#pragma once

#include <cstdint>
#include <optional>

#include "pass/color.h"
#include "vulkan/device.h"

namespace impasto {

// Three or four UNORM, SRGB or float channels?
bool isColorFormat(VkFormat format) noexcept;
bool isSrgbFormat(VkFormat format) noexcept;

// How composite.comp declares its target: by the formats that every device can store to, or without one.
enum class TargetFormat : uint32_t { Any, Rgba8, Rgba16f, Rgba32f };

// None where the host has not enabled shaderStorageImageWriteWithoutFormat and no variant is made for the format.
std::optional<TargetFormat> targetFormat(const vulkan::VulkanDevice& device, VkFormat format) noexcept;

// The largest value that the format's channels all can hold and that is no larger than kLargestColor.
float largestValue(VkFormat format) noexcept;

// Throw Error(InvalidArgument) for formats that hold no colour or contradict the encoding, Error(Unsupported) for those
// that the device cannot sample or store.
void checkInputFormat(const vulkan::VulkanDevice& device, VkFormat format, ColorEncoding encoding);
void checkOutputFormat(const vulkan::VulkanDevice& device, VkFormat format);

}  // namespace impasto
