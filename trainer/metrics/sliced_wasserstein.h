// How far two sets of pictures are from looking alike up close, whatever they show.
#pragma once

#include <cstdint>

#include "nn/torch.h"

namespace impasto::trainer {

// The sliced Wasserstein distance between two sets of points, N x D and M x D: the mean over `directions` random ones of
// the distance between the sorted projections (Rabin et al. 2011). Sets of different size are compared at as many
// quantiles as the smaller has points.
double slicedWasserstein(const torch::Tensor& a, const torch::Tensor& b, int directions, uint64_t seed);

// The same between patches of 7 x 7 pixels of two sets of pictures, each N x 3 x H x W in [0, 1] (Karras et al. 2018, who
// normalise patches; here they keep their colours), `patches` drawn from each. 0: nobody could tell them apart by a patch.
double patchDistance(const torch::Tensor& a, const torch::Tensor& b, int patches = 4096, uint64_t seed = 1);

}  // namespace impasto::trainer
