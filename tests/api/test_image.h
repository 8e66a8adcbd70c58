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

// A picture at a place in a larger one, whose other pixels are `around`.
Pixels framed(const Pixels& picture, uint32_t width, uint32_t height, uint32_t left, uint32_t top, float around);

// To and from the bytes of a texel: the colour formats of 8 bits a channel, A2B10G10R10_UNORM, B10G11R11_UFLOAT,
// R16G16B16A16_SFLOAT and R32G32B32A32_SFLOAT; R32G32_SFLOAT, R8_UNORM, R16_SFLOAT and R32_SFLOAT, which hold the first
// channels; and the depth of depth formats, as it is copied. Channels that a format lacks are decoded as a shader reads
// them: 0, and 1 for alpha.
std::vector<uint8_t> encodePixels(const Pixels& pixels, VkFormat format);
Pixels decodePixels(const std::vector<uint8_t>& bytes, uint32_t width, uint32_t height, VkFormat format);

class TestImage {
 public:
  // With `layers` the view is a 2D array. Of a format with depth the view is its depth.
  TestImage(const TestDevice& device, VkFormat format, uint32_t width, uint32_t height, VkImageUsageFlags usage,
            uint32_t layers = 0);
  ~TestImage();
  TestImage(const TestImage&) = delete;
  TestImage& operator=(const TestImage&) = delete;

  // Fills the image and leaves it in `layout`, visible to compute shaders.
  void upload(const Pixels& pixels, VkImageLayout layout) { upload(std::vector<Pixels>{pixels}, layout); }
  void upload(const std::vector<Pixels>& layers, VkImageLayout layout);
  std::vector<uint8_t> download(uint32_t layer = 0) const;  // from layout GENERAL, written by compute shaders
  Pixels downloadPixels(uint32_t layer = 0) const { return decodePixels(download(layer), width_, height_, format_); }

  // Can the device do this with images of the format?
  static bool supported(const TestDevice& device, VkFormat format, VkFormatFeatureFlags features);

  VkImage get() const { return image_; }
  VkImageView view() const { return view_; }
  VkImageLayout layout() const { return layout_; }

 private:
  const TestDevice& device_;
  VkFormat format_;
  uint32_t width_, height_, layers_;
  VkImage image_ = VK_NULL_HANDLE;
  VkDeviceMemory memory_ = VK_NULL_HANDLE;
  VkImageView view_ = VK_NULL_HANDLE;
  VkImageLayout layout_ = VK_IMAGE_LAYOUT_UNDEFINED;
};

}  // namespace impasto::test
