// What recipes share that learn the way there and back.
#pragma once

#include <cstdint>

#include "data/split.h"
#include "recipes/trained_generator.h"

namespace impasto::trainer {

// Frame pixels around a crop that generators see and losses do not: a multiple of every alignment.
inline constexpr int kCycleContext = 16;

// N x 3 x S x S without its context.
torch::Tensor innerPart(const torch::Tensor& whole);

// The mean absolute difference of two batches, context apart.
torch::Tensor cycleDistance(const torch::Tensor& a, const torch::Tensor& b);

// The share of the peak learning rate: half of the run at the peak, then down along a line (Zhu et al. 2017).
double cycleRate(int64_t step, int64_t steps);

// Middle squares of held-out pictures (of the training's where none are), as one batch.
torch::Tensor sampledSquares(const Split& pictures, int side, torch::Device device);

// Pictures, what `paint` makes of them, and what `unpaint` makes of that, in three rows. Both as they would be exported now.
torch::Tensor cycleSamples(TrainedGenerator& paint, TrainedGenerator& unpaint, const Split& pictures, int crop,
                           torch::Device device);

}  // namespace impasto::trainer
