#include "pass/image_formats.h"

#include <string>

#include "base/error.h"

namespace impasto {
namespace {

std::string named(const char* which, VkFormat format) {
  return std::string(which) + " (VkFormat " + std::to_string(static_cast<int>(format)) + ")";
}

void checkFeatures(const vulkan::VulkanDevice& device, VkFormat format, const char* which, VkFormatFeatureFlags2 needed,
                   const char* use) {
  if (!isColorFormat(format)) {
    throw Error(ErrorCode::InvalidArgument,
                named(which, format) + " is no colour format of three or four UNORM, SRGB or float channels");
  }
  VkFormatProperties3 properties3 = {VK_STRUCTURE_TYPE_FORMAT_PROPERTIES_3};
  VkFormatProperties2 properties = {VK_STRUCTURE_TYPE_FORMAT_PROPERTIES_2};
  properties.pNext = &properties3;
  device.vk.GetPhysicalDeviceFormatProperties2(device.physical_device, format, &properties);
  if ((properties3.optimalTilingFeatures & needed) != needed) {
    throw Error(ErrorCode::Unsupported, named(which, format) + ": the device cannot use it as " + use);
  }
}

}  // namespace

bool isSrgbFormat(VkFormat format) noexcept {
  switch (format) {
    case VK_FORMAT_R8G8B8_SRGB:
    case VK_FORMAT_B8G8R8_SRGB:
    case VK_FORMAT_R8G8B8A8_SRGB:
    case VK_FORMAT_B8G8R8A8_SRGB:
    case VK_FORMAT_A8B8G8R8_SRGB_PACK32: return true;
    default: return false;
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
    case VK_FORMAT_E5B9G9R9_UFLOAT_PACK32: return true;
    default: return isSrgbFormat(format);
  }
}

void checkInputFormat(const vulkan::VulkanDevice& device, VkFormat format, ColorEncoding encoding) {
  if (isSrgbFormat(format) && encoding != ColorEncoding::Linear) {
    throw Error(ErrorCode::InvalidArgument,
                named("input_format", format) + " is linearised when it is read: input_encoding must be LINEAR");
  }
  checkFeatures(device, format, "input_format", VK_FORMAT_FEATURE_2_SAMPLED_IMAGE_BIT, "a sampled image");
}

void checkOutputFormat(const vulkan::VulkanDevice& device, VkFormat format) {
  if (isSrgbFormat(format)) {
    throw Error(ErrorCode::InvalidArgument,
                named("output_format", format) + " cannot be stored to: use a UNORM view and encoding SRGB");
  }
  checkFeatures(device, format, "output_format",
                VK_FORMAT_FEATURE_2_STORAGE_IMAGE_BIT | VK_FORMAT_FEATURE_2_STORAGE_WRITE_WITHOUT_FORMAT_BIT,
                "a storage image written without format");
}

}  // namespace impasto
