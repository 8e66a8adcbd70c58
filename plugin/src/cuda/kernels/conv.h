// Convolution 1x1 or 3x3 with stride 1 or 2, edge-clamped borders, bias and activation, as an implicit GEMM on tensor
// cores; fused with what surrounds it:
//   - reads a concat of several tensors, folded (space_to_depth) or upsampled ones too, and the quads that the pass packs:
//     only addresses change (ConvSource);
//   - depth_to_space of the result: columns are packed so that an octet of them is one of a texel;
//   - modulate, a sum with another tensor, and its activation;
//   - results in quads for the pass to composite from.
// conv_shape.h has tiles, shared memory and its banks. Weights are in the order in which they are streamed:
//   [block of 8 * kColumnTiles columns][chunk][tap x][tap y][16 channels][pair of n8 tiles][lane][8 halves]
// where lane l's halves are, with g = l / 4 and t = l % 4, channels 2t, 2t + 1, 2t + 8, 2t + 9 of column g of the first
// tile, then of the second (kColumnTiles 1: of the one tile; 4 halves).
#pragma once

#include "cuda/kernels/activation.h"
#include "cuda/kernels/conv_shape.h"
#include "cuda/kernels/params.h"

namespace impasto::cuda {

template <class Shape>
class Conv {
 public:
  IMPASTO_DEVICE explicit Conv(const ConvParams& params)
      : p_(params),
        warp_(thread() / kWarp),
        column_(blockX() % params.columns),
        tile_x_(blockX() / params.columns * Shape::kTileWidth),
        tile_y_(blockY() * Shape::kTileHeight),
        stages_(Shape::haloCount(params.chunks) * haloBytes()) {}

  IMPASTO_DEVICE void run() {
    start();
    const int steps = p_.chunks * Shape::kChunkSteps;
    IMPASTO_UNROLL
    for (int step = 0; step < Shape::kStages - 1; ++step) stream(step, steps);
    IMPASTO_NO_UNROLL
    for (int step = 0; step < steps; ++step) {
      waitCopies<Shape::kStages - 2>();
      syncBlock();  // what this step reads has arrived, for all; what the step before read is free
      stream(step + Shape::kStages - 1, steps);
      if (p_.blocks == 4) {
        multiply<4>(step);
      } else if (p_.blocks == 2) {
        multiply<2>(step);
      } else {
        multiply<1>(step);
      }
    }
    waitCopies<0>();
    syncBlock();
    if (p_.factors || p_.addend.base) {
      finish<true>();
    } else {
      finish<false>();
    }
  }

 private:
  static constexpr int kPairs = (Shape::kColumnTiles + 1) / 2;

  IMPASTO_DEVICE int haloBytes() const { return p_.plane * 2 * p_.blocks * 16; }

  // Sums begin with the bias: columns 2t and 2t + 1 of each n8 tile.
  IMPASTO_DEVICE void start() {
    IMPASTO_UNROLL
    for (int n = 0; n < Shape::kColumnTiles; ++n) {
      const int column = (column_ * Shape::kColumnTiles + n) * 8 + lane() % 4 * 2;
      const Float2 bias = loadReadOnly((p_.bias + column).template as<const Float2>());
      IMPASTO_UNROLL
      for (int m = 0; m < Shape::kRowTiles; ++m) {
        sums_[m][n] = {{bias.x, bias.y, bias.x, bias.y}};
      }
    }
  }

  // --- Into shared memory

  // One group of copies: what step `step` is the first to need; an empty one beyond the last.
  IMPASTO_DEVICE void stream(int step, int steps) {
    if (step < steps) {
      const int chunk = step / Shape::kChunkSteps;
      if (step % Shape::kChunkSteps == 0) streamHalo(chunk);
      streamWeights(step, steps);
    }
    commitCopies();
  }

  IMPASTO_DEVICE void streamWeights(int step, int steps) {
    const int bytes = Shape::kStepTaps * p_.blocks * Shape::kBlockBytes;
    const Global<const Words4> from =
        p_.weights.template as<const Words4>() + (static_cast<int64_t>(column_) * steps + step) * (bytes / 16);
    const Shared<Words4> to = shared<Words4>(stages_ + step % Shape::kStages * bytes);
    for (int i = thread(); i < bytes / 16; i += Shape::kThreads) copyAsync<16>(to + i, from + i);
  }

