#include "losses/gan.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "base/error.h"

namespace impasto::trainer {
namespace {

// The squared length of the gradient of each picture's mean score: N values, differentiable again.
torch::Tensor squaredSlope(const Discriminate& discriminate, const torch::Tensor& pictures) {
  const torch::Tensor at = pictures.detach().requires_grad_(true);
  const torch::Tensor scores = discriminate(at).flatten(1).mean(1).sum();
  const torch::Tensor slope = torch::autograd::grad({scores}, {at}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
  return slope.flatten(1).square().sum(1);
}

}  // namespace

const std::vector<std::string>& ganLossNames() {
  static const std::vector<std::string> names = {"bce", "lsgan", "hinge", "wgan-gp"};
  return names;
}

GanLoss parseGanLoss(const std::string& name) {
  const std::vector<std::string>& names = ganLossNames();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw Error(ErrorCode::InvalidArgument, name + " is no adversarial loss: expected bce, lsgan, hinge or wgan-gp");
  }
  return static_cast<GanLoss>(found - names.begin());
}

torch::Tensor lossOfReal(GanLoss loss, const torch::Tensor& real) {
  switch (loss) {
    case GanLoss::Bce: return torch::softplus(-real).mean();
    case GanLoss::LeastSquares: return 0.5 * (real - 1).square().mean();
    case GanLoss::Hinge: return torch::relu(1 - real).mean();
    case GanLoss::Wasserstein: return -real.mean();
  }
  throw Error(ErrorCode::Internal, "unknown adversarial loss");
}

torch::Tensor lossOfFake(GanLoss loss, const torch::Tensor& fake) {
  switch (loss) {
    case GanLoss::Bce: return torch::softplus(fake).mean();
    case GanLoss::LeastSquares: return 0.5 * fake.square().mean();
    case GanLoss::Hinge: return torch::relu(1 + fake).mean();
    case GanLoss::Wasserstein: return fake.mean();
  }
  throw Error(ErrorCode::Internal, "unknown adversarial loss");
}

torch::Tensor discriminatorLoss(GanLoss loss, const torch::Tensor& real, const torch::Tensor& fake) {
  return lossOfReal(loss, real) + lossOfFake(loss, fake);
}

torch::Tensor generatorLoss(GanLoss loss, const torch::Tensor& fake) {
  switch (loss) {
    case GanLoss::Bce: return torch::softplus(-fake).mean();
    case GanLoss::LeastSquares: return 0.5 * (fake - 1).square().mean();
    case GanLoss::Hinge:
    case GanLoss::Wasserstein: return -fake.mean();
  }
  throw Error(ErrorCode::Internal, "unknown adversarial loss");
}

torch::Tensor wassersteinPenalty(const Discriminate& discriminate, const torch::Tensor& real, const torch::Tensor& fake) {
  const torch::Tensor mix = torch::rand({real.size(0), 1, 1, 1}, real.options());
  const torch::Tensor between = torch::lerp(fake.detach(), real.detach(), mix);
  return ((squaredSlope(discriminate, between) + 1e-12).sqrt() - 1).square().mean();
}

torch::Tensor r1Penalty(const Discriminate& discriminate, const torch::Tensor& real) {
  return 0.5 * squaredSlope(discriminate, real).mean();
}

}  // namespace impasto::trainer
