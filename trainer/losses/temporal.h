// Losses between frames of a clip: paint stays on the surfaces it lies on, and stays paint.
#pragma once

#include "nn/torch.h"

namespace impasto::trainer {

// Where a frame can be compared with an earlier one: the surface was seen there, in the picture, and looks as it did then
// (every channel within 0.05: no light has changed). All N x C x H x W; `motion` and `visible` as of data/clip.h, of the
// whole way between the two. N x 1, 0 or 1.
torch::Tensor comparablePixels(const torch::Tensor& frame, const torch::Tensor& earlier, const torch::Tensor& motion,
                               const torch::Tensor& visible);

// Mean absolute difference, over `pixels` (N x 1), of a painting and the earlier one fetched along the motion, sharply: a
// blurred painting gains nothing. 0 if there are no such pixels.
torch::Tensor temporalLoss(const torch::Tensor& painting, const torch::Tensor& earlier, const torch::Tensor& motion,
                           const torch::Tensor& pixels);

// Mean absolute difference of N x C x H x W to its 3 x 3 mean over 16 x 16 areas, N x 1 x H/16 x W/16. H and W at least 16.
torch::Tensor fineContrast(const torch::Tensor& pictures);

// The share of the reference's fine contrast that is missing, area by area: what lies above it elsewhere does not make up
// for it. No gradients to the reference.
torch::Tensor lostContrastLoss(const torch::Tensor& pictures, const torch::Tensor& reference);

}  // namespace impasto::trainer
