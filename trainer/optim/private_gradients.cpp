#include "optim/private_gradients.h"

namespace impasto::trainer {

PrivateGradients::PrivateGradients(const std::vector<torch::Tensor>& parameters, double clip, double noise,
                                   SecretRandom& random)
    : clip_(clip), noise_(noise), random_(random) {
  for (const torch::Tensor& parameter : parameters) sums_.push_back(torch::zeros_like(parameter.detach()));
}

void PrivateGradients::add(const std::vector<torch::Tensor>& gradients) {
  torch::NoGradGuard no_grad;
  torch::Tensor squares = torch::zeros({}, sums_[0].options().dtype(torch::kDouble));
  for (const torch::Tensor& gradient : gradients) squares += gradient.to(torch::kDouble).square().sum();
  const torch::Tensor length = squares.sqrt(), sound = torch::isfinite(length);
  const torch::Tensor share = (clip_ / length.clamp_min(clip_)).to(sums_[0].scalar_type());
  for (size_t i = 0; i < sums_.size(); ++i) {
    sums_[i] += torch::where(sound, gradients[i] * share, torch::zeros_like(gradients[i]));
  }
}

std::vector<torch::Tensor> PrivateGradients::take(double expected) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> taken;
  for (torch::Tensor& sum : sums_) {
    const torch::Tensor noise = random_.normal(sum.sizes()).to(sum.device());
    taken.push_back((sum + noise_ * clip_ * noise) / expected);
    sum.zero_();
  }
  return taken;
}

}  // namespace impasto::trainer
