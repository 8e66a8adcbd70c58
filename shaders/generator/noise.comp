// The fixed pseudo-random texture: noiseValue() of plugin/src/style/graph.h, the same integer arithmetic.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/push_constants.h"
#include "generator/layout.glsl"

layout(local_size_x = 32, local_size_y = 2) in;

layout(binding = 0) writeonly restrict buffer Result { Quad data[]; } result;

layout(push_constant) uniform Push { NoisePush push; };

uint pcgHash(uint value) {
  const uint state = value * 747796405u + 2891336453u;
  const uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

float noiseValue(uint x, uint y, uint channel) {
  if (channel >= push.channels) return 0.0;
  const uint h = pcgHash(x + pcgHash(y + pcgHash(channel + pcgHash(push.seed))));
  return float(h >> 8u) * (1.0 / 8388608.0) - 1.0;
}

void main() {
  const uint x = gl_GlobalInvocationID.x;
  const uint y = push.begin_y + gl_GlobalInvocationID.y;
  const uint q = gl_WorkGroupID.z;
  if (x >= push.width || y >= push.end_y) return;
  const vec4 value = vec4(noiseValue(x, y, q * 4), noiseValue(x, y, q * 4 + 1), noiseValue(x, y, q * 4 + 2),
                          noiseValue(x, y, q * 4 + 3));
  result.data[quadIndex(push.result, y, x, q)] = storeQuad(value);
}
