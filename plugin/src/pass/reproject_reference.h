// The history input: the previous painted frame, moved to where its surfaces are now, and how far it can be trusted.
// The definition, and plain fp32 C++ that computes it: what shaders/pass/reproject.comp and keep.comp compute, for the
// reference and as their oracle in tests. Thread-safe: no state.
//
// Of each frame that is painted two things are kept: the painted frame as the generator gave it, and the plain frame:
// the seen colour (pass/color.h) in steps of 1/1023, and the packed depth (pass/surface.h: 1 / (1 + metres)) in fp32.
//
// There is no history, all four channels are 0, after `reset`, a resize, another style, a frame of strength 0, in the
// first frame, without motion vectors and where the temporal weight is 0. Else, for pixel p (integers, from the top
// left) of a frame of W x H pixels, the previous one being W' x H':
//
//   q = (p + 0.5 + motion(p) * motion_scale + motion_offset) * (W'/W, H'/H)     position in the previous frame, pixels
//       motion_offset: this frame's jitter minus the previous frame's where motion vectors hold the jitter's difference
//       (drawn position = position without jitter + jitter), else 0
//   Outside of [0, W'] x [0, H'], or not a number: all four channels are 0.
//   t = floor((q - 0.5) * 256 + 0.5) / 256                      steps of 1/256 texel, as texture samplers take them
//   i = floor(t), f = t - i                                     texels beyond the border are those at the border
//
//   RGB: Catmull-Rom interpolation of the painted frame, clamped to [0, 1], over the 4 x 4 texels around t, limited per
//   channel to the range of the 2 x 2 nearest: it stays as sharp as it was and does not ring.
//
//   Validity: depth agreement * colour agreement * temporal weight.
//
//   Depth agreement, where the depth of both frames is known, else 1: the mean over the 2 x 2 texels nearest to t, by
//   bilinear weights, of   1 - smoothstep(0.05, 0.1, |D' - E| / (E + 0.001)).   D' is the texel's packed depth, E the
//   packed depth that this pixel's surface had in the previous frame if nothing moved but the camera (ExpectedDepth;
//   the pixel's own where the cameras are not known). In metres that is |z' - e| / (1 + z'), a tenth of a metre near
//   the eye and 10 % far from it, and nothing at all beyond a kilometre: a steep surface changes by 5 % from one texel
//   to the next, what stands in front of something else is nearly always nearer by more than 10 %.
//
//   Colour agreement: 1 - smoothstep(8/255, 32/255, d), d the largest distance, over the channels, of this pixel's seen
//   colour from the range of the previous seen colours of the 2 x 2 texels nearest to t. Two frames with film grain of
//   +-2/255 each differ by 4/255, 8-bit rounding adds 1/255: under 8/255 nothing is dropped. 32/255 is another thing to
//   see: a shadow, a reflection, a sprite without motion vectors.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/tensor.h"
#include "pass/frame_settings.h"

namespace impasto {

// How far this pixel's surface was from the eye in the previous frame, z_previous (both along the view direction,
// metres), is linear in how far it is now: z_previous = z * dot(scale, s) + dot(offset, s), s = (x + 0.5, y + 0.5, 1).
struct ExpectedDepth {
  std::array<float, 3> scale{0, 0, 1};
  std::array<float, 3> offset{0, 0, 0};
};

// From this frame's camera and the previous one's. Clip space is Vulkan's: y down, (-1, -1) the frame's top left.
// Equal depths where a matrix is not known, not invertible, or no projection as cameras have (w depends on x or y).
// `metres`: of one unit of the view matrices.
ExpectedDepth expectedDepth(const Camera& camera, const Camera& previous, uint32_t width, uint32_t height,
                            float metres) noexcept;

// What is kept of a frame beside the painted one.
struct PlainFrame {
  Tensor color;  // 3 x H x W
  Tensor depth;  // 1 x H x W, packed; empty where the frame had none
};
PlainFrame keepPlainFrame(const Tensor& seen, const Tensor& packed_depth);

struct ReprojectSettings {
  std::array<float, 2> motion_scale{1, 1};
  std::array<float, 2> motion_offset{0, 0};
  ExpectedDepth expected;
  float temporal_weight = 1;
};

// `seen` and `packed_depth` (may be empty) of this frame, `motion` 2 x H x W, `painted` 3 x H' x W' and `plain` of the
// previous frame. Returns 4 x H x W: RGB and validity.
Tensor reproject(const ReprojectSettings& settings, const Tensor& seen, const Tensor& packed_depth,
                 const Tensor& motion, const Tensor& painted, const PlainFrame& plain);

}  // namespace impasto
