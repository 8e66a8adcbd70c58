// Muon: momentum whose update is orthogonalised, for matrix-shaped parameters (Jordan et al. 2024,
// "Muon: an optimizer for hidden layers in neural networks"). It went down faster than Adam in every comparison made
// here (docs/training.md).
#pragma once

#include <vector>

#include "optim/optimizer.h"

namespace impasto::trainer {

// The nearest thing to U V^T of each matrix's singular value decomposition that five Newton-Schulz steps reach: all
// singular values end up between about 0.7 and 1.2. `matrices` is N x R x C, float32.
torch::Tensor orthogonalise(const torch::Tensor& matrices);

class Muon final : public Optimizer {
 public:
  // Parameters of two or more dimensions, seen as rows x (everything else): convolution kernels as O x (I*k*k).
  explicit Muon(std::vector<torch::Tensor> parameters, double momentum = 0.95);

  // One step from the parameters' gradients (Nesterov momentum); parameters without a gradient stay.
  void step(double learning_rate) override;
  void save(State& state, const std::string& prefix) const override;
  void load(const State& state, const std::string& prefix) override;

 private:
  std::vector<torch::Tensor> momenta_;
  std::vector<std::vector<size_t>> groups_;  // indices of parameters of one shape, orthogonalised together
  double momentum_;
};

}  // namespace impasto::trainer
