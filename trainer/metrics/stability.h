// What a network does by itself, whatever the painting: patterns on flat frames, paint that does not move along, and
// paint that flickers.
// All of 255.
#pragma once

#include "nn/painting_network.h"
#include "nn/torch.h"

namespace impasto::trainer {

struct Stability {
  double lattice = 0;  // deviation of the 64 means by place in an 8 x 8 lattice, on flat frames without noise
  double wander = 0;   // deviation of the means of 64 x 64 pixels, on flat frames
};

// The worst of five flat frames of 512 pixels, of five colours; what lies near the border is left out.
Stability measureStability(PaintingNetwork& network);

// Mean absolute difference between the paintings of a frame and of itself moved by one pixel to the right, laid over each
// other, without noise. 1 x 3 x H x W in [0, 1], W and H at least 64.
double measurePan(PaintingNetwork& network, const torch::Tensor& frame);

// Flicker of a still camera: the standard deviation over 30 paintings of the frame's middle (at most 256 x 256 pixels) with
// film grain, normal noise of 2 of 255 that is another one in each; mean over pixels and channels. Without grain a network
// that sees one frame at a time has none.
double measureFlicker(PaintingNetwork& network, const torch::Tensor& frame);

}  // namespace impasto::trainer
