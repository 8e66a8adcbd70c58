#include "pass/color.h"

#include <algorithm>
#include <cmath>

namespace impasto {
namespace {

float dot(const Rgb& c, float r, float g, float b) noexcept { return c[0] * r + c[1] * g + c[2] * b; }

// Linear light between the primaries of ITU-R BT.709 and BT.2020, both with D65 white.
Rgb bt2020FromBt709(const Rgb& c) noexcept {
  return {dot(c, 0.6274038959f, 0.3292830384f, 0.0433130657f), dot(c, 0.0690972894f, 0.9195403951f, 0.0113623156f),
          dot(c, 0.0163914389f, 0.0880133079f, 0.8955952532f)};
}

Rgb bt709FromBt2020(const Rgb& c) noexcept {
  return {dot(c, 1.6604910021f, -0.5876411388f, -0.0728498633f), dot(c, -0.1245504745f, 1.1328998971f, -0.0083494226f),
          dot(c, -0.0181507634f, -0.100578898f, 1.1187296614f)};
}

template <class Function>
Rgb each(const Rgb& c, Function function) noexcept {
  return {function(c[0]), function(c[1]), function(c[2])};
}

constexpr float kPqM1 = 0.1593017578125f, kPqM2 = 78.84375f, kPqC1 = 0.8359375f, kPqC2 = 18.8515625f, kPqC3 = 18.6875f;
constexpr float kPqPeak = 10000.0f;  // cd/m2

}  // namespace

float srgbEncode(float linear) noexcept {
  return linear <= 0.0031308f ? 12.92f * linear : 1.055f * std::pow(linear, 1.0f / 2.4f) - 0.055f;
}

float srgbDecode(float encoded) noexcept {
  return encoded <= 0.04045f ? encoded / 12.92f : std::pow((encoded + 0.055f) / 1.055f, 2.4f);
}

float pqEncode(float linear) noexcept {
  const float y = std::pow(linear, kPqM1);
  return std::pow((kPqC1 + kPqC2 * y) / (1.0f + kPqC3 * y), kPqM2);
}

float pqDecode(float encoded) noexcept {
  const float n = std::pow(encoded, 1.0f / kPqM2);
  return std::pow(std::max(n - kPqC1, 0.0f) / (kPqC2 - kPqC3 * n), 1.0f / kPqM1);
}

float displayWhiteScale(ColorEncoding encoding, float exposure, float paper_white) noexcept {
  switch (encoding) {
    case ColorEncoding::Linear:
      return exposure;
    case ColorEncoding::Scrgb:
      return 80.0f / paper_white;
    case ColorEncoding::Hdr10:
      return 1.0f / paper_white;
    case ColorEncoding::Srgb:
      break;
  }
  return 1.0f;
}

Rgb decodeColor(const Rgb& value, ColorEncoding encoding, float scale) noexcept {
  switch (encoding) {
    case ColorEncoding::Srgb:
      return each(value, [](float v) { return srgbDecode(clampTo(v, 0.0f, 1.0f)); });
    case ColorEncoding::Hdr10:
      return bt709FromBt2020(
          each(value, [&](float v) { return pqDecode(clampTo(v, 0.0f, 1.0f)) * (kPqPeak * scale); }));
    default:
      return each(value, [&](float v) { return limited(v * scale, kLargestColor); });
  }
}

Rgb encodeColor(const Rgb& linear, ColorEncoding encoding, float scale, float largest) noexcept {
  switch (encoding) {
    case ColorEncoding::Srgb:
      return each(linear, [](float v) { return srgbEncode(clampTo(v, 0.0f, 1.0f)); });
    case ColorEncoding::Hdr10:
      return each(bt2020FromBt709(linear),
                  [&](float v) { return pqEncode(clampTo(v * (scale / kPqPeak), 0.0f, 1.0f)); });
    default:
      return each(linear, [&](float v) { return limited(v * scale, largest); });
  }
}

SeenColor seenColor(const Rgb& value, ColorEncoding encoding, float scale) noexcept {
  if (encoding == ColorEncoding::Srgb) return {each(value, [](float v) { return clampTo(v, 0.0f, 1.0f); }), 1.0f};
  const Rgb linear = each(decodeColor(value, encoding, scale), [](float v) { return clampTo(v, 0.0f, kLargestColor); });
  const float highlight = std::max({1.0f, linear[0], linear[1], linear[2]});
  return {each(linear, [&](float v) { return srgbEncode(v / highlight); }), highlight};
}

float luma(const Rgb& encoded) noexcept { return dot(encoded, 0.2126f, 0.7152f, 0.0722f); }

}  // namespace impasto
