#include "support/host_runner.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace impasto::test {
namespace {

// Empty where it is not given.
Tensor inputOf(const ReferenceInputs& inputs, InputKind kind) {
  switch (kind) {
    case InputKind::Color: return inputs.color;
    case InputKind::Depth: return inputs.depth;
    case InputKind::Normals: return inputs.normals;
    case InputKind::History: return inputs.history;
    case InputKind::Style: {
      Tensor vector(static_cast<uint32_t>(inputs.style_vector.size()), 1, 1);
      vector.data = inputs.style_vector;
      return vector;
    }
    case InputKind::Exposure: break;
  }
  Tensor exposure(1, 1, 1);
  exposure.data[0] = std::log2(inputs.exposure);
  return exposure;
}

// The frame's texels with padding channels 0, as the pass packs them.
void pack(const Tensor& tensor, const TensorView& view, std::byte* memory) {
  for (uint32_t y = 0; y < tensor.height; ++y) {
    for (uint32_t quad = 0; quad < view.row_quads; ++quad) {
      const size_t first = ((size_t{y} * view.row_quads + quad) * view.width) * 4 * view.element_bytes;
      std::memset(memory + view.offset + first, 0, size_t{tensor.width} * 4 * view.element_bytes);
    }
  }
  writeTensor(tensor, view, memory);
}

}  // namespace

HostRunner::HostRunner(const MakeHostExecutor& make_executor, const Style& style, uint32_t width, uint32_t height,
                       uint32_t element_bytes)
    : layout_(layOutFrame(style.graph, {width, height, 1, 1, 1}, element_bytes)),
      executor_(make_executor(style, {width, height})),
      memory_(layout_.bytes) {}

Tensor HostRunner::run(const ReferenceInputs& inputs) {
  std::fill(memory_.begin(), memory_.end(), std::byte{0xFF});  // NaN, of fp16 and of fp32
  HostFrame frame{inputs.color.width, inputs.color.height};
  std::vector<Generator::Input> given;
  for (const Generator::Input& input : layout_.inputs) {
    const Tensor tensor = inputOf(inputs, input.kind);
    if (tensor.data.empty()) continue;
    pack(tensor, input.view, memory_.data());
    given.push_back(input);
  }
  frame.inputs = given;
  frame.output = layout_.first_output;
  frame.memory = memory_.data();
  if (!executor_->run(frame)) return {};
  return readTensor(layout_.first_output, memory_.data(), frame.width, frame.height);
}

}  // namespace impasto::test
