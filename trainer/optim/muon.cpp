#include "optim/muon.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace impasto::trainer {

torch::Tensor orthogonalise(const torch::Tensor& matrices) {
  // Coefficients of the quintic that pushes every singular value towards 1 fastest (Jordan et al. 2024).
  constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;
  constexpr int kSteps = 5;
  torch::Tensor x = matrices / (matrices.square().sum({1, 2}, /*keepdim=*/true).sqrt() + 1e-7);
  const bool tall = x.size(1) > x.size(2);
  if (tall) x = x.transpose(1, 2);
  for (int i = 0; i < kSteps; ++i) {
    const torch::Tensor a = torch::bmm(x, x.transpose(1, 2));
    x = torch::baddbmm(x, torch::baddbmm(a, a, a, kB, kC), x, kA, 1);
  }
  return tall ? x.transpose(1, 2) : x;
}

Muon::Muon(std::vector<torch::Tensor> parameters, double momentum)
    : Optimizer(std::move(parameters)), momentum_(momentum) {
  std::map<std::vector<int64_t>, std::vector<size_t>> by_shape;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    momenta_.push_back(torch::zeros_like(parameters_[i]));
    by_shape[parameters_[i].sizes().vec()].push_back(i);
  }
  for (auto& [shape, members] : by_shape) groups_.push_back(std::move(members));
}

void Muon::step(double learning_rate) {
  torch::NoGradGuard no_grad;
  for (const std::vector<size_t>& group : groups_) {
    std::vector<size_t> members;
    std::vector<torch::Tensor> updates;
    for (const size_t i : group) {
      const torch::Tensor& grad = parameters_[i].grad();
      if (!grad.defined()) continue;
      momenta_[i].lerp_(grad, 1.0 - momentum_);
      updates.push_back(grad.lerp(momenta_[i], momentum_).reshape({grad.size(0), -1}));  // Nesterov
      members.push_back(i);
    }
    if (members.empty()) continue;
    const torch::Tensor directions = orthogonalise(torch::stack(updates));
    // Equal root mean square whatever the shape of the matrix.
    const double rows = static_cast<double>(directions.size(1)), columns = static_cast<double>(directions.size(2));
    const double scale = std::sqrt(std::max(1.0, rows / columns));
    for (size_t k = 0; k < members.size(); ++k) {
      torch::Tensor& parameter = parameters_[members[k]];
      parameter.sub_(directions[static_cast<int64_t>(k)].reshape(parameter.sizes()), learning_rate * scale);
    }
  }
}

void Muon::save(State& state, const std::string& prefix) const { saveTensors(momenta_, state, prefix + "momentum/"); }

void Muon::load(const State& state, const std::string& prefix) { loadTensors(momenta_, state, prefix + "momentum/"); }

}  // namespace impasto::trainer