  // A thread copies one octet of channels of several texels.
  IMPASTO_DEVICE void streamHalo(int chunk) {
    const int octet_here = thread() & ((1 << p_.lanes_log2) - 1);
    if (octet_here >= 2 * p_.blocks) return;
    int octet = chunk * 2 * p_.blocks + octet_here, s = 0;
    while (s < kMaxConvSources && octet >= p_.sources[s].octets) octet -= p_.sources[s++].octets;
    const bool padding = s == kMaxConvSources;  // K is filled up with zeros; nothing is read
    TensorIn texels{p_.weights, 0, 0};
    int shift = 0;
    bool quad = false;
    if (!padding) {
      const ConvSource& source = p_.sources[s];
      const int block_row = octet / source.run;
      texels = {source.tensor.at(block_row, 0) + (octet - block_row * source.run) * 8, source.tensor.row * source.fold,
                source.tensor.texel * source.fold};
      shift = source.shift;
      quad = source.quad != 0;
    }
    const int first_x = tile_x_ * Shape::kStride - Shape::kKernel / 2;
    const int first_y = tile_y_ * Shape::kStride - Shape::kKernel / 2;
    const Shared<Words4> to = shared<Words4>(chunk % Shape::kHalos * haloBytes()) + octet_here * p_.plane;
    for (int i = thread() >> p_.lanes_log2; i < Shape::kHaloTexels; i += Shape::kThreads >> p_.lanes_log2) {
      const int row = i / Shape::kHaloWidth, column = i - row * Shape::kHaloWidth;
      const int y = minimum(maximum(first_y + row, 0), p_.in_height - 1) >> shift;
      const int x = minimum(maximum(first_x + column, 0), p_.in_width - 1) >> shift;
      const Shared<Words4> place = to + (row * Shape::kHaloWidth + columnPlace(column));
      const Global<const Half> from = texels.at(y, x);
      if (quad) {
        copyAsync<8>(place, from, 8);
        copyAsync<8>(place.template as<Half>() + 4, from, 0);
      } else {
        copyAsync<16>(place, from, padding ? 0 : 16);
      }
    }
  }

  static IMPASTO_DEVICE int columnPlace(int column) {
    if constexpr (Shape::kStride == 1) {
      return column;
    } else {
      return (column & 1) * Shape::kEvenColumns + (column >> 1);
    }
  }

  // --- Out of shared memory, into tensor cores

  // Blocks: of the chunk; the compiler has to know them to load fragments ahead.
  template <int Blocks>
  IMPASTO_DEVICE void multiply(int step) {
    const int chunk = step / Shape::kChunkSteps;
    const int first_column = step % Shape::kChunkSteps * (Shape::kStepTaps / Shape::kKernel);
    // Lanes 0 to 15 are the rows of A, texels of one row of the tile; 16 to 31 the same, of the next octet.
    const int first_row = warp_ * Shape::kRowTiles * Shape::kStride;
    const Shared<Words4> texels = shared<Words4>(chunk % Shape::kHalos * haloBytes()) +
                                  (first_row * Shape::kHaloWidth + lane() % 16 + lane() / 16 * p_.plane);
    const Shared<Words4> weights =
        shared<Words4>(stages_ + step % Shape::kStages * Shape::kStepTaps * Blocks * Shape::kBlockBytes);
    IMPASTO_NO_UNROLL
    for (int i = 0; i < Shape::kStepTaps / Shape::kKernel; ++i) {
      const Shared<Words4> column = texels + columnPlace(first_column + i);
      const Shared<Words4> taps = weights + i * Shape::kKernel * Blocks * (Shape::kBlockBytes / 16);
      IMPASTO_UNROLL
      for (int k = 0; k < Blocks; ++k)
        multiplyColumn<Blocks>(column + 2 * k * p_.plane, taps + k * (Shape::kBlockBytes / 16));
    }
  }

  // 16 channels of one column of taps.
  template <int Blocks>
  IMPASTO_DEVICE void multiplyColumn(Shared<Words4> texels, Shared<Words4> weights) {
    FragmentA a[Shape::kTapRows];
    IMPASTO_UNROLL
    for (int row = 0; row < Shape::kTapRows; ++row) loadMatrices<4>(a[row].half2, texels + row * Shape::kHaloWidth);
    IMPASTO_UNROLL
    for (int tap = 0; tap < Shape::kKernel; ++tap) {
      FragmentB b[2 * kPairs];
      const Shared<Words4> from = weights + tap * Blocks * (Shape::kBlockBytes / 16);
      if constexpr (Shape::kColumnTiles == 1) {
        const Words2 one = loadShared(from.template as<Words2>() + lane());
        b[0] = {{one.word[0], one.word[1]}};
      } else {
        IMPASTO_UNROLL
        for (int n = 0; n < kPairs; ++n) {
          const Words4 two = loadShared(from + (n * kWarp + lane()));
          b[2 * n] = {{two.word[0], two.word[1]}};
          b[2 * n + 1] = {{two.word[2], two.word[3]}};
        }
      }
      IMPASTO_UNROLL
      for (int n = 0; n < Shape::kColumnTiles; ++n) {
        IMPASTO_UNROLL
        for (int m = 0; m < Shape::kRowTiles; ++m) mma(sums_[m][n], a[m * Shape::kStride + tap], b[n]);
      }
    }
  }

  // --- Out

