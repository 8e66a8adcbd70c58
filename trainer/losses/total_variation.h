// Total variation: discourages single-pixel noise (Johnson et al. 2016, section 3.2).
#pragma once

#include "nn/torch.h"

namespace impasto::trainer {

// Mean squared difference of horizontal neighbours plus that of vertical ones, of pictures N x C x H x W.
torch::Tensor totalVariationLoss(const torch::Tensor& pictures);

}  // namespace impasto::trainer
