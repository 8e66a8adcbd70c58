// Content loss: the scene must still be there (Gatys et al. 2016, eq. 1, made relative).
#pragma once

#include "nn/torch.h"

namespace impasto::trainer {

// ||F - F_content||^2 / ||F_content||^2 for each picture, then the mean over pictures: features N x C x H x W of the
// stylised picture and of the frame. Accumulated in float32. A ratio: independent of how the network is scaled.
// With `about_mean` the difference is taken without each channel's mean over the picture: what is where counts, whatever the
// colours. It stays a ratio to all of F_content: a flat picture, all mean, may have strokes.
torch::Tensor contentLoss(const torch::Tensor& features, const torch::Tensor& content_features, bool about_mean = false);

}  // namespace impasto::trainer
