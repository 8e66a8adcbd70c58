#include "losses/content.h"

namespace impasto::trainer {
namespace {

constexpr double kEpsilon = 1e-12;  // a black picture may have no features at all

}  // namespace

torch::Tensor contentLoss(const torch::Tensor& features, const torch::Tensor& content_features, bool about_mean) {
  const torch::Tensor target = content_features.to(torch::kFloat);
  torch::Tensor difference = features.to(torch::kFloat) - target;
  if (about_mean) difference = difference - difference.mean({2, 3}, /*keepdim=*/true);
  return (difference.square().sum({1, 2, 3}) / (target.square().sum({1, 2, 3}) + kEpsilon)).mean();
}

}  // namespace impasto::trainer
