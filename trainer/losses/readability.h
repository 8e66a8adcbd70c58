// Losses that keep the scene readable while the style loss pulls it apart; they compare pixels, not features.
#pragma once

#include "nn/torch.h"

namespace impasto::trainer {

// Lightness: Rec. 601 luma of N x 3 x H x W, N x 1 x H x W.
torch::Tensor luma(const torch::Tensor& pictures);

// Length of the Sobel gradient of N x 1 x H x W, per pixel: N x 1 x (H - 2) x (W - 2).
torch::Tensor slopes(const torch::Tensor& lightness);

// 1 - the contrast-structure term of SSIM (Wang et al. 2004, eq. 9 and 10 combined) of lightness, over 5x5 boxes, each
// weighted by v / (v + C2) of the frame's variance v there: what is an edge in the frame stays one, of the same sign,
// however light or dark the paint; where the frame is flat, strokes cost nothing. N x 3 x H x W, H and W at least 5.
torch::Tensor structureLoss(const torch::Tensor& pictures, const torch::Tensor& frames);

// The share of the frame's edge contrast that is lost: gradients of lightness (Sobel, per pixel, after a 3 x 3 average) up
// to 0.12, counted from 0.04, against the picture's gradient in the same direction. 0: every edge is as strong; 1: none
// left; more: edges are inverted. N x 3 x H x W, H and W at least 5.
torch::Tensor edgeLoss(const torch::Tensor& pictures, const torch::Tensor& frames);

// 1 - the correlation of lightness with the frame's, averaged over 16 x 16 pixels first: what is light stays lighter than
// what is dark. From 0 to 2; 0 where the frame has no contrast. H and W at least 32.
torch::Tensor toneLoss(const torch::Tensor& pictures, const torch::Tensor& frames);

// Mean absolute difference of what a 2x2 average loses, on both phases of the pixel grid: a picture that has the frame's
// fine detail and no other carries no one-pixel checkerboard. For steps whose perceptual loss looks at half resolution
// and would not see one. H and W even, at least 4.
torch::Tensor fineDetailLoss(const torch::Tensor& pictures, const torch::Tensor& frames);

}  // namespace impasto::trainer
