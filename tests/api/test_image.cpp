#include "api/test_image.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "base/half.h"
#include "pass/composite_reference.h"

namespace impasto::test {
namespace {

uint32_t texelBytes(VkFormat format) {
  switch (format) {
    case VK_FORMAT_R8_UNORM: return 1;
    case VK_FORMAT_R16G16B16A16_SFLOAT: return 8;
    default: return 4;
  }
}

uint8_t toUnorm8(float value) { return static_cast<uint8_t>(std::lround(std::clamp(value, 0.0f, 1.0f) * 255.0f)); }

void expect(VkResult result, const char* call) {
  if (result != VK_SUCCESS) throw std::runtime_error(std::string(call) + ": VkResult " + std::to_string(result));
}

void transition(VkCommandBuffer command_buffer, VkImage image, VkImageLayout from, VkImageLayout to) {
  VkImageMemoryBarrier barrier{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER};
  barrier.srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT | VK_ACCESS_MEMORY_READ_BIT;
  barrier.dstAccessMask = VK_ACCESS_MEMORY_WRITE_BIT | VK_ACCESS_MEMORY_READ_BIT;
  barrier.oldLayout = from;
  barrier.newLayout = to;
  barrier.image = image;
  barrier.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
  vkCmdPipelineBarrier(command_buffer, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0,
                       nullptr, 0, nullptr, 1, &barrier);
}

VkBufferImageCopy wholeImage(uint32_t width, uint32_t height) {
  VkBufferImageCopy copy{};
  copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
  copy.imageExtent = {width, height, 1};
  return copy;
}

}  // namespace

std::vector<float> Pixels::rgb() const {
  std::vector<float> result;
  for (size_t i = 0; i < rgba.size(); i += 4) result.insert(result.end(), {rgba[i], rgba[i + 1], rgba[i + 2]});
  return result;
}

Pixels makePixels(uint32_t width, uint32_t height, uint32_t seed, float brightest) {
  Random random(seed);
  Pixels pixels(width, height);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      for (uint32_t c = 0; c < 4; ++c) {
        const float wave = 0.5f + 0.5f * std::sin(0.21f * static_cast<float>(x * (c + 1)) + 0.13f * static_cast<float>(y));
        pixels.rgba[(size_t{y} * width + x) * 4 + c] =
            (c == 3 ? 1.0f : brightest) * (0.7f * wave + random.uniform(0.0f, 0.3f));
      }
    }
  }
  return pixels;
}

std::vector<uint8_t> encodePixels(const Pixels& pixels, VkFormat format) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < pixels.rgba.size(); i += 4) {
    const float* p = &pixels.rgba[i];
    switch (format) {
      case VK_FORMAT_R8_UNORM: bytes.push_back(toUnorm8(p[0])); break;
      case VK_FORMAT_R8G8B8A8_UNORM:
        for (int c = 0; c < 4; ++c) bytes.push_back(toUnorm8(p[c]));
        break;
      case VK_FORMAT_B8G8R8A8_UNORM:
        for (const int c : {2, 1, 0, 3}) bytes.push_back(toUnorm8(p[c]));
        break;
      case VK_FORMAT_R8G8B8A8_SRGB:
        for (int c = 0; c < 4; ++c) bytes.push_back(toUnorm8(c == 3 ? p[c] : srgbEncode(p[c])));
        break;
      case VK_FORMAT_R16G16B16A16_SFLOAT:
        for (int c = 0; c < 4; ++c) {
          const uint16_t half = halfFromFloat(p[c]);
          bytes.push_back(static_cast<uint8_t>(half & 0xFF));
          bytes.push_back(static_cast<uint8_t>(half >> 8));
        }
        break;
      case VK_FORMAT_R32_SFLOAT: {
        uint8_t word[4];
        std::memcpy(word, p, 4);
        bytes.insert(bytes.end(), word, word + 4);
        break;
      }
      default: throw std::runtime_error("encodePixels: unknown format");
    }
  }
  return bytes;
}

