// What many measurements of one thing say.
#pragma once

#include <cstddef>
#include <vector>

namespace impasto::app {

struct Spread {
  size_t count = 0;
  double least = 0, p50 = 0, p95 = 0, p99 = 0;  // 0 where nothing was measured
};

// Percentiles by the nearest rank: a value that was measured.
Spread spreadOf(std::vector<double> values);

}  // namespace impasto::app
