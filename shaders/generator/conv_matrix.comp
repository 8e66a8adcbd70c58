// The convolution of conv.comp on matrix hardware (GL_KHR_cooperative_matrix): implicit GEMM with fp16 factors and fp32
// sums, with the same fusions.
//
// A workgroup of SUBGROUPS subgroups computes a tile of M x (ROWS * SUBGROUPS) texels and N * COLUMNS channels. The texels
// of the source that it needs, borders included, are brought into shared memory once, CHUNK_QUADS quads of channels at a
// time, as [y][x][channel]: from there the texels of a row, STRIDE apart and shifted by a tap, are a matrix, whatever the
// layout in memory. Weights come in tap by tap, the next tap's while this one's are used. A subgroup has ROWS rows of M
// texels: ROWS * COLUMNS sums of M x N, which pass through shared memory on their way out, because how a matrix lies in
// the registers of a subgroup is the driver's secret.
//
// Shared memory has rows padded by 16 bytes, so that neighbouring rows begin in other banks.
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_EXT_control_flow_attributes : require
#include "generator/push_constants.h"
#include "generator/layout.glsl"
#include "generator/activation.glsl"

layout(local_size_x_id = 0) in;  // SUBGROUPS * the subgroups' size
#include "generator/conv_result.glsl"
#define Loaded f16vec4
#include "generator/conv_source.glsl"
// Known to plugin/src/vulkan/kernels/conv_matrix.cpp, which chooses them.
layout(constant_id = 10) const uint M = 16;
layout(constant_id = 11) const uint N = 16;
layout(constant_id = 12) const uint K = 16;
layout(constant_id = 13) const uint ROWS = 2;
layout(constant_id = 14) const uint COLUMNS = 4;
layout(constant_id = 15) const uint CHUNK_QUADS = 16;
layout(constant_id = 16) const uint SUBGROUPS = 4;

// [group of N * COLUMNS output channels][chunk of input quads][tap y][tap x][input channel][output channel]
layout(binding = 1) readonly restrict buffer Weights { Quad data[]; } weights;

const uint kTaps = KERNEL * KERNEL;
const uint kTileWidth = (M - 1) * STRIDE + KERNEL;
const uint kTileHeight = (ROWS * SUBGROUPS - 1) * STRIDE + KERNEL;
const uint kTexel = CHUNK_QUADS + 2;       // quads from one texel of the tile to the next
const uint kOutQuads = N * COLUMNS / 4;    // of a row of weights
const uint kWeightRow = kOutQuads + 2;     // quads from one row of weights to the next
const uint kWeightRows = CHUNK_QUADS * 4;  // of one tap
const uint kWeights = kWeightRows * kOutQuads;

shared f16vec4 tile[kTileHeight * kTileWidth * kTexel];
shared f16vec4 tap_weights[2 * kWeightRows * kWeightRow];
shared vec4 sums[SUBGROUPS * M * N / 4];

// Of a tap's weights, what this invocation brings in.
const uint kFetches = (kWeights + gl_WorkGroupSize.x - 1) / gl_WorkGroupSize.x;
f16vec4 fetched[kFetches];

void fetchWeights(uint first) {
  [[unroll]] for (uint i = 0; i < kFetches; ++i) {
    const uint at = i * gl_WorkGroupSize.x + gl_LocalInvocationIndex;
    if (at < kWeights) fetched[i] = weights.data[first + at];
  }
}

void keepWeights(uint half_of_two) {
  [[unroll]] for (uint i = 0; i < kFetches; ++i) {
    const uint at = i * gl_WorkGroupSize.x + gl_LocalInvocationIndex;
    if (at < kWeights) {
      tap_weights[(half_of_two * kWeightRows + at / kOutQuads) * kWeightRow + at % kOutQuads] = fetched[i];
    }
  }
}

void loadTile(uint first_quad, int first_x, int first_y, int last_y) {
  for (uint i = gl_LocalInvocationIndex; i < kTileHeight * CHUNK_QUADS * kTileWidth; i += gl_WorkGroupSize.x) {
    // Neighbours load neighbouring texels of a row, of one that is folded as well.
    const uint tile_x = i / FOLD % kTileWidth, tile_y = i / (kTileWidth * CHUNK_QUADS);
    const uint quad = i / (FOLD * kTileWidth) % (CHUNK_QUADS / FOLD) * FOLD + i % FOLD;
    f16vec4 value = f16vec4(0.0);
    if (first_quad + quad < push.in_quads) {
      const uint x = uint(clamp(first_x + int(tile_x), 0, int(push.in_width) - 1));
      const uint y = uint(clamp(first_y + int(tile_y), 0, last_y));
      value = loadSource(y, x, first_quad + quad);
    }
    tile[(tile_y * kTileWidth + tile_x) * kTexel + quad] = value;
  }
}

