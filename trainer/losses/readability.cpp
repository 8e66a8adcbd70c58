#include "losses/readability.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kBox = 5;
constexpr double kStability = 9e-4;  // C2 of SSIM: (0.03 * 1)^2

torch::Tensor luma(const torch::Tensor& pictures) {
  const torch::Tensor weights = torch::tensor({0.299f, 0.587f, 0.114f}).to(pictures.device()).view({1, 3, 1, 1});
  return (pictures * weights).sum(1, true);
}

torch::Tensor boxMean(const torch::Tensor& x) { return torch::avg_pool2d(x, kBox, 1); }

torch::Tensor lostByHalving(const torch::Tensor& x) {
  const torch::Tensor half = torch::avg_pool2d(x, 2);
  return x - torch::upsample_nearest2d(half, {x.size(2), x.size(3)});
}

}  // namespace

torch::Tensor structureLoss(const torch::Tensor& pictures, const torch::Tensor& frames) {
  const torch::Tensor y = luma(pictures), x = luma(frames);
  const torch::Tensor mean_y = boxMean(y), mean_x = boxMean(x);
  const torch::Tensor variance_y = boxMean(y * y) - mean_y * mean_y, variance_x = boxMean(x * x) - mean_x * mean_x;
  const torch::Tensor covariance = boxMean(x * y) - mean_x * mean_y;
  return (1 - (2 * covariance + kStability) / (variance_x + variance_y + kStability)).mean();
}

torch::Tensor fineDetailLoss(const torch::Tensor& pictures, const torch::Tensor& frames) {
  const torch::Tensor difference = pictures - frames;  // the filter is linear
  const torch::Tensor inner = difference.slice(2, 1, -1).slice(3, 1, -1);
  return 0.5 * (lostByHalving(difference).abs().mean() + lostByHalving(inner).abs().mean());
}

}  // namespace impasto::trainer
