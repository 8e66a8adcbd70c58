// What a generator does on CUDA, decided for the largest extent: which ops run as one kernel, and which kernel; which
// tensors exist in memory and where each lies. plan.cpp makes launches of it.
//
// Fusions:
//   - a convolution reads through concat, upsample and space_to_depth, and the quads that the pass packs, where at most
//     kMaxConvSources tensors come together;
//   - it takes in the depth_to_space, modulate and add that alone read it, in this order;
//   - the last one writes the quads that the pass composites from;
//   - a run of convolutions of one width at one resolution, with residual sums or without, is one cooperative kernel where
//     the device has a multiprocessor for each of its tiles.
// All else has a step of its own, so that any valid graph runs.
//
// Memory: Room::Constants holds what frames read and does not depend on them; all else shares the arena by lifetime.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "cuda/conv_kernels.h"
#include "cuda/kernels/params.h"
#include "cuda/plan.h"
#include "cuda/trunk_kernels.h"
#include "planning/lower.h"

namespace impasto::cuda {

inline constexpr uint32_t kNone = UINT32_MAX;

enum class Room : uint8_t { Inputs, Output, Constants, Arena };

// A tensor in memory; named by its index.
struct PlannedTensor {
  uint32_t op = 0;
  bool quads = false;  // as the pass packs and composites; otherwise octets (kernels/params.h)
  Room room = Room::Arena;
  uint64_t offset = 0, bytes = 0;
  int32_t first = INT32_MAX, last = -1;  // lifetime: steps by number, those of constants first
  uint32_t downscale = 1, width = 0, height = 0, channels = 0;

  uint32_t octets() const noexcept { return (channels + 7) / 8; }
  uint32_t rowQuads() const noexcept { return (channels + 3) / 4; }
  uint32_t texelBytes() const noexcept { return quads ? 8 : octets() * 16; }
  uint64_t rowBytes() const noexcept { return uint64_t{width} * (quads ? rowQuads() * 8 : octets() * 16); }
};

// Some of the channels that a convolution reads (ConvSource).
struct ConvPart {
  uint32_t tensor = kNone;
  uint32_t fold = 1, shift = 0;
  uint32_t octets = 0, run = 0;
  std::vector<uint32_t> channels;  // of the convolution, by place in the octets; kNone: padding
};

struct Step {
  enum class Kind : uint8_t { Conv, Trunk, Pointwise, Blend, Noise, Gather };
  Kind kind = Kind::Conv;
  uint32_t op = 0;    // whose definition this runs: of a Conv the convolution; of a Gather, the op or what is copied
  uint32_t last = 0;  // the op that it ends in
  uint32_t result = kNone, addend = kNone, factors = kNone;  // tensors
  Activation activation = Activation::None, last_activation = Activation::None;

  std::vector<ConvPart> parts;                       // Conv
  const ConvKernel* kernel = nullptr;                // Conv
  uint32_t chunks = 0, blocks = 0;                   // Conv
  uint32_t block = 1;                                // Conv: depth_to_space of the result
  std::vector<uint32_t> columns;                     // Conv: the output channel of each; kNone: padding
  uint64_t weights = 0, weight_bytes = 0, bias = 0;  // Conv: in the weights

  const TrunkKernel* trunk = nullptr;  // Trunk
  std::vector<Step> layers;            // Trunk: of kind Conv; the results of the first two hold the tiles' edges

  GatherKind gather = GatherKind::Concat;
  std::vector<uint32_t> sources;  // all but Conv: tensors

  uint32_t columnBlocks() const noexcept {
    return static_cast<uint32_t>(columns.size()) / (8 * static_cast<uint32_t>(kernel->column_tiles));
  }
};

struct PlannedSteps {
  Graph graph;  // lowered
  uint32_t width = 0, height = 0;
  std::vector<PlannedTensor> tensors;
  std::vector<uint32_t> inputs;  // tensors that the pass packs, one of each kind
  uint32_t output = kNone;
  std::vector<Step> constant_steps, steps;
  uint64_t output_bytes = 0, constant_bytes = 0, arena_bytes = 0;
};

// Throws Error(Unsupported) where no kernel fits the device, Error(OutOfMemory).
PlannedSteps planSteps(Graph graph, uint32_t width, uint32_t height, const DeviceTraits& device);

}  // namespace impasto::cuda
