// Following surfaces from frame to frame, on tensors: what the pass gives a generator as `history`, and what measures
// whether paint stays on things. All N x C x H x W; motion is N x 2 x H x W, x and y: where a pixel's surface was in the
// frame before minus where it is, in pixels, y down.
#pragma once

#include "nn/torch.h"

namespace impasto::trainer {

// 1 where the place that a pixel came from lies in the picture (pixel centres at half integers), else 0: N x 1 x H x W.
torch::Tensor cameFromInside(const torch::Tensor& motion);

// `previous` at the places that pixels came from, bilinearly, its border repeated beyond it. Gradients go to `previous`.
torch::Tensor fetchSmooth(const torch::Tensor& previous, const torch::Tensor& motion);

// The same by Catmull-Rom interpolation over 4 x 4 texels, limited to the range of the 2 x 2 nearest. Gradients likewise.
torch::Tensor fetchSharp(const torch::Tensor& previous, const torch::Tensor& motion);

// A frame as far as reprojection knows it.
struct PlainView {
  torch::Tensor color;  // N x 3
  torch::Tensor depth;  // N x 1, packed as graph.h says; undefined: not known
};

// The history input, N x 4, as plugin/src/pass/reproject_reference.h defines it (temporal weight 1): of what was `painted`
// in the frame `before`. `expected_depth`: N x 1, packed, where each pixel's surface was if only the camera moved; undefined:
// its depth now. No gradients.
torch::Tensor historyOf(const torch::Tensor& painted, const PlainView& before, const PlainView& now,
                        const torch::Tensor& motion, const torch::Tensor& expected_depth = {});

}  // namespace impasto::trainer
