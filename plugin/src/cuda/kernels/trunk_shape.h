// The tiles of the trunk: what the kernel (trunk.h) and the plan both have to know.
//
// A block of twelve warps keeps 16 x (6 * kRows) texels of up to 64 channels on chip while all layers pass over them. Warps
// stand in six groups of kRows rows, two to a group, each with half of the 64 columns: so the four quarters of a
// multiprocessor have three warps each and the same work, and for 16 channels of a column of taps a warp loads kRows + 2
// rows of texels and 3 x 32 columns for 12 * kRows mma.
//
// Shared memory, in octets of 16 bytes:
//   two tiles   [octet of channels][row][column] with a border of one texel; a layer reads one and writes the other
//   weights     [stage][16 channels][16 columns][lane], a column of taps in each; the stream goes on from layer to layer
// No conflicts: conv_shape.h says why of the reads; results are written as half2, lane (g, t) to word t of the octet of
// texel g, and eight octets that follow one another are all 32 banks.
#pragma once

#include "cuda/device/types.h"

namespace impasto::cuda {

template <int Rows>
struct TrunkShape {
  static constexpr int kRows = Rows;
  static constexpr int kGroups = 6, kHalves = 2, kThreads = kGroups * kHalves * 32;
  static constexpr int kTileWidth = 16, kTileHeight = kGroups * Rows;
  static constexpr int kWidth = kTileWidth + 2, kHeight = kTileHeight + 2;  // with the border
  static constexpr int kTexels = kWidth * kHeight;
  static constexpr int kPlane = kTexels + ((1 - kTexels) % 8 + 8) % 8;  // octets; 1 modulo 8
  static constexpr int kTapRows = Rows + 2;                             // of texels, for a column of taps
  static constexpr int kColumnTiles = 8, kStages = 2;
  static constexpr int kBlockBytes = kColumnTiles * 256;  // weights of one tap and 16 channels

  static IMPASTO_BOTH constexpr int tileBytes(int blocks) { return kPlane * 2 * blocks * 16; }
  static IMPASTO_BOTH constexpr int stageBytes(int blocks) { return 3 * blocks * kBlockBytes; }
  static IMPASTO_BOTH constexpr int sharedBytes(int blocks) {
    return 2 * tileBytes(blocks) + kStages * stageBytes(blocks);
  }
};

inline constexpr int kMaxTrunkBlocks = 4;  // 64 channels

// Every trunk kernel there is, as X(name, rows).
#define IMPASTO_TRUNK_KERNELS(X) \
  X(trunk_16x6, 1)               \
  X(trunk_16x12, 2)              \
  X(trunk_16x18, 3)              \
  X(trunk_16x24, 4)

}  // namespace impasto::cuda
