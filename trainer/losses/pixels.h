// Losses between two pictures, pixel by pixel: for a painting whose answer is known. All N x 3 x H x W in [0, 1].
#pragma once

#include "nn/torch.h"

namespace impasto::trainer {

// Mean of sqrt(d^2 + e^2) - e, e = 1/255: the absolute difference, round where it is below what an eye sees (Charbonnier
// et al. 1994).
torch::Tensor charbonnierLoss(const torch::Tensor& pictures, const torch::Tensor& targets);

// Mean absolute difference of horizontal and vertical slopes, per pixel, of the pictures, of their halves and of their
// quarters, summed: strokes have their edges where the target has them. H and W at least 8.
torch::Tensor gradientLoss(const torch::Tensor& pictures, const torch::Tensor& targets);

// Mean absolute difference of the means over 16 x 16 pixels: large areas have the target's colours. H and W at least 16.
torch::Tensor lowPassLoss(const torch::Tensor& pictures, const torch::Tensor& targets);

}  // namespace impasto::trainer
