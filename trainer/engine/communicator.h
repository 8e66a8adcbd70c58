// What several processes that train one model say to each other. The loop asks through this interface only.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "nn/torch.h"

namespace impasto::trainer {

// Another process is gone or does not answer. Nothing more can be said to any.
class ProcessLost : public Error {
 public:
  explicit ProcessLost(const std::string& message) : Error(ErrorCode::Io, message) {}
};

// All processes must ask for the same things in the same order. Throws ProcessLost.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;  // 0 .. size() - 1; 0 writes files and prints
  virtual int size() const = 0;
  // Of all processes' tensors, float32 of one shape: the same bits in each.
  virtual torch::Tensor sum(const torch::Tensor& tensor) = 0;
  // True if it is true in any process: a stop or a loss that is no number concerns all.
  virtual bool any(bool value) = 0;

  // Each tensor becomes the mean of all processes' tensors; they travel as one. Shapes and order are equal everywhere.
  void average(const std::vector<torch::Tensor>& tensors);
  // Do all processes have the same value?
  bool agree(uint64_t value);
};

// One process: its own sum.
class SingleProcess final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  torch::Tensor sum(const torch::Tensor& tensor) override { return tensor; }
  bool any(bool value) override { return value; }
};

// sum(), which gradients pass: those of the sum of all processes' losses, as the mean of gradients that average() makes of
// them afterwards wants it.
torch::Tensor differentiableSum(Communicator& communicator, const torch::Tensor& tensor);

// All processes' tensors side by side in the last dimension, by rank; differentiable likewise.
torch::Tensor differentiableGather(Communicator& communicator, const torch::Tensor& tensor);

}  // namespace impasto::trainer
