// Pictures to look at while training: the only judge of a style.
#pragma once

#include <functional>
#include <vector>

#include "data/image.h"

namespace impasto::trainer {

// Two rows, frames above and what `paint` makes of them below: the middle square of each picture, `side` pixels.
// `paint` maps 1 x 3 x S x S on `device` to the same. Returns 3 x 2 side x (side * pictures) on the CPU; no gradients.
torch::Tensor sampleGrid(const std::function<torch::Tensor(const torch::Tensor&)>& paint,
                         const std::vector<const Image*>& pictures, int side, torch::Device device);

// Pictures N x 3 x S x S row by row, `columns` to a row, into one; black where the last row has none.
torch::Tensor contactSheet(const torch::Tensor& pictures, int64_t columns);

}  // namespace impasto::trainer
