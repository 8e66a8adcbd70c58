// Which part of each tensor of a graph a window of the output depends on, so that no more need be computed.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/torch.h"
#include "style/graph.h"

namespace impasto::trainer {

struct Interval {
  int64_t begin = 0, end = 0;  // end is not part of it
  int64_t size() const { return end - begin; }
};

struct Region {
  Interval y, x;  // texels of the tensor's own grid
  bool empty() const { return y.size() <= 0 || x.size() <= 0; }
};

struct Window;

// For each op the region to compute, for the given window of the output; height and width are those of the extended frame.
// Global tensors have none.
std::vector<Region> computedRegions(const Graph& graph, int64_t height, int64_t width, const Window& window);

// What `op` reads of `input` to compute `region`, without what lies outside the frame.
Region readBy(const Op& op, const Region& region, const Op& input, int64_t height, int64_t width);

// The part `wanted` of a tensor N x C x H x W that holds the region `held`.
torch::Tensor cut(const torch::Tensor& tensor, const Region& held, const Region& wanted);

// For a convolution of kernel 3: what readBy() gave, extended by its edge texels where the frame ends.
torch::Tensor padWhereFrameEnds(const torch::Tensor& tensor, const Op& op, const Region& region, const Op& input,
                                int64_t height, int64_t width);

}  // namespace impasto::trainer
