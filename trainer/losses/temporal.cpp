#include "losses/temporal.h"

#include "nn/reproject.h"

namespace impasto::trainer {
namespace {

constexpr double kSameLight = 0.05;
constexpr int64_t kArea = 16;

}  // namespace

torch::Tensor comparablePixels(const torch::Tensor& frame, const torch::Tensor& earlier, const torch::Tensor& motion,
                               const torch::Tensor& visible) {
  torch::NoGradGuard no_grad;
  const torch::Tensor change = (frame - fetchSmooth(earlier, motion)).abs().amax(1, /*keepdim=*/true);
  return (change < kSameLight).to(torch::kFloat) * (visible > 0.5).to(torch::kFloat) * cameFromInside(motion);
}

torch::Tensor temporalLoss(const torch::Tensor& painting, const torch::Tensor& earlier, const torch::Tensor& motion,
                           const torch::Tensor& pixels) {
  const torch::Tensor difference = (painting - fetchSharp(earlier, motion)).abs().mean(1, /*keepdim=*/true);
  return (difference * pixels).sum() / pixels.sum().clamp_min(1);
}

torch::Tensor fineContrast(const torch::Tensor& pictures) {
  const torch::Tensor mean = torch::avg_pool2d(pictures, 3, 1, 1, /*ceil_mode=*/false, /*count_include_pad=*/false);
  return torch::avg_pool2d((pictures - mean).abs().mean(1, /*keepdim=*/true), kArea);
}

torch::Tensor lostContrastLoss(const torch::Tensor& pictures, const torch::Tensor& reference) {
  const torch::Tensor wanted = fineContrast(reference.detach());
  return torch::relu(wanted - fineContrast(pictures)).mean() / (wanted.mean() + 1e-6);
}

}  // namespace impasto::trainer
