#include "api/test_image.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <stdexcept>

#include "base/half.h"
#include "pass/color.h"

namespace impasto::test {
namespace {

uint32_t texelBytes(VkFormat format) {
  switch (format) {
    case VK_FORMAT_R8_UNORM:
      return 1;
    case VK_FORMAT_R16_SFLOAT:
    case VK_FORMAT_D16_UNORM:
      return 2;
    case VK_FORMAT_R16G16B16A16_SFLOAT:
    case VK_FORMAT_R32G32_SFLOAT:
      return 8;
    case VK_FORMAT_R32G32B32A32_SFLOAT:
      return 16;
    default:
      return 4;
  }
}

// What a copy between an image and a buffer touches.
VkImageAspectFlags copiedAspect(VkFormat format) {
  switch (format) {
    case VK_FORMAT_D16_UNORM:
    case VK_FORMAT_D32_SFLOAT:
    case VK_FORMAT_D24_UNORM_S8_UINT:
    case VK_FORMAT_D32_SFLOAT_S8_UINT:
      return VK_IMAGE_ASPECT_DEPTH_BIT;
    default:
      return VK_IMAGE_ASPECT_COLOR_BIT;
  }
}

VkImageAspectFlags allAspects(VkFormat format) {
  const bool stencil = format == VK_FORMAT_D24_UNORM_S8_UINT || format == VK_FORMAT_D32_SFLOAT_S8_UINT;
  return copiedAspect(format) | (stencil ? VkImageAspectFlags{VK_IMAGE_ASPECT_STENCIL_BIT} : 0u);
}

uint8_t toUnorm8(float value) { return static_cast<uint8_t>(std::lround(std::clamp(value, 0.0f, 1.0f) * 255.0f)); }

void expect(VkResult result, const char* call) {
  if (result != VK_SUCCESS) throw std::runtime_error(std::string(call) + ": VkResult " + std::to_string(result));
}

void transition(VkCommandBuffer command_buffer, VkImage image, VkFormat format, VkImageLayout from, VkImageLayout to) {
  VkImageMemoryBarrier barrier{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER};
  barrier.srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT | VK_ACCESS_MEMORY_READ_BIT;
  barrier.dstAccessMask = VK_ACCESS_MEMORY_WRITE_BIT | VK_ACCESS_MEMORY_READ_BIT;
  barrier.oldLayout = from;
  barrier.newLayout = to;
  barrier.image = image;
  barrier.subresourceRange = {allAspects(format), 0, 1, 0, VK_REMAINING_ARRAY_LAYERS};
  vkCmdPipelineBarrier(command_buffer, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0,
                       nullptr, 0, nullptr, 1, &barrier);
}

VkBufferImageCopy wholeLayer(VkFormat format, uint32_t width, uint32_t height, uint32_t layer) {
  VkBufferImageCopy copy{};
  copy.imageSubresource = {copiedAspect(format), 0, layer, 1};
  copy.imageExtent = {width, height, 1};
  return copy;
}

template <class Word>
void append(std::vector<uint8_t>& bytes, const Word& word) {
  uint8_t raw[sizeof word];
  std::memcpy(raw, &word, sizeof word);
  bytes.insert(bytes.end(), raw, raw + sizeof word);
}

template <class Word>
Word word(const uint8_t* bytes, int index = 0) {
  Word result;
  std::memcpy(&result, bytes + static_cast<size_t>(index) * sizeof result, sizeof result);
  return result;
}

uint32_t toUnorm(float value, uint32_t bits) {
  const double largest = std::exp2(bits) - 1;
  return static_cast<uint32_t>(std::llround(static_cast<double>(std::clamp(value, 0.0f, 1.0f)) * largest));
}

// Unsigned floats of 5 bits of exponent and fewer of mantissa than fp16 are fp16 without sign and with fewer bits.
uint32_t toSmallFloat(float value, uint32_t mantissa_bits) {
  return static_cast<uint32_t>(halfFromFloat(std::max(value, 0.0f))) >> (10 - mantissa_bits);
}
float fromSmallFloat(uint32_t bits, uint32_t mantissa_bits) {
  return floatFromHalf(static_cast<uint16_t>(bits << (10 - mantissa_bits)));
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
        const float wave =
            0.5f + 0.5f * std::sin(0.21f * static_cast<float>(x * (c + 1)) + 0.13f * static_cast<float>(y));
        pixels.rgba[(size_t{y} * width + x) * 4 + c] =
            (c == 3 ? 1.0f : brightest) * (0.7f * wave + random.uniform(0.0f, 0.3f));
      }
    }
  }
  return pixels;
}

Pixels framed(const Pixels& picture, uint32_t width, uint32_t height, uint32_t left, uint32_t top, float around) {
  Pixels result(width, height);
  std::fill(result.rgba.begin(), result.rgba.end(), around);
  for (uint32_t y = 0; y < picture.height; ++y) {
    std::copy_n(&picture.rgba[size_t{y} * picture.width * 4], picture.width * 4,
                &result.rgba[(size_t{y + top} * width + left) * 4]);
  }
  return result;
}

