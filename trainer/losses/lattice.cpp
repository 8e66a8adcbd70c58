#include "losses/lattice.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kPeriod = 8, kRepeats = 8, kWindow = kPeriod * kRepeats;

// A mean over one period, symmetric: eight taps, the outer two shared by both ends. Blind to periods of 2, 4 and 8.
torch::Tensor periodMean(const torch::Tensor& pictures) {
  const auto along = [](const torch::Tensor& x, at::IntArrayRef size, at::IntArrayRef whole, at::IntArrayRef padding) {
    // (box of 9 + box of 7) / 16 = (1/2, 1, 1, 1, 1, 1, 1, 1, 1/2) / 8
    const torch::Tensor wide = torch::avg_pool2d(x, whole, 1, padding), narrow = torch::avg_pool2d(x, size, 1);
    return 9.0 / 16.0 * wide + 7.0 / 16.0 * narrow.narrow(2, (narrow.size(2) - wide.size(2)) / 2, wide.size(2))
                                                .narrow(3, (narrow.size(3) - wide.size(3)) / 2, wide.size(3));
  };
  const torch::Tensor extended = torch::replication_pad2d(pictures, {4, 4, 4, 4});
  return along(along(extended, {1, 7}, {1, 9}, {0, 0}), {7, 1}, {9, 1}, {0, 0});
}

}  // namespace

torch::Tensor latticeLoss(const torch::Tensor& pictures) {
  constexpr double kByChance = 1.5 * 1.5;      // strokes are longer than a pixel: some more than that of white noise
  constexpr double kSmallestVariance = 1e-10;  // a flat picture has neither
  const int64_t n = pictures.size(0), rows = pictures.size(2) / kWindow, columns = pictures.size(3) / kWindow;
  if (rows == 0 || columns == 0) return torch::zeros({}, pictures.options());
  const torch::Tensor windows = (pictures - periodMean(pictures))
                                    .narrow(2, 0, rows * kWindow)
                                    .narrow(3, 0, columns * kWindow)
                                    .reshape({n, 3, rows, kRepeats, kPeriod, columns, kRepeats, kPeriod});
  const torch::Tensor by_place = windows.mean({3, 6});  // N x 3 x rows x 8 x columns x 8
  const torch::Tensor variance = by_place.var({3, 5}, /*unbiased=*/false);
  torch::Tensor chance, root;
  {
    torch::NoGradGuard no_grad;
    chance = kByChance / static_cast<double>(kRepeats * kRepeats) * windows.var({3, 4, 6, 7}, /*unbiased=*/false);
    root = torch::sqrt(variance + chance + kSmallestVariance);
  }
  return ((variance - chance) / (2 * root)).mean();
}

}  // namespace impasto::trainer
