// What a generator does for one extent, decided without a device: which ops run as one kernel, and which kernel; which
// tensors exist in memory, where each lies, and how its channels lie in its quads. program.cpp turns a plan into
// pipelines and dispatches.
//
// Fusions:
//   - a convolution takes in the depth_to_space and the add that alone read it, and reads through an upsample, or through a
//     space_to_depth that it alone reads, where its kernel can;
//   - a concat costs nothing where its inputs can be written in place: quads side by side in one tensor. Where all its
//     readers are convolutions each input begins with a quad of its own, whatever the channel counts, because weights
//     can be packed to match.
//
// Memory: what does not depend on the frame is computed once and kept (Room::Constant); the output has memory of its own,
// which the scratch memory's next user does not touch (Room::Output); all else shares scratch memory by lifetime.
#pragma once

#include <cstdint>
#include <vector>

#include "style/graph.h"

namespace impasto::vulkan {

class Kernel;
struct DeviceTraits;
struct StepOf;

inline constexpr uint32_t kNone = UINT32_MAX;
inline constexpr uint64_t kTensorAlignment = 256;  // bytes: no device asks more of a buffer offset

enum class Room : uint8_t { Scratch, Constant, Output };

// The tensor of one op, as it lies in memory. Ops that were fused away have none (root == kNone).
struct PlannedTensor {
  uint32_t root = kNone;        // index of the op whose allocation this lies in (its own, or that of a concat)
  Room room = Room::Scratch;    // of the allocation
  uint64_t offset = 0;          // of the allocation in its room, bytes
  uint64_t bytes = 0;           // of the allocation
  int32_t first = 0, last = 0;  // lifetime of the allocation, as Plan::timeOf counts
  uint32_t downscale = 1;
  uint32_t width = 0, height = 0, channels = 0;
  uint32_t quads = 0;           // of this tensor
  uint32_t row_quads = 0;       // of the allocation
  uint32_t quad = 0;            // where this tensor begins in it
  std::vector<uint32_t> slots;  // of each channel, from the tensor's first quad: quad * 4 + component
};

struct Step {
  enum class Kind : uint8_t { Conv, Add, Noise, Rearrange, Blend, Modulate };
  Kind kind = Kind::Conv;
  const Kernel* kernel = nullptr;
  uint32_t op = 0;          // the op whose definition this runs
  uint32_t source = kNone;  // tensors are named by op indices
  uint32_t addend = kNone;  // Conv with a fused add; the second input of Add, Blend and Modulate
  uint32_t result = 0;
  bool upsample = false;  // Conv: reads `source` through a nearest 2x upsample
  uint32_t fold = 1;      // Conv: reads `source` through a space_to_depth of this block
  uint32_t block = 1;     // Conv: depth_to_space of the result
  Activation add_activation = Activation::None;
  uint32_t begin_channel = 0;  // Rearrange of a concat's input: where it goes
  bool pad = true;             // likewise: the last input, which also writes the padding
};

struct Plan {
  uint32_t width = 0, height = 0;      // aligned
  std::vector<PlannedTensor> tensors;  // by op index
  std::vector<Step> constant_steps;    // once, or when the frame's extent changes
  std::vector<Step> steps;             // each frame
  uint64_t scratch_bytes = 0, constant_bytes = 0, output_bytes = 0;

  // Lifetimes: constant steps, then the packing of the inputs, then the frame's steps.
  int32_t packingTime() const noexcept { return static_cast<int32_t>(constant_steps.size()); }
  int32_t timeOf(size_t step) const noexcept { return packingTime() + 1 + static_cast<int32_t>(step); }
};

// `width` x `height` is the largest frame. The graph is valid, or lowered from a valid one (lower.h). Throws
// Error(OutOfMemory) on overflow, Error(Unsupported) where no kernel fits.
Plan makePlan(const Graph& graph, uint32_t width, uint32_t height, const DeviceTraits& device);

// The kernel for a step, of those that fit: the device's preferred one, else the one that was measured to be fastest, else
// the cheapest. nullptr where none fits.
const Kernel* chooseKernel(const StepOf& in);

// Convolution quads of a result whose depth_to_space is fused: quad (c / 4) * b * b + subpixel holds channels
// c ... c + 3 of that subpixel. Without depth_to_space (block 1) just ceil(channels / 4).
uint32_t convQuads(uint32_t conv_channels, uint32_t block);

// Quads of `source` read through a space_to_depth: likewise, subpixel by subpixel; of three channels without gaps, as three
// quads for four subpixels.
uint32_t foldedQuads(const PlannedTensor& source, uint32_t fold);
bool foldsWithoutGaps(const PlannedTensor& source);

}  // namespace impasto::vulkan
