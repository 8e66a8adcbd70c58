// One frame input to the generator's input tensor, at the aligned extent: beyond the frame's right and bottom edge its
// last column and row repeat, and what lies there in the image is not read. An input that the frame does not have is 0.
// One invocation per texel; one dispatch per band of rows (backend/tensor_view.h).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/layout.glsl"
#include "pass/frame_constants.h"
#include "pass/images.glsl"
#include "pass/surface.glsl"

layout(local_size_x = 16, local_size_y = 8) in;

layout(constant_id = 0) const uint kInputKind = 0;  // impasto::InputKind: one of the following
layout(constant_id = 1) const uint kColorEncoding = 0;
layout(constant_id = 2) const uint kDepthEncoding = 0;
layout(constant_id = 3) const uint kNormalEncoding = 0;
const uint kColor = 0;
const uint kDepth = 1;

layout(binding = 0) uniform Texture source;
layout(binding = 1) writeonly buffer Result { Quad data[]; } result;
layout(binding = 2, std140) uniform Frame { FrameConstants frame; };
layout(push_constant) uniform Push { BandPush band; };

vec3 packed(ivec2 pixel) {
  int layer = int(band.layer);
  if (kInputKind == kColor) {
    float highlight;
    return seenColor(fetchTexel(source, pixel + frame.color_output.xy, layer).rgb, kColorEncoding, frame.color.x,
                     highlight);
  }
  if (kInputKind == kDepth) {
    float value = fetchTexel(source, pixel + frame.mask_depth.zw, layer).r;
    return vec3(packDepth(value, kDepthEncoding, frame.depth), 0.0, 0.0);
  }
  return packNormal(fetchTexel(source, pixel + frame.normals_motion.xy, layer).rgb, kNormalEncoding,
                    frame.normal_rows);
}

void main() {
  uvec2 texel = gl_GlobalInvocationID.xy;
  if (texel.x >= frame.extent.z || texel.y >= band.rows) return;
  ivec2 pixel = ivec2(min(uvec2(texel.x, texel.y + band.first_row), frame.extent.xy - 1));
  result.data[quadIndex(texel.y, texel.x, band.quad, 0, band.row_quads, band.pitch)] =
      storeQuad(vec4(packed(pixel), 0.0));
}
