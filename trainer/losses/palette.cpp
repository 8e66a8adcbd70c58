#include "losses/palette.h"

#include <ATen/CPUGeneratorImpl.h>

#include "engine/communicator.h"
#include "nn/on_device.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kPool = 4;
constexpr int64_t kRandomDirections = 5;
constexpr double kSmallestVariance = 1e-3;  // a monochrome painting has none along the chroma axes

torch::Tensor pooledColors(const torch::Tensor& pictures) {
  return torch::avg_pool2d(pictures, kPool).permute({1, 0, 2, 3}).reshape({3, -1});
}

torch::Tensor directions(uint64_t seed, const torch::Device& device) {
  const torch::Tensor axes = torch::tensor({{1.f, 1.f, 1.f}, {1.f, -1.f, 0.f}, {1.f, 1.f, -2.f}});
  const torch::Tensor random =
      torch::randn({kRandomDirections, 3}, at::detail::createCPUGenerator(seed), torch::kFloat);
  const torch::Tensor all = torch::cat({axes, random});
  return onDevice(all / all.norm(2, {1}, true), device);
}

}  // namespace

PaletteLoss::PaletteLoss(const torch::Tensor& painting, Communicator* together) : together_(together) {
  torch::NoGradGuard no_grad;
  colors_ = pooledColors(painting);
}

torch::Tensor PaletteLoss::operator()(const torch::Tensor& pictures, uint64_t seed) const {
  const torch::Tensor axes = directions(seed, pictures.device());
  torch::Tensor colors = pooledColors(pictures);
  if (together_) colors = differentiableGather(*together_, colors);
  const torch::Tensor values = std::get<0>(torch::mm(axes, colors).sort(1));
  torch::Tensor target, variance;
  {
    torch::NoGradGuard no_grad;
    const torch::Tensor sorted = std::get<0>(torch::mm(axes, colors_).sort(1));
    variance = sorted.var(1).clamp_min(kSmallestVariance);
    // The painting's quantiles at as many places as the batch has colours.
    const int64_t n = values.size(1);
    const torch::Tensor places = (torch::arange(n, torch::TensorOptions(pictures.device()).dtype(torch::kDouble)) + 0.5) /
                                 static_cast<double>(n) * static_cast<double>(sorted.size(1));
    target = sorted.index_select(1, places.to(torch::kLong).clamp_max(sorted.size(1) - 1));
  }
  return ((values - target).square().mean(1) / variance).mean();
}

}  // namespace impasto::trainer
