#include "optim/muon.h"

#include <algorithm>
#include <cmath>

namespace impasto::trainer {

torch::Tensor orthogonalise(const torch::Tensor& matrix) {
  // Coefficients of the quintic that pushes every singular value towards 1 fastest (Jordan et al. 2024).
  constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;
  constexpr int kSteps = 5;
  torch::Tensor x = matrix / (matrix.norm() + 1e-7);
  const bool tall = x.size(0) > x.size(1);
  if (tall) x = x.t();
  for (int i = 0; i < kSteps; ++i) {
    const torch::Tensor a = x.mm(x.t());
    x = kA * x + (kB * a + kC * a.mm(a)).mm(x);
  }
  return tall ? x.t() : x;
}

Muon::Muon(std::vector<torch::Tensor> parameters, double momentum)
    : parameters_(std::move(parameters)), momentum_(momentum) {
  for (const torch::Tensor& parameter : parameters_) momenta_.push_back(torch::zeros_like(parameter));
}

void Muon::step(double learning_rate) {
  torch::NoGradGuard no_grad;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const torch::Tensor& grad = parameters_[i].grad();
    if (!grad.defined()) continue;
    momenta_[i].lerp_(grad, 1.0 - momentum_);
    const torch::Tensor nesterov = grad.lerp(momenta_[i], momentum_);
    const torch::Tensor matrix = nesterov.reshape({nesterov.size(0), -1});
    // Equal root mean square whatever the shape of the matrix.
    const double scale =
        std::sqrt(std::max(1.0, static_cast<double>(matrix.size(0)) / static_cast<double>(matrix.size(1))));
    parameters_[i].sub_(orthogonalise(matrix).reshape(parameters_[i].sizes()), learning_rate * scale);
  }
}

}  // namespace impasto::trainer
