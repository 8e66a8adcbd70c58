// The ops that move values and compute nothing, where they could not be fused or done in place: space_to_depth,
// depth_to_space, upsample, and the copy of one input of a concat. An invocation writes one quad of the result.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/layout.glsl"

layout(local_size_x = 32, local_size_y = 2) in;
layout(constant_id = 0) const uint MODE = 0;
const uint kSpaceToDepth = 0;
const uint kDepthToSpace = 1;
const uint kUpsample = 2;
const uint kCopy = 3;
layout(constant_id = 1) const uint BLOCK = 2;

layout(binding = 0) readonly restrict buffer Source { Element data[]; } source;
layout(binding = 1) writeonly restrict buffer Result { Element data[]; } result;

layout(push_constant) uniform Push {
  uint in_width;
  uint in_row_quads, in_quad, in_first_row;
  uint out_width;
  uint out_row_quads, out_quad, out_first_row;
  uint begin_y, end_y;
  uint first_quad;                  // of the result: where invocations begin
  uint begin_channel, end_channel;  // of the result: what this dispatch writes
  uint last;                        // 1: and the padding after it
} push;

Element read(uint channel, uint y, uint x) {
  const uint i = quadIndex(y, x, push.in_quad + channel / 4, push.in_first_row, push.in_row_quads, push.in_width);
  return source.data[i * 4 + channel % 4];
}

Element value(uint channel, uint y, uint x) {
  if (MODE == kSpaceToDepth) {
    const uint subpixel = channel % (BLOCK * BLOCK);
    return read(channel / (BLOCK * BLOCK), y * BLOCK + subpixel / BLOCK, x * BLOCK + subpixel % BLOCK);
  }
  if (MODE == kDepthToSpace) {
    return read(channel * (BLOCK * BLOCK) + (y % BLOCK) * BLOCK + x % BLOCK, y / BLOCK, x / BLOCK);
  }
  if (MODE == kUpsample) return read(channel, y / 2, x / 2);
  return read(channel - push.begin_channel, y, x);
}

void main() {
  const uint x = gl_GlobalInvocationID.x;
  const uint y = push.begin_y + gl_GlobalInvocationID.y;
  const uint q = push.first_quad + gl_WorkGroupID.z;
  if (x >= push.out_width || y >= push.end_y) return;
  const uint i = quadIndex(y, x, push.out_quad + q, push.out_first_row, push.out_row_quads, push.out_width);
  for (uint k = 0; k < 4; ++k) {
    const uint channel = q * 4 + k;
    if (channel >= push.begin_channel && channel < push.end_channel) {
      result.data[i * 4 + k] = value(channel, y, x);
    } else if (channel >= push.end_channel && push.last != 0) {
      result.data[i * 4 + k] = Element(0.0);
    }
  }
}