std::vector<uint8_t> encodePixels(const Pixels& pixels, VkFormat format) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < pixels.rgba.size(); i += 4) {
    const float* p = &pixels.rgba[i];
    switch (format) {
      case VK_FORMAT_R8_UNORM:
        bytes.push_back(toUnorm8(p[0]));
        break;
      case VK_FORMAT_R8G8B8A8_UNORM:
        for (int c = 0; c < 4; ++c) bytes.push_back(toUnorm8(p[c]));
        break;
      case VK_FORMAT_B8G8R8A8_UNORM:
        for (const int c : {2, 1, 0, 3}) bytes.push_back(toUnorm8(p[c]));
        break;
      case VK_FORMAT_R8G8B8A8_SRGB:
        for (int c = 0; c < 4; ++c) bytes.push_back(toUnorm8(c == 3 ? p[c] : srgbEncode(p[c])));
        break;
      case VK_FORMAT_A2B10G10R10_UNORM_PACK32:
        append(bytes, toUnorm(p[0], 10) | toUnorm(p[1], 10) << 10 | toUnorm(p[2], 10) << 20 | toUnorm(p[3], 2) << 30);
        break;
      case VK_FORMAT_B10G11R11_UFLOAT_PACK32:
        append(bytes, toSmallFloat(p[0], 6) | toSmallFloat(p[1], 6) << 11 | toSmallFloat(p[2], 5) << 22);
        break;
      case VK_FORMAT_R16_SFLOAT:
        append(bytes, halfFromFloat(p[0]));
        break;
      case VK_FORMAT_R16G16B16A16_SFLOAT:
        for (int c = 0; c < 4; ++c) append(bytes, halfFromFloat(p[c]));
        break;
      case VK_FORMAT_R32_SFLOAT:
      case VK_FORMAT_D32_SFLOAT:
      case VK_FORMAT_D32_SFLOAT_S8_UINT:
        append(bytes, p[0]);
        break;
      case VK_FORMAT_R32G32_SFLOAT:
        for (int c = 0; c < 2; ++c) append(bytes, p[c]);
        break;
      case VK_FORMAT_R32G32B32A32_SFLOAT:
        for (int c = 0; c < 4; ++c) append(bytes, p[c]);
        break;
      case VK_FORMAT_D16_UNORM:
        append(bytes, static_cast<uint16_t>(toUnorm(p[0], 16)));
        break;
      case VK_FORMAT_D24_UNORM_S8_UINT:
        append(bytes, toUnorm(p[0], 24));
        break;
      default:
        throw std::runtime_error("encodePixels: unknown format");
    }
  }
  return bytes;
}

Pixels decodePixels(const std::vector<uint8_t>& bytes, uint32_t width, uint32_t height, VkFormat format) {
  Pixels pixels(width, height);
  for (size_t i = 0; i < size_t{width} * height; ++i) {
    float* p = &pixels.rgba[i * 4];
    const uint8_t* b = &bytes[i * texelBytes(format)];
    const auto channels = [&](std::initializer_list<float> values) { std::copy(values.begin(), values.end(), p); };
    p[3] = 1.0f;
    switch (format) {
      case VK_FORMAT_R8_UNORM:
        channels({static_cast<float>(b[0]) / 255.0f});
        break;
      case VK_FORMAT_R8G8B8A8_UNORM:
        for (int c = 0; c < 4; ++c) p[c] = static_cast<float>(b[c]) / 255.0f;
        break;
      case VK_FORMAT_B8G8R8A8_UNORM:
        for (int c = 0; c < 4; ++c) p[c] = static_cast<float>(b[c == 3 ? 3 : 2 - c]) / 255.0f;
        break;
      case VK_FORMAT_R8G8B8A8_SRGB:
        for (int c = 0; c < 4; ++c) p[c] = static_cast<float>(b[c]) / 255.0f;
        for (int c = 0; c < 3; ++c) p[c] = srgbDecode(p[c]);
        break;
      case VK_FORMAT_A2B10G10R10_UNORM_PACK32: {
        const auto bits = word<uint32_t>(b);
        for (int c = 0; c < 3; ++c) p[c] = static_cast<float>(bits >> (10 * c) & 1023u) / 1023.0f;
        p[3] = static_cast<float>(bits >> 30) / 3.0f;
        break;
      }
      case VK_FORMAT_B10G11R11_UFLOAT_PACK32: {
        const auto bits = word<uint32_t>(b);
        channels(
            {fromSmallFloat(bits & 2047u, 6), fromSmallFloat(bits >> 11 & 2047u, 6), fromSmallFloat(bits >> 22, 5)});
        break;
      }
      case VK_FORMAT_R16_SFLOAT:
        channels({floatFromHalf(word<uint16_t>(b))});
        break;
      case VK_FORMAT_R16G16B16A16_SFLOAT:
        for (int c = 0; c < 4; ++c) p[c] = floatFromHalf(word<uint16_t>(b, c));
        break;
      case VK_FORMAT_R32_SFLOAT:
      case VK_FORMAT_D32_SFLOAT:
      case VK_FORMAT_D32_SFLOAT_S8_UINT:
        channels({word<float>(b)});
        break;
      case VK_FORMAT_R32G32_SFLOAT:
        channels({word<float>(b, 0), word<float>(b, 1)});
        break;
      case VK_FORMAT_R32G32B32A32_SFLOAT:
        for (int c = 0; c < 4; ++c) p[c] = word<float>(b, c);
        break;
      case VK_FORMAT_D16_UNORM:
        channels({static_cast<float>(word<uint16_t>(b)) / 65535.0f});
        break;
      case VK_FORMAT_D24_UNORM_S8_UINT:
        channels({static_cast<float>(word<uint32_t>(b) & 0xFFFFFFu) / 16777215.0f});
        break;
      default:
        throw std::runtime_error("decodePixels: unknown format");
    }
  }
  return pixels;
}