Pixels decodePixels(const std::vector<uint8_t>& bytes, uint32_t width, uint32_t height, VkFormat format) {
  Pixels pixels(width, height);
  for (size_t i = 0; i < size_t{width} * height; ++i) {
    float* p = &pixels.rgba[i * 4];
    const uint8_t* b = &bytes[i * texelBytes(format)];
    for (int c = 0; c < 4; ++c) {
      switch (format) {
        case VK_FORMAT_R8G8B8A8_UNORM: p[c] = static_cast<float>(b[c]) / 255.0f; break;
        case VK_FORMAT_B8G8R8A8_UNORM: p[c] = static_cast<float>(b[c == 3 ? 3 : 2 - c]) / 255.0f; break;
        case VK_FORMAT_R8G8B8A8_SRGB:
          p[c] = static_cast<float>(b[c]) / 255.0f;
          if (c < 3) p[c] = srgbDecode(p[c]);
          break;
        case VK_FORMAT_R16G16B16A16_SFLOAT:
          p[c] = floatFromHalf(static_cast<uint16_t>(b[2 * c] | b[2 * c + 1] << 8));
          break;
        default: throw std::runtime_error("decodePixels: unknown format");
      }
    }
  }
  return pixels;
}

TestImage::TestImage(const TestDevice& device, VkFormat format, uint32_t width, uint32_t height,
                     VkImageUsageFlags usage)
    : device_(device), format_(format), width_(width), height_(height) {
  VkImageCreateInfo info{VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO};
  info.imageType = VK_IMAGE_TYPE_2D;
  info.format = format;
  info.extent = {width, height, 1};
  info.mipLevels = info.arrayLayers = 1;
  info.samples = VK_SAMPLE_COUNT_1_BIT;
  info.usage = usage | VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
  expect(vkCreateImage(device.device, &info, nullptr, &image_), "vkCreateImage");
  VkMemoryRequirements requirements{};
  vkGetImageMemoryRequirements(device.device, image_, &requirements);
  VkMemoryAllocateInfo allocation{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
  allocation.allocationSize = requirements.size;
  allocation.memoryTypeIndex =
      device.findMemoryType(requirements.memoryTypeBits, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
  expect(vkAllocateMemory(device.device, &allocation, nullptr, &memory_), "vkAllocateMemory");
  expect(vkBindImageMemory(device.device, image_, memory_, 0), "vkBindImageMemory");
  VkImageViewCreateInfo view{VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO};
  view.image = image_;
  view.viewType = VK_IMAGE_VIEW_TYPE_2D;
  view.format = format;
  view.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
  expect(vkCreateImageView(device.device, &view, nullptr, &view_), "vkCreateImageView");
}

TestImage::~TestImage() {
  vkDestroyImageView(device_.device, view_, nullptr);
  vkDestroyImage(device_.device, image_, nullptr);
  vkFreeMemory(device_.device, memory_, nullptr);
}

void TestImage::upload(const Pixels& pixels, VkImageLayout layout) {
  const std::vector<uint8_t> bytes = encodePixels(pixels, format_);
  const HostBuffer staging(device_, bytes.size(), VK_BUFFER_USAGE_TRANSFER_SRC_BIT);
  std::copy(bytes.begin(), bytes.end(), staging.as<uint8_t>());
  device_.submit([&](VkCommandBuffer command_buffer) {
    transition(command_buffer, image_, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    const VkBufferImageCopy copy = wholeImage(width_, height_);
    vkCmdCopyBufferToImage(command_buffer, staging.get(), image_, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &copy);
    transition(command_buffer, image_, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, layout);
  });
  layout_ = layout;
}

std::vector<uint8_t> TestImage::download() const {
  const HostBuffer staging(device_, VkDeviceSize{width_} * height_ * texelBytes(format_),
                           VK_BUFFER_USAGE_TRANSFER_DST_BIT);
  device_.submit([&](VkCommandBuffer command_buffer) {
    transition(command_buffer, image_, VK_IMAGE_LAYOUT_GENERAL, VK_IMAGE_LAYOUT_GENERAL);
    const VkBufferImageCopy copy = wholeImage(width_, height_);
    vkCmdCopyImageToBuffer(command_buffer, image_, VK_IMAGE_LAYOUT_GENERAL, staging.get(), 1, &copy);
  });
  return {staging.as<uint8_t>(), staging.as<uint8_t>() + staging.size()};
}

}  // namespace impasto::test
