#include "planning/arena.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "support/random_style.h"

namespace impasto::test {
namespace {


TEST(Arena, LivesThatMeetNeverOverlap) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::vector<Lifetime> lifetimes(random.between(1, 40));
    uint64_t sum = 0;
    for (Lifetime& lifetime : lifetimes) {
      lifetime.bytes = random.between(1, 5000);
      lifetime.first = static_cast<int32_t>(random.below(20)) - 1;
      lifetime.last = lifetime.first + static_cast<int32_t>(random.below(8));
      sum += (lifetime.bytes + 255) / 256 * 256;
    }
    const ArenaLayout layout = placeByLifetime(lifetimes, 256);
    EXPECT_LE(layout.bytes, sum);
    for (size_t a = 0; a < lifetimes.size(); ++a) {
      EXPECT_EQ(layout.offsets[a] % 256, 0u);
      EXPECT_LE(layout.offsets[a] + lifetimes[a].bytes, layout.bytes);
      for (size_t b = 0; b < a; ++b) {
        const bool meet = lifetimes[a].first <= lifetimes[b].last && lifetimes[b].first <= lifetimes[a].last;
        const bool overlap = layout.offsets[a] < layout.offsets[b] + lifetimes[b].bytes &&
                             layout.offsets[b] < layout.offsets[a] + lifetimes[a].bytes;
        EXPECT_FALSE(meet && overlap) << a << " and " << b;
      }
    }
  }
}

TEST(Arena, MemoryIsUsedAgain) {
  const std::vector<Lifetime> chain = {{1000, 0, 1}, {1000, 1, 2}, {1000, 2, 3}, {1000, 3, 4}};
  EXPECT_LE(placeByLifetime(chain, 256).bytes, 2048u);
}

TEST(Arena, OverflowIsAnError) {
  const std::vector<Lifetime> huge = {{UINT64_MAX / 2, 0, 1}, {UINT64_MAX / 2, 0, 1}};
  EXPECT_THROW(placeByLifetime(huge, 256), Error);
}

}  // namespace
}  // namespace impasto::test
