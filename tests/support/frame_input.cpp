#include "support/frame_input.h"

#include <cmath>

namespace impasto::test {

Tensor frameInput(const ReferenceInputs& inputs, const Style& style, InputKind kind) {
  const auto given = [&](const Tensor& tensor) {
    return tensor.data.empty() ? Tensor(inputChannels(kind), inputs.color.height, inputs.color.width) : tensor;
  };
  switch (kind) {
    case InputKind::Depth:
      return given(inputs.depth);
    case InputKind::Normals:
      return given(inputs.normals);
    case InputKind::History:
      return given(inputs.history);
    case InputKind::Style: {
      Tensor tensor(style.graph.styleVectorLength(), 1, 1);
      tensor.data = inputs.style_vector.empty() ? defaultStyleVector(style) : inputs.style_vector;
      return tensor;
    }
    case InputKind::Exposure: {
      Tensor tensor(1, 1, 1);
      tensor.data[0] = std::log2(inputs.exposure);
      return tensor;
    }
    case InputKind::Color:
      break;
  }
  return inputs.color;
}

}  // namespace impasto::test
