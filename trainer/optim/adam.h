// Adam (Kingma and Ba 2015) with its state in plain sight, so that a checkpoint can hold it.
#pragma once

#include <cstdint>

#include "optim/optimizer.h"

namespace impasto::trainer {

class Adam final : public Optimizer {
 public:
  explicit Adam(std::vector<torch::Tensor> parameters, double beta1 = 0.9, double beta2 = 0.99);

  void step(double learning_rate) override;
  void save(State& state, const std::string& prefix) const override;
  void load(const State& state, const std::string& prefix) override;

 private:
  std::vector<torch::Tensor> means_, squares_;
  double beta1_, beta2_;
  int64_t count_ = 0;  // of steps
};

}  // namespace impasto::trainer
