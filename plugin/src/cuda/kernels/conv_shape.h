// The tiles that convolutions are worked on in: what the kernel (conv.h) and the plan, which sizes its shared memory and
// its grid, both have to know.
//
// A block of four warps computes 16 x (4 * kRowTiles) texels of the result, times 8 * kColumnTiles columns (output
// channels). A warp has kRowTiles rows of 16 texels; a row is the M of one mma.m16n8k16, its columns N, the channels read
// K. Two things are streamed through shared memory by cp.async: the halo tile, once for each chunk of channels, and the
// weights, kStepTaps taps at a time, kStages deep. So each texel is read from global memory once (and by neighbours that
// have it in their halo), while each weight is read once per block, out of L2. Taps are taken column by column: rows of
// texels that a warp has read for one column of taps serve all taps of it, each for another row of results.
//
// Shared memory, in octets of 16 bytes:
//   halo tile   [octet of channels][row][column], kHalos of them; `plane` octets from one octet of channels to the next
//   weights     [stage][column of taps][row][16 channels][16 columns][lane] of 16 bytes: the B fragments of two n8
//               tiles, as mma takes them
//   results     [warp][texel][octet of columns], over the halo tile when all is computed
//
// Bank conflicts, worked out (eight lanes of 16 bytes make one pass over the 32 banks, so eight addresses must differ in
// their octet modulo 8):
//   - ldmatrix reads 8 texels that follow one another in a row: octets u, u + 1, ... u + 7. Stride 2 reads every second
//     texel: even and odd columns lie apart, so that these follow one another, too. No conflict, whatever u.
//   - Weights lie as lanes read them: 32 times 16 bytes in a row. No conflict.
//   - cp.async writes L octets of channels of each of 8 / L texels that follow one another (8 lanes): octets
//     c * plane + t with c < L, t < 8 / L. With plane = 8 / L modulo 8 these are 0 ... 7. No conflict but at ends of rows.
//   - Results are written as half2, lane (g, t) to texel g, word t of an octet, and read as octets side by side. The octets
//     of a texel change places with it (resultPlace()): n becomes n ^ (texel >> (3 - log2 columns)). With N octets a texel
//     begins at bank 4 N g, where 8 / N texels come around; these have N different places for octet n, so that 8 texels
//     write to 8 octets that differ modulo 8, and 8 lanes read 8 of them. As fp32 everything is twice as wide: four texels
//     of half a warp write to four pairs of octets that differ; lanes j and j + 4 would read the same banks and take the
//     halves of their octet in opposite order.
#pragma once

#include "cuda/device/types.h"

namespace impasto::cuda {

template <int Kernel, int Stride, int RowTiles, int ColumnTiles>
struct ConvShape {
  static constexpr int kKernel = Kernel, kStride = Stride, kRowTiles = RowTiles, kColumnTiles = ColumnTiles;
  static constexpr int kWarps = 4, kThreads = kWarps * 32;
  static constexpr int kTaps = Kernel * Kernel;
  static constexpr int kTileWidth = 16, kTileHeight = kWarps * RowTiles;
  static constexpr int kHaloWidth = (kTileWidth - 1) * Stride + Kernel;
  static constexpr int kHaloHeight = (kTileHeight - 1) * Stride + Kernel;
  static constexpr int kHaloTexels = kHaloWidth * kHaloHeight;
  static constexpr int kEvenColumns = (kHaloWidth + 1) / 2;  // stride 2: these first, then the odd ones

  static constexpr int kTapRows = (RowTiles - 1) * Stride + Kernel;  // of texels, for a column of taps

  // One column of taps, or all: up to 24 KiB of weights where a chunk has 64 channels.
  static constexpr int kStepTaps = ColumnTiles >= 4 ? Kernel : Kernel * Kernel;
  static constexpr int kChunkSteps = kTaps / kStepTaps;
  static constexpr int kStages = ColumnTiles == 4 ? 3 : 2;
  // A chunk's halo tile arrives kStages - 1 steps before the chunk is worked on, when the one before is.
  static constexpr int kHalos = kChunkSteps == 1 ? kStages : 2;
  static_assert(kHalos == kStages || kChunkSteps > kStages - 2);

  static constexpr int kBlockBytes = ColumnTiles * 256;                // weights of one tap and 16 channels
  static constexpr int kResultBytes = kWarps * 16 * ColumnTiles * 32;  // in fp32
  // Where octet `n` of a texel's results is, of `octet` times 16 bytes (2: fp32).
  static IMPASTO_BOTH constexpr int resultPlace(int texel, int n, int octet) {
    int shift = 3;
    for (int across = ColumnTiles * octet; across > 1 && shift > 0; across /= 2) --shift;
    return (texel * ColumnTiles + (n ^ ((texel >> shift) & (ColumnTiles - 1)))) * octet;
  }

  // `blocks` (1, 2 or 4) of 16 channels in each of `chunks`.
  static IMPASTO_BOTH constexpr int lanesLog2(int blocks) { return blocks == 1 ? 1 : blocks == 2 ? 2 : 3; }
  static IMPASTO_BOTH constexpr int planeOctets(int blocks) {
    const int apart = 8 >> lanesLog2(blocks);
    return kHaloTexels + ((apart - kHaloTexels) % 8 + 8) % 8;
  }
  static IMPASTO_BOTH constexpr int haloBytes(int blocks) { return planeOctets(blocks) * 2 * blocks * 16; }
  static IMPASTO_BOTH constexpr int haloCount(int chunks) { return chunks < kHalos ? chunks : kHalos; }
  static IMPASTO_BOTH constexpr int stageBytes(int blocks) { return kStepTaps * blocks * kBlockBytes; }
  static IMPASTO_BOTH constexpr int stageCount(int chunks) {
    return chunks * kChunkSteps < kStages ? chunks * kChunkSteps : kStages;
  }
  static IMPASTO_BOTH constexpr int sharedBytes(int chunks, int blocks) {
    const int streamed = haloCount(chunks) * haloBytes(blocks) + stageCount(chunks) * stageBytes(blocks);
    return streamed > kResultBytes ? streamed : kResultBytes;
  }
};

// Every convolution kernel there is, as X(name, kernel, stride, row tiles, column tiles, blocks per multiprocessor).
// 1 x 1 with stride 2 is a 3 x 3 whose other taps are zero. The plan takes the least columns that hold the convolution's,
// in several blocks where 64 do not, and flat tiles (2 row tiles) where tall ones would leave multiprocessors idle.
#define IMPASTO_CONV_KERNELS(X)     \
  X(conv3x3_tall_64, 3, 1, 4, 8, 2) \
  X(conv3x3_flat_64, 3, 1, 2, 8, 3) \
  X(conv3x3_tall_32, 3, 1, 4, 4, 3) \
  X(conv3x3_flat_32, 3, 1, 2, 4, 4) \
  X(conv3x3_tall_16, 3, 1, 4, 2, 4) \
  X(conv3x3_tall_8, 3, 1, 8, 1, 4)  \
  X(conv3x3_half_64, 3, 2, 2, 8, 3) \
  X(conv3x3_half_32, 3, 2, 2, 4, 4) \
  X(conv3x3_half_16, 3, 2, 2, 2, 4) \
  X(conv1x1_64, 1, 1, 4, 8, 2)      \
  X(conv1x1_32, 1, 1, 4, 4, 3)      \
  X(conv1x1_16, 1, 1, 4, 2, 4)

}  // namespace impasto::cuda
