// Pictures for the tests of media: ramps with some detail, the same for the same arguments, and what else they need.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "media/error.h"
#include "media/image.h"
#include "media/image_file.h"
#include "support/random_style.h"

namespace impasto::media {

// Integers over their whole range, floats to 4 (highlights).
inline Image makeImage(uint32_t width, uint32_t height, SampleType type, bool has_alpha, uint32_t seed = 1) {
  test::Random random(seed);
  Image image(width, height, type);
  image.has_alpha = has_alpha;
  const float scale = isFloat(type) ? 4.0f : 1.0f;
  std::vector<float> row(size_t{width} * 4);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      float* p = row.data() + size_t{x} * 4;
      const float noise = static_cast<float>(random.below(65536)) / 65536.0f * 0.2f;
      p[0] = (static_cast<float>(x) / static_cast<float>(width) * 0.8f + noise) * scale;
      p[1] = (static_cast<float>(y) / static_cast<float>(height) * 0.8f + noise) * scale;
      p[2] = (static_cast<float>((x / 8 + y / 8) % 2) * 0.7f + noise) * scale;
      p[3] = has_alpha ? static_cast<float>(random.below(3)) / 2 : 1.0f;
    }
    storePixels(image, 0, y, width, row.data());
  }
  return image;
}

inline std::vector<float> valuesOf(const Image& image) {
  std::vector<float> values(size_t{image.width} * image.height * 4);
  loadPixels(image, 0, 0, values.size() / 4, values.data());
  return values;
}

// Of any channel, alpha included; infinite if the extents differ.
inline float maxDifference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height) return INFINITY;
  const std::vector<float> x = valuesOf(a), y = valuesOf(b);
  float most = 0;
  for (size_t i = 0; i < x.size(); ++i) most = std::max(most, std::fabs(x[i] - y[i]));
  return most;
}

inline std::string errorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline std::vector<uint8_t> encoded(const Image& image, ImageFormat format, int quality = 95) {
  Notes notes;
  const std::vector<std::byte> bytes = encodeImage(image, format, {.quality = quality}, notes);
  const auto* first = reinterpret_cast<const uint8_t*>(bytes.data());
  return {first, first + bytes.size()};
}

inline Image decoded(const std::vector<uint8_t>& bytes) {
  Notes notes;
  return decodeImage(bytes, notes);
}

inline Image throughFile(const Image& image, ImageFormat format, int quality = 95) {
  return decoded(encoded(image, format, quality));
}

inline constexpr ImageFormat kAllFormats[] = {ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Webp, ImageFormat::Tiff,
                                              ImageFormat::Exr};

inline std::vector<uint8_t> readBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void writeBytes(const std::string& path, const std::vector<uint8_t>& bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
}

}  // namespace impasto::media
