#include "losses/pixels.h"

namespace impasto::trainer {

torch::Tensor charbonnierLoss(const torch::Tensor& pictures, const torch::Tensor& targets) {
  constexpr double kRound = 1.0 / 255.0;
  return torch::sqrt((pictures - targets).square() + kRound * kRound).mean() - kRound;
}

torch::Tensor gradientLoss(const torch::Tensor& pictures, const torch::Tensor& targets) {
  constexpr int kScales = 3;
  torch::Tensor difference = pictures - targets, sum;
  for (int scale = 0; scale < kScales; ++scale) {
    if (scale > 0) difference = torch::avg_pool2d(difference, 2);
    const torch::Tensor slope = difference.diff(1, 3).abs().mean() + difference.diff(1, 2).abs().mean();
    sum = sum.defined() ? sum + slope : slope;
  }
  return sum;
}

torch::Tensor lowPassLoss(const torch::Tensor& pictures, const torch::Tensor& targets) {
  return torch::avg_pool2d(pictures - targets, 16).abs().mean();
}

}  // namespace impasto::trainer
