// Named numbers of a step, in order. Tensors of one element stay on their device until somebody prints them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nn/torch.h"

namespace impasto::trainer {

using Scalars = std::vector<std::pair<std::string, torch::Tensor>>;

}  // namespace impasto::trainer
