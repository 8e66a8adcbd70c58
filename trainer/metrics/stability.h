// What a generator does by itself, whatever the painting: patterns on flat frames, and paint that does not move along.
// All of 255.
#pragma once

#include <torch/torch.h>

#include "nn/generator.h"

namespace impasto::trainer {

struct Stability {
  double lattice = 0;  // deviation of the 64 means by place in an 8 x 8 lattice, on flat frames without noise
  double wander = 0;   // deviation of the means of 64 x 64 pixels, on flat frames
};

// The worst of five flat frames of 512 pixels, of five colours; what lies near the border is left out.
Stability measureStability(Generator& generator);

// Mean absolute difference between the paintings of a frame and of itself moved by one pixel to the right, laid over each
// other, without noise. 1 x 3 x H x W in [0, 1], W and H at least 64.
double measurePan(Generator& generator, const torch::Tensor& frame);

}  // namespace impasto::trainer