bool TestImage::supported(const TestDevice& device, VkFormat format, VkFormatFeatureFlags features) {
  VkFormatProperties properties{};
  vkGetPhysicalDeviceFormatProperties(device.physical_device, format, &properties);
  return (properties.optimalTilingFeatures & features) == features;
}

TestImage::TestImage(const TestDevice& device, VkFormat format, uint32_t width, uint32_t height,
                     VkImageUsageFlags usage, uint32_t layers)
    : device_(device), format_(format), width_(width), height_(height), layers_(std::max(1u, layers)) {
  VkImageCreateInfo info{VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO};
  info.imageType = VK_IMAGE_TYPE_2D;
  info.format = format;
  info.extent = {width, height, 1};
  info.mipLevels = 1;
  info.arrayLayers = layers_;
  info.samples = VK_SAMPLE_COUNT_1_BIT;
  info.usage = usage | VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
  expect(vkCreateImage(device.device, &info, nullptr, &image_), "vkCreateImage");
  VkMemoryRequirements requirements{};
  vkGetImageMemoryRequirements(device.device, image_, &requirements);
  VkMemoryAllocateInfo allocation{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
  allocation.allocationSize = requirements.size;
  allocation.memoryTypeIndex = device.findMemoryType(requirements.memoryTypeBits, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
  expect(vkAllocateMemory(device.device, &allocation, nullptr, &memory_), "vkAllocateMemory");
  expect(vkBindImageMemory(device.device, image_, memory_, 0), "vkBindImageMemory");
  VkImageViewCreateInfo view{VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO};
  view.image = image_;
  view.viewType = layers > 0 ? VK_IMAGE_VIEW_TYPE_2D_ARRAY : VK_IMAGE_VIEW_TYPE_2D;
  view.format = format;
  view.subresourceRange = {copiedAspect(format), 0, 1, 0, layers_};
  expect(vkCreateImageView(device.device, &view, nullptr, &view_), "vkCreateImageView");
}

TestImage::~TestImage() {
  vkDestroyImageView(device_.device, view_, nullptr);
  vkDestroyImage(device_.device, image_, nullptr);
  vkFreeMemory(device_.device, memory_, nullptr);
}

void TestImage::upload(const std::vector<Pixels>& layers, VkImageLayout layout) {
  std::vector<uint8_t> bytes;
  for (const Pixels& pixels : layers) {
    const std::vector<uint8_t> layer = encodePixels(pixels, format_);
    bytes.insert(bytes.end(), layer.begin(), layer.end());
  }
  const HostBuffer staging(device_, bytes.size(), VK_BUFFER_USAGE_TRANSFER_SRC_BIT);
  std::copy(bytes.begin(), bytes.end(), staging.as<uint8_t>());
  device_.submit([&](VkCommandBuffer command_buffer) {
    transition(command_buffer, image_, format_, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    for (uint32_t layer = 0; layer < layers_; ++layer) {
      VkBufferImageCopy copy = wholeLayer(format_, width_, height_, layer);
      copy.bufferOffset = bytes.size() / layers_ * layer;
      vkCmdCopyBufferToImage(command_buffer, staging.get(), image_, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &copy);
    }
    transition(command_buffer, image_, format_, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, layout);
  });
  layout_ = layout;
}

std::vector<uint8_t> TestImage::download(uint32_t layer) const {
  const HostBuffer staging(device_, VkDeviceSize{width_} * height_ * texelBytes(format_),
                           VK_BUFFER_USAGE_TRANSFER_DST_BIT);
  device_.submit([&](VkCommandBuffer command_buffer) {
    transition(command_buffer, image_, format_, VK_IMAGE_LAYOUT_GENERAL, VK_IMAGE_LAYOUT_GENERAL);
    const VkBufferImageCopy copy = wholeLayer(format_, width_, height_, layer);
    vkCmdCopyImageToBuffer(command_buffer, image_, VK_IMAGE_LAYOUT_GENERAL, staging.get(), 1, &copy);
  });
  return {staging.as<uint8_t>(), staging.as<uint8_t>() + staging.size()};
}

}  // namespace impasto::test
