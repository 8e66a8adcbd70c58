// Each channel scaled and shifted by factors that are the same for the whole frame: x * (1 + g[c]) + g[C + c], then an
// activation. An invocation computes one quad of the result.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/push_constants.h"
#include "generator/layout.glsl"
#include "generator/activation.glsl"

layout(local_size_x = 32, local_size_y = 2) in;
layout(constant_id = 0) const uint ACTIVATION = 0;

layout(binding = 0) readonly restrict buffer Source { Quad data[]; } source;
layout(binding = 1) readonly restrict buffer Factors { Element data[]; } factors;
layout(binding = 2) writeonly restrict buffer Result { Quad data[]; } result;

layout(push_constant) uniform Push { ModulatePush push; };

float factorOf(uint channel) {
  return float(factors.data[quadIndex(push.factors, 0, 0, channel / 4) * 4 + channel % 4]);
}

void main() {
  const uint x = gl_GlobalInvocationID.x;
  const uint y = push.begin_y + gl_GlobalInvocationID.y;
  const uint q = gl_WorkGroupID.z;
  if (x >= push.width || y >= push.end_y) return;
  vec4 scale = vec4(0.0), shift = vec4(0.0);
  for (uint k = 0; k < 4; ++k) {
    const uint channel = q * 4 + k;
    if (channel >= push.channels) break;
    scale[k] = 1.0 + factorOf(channel);
    shift[k] = factorOf(push.channels + channel);
  }
  const vec4 value = loadQuad(source.data[quadIndex(push.source, y, x, q)]);
  result.data[quadIndex(push.result, y, x, q)] = storeQuad(activate(ACTIVATION, value * scale + shift));
}
