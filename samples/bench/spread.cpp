#include "spread.h"

#include <algorithm>
#include <cmath>

namespace impasto::app {

Spread spreadOf(std::vector<double> values) {
  Spread spread;
  spread.count = values.size();
  if (values.empty()) return spread;
  std::sort(values.begin(), values.end());
  const auto rank = [&](double share) {
    const auto nearest = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size())));
    return values[std::max<size_t>(nearest, 1) - 1];
  };
  spread.least = values.front();
  spread.p50 = rank(0.50);
  spread.p95 = rank(0.95);
  spread.p99 = rank(0.99);
  return spread;
}

}  // namespace impasto::app
