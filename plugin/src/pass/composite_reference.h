// The composite in plain fp32 C++: what shaders/pass/composite.comp and high_pass.comp compute, for
// impastoPaintHostImage and as their oracle in tests. Thread-safe: no state.
//
// A pixel on its way (docs/integration.md says the same in words):
//   seen       what the generator sees (pass/color.h): sRGB-encoded, [0, 1]; a pixel brighter than display white is
//              divided by its `highlight`
//   painted    the generator's output, clamped to [0, 1]
//   toned      painted luma + chroma mixed from painted and seen (colour preservation) + detail * high-pass of the
//              seen luma, clamped to [0, 1]
//   result     seen + strength * mask * (toned - seen), decoded to linear light, times `highlight`, encoded for the
//              output
// Where strength * mask is 0, the result is the input's value itself, bit for bit, or its plain conversion.
#pragma once

#include <cstdint>

#include "base/tensor.h"
#include "pass/color.h"

namespace impasto {

struct CompositeSettings {
  ColorEncoding input = ColorEncoding::Srgb;
  ColorEncoding output = ColorEncoding::Srgb;
  bool same_format = true;                 // the output holds every value of the input
  float exposure = 1.0f;                   // of LINEAR, > 0
  float paper_white = kDefaultPaperWhite;  // cd/m2, of SCRGB and HDR10
  float largest_output = kLargestColor;    // what is written is clamped to it
  float strength = 1.0f;
  float color_preservation = 0.0f;
  float detail = 0.0f;

  float inputScale() const noexcept { return displayWhiteScale(input, exposure, paper_white); }
  float outputScale() const noexcept { return 1.0f / displayWhiteScale(output, exposure, paper_white); }
};

// `color`: width * height RGB, interleaved, as read from the input. Returns the generator's 3 x H x W colour input.
Tensor seenColor(const CompositeSettings& settings, uint32_t width, uint32_t height, const float* color);

// `seen` from seenColor(), `painted` from the generator (3 x H x W), `mask` one value per pixel or null.
// `output` receives RGB, interleaved, in the output's encoding, and may be `color`.
void composite(const CompositeSettings& settings, const float* color, const Tensor& seen, const Tensor& painted,
               const float* mask, float* output);

}  // namespace impasto
