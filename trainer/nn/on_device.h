// From the host's memory to where the networks are, without waiting for them.
#pragma once

#include "nn/torch.h"

namespace impasto::trainer {

// A copy on the device. To a GPU it goes through pinned memory, in line with the GPU's other work: a plain copy would wait for
// all of that.
torch::Tensor onDevice(const torch::Tensor& host, torch::Device device);

}  // namespace impasto::trainer
