// A loss against the grid that networks with depth-to-space leave.
#pragma once

#include <torch/torch.h>

namespace impasto::trainer {

// How much of a picture's fine detail depends on a pixel's place in a lattice of 8 x 8 pixels: detail (what a 3 x 3 average
// loses) is averaged by place over every 64 x 64 pixels; the standard deviation of these 64 averages beyond what chance
// would give a texture, averaged over the picture. Strokes lie anywhere and cancel; a grid of 2, 4 or 8 pixels, aligned
// with the picture's corner, does not. N x 3 x H x W in [0, 1]; pixels beyond the last whole 64 do not count, and pictures
// smaller than 64 have no lattice: 0.
torch::Tensor latticeLoss(const torch::Tensor& pictures);

}  // namespace impasto::trainer
