#include "pass/composite_reference.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace impasto {
namespace {

using Rgb = std::array<float, 3>;

// NaN becomes `low`: the comparison is false.
float clampTo(float value, float low, float high) noexcept { return value > low ? std::min(value, high) : low; }

// ITU-R BT.709, of encoded values.
float luma(const Rgb& c) noexcept { return 0.2126f * c[0] + 0.7152f * c[1] + 0.0722f * c[2]; }

Rgb exposed(const CompositeSettings& settings, const float* color) noexcept {
  Rgb c;
  for (size_t i = 0; i < 3; ++i) c[i] = clampTo(color[i] * settings.exposure, 0.0f, kLargestColor);
  return c;
}

float highlight(const Rgb& linear) noexcept { return std::max({1.0f, linear[0], linear[1], linear[2]}); }

Rgb planar(const Tensor& t, uint32_t y, uint32_t x) noexcept { return {t.at(0, y, x), t.at(1, y, x), t.at(2, y, x)}; }

// Luma minus its 5x5 tent average, (1 2 3 2 1)/9 each way, borders clamped to the edge pixel.
float highPass(const Tensor& seen, uint32_t y, uint32_t x) noexcept {
  float sum = 0.0f;
  for (int dy = -2; dy <= 2; ++dy) {
    for (int dx = -2; dx <= 2; ++dx) {
      const int sy = std::clamp(static_cast<int>(y) + dy, 0, static_cast<int>(seen.height) - 1);
      const int sx = std::clamp(static_cast<int>(x) + dx, 0, static_cast<int>(seen.width) - 1);
      const float weight = static_cast<float>((3 - std::abs(dy)) * (3 - std::abs(dx)));
      sum += weight * luma(planar(seen, static_cast<uint32_t>(sy), static_cast<uint32_t>(sx)));
    }
  }
  return luma(planar(seen, y, x)) - sum * (1.0f / 81.0f);
}

// The input's value in the output's encoding, unpainted.
Rgb converted(const CompositeSettings& settings, const float* color) noexcept {
  if (settings.input == settings.output) return {color[0], color[1], color[2]};
  Rgb c;
  for (size_t i = 0; i < 3; ++i) {
    c[i] = settings.output == ColorEncoding::Srgb ? srgbEncode(clampTo(color[i] * settings.exposure, 0.0f, 1.0f))
                                                  : srgbDecode(clampTo(color[i], 0.0f, 1.0f)) / settings.exposure;
  }
  return c;
}

Rgb toned(const CompositeSettings& settings, const Rgb& seen, Rgb painted, float high_pass) noexcept {
  for (float& v : painted) v = clampTo(v, 0.0f, 1.0f);
  const float painted_luma = luma(painted);
  const float seen_luma = luma(seen);
  Rgb result;
  for (size_t i = 0; i < 3; ++i) {
    const float painted_chroma = painted[i] - painted_luma;
    const float chroma = painted_chroma + settings.color_preservation * ((seen[i] - seen_luma) - painted_chroma);
    result[i] = clampTo(painted_luma + chroma + settings.detail * high_pass, 0.0f, 1.0f);
  }
  return result;
}

}  // namespace

// IEC 61966-2-1.
float srgbEncode(float linear) noexcept {
  return linear <= 0.0031308f ? 12.92f * linear : 1.055f * std::pow(linear, 1.0f / 2.4f) - 0.055f;
}

float srgbDecode(float encoded) noexcept {
  return encoded <= 0.04045f ? encoded / 12.92f : std::pow((encoded + 0.055f) / 1.055f, 2.4f);
}

Tensor seenColor(const CompositeSettings& settings, uint32_t width, uint32_t height, const float* color) {
  Tensor seen(3, height, width);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      const float* pixel = color + (size_t{y} * width + x) * 3;
      if (settings.input == ColorEncoding::Linear) {
        const Rgb linear = exposed(settings, pixel);
        const float factor = highlight(linear);
        for (uint32_t i = 0; i < 3; ++i) seen.at(i, y, x) = srgbEncode(linear[i] / factor);
      } else {
        for (uint32_t i = 0; i < 3; ++i) seen.at(i, y, x) = clampTo(pixel[i], 0.0f, 1.0f);
      }
    }
  }
  return seen;
}

void composite(const CompositeSettings& settings, const float* color, const Tensor& seen, const Tensor& painted,
               const float* mask, float* output) {
  for (uint32_t y = 0; y < seen.height; ++y) {
    for (uint32_t x = 0; x < seen.width; ++x) {
      const size_t index = size_t{y} * seen.width + x;
      const float* pixel = color + index * 3;
      const float strength = settings.strength * (mask ? clampTo(mask[index], 0.0f, 1.0f) : 1.0f);
      Rgb result = converted(settings, pixel);
      if (strength > 0.0f) {
        const float factor = settings.input == ColorEncoding::Linear ? highlight(exposed(settings, pixel)) : 1.0f;
        const Rgb from = planar(seen, y, x);
        const Rgb to = toned(settings, from, planar(painted, y, x),
                             settings.detail > 0.0f ? highPass(seen, y, x) : 0.0f);
        for (size_t i = 0; i < 3; ++i) {
          const float encoded = from[i] + strength * (to[i] - from[i]);
          if (settings.output == ColorEncoding::Linear) {
            result[i] = srgbDecode(encoded) * factor / settings.exposure;
          } else {
            result[i] = factor > 1.0f ? srgbEncode(std::min(srgbDecode(encoded) * factor, 1.0f)) : encoded;
          }
        }
      }
      std::copy(result.begin(), result.end(), output + index * 3);
    }
  }
}

}  // namespace impasto
