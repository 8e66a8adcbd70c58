// Adam (Kingma and Ba 2015) with its state in plain sight, so that a checkpoint can hold it.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace impasto::trainer {

class Adam {
 public:
  explicit Adam(std::vector<torch::Tensor> parameters, double beta1 = 0.9, double beta2 = 0.99);

  // One step from the parameters' gradients; parameters without a gradient stay. `count` is 1 at the first step.
  void step(double learning_rate, int64_t count);

  // In the order of the parameters, for checkpoints.
  std::vector<torch::Tensor>& means() { return means_; }
  std::vector<torch::Tensor>& squares() { return squares_; }

 private:
  std::vector<torch::Tensor> parameters_, means_, squares_;
  double beta1_, beta2_;
};

}  // namespace impasto::trainer
