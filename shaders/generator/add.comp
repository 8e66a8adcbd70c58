// Sum of two tensors of one shape, and an activation; where no convolution could take it in (conv.comp).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/push_constants.h"
#include "generator/layout.glsl"
#include "generator/activation.glsl"

layout(local_size_x = 32, local_size_y = 2) in;
layout(constant_id = 0) const uint ACTIVATION = 0;

layout(binding = 0) readonly restrict buffer First { Quad data[]; } first;
layout(binding = 1) readonly restrict buffer Second { Quad data[]; } second;
layout(binding = 2) writeonly restrict buffer Result { Quad data[]; } result;

layout(push_constant) uniform Push { AddPush push; };

void main() {
  const uint x = gl_GlobalInvocationID.x;
  const uint y = push.begin_y + gl_GlobalInvocationID.y;
  const uint q = gl_WorkGroupID.z;
  if (x >= push.width || y >= push.end_y) return;
  const vec4 a = loadQuad(first.data[quadIndex(push.first, y, x, q)]);
  const vec4 b = loadQuad(second.data[quadIndex(push.second, y, x, q)]);
  result.data[quadIndex(push.result, y, x, q)] = storeQuad(activate(ACTIVATION, a + b));
}
