// Colour in and out: what the numbers in an image mean, as linear light and back, one pixel at a time. The same as
// shaders/pass/color.glsl. No state.
//
//   decode -> linear light, BT.709 primaries (sRGB's), 1 = display white -> encode
//
// Linear light may be negative, which is a colour outside the primaries, and brighter than 1, which is a highlight. The
// one number that a frame or a pass brings along is the scale between the encoding's own unit and display white:
//
//   encoding   unit of its linear light       to display white
//   SRGB       display white, up to 1         1
//   LINEAR     whatever `exposure` scales     exposure
//   SCRGB      80 cd/m2 (IEC 61966-2-2)       80 / paper white
//   HDR10      1 cd/m2 (ST 2084, BT.2020)     1 / paper white
#pragma once

#include <array>
#include <cstdint>

namespace impasto {

enum class ColorEncoding : uint32_t { Srgb = 0, Linear = 1, Scrgb = 2, Hdr10 = 3 };  // as in ImpastoColorEncoding

using Rgb = std::array<float, 3>;

inline constexpr float kLargestColor = 65504.0f;     // the largest fp16 value: brighter pixels are clamped to it
inline constexpr float kDefaultPaperWhite = 203.0f;  // cd/m2 (ITU-R BT.2408)

float srgbEncode(float linear) noexcept;  // IEC 61966-2-1
float srgbDecode(float encoded) noexcept;
float pqEncode(float linear) noexcept;  // SMPTE ST 2084: [0, 1] of 10000 cd/m2 to [0, 1]
float pqDecode(float encoded) noexcept;

// What an encoding's linear light is multiplied by to have 1 at display white. `exposure` and `paper_white` > 0.
float displayWhiteScale(ColorEncoding encoding, float exposure, float paper_white) noexcept;

// Any value, NaN and infinities too; components beyond +-65504 are clamped, NaN is 0. `scale`: displayWhiteScale().
Rgb decodeColor(const Rgb& value, ColorEncoding encoding, float scale) noexcept;

// `scale`: 1 / displayWhiteScale(); components beyond +-largest are clamped to it. SRGB and HDR10 have no negative
// components and end at display white and at 10000 cd/m2.
Rgb encodeColor(const Rgb& linear, ColorEncoding encoding, float scale, float largest) noexcept;

// What the generator sees of a pixel: sRGB-encoded, [0, 1]. A pixel brighter than display white was divided by its
// largest component, which keeps its hue: `highlight`, which is 1 for all others.
struct SeenColor {
  Rgb color;
  float highlight;
};
SeenColor seenColor(const Rgb& value, ColorEncoding encoding, float scale) noexcept;

// ITU-R BT.709, of encoded values.
float luma(const Rgb& encoded) noexcept;

// Clamped to +-largest; NaN becomes 0.
inline float limited(float value, float largest) noexcept {
  return value > 0.0f ? (value < largest ? value : largest)
                      : (value < 0.0f ? (value > -largest ? value : -largest) : 0.0f);
}

// NaN becomes `low`.
inline float clampTo(float value, float low, float high) noexcept {
  return value > low ? (value < high ? value : high) : low;
}

}  // namespace impasto
