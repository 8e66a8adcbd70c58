// Palette loss: the colours of a batch, as a distribution, must be the painting's. Perceptual networks are nearly blind
// to hue, and a generator trained by them alone turns grey.
#pragma once

#include <cstdint>

#include "nn/torch.h"

namespace impasto::trainer {

class Communicator;

// Sliced Wasserstein distance (Rabin et al. 2011) between the colours of a batch, pooled over its pictures and averaged
// over 4x4 pixels, and those of a painting: along lightness, two chroma axes and random directions, the mean squared
// difference of sorted values, divided by the painting's variance on that axis. Several processes: of the colours of all.
class PaletteLoss {
 public:
  // painting: 1 x 3 x H x W in [0, 1], sRGB-encoded, at the scale used in training.
  explicit PaletteLoss(const torch::Tensor& painting, Communicator* together = nullptr);

  // pictures: N x 3 x H x W. The random directions are a function of `seed`.
  torch::Tensor operator()(const torch::Tensor& pictures, uint64_t seed) const;

 private:
  torch::Tensor colors_;    // 3 x P
  Communicator* together_;  // null: alone
};

}  // namespace impasto::trainer
