#include "metrics/stability.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

#include "style/graph.h"

namespace impasto::trainer {
namespace {

constexpr double kColors[5][3] = {{0.5, 0.6, 0.8}, {0.8, 0.8, 0.8}, {0.3, 0.5, 0.3}, {0.7, 0.5, 0.4}, {0.15, 0.15, 0.2}};
constexpr int64_t kSide = 512, kPeriod = 8, kBlock = 64, kBorder = 16, kFlickerSide = 256;
constexpr int kFlickerFrames = 30;
constexpr double kGrain = 2.0 / 255;

torch::Tensor inside(const torch::Tensor& picture, int64_t border) {
  return picture.narrow(2, border, picture.size(2) - 2 * border).narrow(3, border, picture.size(3) - 2 * border);
}

// 1 x 3 x n -> the deviation of the n, mean over channels, of 255.
double deviation(const torch::Tensor& means) {
  return 255 * means.to(torch::kDouble).reshape({3, -1}).std(1, /*unbiased=*/false).mean().item<double>();
}

torch::Tensor meansByPlace(const torch::Tensor& picture) {
  const int64_t rows = picture.size(2) / kPeriod, columns = picture.size(3) / kPeriod;
  return picture.to(torch::kDouble).reshape({1, 3, rows, kPeriod, columns, kPeriod}).mean({2, 4});
}

}  // namespace

Stability measureStability(PaintingNetwork& network) {
  torch::NoGradGuard no_grad;
  Stability worst;
  for (const auto& [r, g, b] : kColors) {
    const torch::Device device = network.parameters()[0].device();
    const torch::Tensor flat = torch::tensor({r, g, b}, device).to(torch::kFloat).view({1, 3, 1, 1}).expand({1, 3, kSide, kSide});
    const torch::Tensor painted = inside(network.forward(flat).clamp(0, 1), kBlock);
    worst.wander = std::max(worst.wander, deviation(torch::avg_pool2d(painted, kBlock)));
    const WithoutNoise without_noise(network);
    const torch::Tensor plain = inside(network.forward(flat).clamp(0, 1), 2 * kBlock);
    worst.lattice = std::max(worst.lattice, deviation(meansByPlace(plain)));
  }
  return worst;
}

double measurePan(PaintingNetwork& network, const torch::Tensor& frame) {
  torch::NoGradGuard no_grad;
  const int64_t align = kMaxDownscale, height = frame.size(2) / align * align, width = (frame.size(3) - 1) / align * align;
  const torch::Tensor part = frame.narrow(2, 0, height);
  const WithoutNoise without_noise(network);
  const torch::Tensor here = network.forward(part.narrow(3, 0, width)).clamp(0, 1);
  const torch::Tensor moved = network.forward(part.narrow(3, 1, width)).clamp(0, 1);
  // What lies at x of the first lies at x - 1 of the second.
  const torch::Tensor difference = here.narrow(3, 1, width - 1) - moved.narrow(3, 0, width - 1);
  return 255 * inside(difference, kBorder).abs().mean().item<double>();
}

double measureFlicker(PaintingNetwork& network, const torch::Tensor& frame) {
  torch::NoGradGuard no_grad;
  const auto middle = [](const torch::Tensor& x, int64_t dimension) {
    const int64_t length = std::min(x.size(dimension), kFlickerSide);
    return x.narrow(dimension, (x.size(dimension) - length) / 2, length);
  };
  const torch::Tensor still = middle(middle(frame, 2), 3).cpu();
  at::Generator random = at::detail::createCPUGenerator(1);
  torch::Tensor sum = torch::zeros(still.sizes(), torch::kDouble), squares = sum.clone();
  for (int i = 0; i < kFlickerFrames; ++i) {
    const torch::Tensor grainy = (still + kGrain * torch::randn(still.sizes(), random)).clamp(0, 1);
    const torch::Tensor painted = network.forward(grainy.to(frame.device())).clamp(0, 1).to(torch::kCPU, torch::kDouble);
    sum += painted;
    squares += painted.square();
  }
  const torch::Tensor variance = (squares - sum.square() / kFlickerFrames) / kFlickerFrames;
  return 255 * inside(variance.clamp_min(0).sqrt(), kBorder).mean().item<double>();
}

}  // namespace impasto::trainer
