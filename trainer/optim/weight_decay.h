// Weights drawn towards zero, by L2, by L1 or by both, beside any other optimiser.
#pragma once

#include <memory>
#include <vector>

#include "optim/optimizer.h"

namespace impasto::trainer {

struct WeightDecay {
  double l1 = 0, l2 = 0;
  bool any() const { return l1 > 0 || l2 > 0; }
};

// Decoupled from the gradient (Loshchilov and Hutter 2019), so that neither Adam's scaling nor Muon's orthogonalisation
// changes it: after a step of the inner optimiser at rate r, each weight w of `drawn` becomes (1 - r l2) w and then moves
// by r l1 towards zero, where it stops (the proximal step of r l1 |w|).
class DecayedOptimizer final : public Optimizer {
 public:
  // `drawn`: some of the inner optimiser's parameters. Its state is the inner one's, under the same names.
  DecayedOptimizer(std::unique_ptr<Optimizer> inner, std::vector<torch::Tensor> drawn, const WeightDecay& decay);

  void step(double learning_rate) override;
  void save(State& state, const std::string& prefix) const override { inner_->save(state, prefix); }
  void load(const State& state, const std::string& prefix) override { inner_->load(state, prefix); }

 private:
  std::unique_ptr<Optimizer> inner_;
  std::vector<torch::Tensor> drawn_;
  WeightDecay decay_;
};

}  // namespace impasto::trainer
