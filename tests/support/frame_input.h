// What a runner of generators packs.
#pragma once

#include "base/tensor.h"
#include "reference/reference.h"
#include "style/style.h"

namespace impasto::test {

// The values of an input; global ones have one texel, absent ones are 0.
Tensor frameInput(const ReferenceInputs& inputs, const Style& style, InputKind kind);

}  // namespace impasto::test
