#include "cpu/tensor.h"

#include <algorithm>
#include <cstring>

#include "cpu/row_kernels.h"

namespace impasto::cpu {

Slots plainSlots(uint32_t channels) {
  Slots slots((channels + 3) / 4 * 4, kNoChannel);
  for (uint32_t c = 0; c < channels; ++c) slots[c] = static_cast<int32_t>(c);
  return slots;
}

std::vector<uint32_t> slotOfChannel(const Slots& slots, uint32_t channels) {
  std::vector<uint32_t> result(channels);
  for (uint32_t s = 0; s < slots.size(); ++s) {
    if (slots[s] != kNoChannel) result[static_cast<size_t>(slots[s])] = s;
  }
  return result;
}

void fillBorder(const Plane& plane, uint32_t y, uint32_t rows) noexcept {
  const uint32_t end = std::min(y + rows, plane.height);
  const size_t bytes = plane.slots * bytesOf(plane.type);
  for (uint32_t row = y; row < end; ++row) {
    std::memcpy(plane.at(row, -1), plane.at(row, 0), bytes);
    std::memcpy(plane.at(row, plane.width), plane.at(row, int64_t{plane.width} - 1), bytes);
  }
  const auto copyRow = [&](int64_t to, int64_t from) {
    if (plane.dense()) {
      std::memcpy(plane.at(to, -1), plane.at(from, -1), (size_t{plane.width} + 2) * bytes);
    } else {
      for (int64_t x = -1; x <= int64_t{plane.width}; ++x) std::memcpy(plane.at(to, x), plane.at(from, x), bytes);
    }
  };
  if (y == 0) copyRow(-1, 0);
  if (end == plane.height) copyRow(plane.height, int64_t{plane.height} - 1);
}

void loadTexels(const Plane& plane, uint32_t y, uint32_t x, uint32_t count, float* values) noexcept {
  if (plane.dense()) return convert(values, Element::Float, plane.at(y, x), plane.type, size_t{count} * plane.slots);
  for (uint32_t i = 0; i < count; ++i) {
    convert(values + size_t{i} * plane.slots, Element::Float, plane.at(y, int64_t{x} + i), plane.type, plane.slots);
  }
}

void storeTexels(const Plane& plane, uint32_t y, uint32_t x, uint32_t count, const float* values) noexcept {
  if (plane.dense()) return convert(plane.at(y, x), plane.type, values, Element::Float, size_t{count} * plane.slots);
  for (uint32_t i = 0; i < count; ++i) {
    convert(plane.at(y, int64_t{x} + i), plane.type, values + size_t{i} * plane.slots, Element::Float, plane.slots);
  }
}

}  // namespace impasto::cpu
