#include "losses/lattice.h"

namespace impasto::trainer {

torch::Tensor latticeLoss(const torch::Tensor& pictures) {
  constexpr int64_t kPeriod = 8, kRepeats = 8, kWindow = kPeriod * kRepeats;
  constexpr double kSmallestVariance = 1e-10;  // the root's slope at zero is infinite
  const int64_t n = pictures.size(0), rows = pictures.size(2) / kWindow, columns = pictures.size(3) / kWindow;
  if (rows == 0 || columns == 0) return torch::zeros({}, pictures.options());
  const torch::Tensor detail = pictures - torch::avg_pool2d(pictures, 3, 1, 1, /*ceil_mode=*/false, /*count_include_pad=*/false);
  const torch::Tensor by_place = detail.narrow(2, 0, rows * kWindow)
                                     .narrow(3, 0, columns * kWindow)
                                     .reshape({n, 3, rows, kRepeats, kPeriod, columns, kRepeats, kPeriod})
                                     .mean({3, 6});  // N x 3 x rows x 8 x columns x 8
  return torch::sqrt(by_place.var({3, 5}, /*unbiased=*/false) + kSmallestVariance).mean();
}

}  // namespace impasto::trainer
