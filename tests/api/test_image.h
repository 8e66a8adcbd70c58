// Images of a test: on the host as floats, on the device in any format that the tests of the pass use.
#pragma once

#include <cstdint>
#include <vector>

#include "support/random_style.h"
#include "support/vulkan_fixture.h"

namespace impasto::test {

// RGBA floats, interleaved: values as a shader reads them.
struct Pixels {
  uint32_t width = 0, height = 0;
  std::vector<float> rgba;

  Pixels() = default;
  Pixels(uint32_t w, uint32_t h) : width(w), height(h), rgba(size_t{w} * h * 4) {}
  std::vector<float> rgb() const;
  float at(uint32_t x, uint32_t y, uint32_t channel) const { return rgba[(size_t{y} * width + x) * 4 + channel]; }
};

// Smooth gradients with some noise, within [0, brightest]; alpha too.
Pixels makePixels(uint32_t width, uint32_t height, uint32_t seed, float brightest = 1.0f);

// To and from the bytes of a texel in R8G8B8A8_UNORM, R8G8B8A8_SRGB, B8G8R8A8_UNORM, R16G16B16A16_SFLOAT, R8_UNORM or
// R32_SFLOAT (the latter two hold the red channel).
std::vector<uint8_t> encodePixels(const Pixels& pixels, VkFormat format);
Pixels decodePixels(const std::vector<uint8_t>& bytes, uint32_t width, uint32_t height, VkFormat format);

class TestImage {
 public:
  TestImage(const TestDevice& device, VkFormat format, uint32_t width, uint32_t height, VkImageUsageFlags usage);
  ~TestImage();
  TestImage(const TestImage&) = delete;
  TestImage& operator=(const TestImage&) = delete;

  // Fills the image and leaves it in `layout`, visible to compute shaders.
  void upload(const Pixels& pixels, VkImageLayout layout);
  std::vector<uint8_t> download() const;  // from layout GENERAL, written by compute shaders
  Pixels downloadPixels() const { return decodePixels(download(), width_, height_, format_); }

  VkImage get() const { return image_; }
  VkImageView view() const { return view_; }
  VkImageLayout layout() const { return layout_; }

 private:
  const TestDevice& device_;
  VkFormat format_;
  uint32_t width_, height_;
  VkImage image_ = VK_NULL_HANDLE;
  VkDeviceMemory memory_ = VK_NULL_HANDLE;
  VkImageView view_ = VK_NULL_HANDLE;
  VkImageLayout layout_ = VK_IMAGE_LAYOUT_UNDEFINED;
};

}  // namespace impasto::test
