#include "ops/agreement.h"

#include <algorithm>
#include <cmath>

namespace impasto::test {

Agreement compare(const Tensor& result, const Style& style, const std::vector<Tensor>& values, Rounding rounding,
                  double sum_rounding) {
  const Tensor& expected = values[style.graph.output];
  const Tensor bounds = boundError(style, values, rounding, sum_rounding);
  Agreement agreement;
  double largest = 1;
  for (uint32_t c = 0; c < result.channels; ++c) {
    for (uint32_t y = 0; y < result.height; ++y) {
      for (uint32_t x = 0; x < result.width; ++x) {
        const double value = expected.at(c, y, x), bound = bounds.at(c, y, x);
        const double error = std::abs(double{result.at(c, y, x)} - value);
        largest = std::max(largest, std::abs(value));
        agreement.bound = std::max(agreement.bound, bound);
        if (!(error <= agreement.error)) agreement.error = error;  // NaN sticks
        const double ratio = error == 0 ? 0 : error / bound;
        if (ratio <= agreement.closest || std::isnan(agreement.closest)) continue;
        agreement.closest = ratio;
        agreement.worst = std::to_string(result.at(c, y, x)) + " where the reference has " + std::to_string(value) +
                          " +- " + std::to_string(bound) + ", channel " + std::to_string(c) + " at " +
                          std::to_string(x) + ", " + std::to_string(y);
      }
    }
  }
  agreement.bound /= largest;
  agreement.error /= largest;
  return agreement;
}

}  // namespace impasto::test
