// The generator's noise for a batch of crops, each of which has its place in it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "nn/regions.h"
#include "nn/torch.h"
#include "style/graph.h"

namespace impasto::trainer {

// N x channels x H x W, float32, channels-last: noiseValue() of the texels of `region`, moved by each crop's offset. A GPU works
// it out itself, by the same integers.
torch::Tensor noiseTexture(const Op& op, const Region& region, const std::vector<std::pair<uint32_t, uint32_t>>& offsets,
                           torch::Device device);

// The way that a GPU takes, on any device: equal to the last bit, and slower on a CPU.
torch::Tensor noiseTextureByTensors(const Op& op, const Region& region,
                                    const std::vector<std::pair<uint32_t, uint32_t>>& offsets, torch::Device device);

}  // namespace impasto::trainer
