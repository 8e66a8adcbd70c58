// A loss against the grid that networks with depth-to-space leave.
#pragma once

#include "nn/torch.h"

namespace impasto::trainer {

// How much of a picture depends on a pixel's place in a lattice of 8 x 8 pixels. Detail (what a mean over one period loses:
// it passes periods of 2, 4 and 8 whole and nothing of a slope) is averaged by place over every 64 x 64 pixels, and v is
// the variance of these 64 averages. Strokes lie anywhere and give v = c, what chance gives a texture of that contrast; a
// grid of 2, 4 or 8 pixels, aligned with the picture's corner, gives more. The loss is the mean over windows of
// (v - c) / 2 sqrt(v + c), with c and the root held constant: its gradient never rewards contrast, vanishes with v only,
// and for a grid well above chance is that of the grid's standard deviation. About 0 for strokes; half the standard
// deviation for a pure grid.
//
// N x 3 x H x W in [0, 1]; pixels beyond the last whole 64 do not count, and pictures smaller than 64 have no lattice: 0.
torch::Tensor latticeLoss(const torch::Tensor& pictures);

}  // namespace impasto::trainer
