#include "optim/weight_decay.h"

#include <algorithm>

namespace impasto::trainer {

DecayedOptimizer::DecayedOptimizer(std::unique_ptr<Optimizer> inner, std::vector<torch::Tensor> drawn, const WeightDecay& decay)
    : Optimizer(inner->parameters()), inner_(std::move(inner)), drawn_(std::move(drawn)), decay_(decay) {}

void DecayedOptimizer::step(double learning_rate) {
  inner_->step(learning_rate);
  torch::NoGradGuard no_grad;
  for (torch::Tensor& weight : drawn_) {
    if (decay_.l2 > 0) weight.mul_(std::max(0.0, 1.0 - learning_rate * decay_.l2));
    if (decay_.l1 > 0) weight.copy_(torch::softshrink(weight, learning_rate * decay_.l1));
  }
}

}  // namespace impasto::trainer
