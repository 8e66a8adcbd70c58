// Compares a frame of any backend with the reference's.
#pragma once

#include <string>
#include <vector>

#include "base/tensor.h"
#include "ops/error_bound.h"
#include "style/style.h"

namespace impasto::test {

// How a result lies within its bounds.
struct Agreement {
  double closest = 0;  // the largest error, in terms of its bound; NaN when a value is none
  double bound = 0;    // the largest, relative to the larger of 1 and the reference's largest value
  double error = 0;    // likewise
  std::string worst;   // the value with that error, in words
};

// `result` is 3 x H x W of a backend; `values` are runReferenceOps() of the same style and inputs.
Agreement compare(const Tensor& result, const Style& style, const std::vector<Tensor>& values, Rounding rounding,
                  double sum_rounding = kSumRounding);

}  // namespace impasto::test
