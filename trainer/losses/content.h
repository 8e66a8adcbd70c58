// Content loss: the scene must still be there (Gatys et al. 2016, eq. 1, made relative).
#pragma once

#include "nn/torch.h"

namespace impasto::trainer {

// ||F - F_content||^2 / ||F_content||^2 for each picture, then the mean over pictures: features N x C x H x W of the
// stylised picture and of the frame. Accumulated in float32. A ratio: independent of how the network is scaled.
torch::Tensor contentLoss(const torch::Tensor& features, const torch::Tensor& content_features);

// N x C x H x W in float32 without each channel's mean over the picture: what is where, whatever the colours.
torch::Tensor aboutMean(const torch::Tensor& features);

}  // namespace impasto::trainer
