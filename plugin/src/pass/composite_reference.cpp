#include "pass/composite_reference.h"

#include <algorithm>
#include <cmath>

namespace impasto {
namespace {

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

Rgb unpainted(const CompositeSettings& settings, const Rgb& value) noexcept {
  if (settings.input == settings.output) {
    const float largest = settings.largest_output;
    if (settings.same_format) return value;
    return {limited(value[0], largest), limited(value[1], largest), limited(value[2], largest)};
  }
  return encodeColor(decodeColor(value, settings.input, settings.inputScale()), settings.output, settings.outputScale(),
                     settings.largest_output);
}

}  // namespace

Tensor seenColor(const CompositeSettings& settings, uint32_t width, uint32_t height, const float* color) {
  Tensor seen(3, height, width);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      const float* pixel = color + (size_t{y} * width + x) * 3;
      const Rgb value = seenColor({pixel[0], pixel[1], pixel[2]}, settings.input, settings.inputScale()).color;
      for (uint32_t i = 0; i < 3; ++i) seen.at(i, y, x) = value[i];
    }
  }
  return seen;
}

void composite(const CompositeSettings& settings, const float* color, const Tensor& seen, const Tensor& painted,
               const float* mask, float* output) {
  for (uint32_t y = 0; y < seen.height; ++y) {
    for (uint32_t x = 0; x < seen.width; ++x) {
      const size_t index = size_t{y} * seen.width + x;
      const Rgb value = {color[index * 3], color[index * 3 + 1], color[index * 3 + 2]};
      const float strength = settings.strength * (mask ? clampTo(mask[index], 0.0f, 1.0f) : 1.0f);
      Rgb result = unpainted(settings, value);
      if (strength > 0.0f) {
        const float highlight = seenColor(value, settings.input, settings.inputScale()).highlight;
        const Rgb from = planar(seen, y, x);
        const Rgb to =
            toned(settings, from, planar(painted, y, x), settings.detail > 0.0f ? highPass(seen, y, x) : 0.0f);
        Rgb linear;
        for (size_t i = 0; i < 3; ++i) {
          result[i] = from[i] + strength * (to[i] - from[i]);
          linear[i] = srgbDecode(result[i]) * highlight;
        }
        if (settings.output != ColorEncoding::Srgb || highlight > 1.0f) {
          result = encodeColor(linear, settings.output, settings.outputScale(), settings.largest_output);
        }
      }
      std::copy(result.begin(), result.end(), output + index * 3);
    }
  }
}

}  // namespace impasto
