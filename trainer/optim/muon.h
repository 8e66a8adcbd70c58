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

// The same for kernels that feed a depth-to-space: rows in groups of `phases`, one group for each channel that comes out.
// What the phases of a group have in common is orthogonalised; what tells them apart keeps its share of the energy. A plain
// orthogonalisation would lift that share to that of everything else: a gradient with 0.2 % of its energy between the
// phases becomes an update with 83 %, and the grid that ICNR avoids grows in a few steps.
torch::Tensor orthogonalise(const torch::Tensor& matrices, int64_t phases);

class Muon final : public Optimizer {
 public:
  // Parameters of two or more dimensions, seen as rows x (everything else): convolution kernels as O x (I*k*k).
  // `phases`: of the depth-to-space each of them feeds (GeneratorImpl::subPixelPhases); empty: none feeds any.
  explicit Muon(std::vector<torch::Tensor> parameters, std::vector<int64_t> phases = {}, double momentum = 0.95);

  // One step from the parameters' gradients (Nesterov momentum); parameters without a gradient stay.
  void step(double learning_rate) override;
  void save(State& state, const std::string& prefix) const override;
  void load(const State& state, const std::string& prefix) override;

 private:
  std::vector<int64_t> phases_;
  std::vector<torch::Tensor> momenta_;
  std::vector<std::vector<size_t>> groups_;  // indices of parameters of one shape and phase count, orthogonalised together
  double momentum_;
};

}  // namespace impasto::trainer
