// Packs convolution weights for kernels/conv.h.
#pragma once

#include <cstddef>
#include <vector>

#include "cuda/planner.h"

namespace impasto::cuda {

// Appends the kernel (fp16) and the bias (fp32) of a step of kind Conv and notes where they lie in it.
void packConv(const Graph& graph, const ConvWeights& weights, Step& step, std::vector<std::byte>& buffer);

}  // namespace impasto::cuda
