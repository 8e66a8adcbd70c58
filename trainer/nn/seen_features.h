// Features of pictures as losses and the style encoder take them: without what a perceptual network makes of borders.
#pragma once

#include "nn/perceptual.h"

namespace impasto::trainer {

// Of pictures N x 3 x H x W in [0, 1], seen at full or at half resolution (a quarter of the cost, and twice the context),
// and mirrored a little beyond the border: the network's zero padding would otherwise look like a dark frame around every
// crop, and a generator would paint one. The mirrored ring is not among what is returned.
std::map<std::string, torch::Tensor> seenFeatures(const PerceptualNetwork& network, const torch::Tensor& pictures,
                                                  bool full_resolution, const std::set<std::string>& layers);

}  // namespace impasto::trainer
