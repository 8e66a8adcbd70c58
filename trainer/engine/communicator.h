// What several processes that train one model say to each other. The loop asks through this interface only.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace impasto::trainer {

class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;  // 0 .. size() - 1; 0 writes files and prints
  virtual int size() const = 0;
  // Each tensor becomes the mean of all processes' tensors; shapes and order are equal everywhere.
  virtual void average(const std::vector<torch::Tensor>& tensors) = 0;
  // True if it is true in any process: a stop or a loss that is no number concerns all.
  virtual bool any(bool value) = 0;
};

// One process: its own mean.
class SingleProcess final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void average(const std::vector<torch::Tensor>&) override {}
  bool any(bool value) override { return value; }
};

}  // namespace impasto::trainer
