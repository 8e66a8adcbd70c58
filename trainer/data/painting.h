// The painting that a recipe learns from.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "nn/torch.h"

namespace impasto::trainer {

// 1 x 3 x H x W in [0, 1], its shorter side `shorter` pixels. Throws impasto::Error: a file that cannot be read, or a
// painting too small to show strokes; `log` hears if it had to be enlarged.
torch::Tensor readPainting(const std::string& path, int shorter, const std::function<void(const std::string&)>& log);

// Random crops of `side` pixels, half of them mirrored: count x 3 x side x side, a function of the seed. `side` is at most
// the painting's shorter side.
torch::Tensor paintingCrops(const torch::Tensor& painting, int64_t side, int64_t count, uint64_t seed);

}  // namespace impasto::trainer
