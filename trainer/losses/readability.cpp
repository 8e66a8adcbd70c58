#include "losses/readability.h"

#include "nn/on_device.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kBox = 5;
constexpr double kStability = 9e-4;  // C2 of SSIM: (0.03 * 1)^2

torch::Tensor boxMean(const torch::Tensor& x) {
  return torch::avg_pool2d(torch::avg_pool2d(x, {kBox, 1}, 1), {1, kBox}, 1);
}

// Gradient per pixel of N x 1 x H x W: N x 2 x (H - 2) x (W - 2).
torch::Tensor sobel(const torch::Tensor& lightness) {
  const torch::Tensor kernel = torch::tensor({{-1.0f, 0.0f, 1.0f}, {-2.0f, 0.0f, 2.0f}, {-1.0f, 0.0f, 1.0f}}).div(8.0f);
  const torch::Tensor along = onDevice(kernel, lightness.device()).view({1, 1, 3, 3});
  return torch::conv2d(lightness, torch::cat({along, along.transpose(2, 3)}));
}

torch::Tensor lostByHalving(const torch::Tensor& x) {
  const torch::Tensor half = torch::avg_pool2d(x, 2);
  return x - torch::upsample_nearest2d(half, {x.size(2), x.size(3)});
}

}  // namespace

torch::Tensor luma(const torch::Tensor& pictures) {
  const torch::Tensor weights = onDevice(torch::tensor({0.299f, 0.587f, 0.114f}), pictures.device()).view({1, 3, 1, 1});
  return (pictures * weights).sum(1, /*keepdim=*/true);
}

torch::Tensor slopes(const torch::Tensor& lightness) { return sobel(lightness).norm(2, {1}, /*keepdim=*/true); }

torch::Tensor structureLoss(const torch::Tensor& pictures, const torch::Tensor& frames) {
  const torch::Tensor y = luma(pictures), x = luma(frames);
  const torch::Tensor mean_y = boxMean(y), mean_x = boxMean(x);
  const torch::Tensor variance_y = boxMean(y * y) - mean_y * mean_y, variance_x = boxMean(x * x) - mean_x * mean_x;
  const torch::Tensor covariance = boxMean(x * y) - mean_x * mean_y;
  const torch::Tensor difference = 1 - (2 * covariance + kStability) / (variance_x + variance_y + kStability);
  return (difference * (variance_x / (variance_x + kStability))).mean();
}

torch::Tensor edgeLoss(const torch::Tensor& pictures, const torch::Tensor& frames) {
  constexpr double kFaintest = 0.04, kStrongest = 0.12;
  // Averaged first: teeth along an edge are no edge.
  const auto gradient = [](const torch::Tensor& pixels) { return sobel(torch::avg_pool2d(luma(pixels), 3, 1)); };
  torch::Tensor direction, wanted;
  {
    torch::NoGradGuard no_grad;
    const torch::Tensor edge = gradient(frames);
    const torch::Tensor slope = edge.norm(2, {1}, /*keepdim=*/true);
    direction = edge / slope.clamp_min(1e-6);
    wanted = slope.clamp_max(kStrongest) * (slope > kFaintest);
  }
  const torch::Tensor across = (gradient(pictures) * direction).sum(1, /*keepdim=*/true);
  const torch::Tensor lost = (torch::relu(wanted - across) * (wanted > 0)).sum({1, 2, 3});
  return (lost / (wanted.sum({1, 2, 3}) + 1e-3)).mean();
}

torch::Tensor toneLoss(const torch::Tensor& pictures, const torch::Tensor& frames) {
  constexpr int64_t kArea = 16;
  constexpr double kFlat = 1e-4;  // variance: a frame of hardly more contrast asks for nothing
  const auto deviation = [&](const torch::Tensor& pixels) {
    const torch::Tensor tones = torch::avg_pool2d(luma(pixels), kArea).flatten(1);
    return tones - tones.mean(1, true);
  };
  const torch::Tensor y = deviation(pictures), x = deviation(frames);
  const torch::Tensor variance_y = y.square().mean(1), variance_x = x.square().mean(1);
  const torch::Tensor correlation = (x * y).mean(1) / torch::sqrt((variance_x + kFlat) * (variance_y + kFlat));
  return (variance_x / (variance_x + kFlat) - correlation).mean();
}

torch::Tensor fineDetailLoss(const torch::Tensor& pictures, const torch::Tensor& frames) {
  const torch::Tensor difference = pictures - frames;  // the filter is linear
  const torch::Tensor inner = difference.slice(2, 1, -1).slice(3, 1, -1);
  return 0.5 * (lostByHalving(difference).abs().mean() + lostByHalving(inner).abs().mean());
}

}  // namespace impasto::trainer
