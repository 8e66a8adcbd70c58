// Paint that moves along: a frame moved by some pixels must get the same paint, moved.
#pragma once

#include <cstdint>

#include "nn/painting_network.h"

namespace impasto::trainer {

// Mean absolute difference between what the generator makes of the window of `frames` and what it makes of the same pixels
// when the frame begins (x, y) pixels further on: x and y from 0 to the graph's alignment - 1, a function of the seed. Both
// without noise, whose texels of 8 pixels cannot move by single ones: with it the loss would wipe off every stroke that
// grows from noise. The window must have the alignment's pixels of the frame on every side.
torch::Tensor equivarianceLoss(PaintingNetwork& network, const torch::Tensor& frames, const Window& window, uint64_t seed);

}  // namespace impasto::trainer
