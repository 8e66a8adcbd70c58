// What the kernels are given: plain data that the plan fills in per launch (cuda/plan.cpp) and device code reads. Neither
// CUDA's headers nor the intrinsics are needed here.
//
// Tensors. A texel's channels lie together, in octets of eight (fp16, 16 bytes: what one thread moves in one
// instruction), texels in rows, rows one after another:
//
//   byte(channel c, y, x) = y * row + x * texel + c * 2        texel = 16 * ceil(channels / 8)
//
// The channels that fill up the last octet are finite and never counted. Two octets are the sixteen channels that one
// mma.m16n8k16 takes of a texel. A tensor with an odd number of octets is filled up in shared memory, not here: at full
// resolution 8 channels instead of 16 are half of the traffic.
// What the pass packs and composites from is in quads (backend/tensor_view.h). A tensor of one quad is the same thing with
// texels of 8 bytes, so that kernels read both by the same address.
#pragma once

#include <cstddef>

#include "cuda/device/types.h"

namespace impasto::cuda {

// Rows and texels of a tensor, in bytes.
template <class T>
struct TensorRef {
  Global<T> base;
  uint32_t row, texel;

  IMPASTO_BOTH Global<T> at(int y, int x) const {
    return {base.address + static_cast<uint64_t>(y) * row + static_cast<uint64_t>(x) * texel};
  }
};
using TensorIn = TensorRef<const Half>;
using TensorOut = TensorRef<Half>;

// --- Convolution (conv.h)

// Some of the channels that a convolution reads: of a stored tensor, or of one that is folded (space_to_depth) or
// upsampled while it is read. Because a row of texels is contiguous, `fold` x `fold` texels are `fold` runs of octets:
// channel order within the source is (row of the block, column of the block, channel), and the weights are packed so.
struct ConvSource {
  TensorIn tensor;
  uint16_t octets;  // in all; 1 for a quad that is not folded
  uint16_t run;     // octets that lie together: those of `fold` texels of a row
  uint8_t fold;     // 1, 2 or 4
  uint8_t shift;    // 1: each texel serves 2 x 2 (upsample); 2: 4 x 4
  uint8_t quad;     // 1: only 8 bytes of the one octet exist
  uint8_t unused;
};

inline constexpr int kMaxConvSources = 4;

struct ConvParams {
  ConvSource sources[kMaxConvSources];  // `octets` of those that are not there is 0
  Global<const Half> weights;           // conv.h says in which order
  Global<const float> bias;             // one for each column, padding included
  TensorOut result;
  TensorIn addend;                // base 0: none; like the result
  Global<const Half> factors;     // 0: none; modulate: `factor_channels` scales, then as many shifts
  int32_t in_width, in_height;    // of what the taps read; beyond, its edge
  int32_t out_width, out_height;  // of the convolution, before depth_to_space
  int32_t factor_channels;
  uint16_t chunks;          // the channels read are worked on in so many pieces
  uint16_t blocks;          // of 16 channels each: 1, 2 or 4
  uint16_t plane;           // octets between two planes of the halo tile
  uint16_t columns;         // grid: blocks of output columns that share a tile
  uint16_t octets;          // of the columns, padding included
  uint8_t lanes_log2;       // threads that read one texel of the halo tile
  uint8_t activation;       // of the convolution
  uint8_t last_activation;  // after modulate and add
  uint8_t block;            // depth_to_space: each `subpixel_octets` octets of columns are one of block * block texels
  uint8_t quads;            // 1: the result is one quad, and an octet of columns holds two texels where block is not 1
  uint8_t subpixel_octets;
};

// --- Trunk (trunk.h)

struct TrunkLayer {
  uint32_t weights, bias;  // bytes from TrunkParams::weights
  uint8_t activation, last_activation;
  uint8_t residual;  // 1: + what the layer before read; of the first layer, + addend
  uint8_t unused;
};

inline constexpr int kMaxTrunkLayers = 24;

struct TrunkParams {
  TrunkLayer layers[kMaxTrunkLayers];
  Global<const std::byte> weights;
  TensorIn source;
  TensorIn addend;  // base 0: none
  TensorOut result;
  TensorOut edges[2];  // what tiles leave for their neighbours, in turn
  Global<uint32_t> barrier;
  int32_t width, height;
  uint16_t layer_count;
  uint16_t octets;  // of all tensors
  uint16_t blocks;  // of 16 channels: of all tensors
  uint16_t unused;
};

// --- Elementwise (elementwise.cu). `activation` is numbered as enum class Activation.

// result = act(modulate(first) + second); either may be left out.
struct PointwiseParams {
  TensorIn first, second;      // second.base 0: none
  Global<const Half> factors;  // 0: none
  TensorOut result;
  int32_t width, height, octets, channels;
  uint32_t activation;
};

struct BlendParams {
  TensorIn paint, history;
  TensorOut result;
  int32_t width, height, range;
  uint32_t result_bytes;  // 8: a quad; 16: an octet
};

struct NoiseParams {
  TensorOut result;
  int32_t width, height, octets, channels;
  uint32_t seed;
};

// One channel of `result` after the other is one of a source: concat, space_to_depth, depth_to_space, upsample, and
// between quads and octets. For what no convolution takes in.
struct GatherSource {
  TensorIn tensor;
  uint32_t quad;      // bytes from one four channels to the next: 8, or a row's length where the tensor is in quads
  uint32_t channels;  // of the source
};

enum class GatherKind : uint32_t { Concat, SpaceToDepth, DepthToSpace, Upsample };

inline constexpr int kMaxGatherSources = 8;

struct GatherParams {
  GatherSource sources[kMaxGatherSources];
  TensorOut result;
  int32_t width, height;  // of the result
  int32_t octets, channels;
  GatherKind kind;
  uint32_t block;
  uint32_t result_bytes;  // per texel and octet: 8: one quad, 16
};

}  // namespace impasto::cuda
