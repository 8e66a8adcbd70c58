// The generator in plain fp32 C++: slow, obvious, the oracle of every test. Thread-safe: no state.
#pragma once

#include <cstdint>
#include <vector>

#include "base/tensor.h"
#include "style/style.h"

namespace impasto {

struct ReferenceInputs {
  Tensor color;                     // 3 x H x W, always
  Tensor depth, normals;            // of one extent with color; may be empty where the graph does not need them: then 0
  Tensor history;                   // likewise; may always be empty
  std::vector<float> style_vector;  // Graph::styleVectorLength() values; empty: defaultStyleVector()
  float exposure = 1;               // the frame's, positive
};

// Runs the whole graph: extends the inputs to the alignment, runs every op, crops. Returns 3 x H x W, not clamped.
// Throws Error(InvalidArgument), naming the input, when one that the graph reads is missing though needed, has another
// extent or length, or is no exposure.
Tensor runReference(const Style& style, const ReferenceInputs& inputs);

// As above, and keeps every op's tensor (at its aligned size), for comparing a backend op by op.
std::vector<Tensor> runReferenceOps(const Style& style, const ReferenceInputs& inputs);

}  // namespace impasto
