#include "losses/content.h"

namespace impasto::trainer {
namespace {

constexpr double kEpsilon = 1e-12;  // a black picture may have no features at all

}  // namespace

torch::Tensor contentLoss(const torch::Tensor& features, const torch::Tensor& content_features) {
  const torch::Tensor target = content_features.to(torch::kFloat);
  const torch::Tensor difference = features.to(torch::kFloat) - target;
  return (difference.square().sum({1, 2, 3}) / (target.square().sum({1, 2, 3}) + kEpsilon)).mean();
}

torch::Tensor aboutMean(const torch::Tensor& features) {
  const torch::Tensor f = features.to(torch::kFloat);
  return f - f.mean({2, 3}, /*keepdim=*/true);
}

}  // namespace impasto::trainer
