#include "planning/arena.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace impasto {

ArenaLayout placeByLifetime(std::span<const Lifetime> lifetimes, uint64_t alignment) {
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });

  ArenaLayout layout;
  layout.offsets.resize(lifetimes.size());
  std::vector<size_t> placed;  // by offset
  for (const size_t index : order) {
    const Lifetime& lifetime = lifetimes[index];
    uint64_t offset = 0;
    for (const size_t other_index : placed) {
      const Lifetime& other = lifetimes[other_index];
      if (other.last < lifetime.first || lifetime.last < other.first) continue;
      const uint64_t other_offset = layout.offsets[other_index];
      if (offset + lifetime.bytes <= other_offset) break;
      const uint64_t end = other_offset + other.bytes;
      offset = std::max(offset, (end + alignment - 1) / alignment * alignment);
    }
    constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max() / 2;
    if (offset > kMost || lifetime.bytes > kMost - offset) {
      throw Error(ErrorCode::OutOfMemory, "the generator's tensors take more bytes than can be counted");
    }
    layout.offsets[index] = offset;
    layout.bytes = std::max(layout.bytes, offset + lifetime.bytes);
    const auto place = std::upper_bound(placed.begin(), placed.end(), offset,
                                        [&](uint64_t value, size_t i) { return value < layout.offsets[i]; });
    placed.insert(place, index);
  }
  return layout;
}

}  // namespace impasto
