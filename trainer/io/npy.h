// NumPy's array files, as impasto-render writes them (docs/capture.md).
#pragma once

#include <string>
#include <vector>

#include "nn/torch.h"

namespace impasto::trainer {

// Version 1.0, little-endian, C order; float16, float32 or bytes, as `type` says, of that shape. Throws impasto::Error(Io),
// naming the path and what was found.
torch::Tensor readNpy(const std::string& path, torch::ScalarType type, const std::vector<int64_t>& shape);

}  // namespace impasto::trainer
