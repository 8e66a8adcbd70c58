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

torch::Tensor orthogonalise(const torch::Tensor& matrices, int64_t phases) {
  if (phases == 1) return orthogonalise(matrices);
  const int64_t n = matrices.size(0), groups = matrices.size(1) / phases, columns = matrices.size(2);
  const torch::Tensor grouped = matrices.view({n, groups, phases, columns});
  const torch::Tensor common = grouped.mean(2);
  const torch::Tensor direction = orthogonalise(common);
  const torch::Tensor scale = direction.norm(2, {1, 2}, true) / (common.norm(2, {1, 2}, true) + 1e-12);
  const torch::Tensor apart = (grouped - common.unsqueeze(2)) * scale.unsqueeze(3);
  return (direction.unsqueeze(2) + apart).reshape(matrices.sizes());
}

Muon::Muon(std::vector<torch::Tensor> parameters, std::vector<int64_t> phases, double momentum)
    : Optimizer(std::move(parameters)), phases_(std::move(phases)), momentum_(momentum) {
  phases_.resize(parameters_.size(), 1);
  std::map<std::pair<std::vector<int64_t>, int64_t>, std::vector<size_t>> by_shape;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    momenta_.push_back(torch::zeros_like(parameters_[i]));
    by_shape[{parameters_[i].sizes().vec(), phases_[i]}].push_back(i);
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
    const torch::Tensor directions = orthogonalise(torch::stack(updates), phases_[members[0]]);
    // Equal root mean square whatever the shape of the matrix.
    const double rows = static_cast<double>(directions.size(1) / phases_[members[0]]), columns = static_cast<double>(directions.size(2));
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
