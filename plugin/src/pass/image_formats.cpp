#include "pass/image_formats.h"

#include <string>

#include "base/error.h"

namespace impasto {
namespace {

std::string named(const char* which, VkFormat format) {
  return std::string(which) + " (VkFormat " + std::to_string(static_cast<int>(format)) + ")";
}

// What the device can do with images of this format; of VkFormatFeatureFlags2 where `known2` says that it is asked for.
struct Features {
  VkFormatFeatureFlags2 optimal = 0;
  bool known2 = false;
};

Features featuresOf(const vulkan::VulkanDevice& device, VkFormat format) {
  VkFormatProperties3 properties3 = {VK_STRUCTURE_TYPE_FORMAT_PROPERTIES_3};
  VkFormatProperties2 properties = {VK_STRUCTURE_TYPE_FORMAT_PROPERTIES_2};
  const bool known2 = device.api_version >= VK_API_VERSION_1_3;
  if (known2) properties.pNext = &properties3;
  device.vk.GetPhysicalDeviceFormatProperties2(device.physical_device, format, &properties);
  // The bits of Vulkan 1.0 are the same in both.
  return {known2 ? properties3.optimalTilingFeatures : properties.formatProperties.optimalTilingFeatures, known2};
}

void checkIsColor(VkFormat format, const char* which) {
  if (isColorFormat(format)) return;
  throw Error(ErrorCode::InvalidArgument,
              named(which, format) + " is no colour format of three or four UNORM, SRGB or float channels");
}

[[noreturn]] void unsupported(const char* which, VkFormat format, const char* why) {
  throw Error(ErrorCode::Unsupported, named(which, format) + ": " + why);
}

}  // namespace

bool isSrgbFormat(VkFormat format) noexcept {
  switch (format) {
    case VK_FORMAT_R8G8B8_SRGB:
    case VK_FORMAT_B8G8R8_SRGB:
    case VK_FORMAT_R8G8B8A8_SRGB:
    case VK_FORMAT_B8G8R8A8_SRGB:
    case VK_FORMAT_A8B8G8R8_SRGB_PACK32:
      return true;
    default:
      return false;
  }
}

bool isColorFormat(VkFormat format) noexcept {
  switch (format) {
    case VK_FORMAT_R5G6B5_UNORM_PACK16:
    case VK_FORMAT_B5G6R5_UNORM_PACK16:
    case VK_FORMAT_R8G8B8_UNORM:
    case VK_FORMAT_B8G8R8_UNORM:
    case VK_FORMAT_R8G8B8A8_UNORM:
    case VK_FORMAT_B8G8R8A8_UNORM:
    case VK_FORMAT_A8B8G8R8_UNORM_PACK32:
    case VK_FORMAT_A2R10G10B10_UNORM_PACK32:
    case VK_FORMAT_A2B10G10R10_UNORM_PACK32:
    case VK_FORMAT_R16G16B16_UNORM:
    case VK_FORMAT_R16G16B16_SFLOAT:
    case VK_FORMAT_R16G16B16A16_UNORM:
    case VK_FORMAT_R16G16B16A16_SFLOAT:
    case VK_FORMAT_R32G32B32_SFLOAT:
    case VK_FORMAT_R32G32B32A32_SFLOAT:
    case VK_FORMAT_B10G11R11_UFLOAT_PACK32:
    case VK_FORMAT_E5B9G9R9_UFLOAT_PACK32:
      return true;
    default:
      return isSrgbFormat(format);
  }
}

std::optional<TargetFormat> targetFormat(const vulkan::VulkanDevice& device, VkFormat format) noexcept {
  switch (format) {
    case VK_FORMAT_R8G8B8A8_UNORM:
      return TargetFormat::Rgba8;
    case VK_FORMAT_R16G16B16A16_SFLOAT:
      return TargetFormat::Rgba16f;
    case VK_FORMAT_R32G32B32A32_SFLOAT:
      return TargetFormat::Rgba32f;
    default:
      return device.write_without_format ? std::optional(TargetFormat::Any) : std::nullopt;
  }
}

float largestValue(VkFormat format) noexcept {
  // The blue channel: 5 bits of mantissa, 5 of exponent.
  return format == VK_FORMAT_B10G11R11_UFLOAT_PACK32 ? 64512.0f : kLargestColor;
}

void checkInputFormat(const vulkan::VulkanDevice& device, VkFormat format, ColorEncoding encoding) {
  checkIsColor(format, "input_format");
  if (isSrgbFormat(format) && encoding != ColorEncoding::Linear) {
    throw Error(ErrorCode::InvalidArgument,
                named("input_format", format) + " is linearised when it is read: input_encoding must be LINEAR");
  }
  if ((featuresOf(device, format).optimal & VK_FORMAT_FEATURE_2_SAMPLED_IMAGE_BIT) == 0) {
    unsupported("input_format", format, "the device cannot sample it");
  }
}

void checkOutputFormat(const vulkan::VulkanDevice& device, VkFormat format) {
  checkIsColor(format, "output_format");
  if (isSrgbFormat(format)) {
    throw Error(ErrorCode::InvalidArgument,
                named("output_format", format) + " cannot be stored to: use a UNORM view and encoding SRGB");
  }
  const Features features = featuresOf(device, format);
  if ((features.optimal & VK_FORMAT_FEATURE_2_STORAGE_IMAGE_BIT) == 0) {
    unsupported("output_format", format, "the device cannot store to it");
  }
  const std::optional<TargetFormat> target = targetFormat(device, format);
  if (!target) {
    unsupported("output_format", format,
                "without the feature shaderStorageImageWriteWithoutFormat outputs are R8G8B8A8_UNORM, "
                "R16G16B16A16_SFLOAT or R32G32B32A32_SFLOAT");
  }
  // With Vulkan 1.3 each format says for itself what the feature promises for all.
  if (target == TargetFormat::Any && features.known2 &&
      (features.optimal & VK_FORMAT_FEATURE_2_STORAGE_WRITE_WITHOUT_FORMAT_BIT) == 0) {
    unsupported("output_format", format, "the device cannot store to it without knowing the format in the shader");
  }
}

}  // namespace impasto
