#include "media/image.h"

#include <Imath/half.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "media/color_profile.h"
#include "media/parallel.h"

namespace impasto::media {
namespace {

template <typename T>
T rounded(float value) {
  constexpr float kMax = static_cast<float>(std::numeric_limits<T>::max());
  return value > 0 ? static_cast<T>(std::min(value, 1.0f) * kMax + 0.5f) : T{0};  // NaN becomes 0
}

void applyCurve(float* rgba, size_t count, float (*curve)(float)) {
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = 0; c < 3; ++c) rgba[i * 4 + c] = curve(rgba[i * 4 + c]);
  }
}

}  // namespace

float linearFromSrgb(float v) {
  const float a = std::fabs(v);
  return std::copysign(a <= 0.04045f ? a / 12.92f : std::pow((a + 0.055f) / 1.055f, 2.4f), v);
}

float srgbFromLinear(float v) {
  const float a = std::fabs(v);
  return std::copysign(a <= 0.0031308f ? a * 12.92f : 1.055f * std::pow(a, 1.0f / 2.4f) - 0.055f, v);
}

void loadPixels(const Image& image, uint32_t x, uint32_t y, size_t count, float* rgba) {
  const std::byte* from = image.pixel(x, y);
  const size_t values = count * 4;
  switch (image.type) {
    case SampleType::U8: {
      const auto* samples = reinterpret_cast<const uint8_t*>(from);
      for (size_t i = 0; i < values; ++i) rgba[i] = static_cast<float>(samples[i]) / 255.0f;
      break;
    }
    case SampleType::U16: {
      const auto* samples = reinterpret_cast<const uint16_t*>(from);
      for (size_t i = 0; i < values; ++i) rgba[i] = static_cast<float>(samples[i]) / 65535.0f;
      break;
    }
    case SampleType::F16: {
      const auto* samples = reinterpret_cast<const uint16_t*>(from);
      for (size_t i = 0; i < values; ++i) rgba[i] = imath_half_to_float(samples[i]);
      break;
    }
    case SampleType::F32: std::memcpy(rgba, from, values * sizeof(float)); break;
  }
}

void storePixels(Image& image, uint32_t x, uint32_t y, size_t count, const float* rgba) {
  std::byte* to = image.pixel(x, y);
  const size_t values = count * 4;
  switch (image.type) {
    case SampleType::U8: {
      auto* samples = reinterpret_cast<uint8_t*>(to);
      for (size_t i = 0; i < values; ++i) samples[i] = rounded<uint8_t>(rgba[i]);
      break;
    }
    case SampleType::U16: {
      auto* samples = reinterpret_cast<uint16_t*>(to);
      for (size_t i = 0; i < values; ++i) samples[i] = rounded<uint16_t>(rgba[i]);
      break;
    }
    case SampleType::F16: {
      auto* samples = reinterpret_cast<uint16_t*>(to);
      for (size_t i = 0; i < values; ++i) samples[i] = imath_float_to_half(rgba[i]);
      break;
    }
    case SampleType::F32: std::memcpy(to, rgba, values * sizeof(float)); break;
  }
}

Image withSampleType(Image image, SampleType type) {
  if (image.type == type) return image;
  Image out(image.width, image.height, type);
  out.has_alpha = image.has_alpha;
  out.metadata = std::move(image.metadata);
  const bool crosses = isFloat(image.type) != isFloat(type) && out.metadata.icc.empty();
  forRowBands(image.height, [&](uint32_t first, uint32_t last) {
    std::vector<float> row(size_t{image.width} * 4);
    for (uint32_t y = first; y < last; ++y) {
      loadPixels(image, 0, y, image.width, row.data());
      if (crosses) applyCurve(row.data(), image.width, isFloat(type) ? linearFromSrgb : srgbFromLinear);
      storePixels(out, 0, y, image.width, row.data());
    }
  });
  return out;
}

Image upright(Image stored, int orientation) {
  if (orientation <= 1 || orientation > 8) return stored;
  const bool swaps = orientation >= 5;
  Image out(swaps ? stored.height : stored.width, swaps ? stored.width : stored.height, stored.type);
  out.has_alpha = stored.has_alpha;
  out.metadata = std::move(stored.metadata);
  if (swaps) std::swap(out.metadata.pixels_per_metre[0], out.metadata.pixels_per_metre[1]);
  // Where row 0 and column 0 of the stored picture are shown: (top, left), (top, right), (bottom, right), ...
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const size_t bytes = out.pixelBytes();
  for (uint32_t y = 0; y < out.height; ++y) {
    for (uint32_t x = 0; x < out.width; ++x) {
      uint32_t source_x = swaps ? y : x, source_y = swaps ? x : y;
      if (from_right) source_x = stored.width - 1 - source_x;
      if (from_bottom) source_y = stored.height - 1 - source_y;
      std::memcpy(out.pixel(x, y), stored.pixel(source_x, source_y), bytes);
    }
  }
  return out;
}

Picture toPicture(const Image& image) {
  const Image eight_bit = withSampleType(toSrgb(image), SampleType::U8);
  Picture picture;
  picture.width = image.width;
  picture.height = image.height;
  picture.has_alpha = image.has_alpha;
  const auto* bytes = reinterpret_cast<const uint8_t*>(eight_bit.samples.data());
  picture.rgba.assign(bytes, bytes + eight_bit.samples.size());
  return picture;
}

Image fromPicture(const Picture& picture) {
  Image image(picture.width, picture.height, SampleType::U8);
  image.has_alpha = picture.has_alpha;
  std::memcpy(image.samples.data(), picture.rgba.data(), picture.rgba.size());
  return image;
}

}  // namespace impasto::media
