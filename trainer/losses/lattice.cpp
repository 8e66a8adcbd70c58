#include "losses/lattice.h"

namespace impasto::trainer {

torch::Tensor latticeLoss(const torch::Tensor& pictures) {
  constexpr int64_t kPeriod = 8, kRepeats = 8, kWindow = kPeriod * kRepeats;
  constexpr double kByChance = 1.5;            // strokes are longer than a pixel: some more than that of white noise
  constexpr double kSmallestVariance = 1e-10;  // the root's slope at zero is infinite
  const int64_t n = pictures.size(0), rows = pictures.size(2) / kWindow, columns = pictures.size(3) / kWindow;
  if (rows == 0 || columns == 0) return torch::zeros({}, pictures.options());
  const torch::Tensor detail = pictures - torch::avg_pool2d(pictures, 3, 1, 1, /*ceil_mode=*/false, /*count_include_pad=*/false);
  const torch::Tensor windows = detail.narrow(2, 0, rows * kWindow)
                                    .narrow(3, 0, columns * kWindow)
                                    .reshape({n, 3, rows, kRepeats, kPeriod, columns, kRepeats, kPeriod});
  const torch::Tensor by_place = windows.mean({3, 6});  // N x 3 x rows x 8 x columns x 8
  const auto deviation = [](const torch::Tensor& values, at::IntArrayRef dimensions) {
    return torch::sqrt(values.var(dimensions, /*unbiased=*/false) + kSmallestVariance);
  };
  const torch::Tensor chance = kByChance / static_cast<double>(kRepeats) * deviation(windows, {3, 4, 6, 7});
  return torch::relu(deviation(by_place, {3, 5}) - chance).mean();
}

}  // namespace impasto::trainer
