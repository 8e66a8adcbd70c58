// How tensors lie in the memory of the CPU backend: rows of texels, the numbers of a texel (its slots) side by side, with
// a border of one texel all around. The order of channels within a texel is free: each tensor says which channel a slot
// holds, so that a shuffle of channels into texels is a copy of neighbours, and the convolutions' weights are ordered to
// fit. Slots come in fours; those without a channel hold numbers that are finite, and weights of 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cpu/element.h"

namespace impasto::cpu {

using Slots = std::vector<int32_t>;  // the channel of each slot, or kNoChannel

inline constexpr int32_t kNoChannel = -1;

// Channels in their order.
Slots plainSlots(uint32_t channels);
// The slot of each channel.
std::vector<uint32_t> slotOfChannel(const Slots& slots, uint32_t channels);

// Where tensors lie. One buffer may hold several: the parts of a concat, or one that is written over another.
struct BufferPlan {
  uint32_t slots = 0;  // of a texel
  uint32_t downscale = 1;
  Element type = Element::Float;
  bool constant = false;        // keeps its values from frame to frame
  int32_t first = 0, last = 0;  // positions in the order of work at which it is written first and read last
  size_t offset = 0;            // bytes
};

struct TensorPlan {
  Slots slots;
  uint32_t downscale = 1;
  Element type = Element::Float;
  uint32_t buffer = 0;
  uint32_t first_slot = 0;  // of the buffer's texels
};

// A tensor in memory, for a frame of one extent.
struct Plane {
  std::byte* origin = nullptr;  // row 0, column 0
  size_t row_bytes = 0, texel_bytes = 0;
  uint32_t width = 0, height = 0;  // texels, without the border
  uint32_t slots = 0;
  Element type = Element::Float;

  // From -1 to width and height.
  std::byte* at(int64_t y, int64_t x) const noexcept {
    return origin + y * static_cast<int64_t>(row_bytes) + x * static_cast<int64_t>(texel_bytes);
  }
  bool dense() const noexcept { return texel_bytes == slots * bytesOf(type); }
};

// Copies the edge to the border beside rows y ... y + rows - 1, and above and below where they are the first and the last.
void fillBorder(const Plane& plane, uint32_t y, uint32_t rows) noexcept;

// `count` texels of row y from column x as fp32, or from fp32; slots side by side.
void loadTexels(const Plane& plane, uint32_t y, uint32_t x, uint32_t count, float* values) noexcept;
void storeTexels(const Plane& plane, uint32_t y, uint32_t x, uint32_t count, const float* values) noexcept;

}  // namespace impasto::cpu