  // Row by row of the warp's 16 texels: fragments go through shared memory, so that a lane then has an octet of columns
  // of one texel, the same octet of each. Where something follows the activation they go as fp32 (Wide), because only
  // the sum is rounded.
  template <bool Wide>
  IMPASTO_DEVICE void finish() {
    using Pair = std::conditional_t<Wide, Float2, Half2>;
    constexpr int kOctet = Wide ? 2 : 1;  // of shared memory, for an octet of columns
    constexpr int kTexels = kWarp / Shape::kColumnTiles;
    const Shared<Words4> mine = shared<Words4>(warp_ * 16 * Shape::kColumnTiles * kOctet * 16);
    const Activate activate(p_.activation);
    const int octet_here = lane() % Shape::kColumnTiles;
    const Place place = placeOf(column_ * Shape::kColumnTiles + octet_here);
    IMPASTO_UNROLL
    for (int m = 0; m < Shape::kRowTiles; ++m) {
      IMPASTO_UNROLL
      for (int n = 0; n < Shape::kColumnTiles; ++n) {
        const float* sum = sums_[m][n].value;
        IMPASTO_UNROLL
        for (int half = 0; half < 2; ++half) {
          const Shared<Words4> to = mine + Shape::resultPlace(lane() / 4 + half * 8, n, kOctet);
          storeShared(to.template as<Pair>() + lane() % 4,
                      pairOf<Pair>(activate(sum[2 * half]), activate(sum[2 * half + 1])));
        }
      }
      syncWarp();
      const int y = tile_y_ + warp_ * Shape::kRowTiles + m;
      IMPASTO_UNROLL
      for (int first = 0; first < 16; first += kTexels) {
        const int texel = first + lane() / Shape::kColumnTiles, x = tile_x_ + texel;
        if (texel < 16 && x < p_.out_width && y < p_.out_height && place.exists) {
          const Shared<Words4> from = mine + Shape::resultPlace(texel, octet_here, kOctet);
          if constexpr (Wide) {
            storeSum(place, y, x, loadWide(from));
          } else {
            store(place, y, x, loadShared(from));
          }
        }
      }
      syncWarp();
    }
  }

  template <class Pair>
  static IMPASTO_DEVICE Pair pairOf(float low, float high) {
    if constexpr (std::is_same_v<Pair, Half2>) {
      return toHalf2(low, high);
    } else {
      return {low, high};
    }
  }

  // Lanes 4 to 7 of eight take the second half first: see the banks in conv_shape.h.
  static IMPASTO_DEVICE Floats8 loadWide(Shared<Words4> from) {
    const int second_first = lane() / 4 % 2;
    const Words4 one = loadShared(from + second_first), other = loadShared(from + (1 - second_first));
    Floats8 values;
    IMPASTO_UNROLL
    for (int i = 0; i < 4; ++i) {
      values.value[i] = bitsAs<float>(second_first != 0 ? other.word[i] : one.word[i]);
      values.value[4 + i] = bitsAs<float>(second_first != 0 ? one.word[i] : other.word[i]);
    }
    return values;
  }

  // Where an octet of columns goes: a texel of the block that depth_to_space makes of one, an octet of that.
  struct Place {
    bool exists;
    int y, x, octet;
  };

  IMPASTO_DEVICE Place placeOf(int octet) const {
    const bool exists = octet < p_.octets;
    if (p_.quads != 0) {
      const int across = maximum(p_.block / 2, 1);  // octets of two texels each
      return {exists, octet / across, octet % across * 2, 0};
    }
    const int subpixel = octet / p_.subpixel_octets;
    return {exists, subpixel / p_.block, subpixel % p_.block, octet - subpixel * p_.subpixel_octets};
  }

  IMPASTO_DEVICE void storeSum(const Place& place, int y, int x, Floats8 values) const {
    const int channel = place.octet * 8;
    if (p_.factors) modulate(values, p_.factors, channel, p_.factor_channels);
    if (p_.addend.base) {
      const TensorIn addend = p_.addend;
      const Global<const Half> from = addend.at(y * p_.block + place.y, x * p_.block + place.x) + channel;
      const Floats8 more = toFloats(loadGlobal(from.template as<const Words4>()));
      IMPASTO_UNROLL
      for (int i = 0; i < 8; ++i) values.value[i] += more.value[i];
    }
    const Activate activate(p_.last_activation);
    IMPASTO_UNROLL
    for (int i = 0; i < 8; ++i) values.value[i] = activate(values.value[i]);
    store(place, y, x, toHalves(values));
  }

  IMPASTO_DEVICE void store(const Place& place, int y, int x, Words4 octet) const {
    const Global<Half> to = p_.result.at(y * p_.block + place.y, x * p_.block + place.x) + place.octet * 8;
    if (p_.quads != 0 && p_.block == 1) {
      storeGlobal(to.template as<Words2>(), Words2{{octet.word[0], octet.word[1]}});
    } else {
      storeGlobal(to.template as<Words4>(), octet);
    }
  }

  const ConvParams& p_;
  const int warp_, column_, tile_x_, tile_y_, stages_;
  FragmentC sums_[Shape::kRowTiles][Shape::kColumnTiles];
};

}  // namespace impasto::cuda
