// Files of weights that others made: perceptual networks, LPIPS.
#pragma once

#include <string>

#include "io/safetensors.h"

namespace impasto::trainer {

// A safetensors file or one of torch.save (io/torch_file.h), told apart by their first bytes and not by their names.
// Throws impasto::Error(Io or InvalidArgument), naming the path.
TensorFile readWeightFile(const std::string& path);

}  // namespace impasto::trainer
