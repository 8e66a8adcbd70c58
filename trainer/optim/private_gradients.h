// The sum of samples' gradients as a differentially private run may use it (Abadi et al. 2016, algorithm 1): none counts for
// more than `clip`, and noise hides which of them were there.
#pragma once

#include <vector>

#include "nn/torch.h"
#include "optim/secret_random.h"

namespace impasto::trainer {

class PrivateGradients {
 public:
  // Of these parameters. Noise has the deviation `noise` * `clip`; `random` must outlive this.
  PrivateGradients(const std::vector<torch::Tensor>& parameters, double clip, double noise, SecretRandom& random);

  // One sample's, of all parameters in their order: shortened together to at most `clip`. A gradient that is no number counts
  // for nothing.
  void add(const std::vector<torch::Tensor>& gradients);

  // (sum + noise) / expected, where so many samples were expected: how many there were is a secret, too. The sum begins anew.
  std::vector<torch::Tensor> take(double expected);

 private:
  double clip_, noise_;
  SecretRandom& random_;
  std::vector<torch::Tensor> sums_;
};

}  // namespace impasto::trainer
