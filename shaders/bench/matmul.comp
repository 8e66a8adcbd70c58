// C = A * B, square matrices of kSide, row-major, fp32: a yardstick for what the device's plain arithmetic can do. A
// workgroup of 16 x 16 makes a tile of 128 x 128, 8 x 8 values an invocation; slices of A and B of 16 deep pass through
// shared memory (16 KB).
#version 450

layout(local_size_x = 16, local_size_y = 16) in;

const uint kSide = 4096, kTile = 128, kDepth = 16, kPart = 8, kThreads = 256;

layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 2) writeonly buffer C { float c[]; };

shared float a_slice[kDepth][kTile];  // transposed: an invocation's rows lie side by side
shared float b_slice[kDepth][kTile];

void main() {
  const uvec2 tile = gl_WorkGroupID.xy * kTile;
  const uint thread = gl_LocalInvocationIndex;
  float sums[kPart][kPart];
  for (uint i = 0; i < kPart; ++i)
    for (uint j = 0; j < kPart; ++j) sums[i][j] = 0.0;

  for (uint k0 = 0; k0 < kSide; k0 += kDepth) {
    for (uint i = thread; i < kTile * kDepth; i += kThreads) {
      a_slice[i % kDepth][i / kDepth] = a[(tile.y + i / kDepth) * kSide + k0 + i % kDepth];
      b_slice[i / kTile][i % kTile] = b[(k0 + i / kTile) * kSide + tile.x + i % kTile];
    }
    barrier();
    for (uint k = 0; k < kDepth; ++k) {
      float left[kPart], right[kPart];
      for (uint i = 0; i < kPart; ++i) {
        left[i] = a_slice[k][gl_LocalInvocationID.y * kPart + i];
        right[i] = b_slice[k][gl_LocalInvocationID.x + i * 16];
      }
      for (uint i = 0; i < kPart; ++i)
        for (uint j = 0; j < kPart; ++j) sums[i][j] = fma(left[i], right[j], sums[i][j]);
    }
    barrier();
  }
  for (uint i = 0; i < kPart; ++i)
    for (uint j = 0; j < kPart; ++j)
      c[(tile.y + gl_LocalInvocationID.y * kPart + i) * kSide + tile.x + gl_LocalInvocationID.x + j * 16] = sums[i][j];
}
