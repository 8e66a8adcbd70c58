// The ops that move values and compute nothing, where they could not be fused or done in place: space_to_depth,
// depth_to_space, upsample, and the copy of one input of a concat. An invocation writes one quad of the result.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/push_constants.h"
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

layout(push_constant) uniform Push { RearrangePush push; };

float read(uint channel, uint y, uint x) {
  const uint i = quadIndex(push.source, y, x, channel / 4);
  return float(source.data[i * 4 + channel % 4]);
}

float value(uint channel, uint y, uint x) {
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
  const uint i = quadIndex(push.result, y, x, q);
  for (uint k = 0; k < 4; ++k) {
    const uint channel = q * 4 + k;
    if (channel >= push.begin_channel && channel < push.end_channel) {
      result.data[i * 4 + k] = Element(value(channel, y, x));
    } else if (channel >= push.end_channel && push.pad != 0) {
      const float zero = 0.0 * float(push.pad);  // a constant of 16 bits would take the feature shaderFloat16
      result.data[i * 4 + k] = Element(zero);
    }
  }
}
