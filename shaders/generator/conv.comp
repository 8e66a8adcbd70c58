// Convolution 1x1 or 3x3 with stride 1 or 2, edge-clamped borders, bias and activation; fused with what surrounds it:
//   - a nearest 2x upsample of the source or its space_to_depth (the upsampled or folded tensor is never written),
//   - depth_to_space of the result: the weights are packed so that an output quad is one subpixel of four output
//     channels, and only the place of the store changes,
//   - a sum with another tensor, and that sum's activation.
//
// Implicit GEMM: a workgroup computes a tile of kWidth x (ROWS * kRowGroups) texels and OUT_QUADS * SPLIT quads of channels.
// One quad of the source at a time comes into shared memory, borders included, with the weights that go with it: what is
// fp16 in memory becomes fp32 there, once, and is used from there by all. An invocation computes ROWS texels of one column
// and OUT_QUADS quads; those that differ in channels alone share the texels, neighbours in a row share the weights, and a
// column once loaded serves all three vertical taps.
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "generator/push_constants.h"
#include "generator/layout.glsl"
#include "generator/activation.glsl"

const uint kInvocations = 128;
layout(local_size_x = kInvocations) in;
#include "generator/conv_result.glsl"
#define Loaded vec4
#include "generator/conv_source.glsl"
// Known to plugin/src/vulkan/kernels/conv.cpp, which chooses them.
layout(constant_id = 0) const uint OUT_QUADS = 2;   // of one invocation: 1, 2 or 4
layout(constant_id = 10) const uint ROWS = 4;      // of one invocation
layout(constant_id = 11) const uint SPLIT = 1;     // invocations that share a column of texels: 1, 2 or 4

// [group of OUT_QUADS * SPLIT output quads][input quad][tap x][tap y][output quad][input channel] of quads of output
// channels.
layout(binding = 1) readonly restrict buffer Weights { Quad data[]; } weights;

const uint kWidth = 16;
const uint kRowGroups = kInvocations / (kWidth * SPLIT);
const uint kTileWidth = (kWidth - 1) * STRIDE + KERNEL;
const uint kTileHeight = (ROWS * kRowGroups - 1) * STRIDE + KERNEL;
const uint kTapWeights = OUT_QUADS * SPLIT * 4;  // quads
const uint kWeights = KERNEL * KERNEL * kTapWeights;
const uint kColumn = (ROWS - 1) * STRIDE + KERNEL;  // texels of the source that a column of ROWS results needs

shared vec4 tile[kTileHeight * kTileWidth];
shared vec4 quad_weights[kWeights];

void main() {
  // Of 32 neighbours, a row of texels or two, all multiply by the same weights.
  const uint column_x = gl_LocalInvocationIndex % kWidth;
  const uint row_group = gl_LocalInvocationIndex / kWidth % kRowGroups;
  const uint part = gl_LocalInvocationIndex / (kWidth * kRowGroups);
  const uint x = gl_WorkGroupID.x * kWidth;
  const uint first_row = push.begin_y + gl_WorkGroupID.y * (ROWS * kRowGroups);
  const uint first_quad = (gl_WorkGroupID.z * SPLIT + part) * OUT_QUADS;

  const int first_x = int(x * STRIDE) - int(KERNEL / 2);
  const int first_y = int(first_row * STRIDE) - int(KERNEL / 2);
  const int last_x = int(push.in_width) - 1;
  const int last_y = int(min(push.in_height - 1, (push.end_y - 1) * STRIDE + KERNEL / 2));

  vec4 sums[OUT_QUADS * ROWS];
  [[unroll]] for (uint o = 0; o < OUT_QUADS; ++o) {
    const vec4 bias = biases.data[first_quad + o];
    [[unroll]] for (uint r = 0; r < ROWS; ++r) sums[o * ROWS + r] = bias;
  }

  const uint corner = row_group * ROWS * STRIDE * kTileWidth + column_x * STRIDE;
  for (uint q = 0; q < push.in_quads; ++q) {
    if (q > 0) barrier();  // all are done with the quad before
    for (uint i = gl_LocalInvocationIndex; i < kTileHeight * kTileWidth; i += kInvocations) {
      const uint source_x = uint(clamp(first_x + int(i % kTileWidth), 0, last_x));
      const uint source_y = uint(clamp(first_y + int(i / kTileWidth), 0, last_y));
      tile[i] = loadSource(source_y, source_x, q);
    }
    const uint first_weight = (gl_WorkGroupID.z * push.in_quads + q) * kWeights;
    for (uint i = gl_LocalInvocationIndex; i < kWeights; i += kInvocations) {
      quad_weights[i] = loadQuad(weights.data[first_weight + i]);
    }
    barrier();

    for (uint kx = 0; kx < KERNEL; ++kx) {
      vec4 column[kColumn];
      [[unroll]] for (uint i = 0; i < kColumn; ++i) column[i] = tile[corner + i * kTileWidth + kx];
      [[unroll]] for (uint ky = 0; ky < KERNEL; ++ky) {
        const uint tap = (kx * KERNEL + ky) * kTapWeights + part * (OUT_QUADS * 4);
        [[unroll]] for (uint o = 0; o < OUT_QUADS; ++o) {
          const vec4 w0 = quad_weights[tap + o * 4], w1 = quad_weights[tap + o * 4 + 1];
          const vec4 w2 = quad_weights[tap + o * 4 + 2], w3 = quad_weights[tap + o * 4 + 3];
          [[unroll]] for (uint r = 0; r < ROWS; ++r) {
            const vec4 v = column[r * STRIDE + ky];
            sums[o * ROWS + r] += w0 * v.x;
            sums[o * ROWS + r] += w1 * v.y;
            sums[o * ROWS + r] += w2 * v.z;
            sums[o * ROWS + r] += w3 * v.w;
          }
        }
      }
    }
  }

  [[unroll]] for (uint r = 0; r < ROWS; ++r) {
    [[unroll]] for (uint o = 0; o < OUT_QUADS; ++o) {
      store(x + column_x, first_row + row_group * ROWS + r, first_quad + o, sums[o * ROWS + r]);
    }
  }
}
