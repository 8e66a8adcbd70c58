#include "losses/color_map.h"

#include <ATen/CPUGeneratorImpl.h>

#include <random>

namespace impasto::trainer {
namespace {

namespace F = torch::nn::functional;

constexpr int64_t kArea = 32;     // pixels
constexpr double kNear = 1.0 / 16;  // deviation of the weights of colours around a node: one node
constexpr double kFar = 0.25;       // of those that count where none is near,
constexpr double kFarShare = 1e-3;  // and by how much they count elsewhere

std::mt19937_64 randomFrom(uint64_t seed) {
  std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  return std::mt19937_64(sequence);
}

// 3 x P colours whose distribution is that of the 3 x Q `goal`: each colour of `from`, in its place.
torch::Tensor transported(const torch::Tensor& from, const torch::Tensor& goal, uint64_t seed) {
  at::Generator random = at::detail::createCPUGenerator(seed);
  const int64_t count = from.size(1);
  // The goal's quantiles at as many places as there are colours.
  const torch::Tensor places = ((torch::arange(count, torch::kDouble) + 0.5) / static_cast<double>(count) *
                                static_cast<double>(goal.size(1)))
                                   .to(torch::kLong)
                                   .clamp_max(goal.size(1) - 1);
  torch::Tensor moved = from.clone();
  for (int round = 0; round < ColorMap::kRounds; ++round) {
    const torch::Tensor axes = std::get<0>(torch::linalg_qr(torch::randn({3, 3}, random, torch::kFloat)));
    const auto [sorted, order] = torch::mm(axes, moved).sort(1);
    const torch::Tensor wanted = std::get<0>(torch::mm(axes, goal).sort(1)).index_select(1, places);
    const torch::Tensor steps = torch::zeros_like(sorted).scatter_(1, order, wanted - sorted);
    moved = moved + torch::mm(axes.t(), steps);
  }
  return moved;
}

// 3 x kSide^3: red varies fastest.
torch::Tensor nodes() {
  const torch::Tensor axis = torch::linspace(0, 1, ColorMap::kSide);
  const std::vector<torch::Tensor> bgr = torch::meshgrid({axis, axis, axis}, "ij");
  return torch::stack({bgr[2].flatten(), bgr[1].flatten(), bgr[0].flatten()});
}

}  // namespace

ColorMap::ColorMap(const torch::Tensor& content, const torch::Tensor& painting, uint64_t seed) {
  torch::NoGradGuard no_grad;
  const torch::Tensor from = content.to(torch::kCPU, torch::kFloat);
  const torch::Tensor moves = transported(from, painting.to(torch::kCPU, torch::kFloat), seed) - from;
  const torch::Tensor at = nodes();
  const torch::Tensor distances = torch::cdist(at.t(), from.t()).square();
  const torch::Tensor weights =
      torch::exp(distances / (-2 * kNear * kNear)) + kFarShare * torch::exp(distances / (-2 * kFar * kFar)) + 1e-12;
  const torch::Tensor mean_moves = torch::mm(weights, moves.t()) / weights.sum(1, /*keepdim=*/true);
  table_ = (at + mean_moves.t()).clamp(0, 1).reshape({3, kSide, kSide, kSide}).to(painting.device());
}

torch::Tensor ColorMap::operator()(const torch::Tensor& pictures) const {
  torch::NoGradGuard no_grad;
  const int64_t n = pictures.size(0), height = pictures.size(2), width = pictures.size(3);
  const torch::Tensor places = pictures.permute({0, 2, 3, 1}).reshape({1, 1, n * height, width, 3}) * 2 - 1;
  const auto options = F::GridSampleFuncOptions().mode(torch::kBilinear).padding_mode(torch::kBorder).align_corners(true);
  return F::grid_sample(table_.unsqueeze(0), places, options).reshape({3, n, height, width}).transpose(0, 1);
}

torch::Tensor sampledColors(const std::vector<Image>& pictures, int64_t count, uint64_t seed) {
  std::mt19937_64 random = randomFrom(seed);
  torch::Tensor colors = torch::empty({count, 3}, torch::kFloat);
  float* out = colors.data_ptr<float>();
  for (int64_t i = 0; i < count; ++i) {
    const Image& picture = pictures[random() % pictures.size()];
    const size_t pixel = random() % (picture.rgb.size() / 3);
    for (size_t c = 0; c < 3; ++c) *out++ = static_cast<float>(picture.rgb[pixel * 3 + c]) / 255.0f;
  }
  return colors.t().contiguous();
}

torch::Tensor sampledColors(const torch::Tensor& picture, int64_t count, uint64_t seed) {
  std::mt19937_64 random = randomFrom(seed);
  const torch::Tensor colors = picture[0].flatten(1);
  std::vector<int64_t> pixels;
  for (int64_t i = 0; i < count; ++i) {
    pixels.push_back(static_cast<int64_t>(random() % static_cast<uint64_t>(colors.size(1))));
  }
  return colors.index_select(1, torch::tensor(pixels).to(colors.device()));
}

torch::Tensor areaColorLoss(const torch::Tensor& pictures, const torch::Tensor& wanted) {
  return torch::avg_pool2d(pictures - wanted, kArea).square().mean();
}

}  // namespace impasto::trainer
