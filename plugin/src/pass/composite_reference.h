// Colour in and out of the generator in plain fp32 C++: what shaders/pass/pack.comp and composite.comp compute, for
// impastoPaintHostImage and as their oracle in tests. Thread-safe: no state.
//
// A pixel on its way (docs/integration.md says the same in words):
//   seen       what the generator sees: sRGB-encoded, [0, 1]. Linear values are multiplied by the exposure; a pixel
//              brighter than display white is first divided by its largest component, the `highlight` factor, which
//              keeps its hue and is multiplied back into linear outputs at the end.
//   painted    the generator's output, clamped to [0, 1]
//   toned      painted luma + chroma mixed from painted and seen (colour preservation) + detail * high-pass of the
//              seen luma, clamped to [0, 1]
//   result     seen + strength * mask * (toned - seen), decoded to the output's encoding
// Where strength * mask is 0, the result is the input's value itself, or its plain conversion.
#pragma once

#include <cstdint>

#include "base/tensor.h"

namespace impasto {

enum class ColorEncoding : uint32_t { Srgb = 0, Linear = 1 };  // values as in ImpastoColorEncoding and the shaders

struct CompositeSettings {
  ColorEncoding input = ColorEncoding::Srgb;
  ColorEncoding output = ColorEncoding::Srgb;
  float exposure = 1.0f;  // of linear encodings, > 0
  float strength = 1.0f;
  float color_preservation = 0.0f;
  float detail = 0.0f;
};

inline constexpr float kLargestColor = 65504.0f;  // the largest fp16 value: brighter pixels are clamped to it

float srgbEncode(float linear) noexcept;
float srgbDecode(float encoded) noexcept;

// `color`: width * height RGB, interleaved, as read from the input. Returns the generator's 3 x H x W colour input.
Tensor seenColor(const CompositeSettings& settings, uint32_t width, uint32_t height, const float* color);

// `seen` from seenColor(), `painted` from the generator (3 x H x W), `mask` one value per pixel or null.
// `output` receives RGB, interleaved, in the output's encoding, and may be `color`.
void composite(const CompositeSettings& settings, const float* color, const Tensor& seen, const Tensor& painted,
               const float* mask, float* output);

}  // namespace impasto
