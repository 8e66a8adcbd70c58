// Sum of two tensors of one shape, and an activation; where no convolution could take it in (conv.comp).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/layout.glsl"
#include "generator/activation.glsl"

layout(local_size_x = 32, local_size_y = 2) in;
layout(constant_id = 0) const uint ACTIVATION = 0;

layout(binding = 0) readonly restrict buffer First { Quad data[]; } first;
layout(binding = 1) readonly restrict buffer Second { Quad data[]; } second;
layout(binding = 2) writeonly restrict buffer Result { Quad data[]; } result;

layout(push_constant) uniform Push {
  uint width, quads;
  uint first_row_quads, first_quad, first_first_row;
  uint second_row_quads, second_quad, second_first_row;
  uint out_row_quads, out_quad, out_first_row;
  uint begin_y, end_y;
} push;

void main() {
  const uint x = gl_GlobalInvocationID.x;
  const uint y = push.begin_y + gl_GlobalInvocationID.y;
  const uint q = gl_WorkGroupID.z;
  if (x >= push.width || y >= push.end_y) return;
  const vec4 a = loadQuad(first.data[quadIndex(y, x, push.first_quad + q, push.first_first_row, push.first_row_quads,
                                               push.width)]);
  const vec4 b = loadQuad(second.data[quadIndex(y, x, push.second_quad + q, push.second_first_row,
                                                push.second_row_quads, push.width)]);
  result.data[quadIndex(y, x, push.out_quad + q, push.out_first_row, push.out_row_quads, push.width)] =
      storeQuad(activate(ACTIVATION, a + b));
}
