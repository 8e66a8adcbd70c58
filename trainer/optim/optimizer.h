// What the training loop needs of an optimiser.
#pragma once

#include <vector>

#include "engine/state.h"
#include "nn/torch.h"

namespace impasto::trainer {

class Optimizer : public Stateful {
 public:
  explicit Optimizer(std::vector<torch::Tensor> parameters) : parameters_(std::move(parameters)) {}

  // One step from the parameters' gradients; parameters without a gradient stay.
  virtual void step(double learning_rate) = 0;

  const std::vector<torch::Tensor>& parameters() const { return parameters_; }

 protected:
  static void saveTensors(const std::vector<torch::Tensor>& tensors, State& state, const std::string& prefix) {
    for (size_t i = 0; i < tensors.size(); ++i) state.put(prefix + std::to_string(i), tensors[i]);
  }
  static void loadTensors(std::vector<torch::Tensor>& tensors, const State& state, const std::string& prefix) {
    for (size_t i = 0; i < tensors.size(); ++i) state.copyTo(prefix + std::to_string(i), tensors[i]);
  }

  std::vector<torch::Tensor> parameters_;
};

}  // namespace impasto::trainer
