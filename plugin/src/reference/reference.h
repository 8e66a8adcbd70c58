// The generator in plain fp32 C++: slow, obvious, the oracle of every test. Thread-safe: no state.
#pragma once

#include <cstdint>
#include <vector>

#include "base/tensor.h"
#include "style/style.h"

namespace impasto {

struct ReferenceInputs {
  Tensor color;                    // 3 x H x W, always
  Tensor depth, normals, history;  // required when the graph wants them; one extent with color
};

// Runs the whole graph: extends the inputs to the alignment, runs every op, crops. Returns 3 x H x W, not clamped.
// Throws Error(InvalidArgument) when an input is missing or has another extent.
Tensor runReference(const Style& style, const ReferenceInputs& inputs);

// As above, and keeps every op's tensor (at its aligned size), for comparing a backend op by op.
std::vector<Tensor> runReferenceOps(const Style& style, const ReferenceInputs& inputs);

}  // namespace impasto
