// Places allocations with known lifetimes in one block of memory, so that those that live at the same time never
// overlap.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace impasto {

struct Lifetime {
  uint64_t bytes = 0;
  int32_t first = 0;  // the step that writes it
  int32_t last = 0;   // the last step that reads it; lifetimes that share a step overlap
};

struct ArenaLayout {
  std::vector<uint64_t> offsets;  // of each lifetime, multiples of the alignment
  uint64_t bytes = 0;
};

// Largest first, each at the lowest place that is free throughout its lifetime. Throws Error(OutOfMemory) on overflow.
ArenaLayout placeByLifetime(std::span<const Lifetime> lifetimes, uint64_t alignment);

}  // namespace impasto
