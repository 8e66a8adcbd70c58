#include "media/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace impasto::media {
namespace {

TEST(RowBands, EveryRowIsWorkedOnOnce) {
  for (const uint32_t rows : {1u, 63u, 64u, 1000u, 16384u}) {
    std::vector<std::atomic<int>> seen(rows);
    forRowBands(rows, [&](uint32_t first, uint32_t last) {
      for (uint32_t y = first; y < last; ++y) ++seen[y];
    });
    for (uint32_t y = 0; y < rows; ++y) ASSERT_EQ(seen[y], 1) << y << " of " << rows;
  }
}

TEST(RowBands, WhatIsThrownArrives) {
  std::atomic<uint32_t> done = 0;
  EXPECT_THROW(forRowBands(1000,
                           [&](uint32_t first, uint32_t last) {
                             done += last - first;
                             if (last == 1000) throw std::runtime_error("the last band");
                           }),
               std::runtime_error);
  EXPECT_EQ(done, 1000u);
}

}  // namespace
}  // namespace impasto::media
