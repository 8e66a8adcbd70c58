// Paint that moves along: a frame moved by some pixels must get the same paint, moved.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "nn/painting_network.h"

namespace impasto::trainer {

// Mean absolute difference between `paintings`, what the generator made of the window of `frames`, and what it makes of the
// same pixels when the frame begins (x, y) pixels further on: x and y from 0 to the graph's alignment - 1, a function of the
// seed. Noise moves along by whole texels of its own grid (1/8), as near as they come. The window must have the alignment's
// pixels of the frame on every side.
torch::Tensor equivarianceLoss(PaintingNetwork& network, const torch::Tensor& frames,
                               const NoiseOffsets& noise_offsets, const Window& window,
                               const torch::Tensor& paintings, uint64_t seed);

}  // namespace impasto::trainer
