#include "optim/adam.h"

#include <cmath>

namespace impasto::trainer {

Adam::Adam(std::vector<torch::Tensor> parameters, double beta1, double beta2)
    : Optimizer(std::move(parameters)), beta1_(beta1), beta2_(beta2) {
  for (const torch::Tensor& parameter : parameters_) {
    means_.push_back(torch::zeros_like(parameter));
    squares_.push_back(torch::zeros_like(parameter));
  }
}

void Adam::step(double learning_rate) {
  constexpr double kEpsilon = 1e-8;
  torch::NoGradGuard no_grad;
  ++count_;
  const double unbias1 = 1.0 - std::pow(beta1_, static_cast<double>(count_));
  const double unbias2 = 1.0 - std::pow(beta2_, static_cast<double>(count_));
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const torch::Tensor& grad = parameters_[i].grad();
    if (!grad.defined()) continue;
    means_[i].lerp_(grad, 1.0 - beta1_);
    squares_[i].mul_(beta2_).addcmul_(grad, grad, 1.0 - beta2_);
    const torch::Tensor denominator = squares_[i].sqrt().div_(std::sqrt(unbias2)).add_(kEpsilon);
    parameters_[i].addcdiv_(means_[i], denominator, -learning_rate / unbias1);
  }
}

void Adam::save(State& state, const std::string& prefix) const {
  saveTensors(means_, state, prefix + "mean/");
  saveTensors(squares_, state, prefix + "square/");
  state.put(prefix + "count", count_);
}

void Adam::load(const State& state, const std::string& prefix) {
  loadTensors(means_, state, prefix + "mean/");
  loadTensors(squares_, state, prefix + "square/");
  count_ = state.integer(prefix + "count");
}

}  // namespace impasto::trainer
