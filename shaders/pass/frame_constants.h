// What the pass's shaders are told, declared once for GLSL and for C++ (plugin/src/pass/frame_constants.h fills it in):
// FrameConstants, which may change from frame to frame and differ from layer to layer, in a uniform buffer (std140: the
// members are vectors of four); BandPush, which differs from dispatch to dispatch, as push constants.
//
// What a frame does not have is stated by constants that make it 0, not by flags to branch on: drivers that specialise
// shaders by uniform branches (Mesa's lavapipe up to 23.0) compile them anew for every frame, and keep them all.
#ifndef IMPASTO_PASS_FRAME_CONSTANTS_H
#define IMPASTO_PASS_FRAME_CONSTANTS_H

#ifdef __cplusplus
#include <cstddef>
#include <cstdint>
namespace impasto::shaders {
using uint = uint32_t;
struct alignas(16) vec4 {
  float x, y, z, w;
};
struct alignas(16) ivec4 {
  int32_t x, y, z, w;
};
struct alignas(16) uvec4 {
  uint32_t x, y, z, w;
};
#endif

struct FrameConstants {
  uvec4 extent;         // xy: the frame; zw: the frame extended to the generator's alignment
  ivec4 color_output;   // where the frame begins in the images: xy of the first, zw of the second
  ivec4 mask_depth;
  ivec4 normals_motion;
  uvec4 given;          // x: 1 with a mask, else 0
  vec4 controls;        // strength, colour preservation, detail, temporal weight
  vec4 color;           // x: input to display white, y: display white to output; z: log2 of the exposure;
                        // w: the largest value written
  vec4 depth;           // of a value v in the image: (x + y v) / (z + w v) metres; without depth infinite
  vec4 normal_rows[3];  // xyz: the image's space to view space; without normals 0
  vec4 motion;          // xy: scale, zw: offset; motion * scale + offset is in pixels of this frame
  vec4 previous;        // xy: extent of the previous frame, zw: that by this frame's; -1 without one, or without motion
  vec4 previous_known;  // x: 1 where depth of both frames is known, else 0
  vec4 expected_scale;  // pass/reproject_reference.h
  vec4 expected_offset;
  vec4 style_vector[16];
};

// A run of rows of a tensor. `first_row` counts in the tensor; the buffer that is bound begins with that row.
struct BandPush {
  uint first_row, rows;
  uint pitch;              // texels of the tensor's rows
  uint row_quads, quad;    // backend/tensor_view.h
  uint layer;
  uint plain_pitch;        // elements of a row of the high-pass buffer, or of the plain frames
  uint previous_pitch, previous_row_quads, previous_quad;  // of the previous painted frame
};

#ifdef __cplusplus
static_assert(offsetof(FrameConstants, style_vector) == 16 * 16 && sizeof(FrameConstants) == (16 + 16) * 16,
              "std140 places the members without gaps");
}  // namespace impasto::shaders
#endif

#endif
