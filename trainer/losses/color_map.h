// Which colours a frame's colours become in the style of a painting: a fixed map, made once for a painting.
#pragma once

#include <cstdint>
#include <vector>

#include "data/image.h"
#include "nn/torch.h"

namespace impasto::trainer {

// Colours of the content pictures are carried to the painting's by sliced optimal transport (Pitie et al. 2007; Rabin et
// al. 2011): in each round, along three random orthogonal axes, the sorted colours move to the painting's sorted ones. The
// map is the mean move of the colours around a place, kept as a table; where no content colour is near, that of those
// farther away. Smooth, so that nearby colours become nearby colours.
class ColorMap {
 public:
  static constexpr int64_t kSide = 17;  // nodes of the table along each axis
  static constexpr int kRounds = 60;

  // Both 3 x any number, in [0, 1], sRGB-encoded. A function of its arguments.
  ColorMap(const torch::Tensor& content, const torch::Tensor& painting, uint64_t seed);

  // N x 3 x H x W in [0, 1] -> the same, trilinear between the table's nodes; without gradients.
  torch::Tensor operator()(const torch::Tensor& pictures) const;

  // 3 x kSide x kSide x kSide (blue, green, red): the colour that each node becomes, in [0, 1].
  const torch::Tensor& table() const { return table_; }

 private:
  torch::Tensor table_;
};

// Colours of random pixels, 3 x count, a function of the seed.
torch::Tensor sampledColors(const std::vector<Image>& pictures, int64_t count, uint64_t seed);
torch::Tensor sampledColors(const torch::Tensor& picture, int64_t count, uint64_t seed);  // 1 x 3 x H x W

// Mean squared difference of the means over 32 x 32 pixels: large areas have the colours that are wanted there, strokes are
// free. N x 3 x H x W in [0, 1], H and W at least 32; what is beyond the last whole 32 does not count.
torch::Tensor areaColorLoss(const torch::Tensor& pictures, const torch::Tensor& wanted);

}  // namespace impasto::trainer
