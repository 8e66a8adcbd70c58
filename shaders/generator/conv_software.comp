// The convolution of conv.comp, with the same fusions but that of space_to_depth, for Vulkan on a CPU (lavapipe).
//
// Implicit GEMM in registers: an invocation computes kRows texels of one column x 4*OUT_QUADS channels. Neighbouring
// invocations are neighbouring texels of a row, so their loads are neighbouring quads; a column of kRows + 2 values,
// once loaded, serves all three vertical taps; the weights are the same for all invocations of a group and each
// serves kRows texels.
//
// There a divergent storage-buffer read is a loop over lanes while a texel-buffer read is not, and a value in a register is
// spread over the lanes by one instruction: the lanes of a subgroup (8, one row of the group) read eight quads of weights at
// once and shuffle them out: there a shuffle by a constant is one instruction, a broadcast a search for the first active
// lane.
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "generator/push_constants.h"
#include "generator/layout.glsl"
#include "generator/activation.glsl"

// One subgroup is one row. Known to plugin/src/vulkan/kernels/conv_software.cpp.
layout(local_size_x = 8, local_size_y = 4) in;
layout(constant_id = 0) const uint OUT_QUADS = 2;  // of one invocation: 1, 2 or 4
#include "generator/conv_result.glsl"

layout(binding = 0) uniform samplerBuffer source;
// [group of OUT_QUADS output quads][input quad][tap x][tap y][output quad][input channel] of quads of output channels.
layout(binding = 1) uniform samplerBuffer weights;
#define loadSource(i) texelFetch(source, int(i))
#define loadWeight(i) texelFetch(weights, int(i))

const uint kRows = 4;
// Values of a source column that kRows results need, and the step between two results in them.
const uint kColumn = KERNEL == 1 ? kRows : (kRows - 1) * STRIDE + 3;
const uint kStep = KERNEL == 1 ? 1 : STRIDE;
const uint kColumnStride = KERNEL == 1 ? STRIDE : 1;

vec4 acc[kRows * 4];  // [output quad][row]
vec4 column[9];
uint column_row[9];  // index of quad 0 of a source row

// Everything below is unrolled by macros, and what a variant does not need goes with its specialisation constants: all
// array indices are constants, so the arrays are registers.
#define COLUMN_ROW(i)                                                                                     \
  if (i < kColumn) {                                                                                      \
    const int y = clamp(first_y + int(i * kColumnStride), 0, last_y);                                      \
    column_row[i] = quadIndex(push.source, uint(y) >> UPSAMPLE_SHIFT, 0, 0);                               \
  }

#define LOAD_COLUMN(i) \
  if (i < kColumn) column[i] = loadSource(column_row[i] + at);

#define MULTIPLY_ROW(o, r, ky)                                                          \
  {                                                                                     \
    const vec4 v = column[r * kStep + ky];                                              \
    acc[o * kRows + r] += w0 * v.x;                                                     \
    acc[o * kRows + r] += w1 * v.y;                                                     \
    acc[o * kRows + r] += w2 * v.z;                                                     \
    acc[o * kRows + r] += w3 * v.w;                                                     \
  }

// Lane l of `eight` holds quad l of the weights of output quads o and o + 1: four input channels each.
#define LOAD_EIGHT(o, ky) vec4 eight = loadWeight(weight + (ky * OUT_QUADS + o) * 4 + gl_SubgroupInvocationID)
#define WEIGHT(o, ky, i) subgroupShuffle(eight, (o % 2) * 4 + i)

#define MULTIPLY(o, ky)                            \
  if (o < OUT_QUADS) {                             \
    const vec4 w0 = WEIGHT(o, ky, 0);              \
    const vec4 w1 = WEIGHT(o, ky, 1);              \
    const vec4 w2 = WEIGHT(o, ky, 2);              \
    const vec4 w3 = WEIGHT(o, ky, 3);              \
    MULTIPLY_ROW(o, 0, ky)                         \
    MULTIPLY_ROW(o, 1, ky)                         \
    MULTIPLY_ROW(o, 2, ky)                         \
    MULTIPLY_ROW(o, 3, ky)                         \
  }

#define MULTIPLY_TWO(o, ky)    \
  if (o < OUT_QUADS) {         \
    LOAD_EIGHT(o, ky);         \
    MULTIPLY(o, ky)            \
    MULTIPLY((o + 1), ky)      \
  }

#define TAP(ky)           \
  if (ky < KERNEL) {      \
    MULTIPLY_TWO(0, ky)   \
    MULTIPLY_TWO(2, ky)   \
  }

#define START(o)                                                                                     \
  if (o < OUT_QUADS) {                                                                               \
    const vec4 bias = biases.data[first_quad + o];                                                   \
    acc[o * kRows] = acc[o * kRows + 1] = acc[o * kRows + 2] = acc[o * kRows + 3] = bias;            \
  }

#define FINISH(o)                                            \
  if (o < OUT_QUADS) {                                       \
    store(x, first_row, first_quad + o, acc[o * kRows]);     \
    store(x, first_row + 1, first_quad + o, acc[o * kRows + 1]); \
    store(x, first_row + 2, first_quad + o, acc[o * kRows + 2]); \
    store(x, first_row + 3, first_quad + o, acc[o * kRows + 3]); \
  }

void main() {
  const uint x = gl_GlobalInvocationID.x;
  const uint first_row = push.begin_y + gl_GlobalInvocationID.y * kRows;
  const uint first_quad = gl_WorkGroupID.z * OUT_QUADS;

  START(0) START(1) START(2) START(3)
  const int first_y = int(first_row * STRIDE) - int(KERNEL / 2);
  const int last_y = int(min(push.in_height - 1, (push.end_y - 1) * STRIDE + KERNEL / 2));
  COLUMN_ROW(0) COLUMN_ROW(1) COLUMN_ROW(2) COLUMN_ROW(3) COLUMN_ROW(4)
  COLUMN_ROW(5) COLUMN_ROW(6) COLUMN_ROW(7) COLUMN_ROW(8)

  uint weight = gl_WorkGroupID.z * push.in_quads * (KERNEL * KERNEL * OUT_QUADS * 4);
  for (uint q = 0; q < push.in_quads; ++q) {
    for (uint kx = 0; kx < KERNEL; ++kx) {
      const int source_x = clamp(int(x * STRIDE + kx) - int(KERNEL / 2), 0, int(push.in_width) - 1);
      const uint at = q * push.source.pitch + (uint(source_x) >> UPSAMPLE_SHIFT);
      LOAD_COLUMN(0) LOAD_COLUMN(1) LOAD_COLUMN(2) LOAD_COLUMN(3) LOAD_COLUMN(4)
      LOAD_COLUMN(5) LOAD_COLUMN(6) LOAD_COLUMN(7) LOAD_COLUMN(8)
      TAP(0) TAP(1) TAP(2)
      weight += KERNEL * OUT_QUADS * 4;
    }
  }

  FINISH(0) FINISH(1) FINISH(2) FINISH(3)
}