void main() {
  const uint x = gl_WorkGroupID.x * M;
  const uint first_row = push.begin_y + gl_WorkGroupID.y * (ROWS * SUBGROUPS);
  const uint row = gl_SubgroupID * ROWS;  // this subgroup's, of the tile

  coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> acc[ROWS * COLUMNS];
  [[unroll]] for (uint i = 0; i < ROWS * COLUMNS; ++i) {
    acc[i] = coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator>(0.0);
  }

  const int first_x = int(x * STRIDE) - int(KERNEL / 2);
  const int first_y = int(first_row * STRIDE) - int(KERNEL / 2);
  const int last_y = int(min(push.in_height - 1, (push.end_y - 1) * STRIDE + KERNEL / 2));
  const uint chunks = (push.in_quads + CHUNK_QUADS - 1) / CHUNK_QUADS;
  uint next = gl_WorkGroupID.z * chunks * kTaps * kWeights;  // weights that come in next
  uint half_of_two = 0;                                      // where they go

  for (uint chunk = 0; chunk < chunks; ++chunk) {
    fetchWeights(next);
    next += kWeights;
    if (chunk > 0) barrier();  // all have used the tile, and the weights that lie where these go
    loadTile(chunk * CHUNK_QUADS, first_x, first_y, last_y);
    keepWeights(half_of_two);
    for (uint tap = 0; tap < kTaps; ++tap) {
      barrier();
      const bool more = tap + 1 < kTaps;
      if (more) fetchWeights(next);
      const uint corner = (row * STRIDE + tap / KERNEL) * kTileWidth + tap % KERNEL;
      for (uint k = 0; k < CHUNK_QUADS * 4; k += K) {
        coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB> b[COLUMNS];
        [[unroll]] for (uint column = 0; column < COLUMNS; ++column) {
          coopMatLoad(b[column], tap_weights, (half_of_two * kWeightRows + k) * kWeightRow + column * (N / 4),
                      kWeightRow, gl_CooperativeMatrixLayoutRowMajor);
        }
        [[unroll]] for (uint r = 0; r < ROWS; ++r) {
          coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA> a;
          coopMatLoad(a, tile, (corner + r * STRIDE * kTileWidth) * kTexel + k / 4, STRIDE * kTexel,
                      gl_CooperativeMatrixLayoutRowMajor);
          [[unroll]] for (uint column = 0; column < COLUMNS; ++column) {
            acc[r * COLUMNS + column] = coopMatMulAdd(a, b[column], acc[r * COLUMNS + column]);
          }
        }
      }
      half_of_two ^= 1;
      if (more) {
        next += kWeights;
        keepWeights(half_of_two);
      }
    }
  }

  // Neighbouring invocations store neighbouring quads of a row, depth_to_space or not: a row of M texels becomes BLOCK
  // rows, of which a matrix holds those of its subpixels.
  const uint together = min(BLOCK, N / 4);
  const uint own = gl_SubgroupID * (M * N / 4);
  [[unroll]] for (uint r = 0; r < ROWS; ++r) {
    [[unroll]] for (uint column = 0; column < COLUMNS; ++column) {
      coopMatStore(acc[r * COLUMNS + column], sums, own, N / 4, gl_CooperativeMatrixLayoutRowMajor);
      subgroupMemoryBarrierShared();
      subgroupBarrier();
      const uint first_quad = (gl_WorkGroupID.z * COLUMNS + column) * (N / 4);
      for (uint i = gl_SubgroupInvocationID; i < M * N / 4; i += gl_SubgroupSize) {
        const uint place_x = i % (together * M);
        const uint quad = i / (together * M) * together + place_x % together, texel = place_x / together;
        const vec4 sum = sums[own + texel * (N / 4) + quad] + biases.data[first_quad + quad];
        store(x + texel, first_row + row + r, first_quad + quad, sum);
      }
      subgroupBarrier();
    }
  }
}
