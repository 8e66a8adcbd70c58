// How far a frame painted by a backend may be from the reference's, worked out op by op from the arithmetic of both, so that
// a test has no tolerance to choose. For every value of every tensor a bound on |backend - reference| is carried along:
//   - a stored tensor is rounded to the 11 bits of fp16 (2^-11 of the value, or half the smallest subnormal) and saturates
//     at 65504, or to the 8 bits of bfloat16; fp32 tensors are stored as they are; what a fusion does not store counts as
//     stored;
//   - kernels are rounded as tensors are, biases are not;
//   - sums are fp32 on both sides, in any order: k operations err by k * 2^-24 of the sum of the magnitudes
//     (Higham, Accuracy and Stability of Numerical Algorithms, ch. 3);
//   - errors that come in go through a convolution as sum |w| e, through a product by the product rule, through an
//     activation, minimum or maximum by its Lipschitz constant;
//   - the constant part of a convolution of a concat (planning/lower.h) is stored once more.
// It is a worst case, as if all errors had the same sign: it grows by sum |w| with each convolution, and says little
// about a graph that is many convolutions deep. Rounding is to nearest, as Mesa, NVIDIA and AMD do it.
#pragma once

#include <vector>

#include "base/tensor.h"
#include "style/style.h"

namespace impasto::test {

enum class Rounding { None, Half, Bfloat16 };

inline constexpr double kSumRounding = 0x1p-24;            // of each operation in fp32, relative
inline constexpr double kTensorCoreSumRounding = 0x1p-23;  // CUDA's cut off instead (cuda/device/intrinsics.h)

// `values` are runReferenceOps(style, inputs); `rounding` of tensors and kernels, `sum_rounding` of the backend's
// convolutions. The bound of every value of the output, at the aligned extent (fp32, rounded up).
Tensor boundError(const Style& style, const std::vector<Tensor>& values, Rounding rounding,
                  double sum_rounding = kSumRounding);

}  // namespace impasto::test
