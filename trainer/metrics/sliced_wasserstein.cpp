#include "metrics/sliced_wasserstein.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

namespace impasto::trainer {
namespace {

constexpr int64_t kPatch = 7;
constexpr int kDirections = 128;

// Sorted values, N x directions -> their values at `count` quantiles.
torch::Tensor quantiles(const torch::Tensor& sorted, int64_t count) {
  if (sorted.size(0) == count) return sorted;
  const torch::Tensor place = (torch::arange(count, torch::kDouble) + 0.5) * static_cast<double>(sorted.size(0)) /
                              static_cast<double>(count);
  return sorted.index_select(0, place.floor().to(torch::kLong).clamp_max(sorted.size(0) - 1));
}

torch::Tensor randomPatches(const torch::Tensor& pictures, int patches, at::Generator& random) {
  const torch::Tensor planes = pictures.detach().to(torch::kCPU, torch::kFloat).contiguous();
  const int64_t rows = planes.size(2) - kPatch + 1, columns = planes.size(3) - kPatch + 1;
  const torch::Tensor at = torch::randint(planes.size(0) * rows * columns, {patches}, random, torch::kLong);
  const auto places = at.accessor<int64_t, 1>();
  std::vector<torch::Tensor> cut;
  for (int64_t i = 0; i < patches; ++i) {
    const int64_t picture = places[i] / (rows * columns), y = places[i] / columns % rows, x = places[i] % columns;
    cut.push_back(planes[picture].narrow(1, y, kPatch).narrow(2, x, kPatch).flatten());
  }
  return torch::stack(cut);
}

}  // namespace

double slicedWasserstein(const torch::Tensor& a, const torch::Tensor& b, int directions, uint64_t seed) {
  torch::NoGradGuard no_grad;
  at::Generator random = at::detail::createCPUGenerator(seed);
  torch::Tensor lines = torch::randn({a.size(1), directions}, random);
  lines = lines / lines.norm(2, 0, /*keepdim=*/true);
  const int64_t count = std::min(a.size(0), b.size(0));
  const auto projected = [&](const torch::Tensor& points) {
    return quantiles(std::get<0>(torch::mm(points, lines).sort(0)), count);
  };
  return (projected(a) - projected(b)).abs().mean().item<double>();
}

double patchDistance(const torch::Tensor& a, const torch::Tensor& b, int patches, uint64_t seed) {
  at::Generator random = at::detail::createCPUGenerator(seed);
  const torch::Tensor of_a = randomPatches(a, patches, random), of_b = randomPatches(b, patches, random);
  return slicedWasserstein(of_a, of_b, kDirections, seed + 1);
}

}  // namespace impasto::trainer
