// One frame input to the generator's input tensor, at the aligned extent: beyond the frame's right and bottom edge its
// last column and row repeat. One invocation per texel; one dispatch per band of rows (vulkan/tensor_view.h).
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_samplerless_texture_functions : require
#include "generator/layout.glsl"
#include "pass/color.glsl"

layout(local_size_x = 16, local_size_y = 8) in;

layout(constant_id = 0) const uint kInputKind = 0;  // impasto::InputKind
layout(constant_id = 1) const uint kEncoding = 0;   // of a colour input
const uint kColor = 0;
const uint kDepth = 1;

layout(binding = 0) uniform texture2D source;
layout(binding = 1) writeonly buffer Target { Quad data[]; } target;

layout(push_constant) uniform Push {
  uvec2 frame_extent;  // pixels of the source
  uint width;          // texels of the tensor's rows
  uint first_row, rows;
  uint row_quads, quad;
  float exposure;
};

void main() {
  uvec2 texel = gl_GlobalInvocationID.xy;
  if (texel.x >= width || texel.y >= rows) return;
  texel.y += first_row;
  vec3 value = texelFetch(source, ivec2(min(texel, frame_extent - 1)), 0).rgb;
  vec3 packed;
  if (kInputKind == kColor) {
    float highlight;
    packed = seenColor(value, kEncoding, exposure, highlight);
  } else if (kInputKind == kDepth) {
    packed = vec3(1.0 / (1.0 + clampTo(value.r, 0.0, 1e30)), 0.0, 0.0);  // metres to (0, 1]
  } else {  // normals
    packed = clampTo(value, -1.0, 1.0);
  }
  target.data[quadIndex(texel.y, texel.x, quad, first_row, row_quads, width)] = storeQuad(vec4(packed, 0.0));
}
