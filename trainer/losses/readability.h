// Losses that keep the scene readable while the style loss pulls it apart; they compare pixels, not features.
#pragma once

#include <torch/torch.h>

namespace impasto::trainer {

// 1 - the contrast-structure term of SSIM (Wang et al. 2004, eq. 9 and 10 combined) of lightness, over 5x5 boxes: what is
// an edge in the frame stays one, of the same sign, however light or dark the paint. N x 3 x H x W, H and W at least 5.
torch::Tensor structureLoss(const torch::Tensor& pictures, const torch::Tensor& frames);

// The share of the frame's edge contrast that is lost: gradients of lightness (Sobel, per pixel) up to 0.15, counted from
// 0.08, against the strongest gradient of the picture within one pixel. 0: every edge is at least as strong; 1: none left.
// N x 3 x H x W, H and W at least 3.
torch::Tensor edgeLoss(const torch::Tensor& pictures, const torch::Tensor& frames);

// 1 - the correlation of lightness with the frame's, averaged over 16 x 16 pixels first: what is light stays lighter than
// what is dark. From 0 to 2; 0 where the frame has no contrast. H and W at least 32.
torch::Tensor toneLoss(const torch::Tensor& pictures, const torch::Tensor& frames);

// Mean absolute difference of what a 2x2 average loses, on both phases of the pixel grid: a picture that has the frame's
// fine detail and no other carries no one-pixel checkerboard. For steps whose perceptual loss looks at half resolution
// and would not see one. H and W even, at least 4.
torch::Tensor fineDetailLoss(const torch::Tensor& pictures, const torch::Tensor& frames);

}  // namespace impasto::trainer
