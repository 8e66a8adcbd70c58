#include "nn/widened.h"

#include <algorithm>
#include <optional>

namespace impasto::trainer {
namespace {

std::optional<uint32_t> opNamed(const Graph& graph, const std::string& name) {
  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    if (graph.ops[i].name == name) return i;
  }
  return {};
}

bool readsStyle(const Graph& graph, const Op& op) {
  const Op& input = graph.ops[op.inputs[0]];
  return input.type == OpType::Input && input.input_kind == InputKind::Style;
}

struct Extent {
  size_t outputs, inputs, taps;
};
Extent extentOf(const Graph& graph, const Op& op) {
  return {op.channels, graph.ops[op.inputs[0]].channels, size_t{op.kernel} * op.kernel};
}

// What is new lies behind what is old, in inputs and in outputs.
ConvWeights enlarged(const ConvWeights& from, const Extent& old, const Extent& now) {
  ConvWeights weights{std::vector<float>(now.outputs * now.inputs * now.taps), std::vector<float>(now.outputs)};
  std::copy(from.bias.begin(), from.bias.end(), weights.bias.begin());
  for (size_t o = 0; o < old.outputs; ++o) {
    std::copy_n(from.kernel.begin() + static_cast<std::ptrdiff_t>(o * old.inputs * old.taps), old.inputs * old.taps,
                weights.kernel.begin() + static_cast<std::ptrdiff_t>(o * now.inputs * now.taps));
  }
  return weights;
}

}  // namespace

Style widened(const Style& style, const GeneratorImpl& generator) {
  const Graph& graph = generator.spec().graph;
  const bool history = graph.wants(InputKind::History) && !style.graph.wants(InputKind::History);
  const bool geometry = graph.wants(InputKind::Depth) && !style.graph.wants(InputKind::Depth);
  const bool vector = graph.styleVectorLength() > 0 && style.graph.styleVectorLength() == 0;
  // History lies before what is made of depth and normals.
  if ((!history && !geometry && !vector) || (history && style.graph.wants(InputKind::Depth))) return style;
  Style wide = style;
  wide.graph = graph;
  wide.weights = generator.foldedWeights();
  for (auto& [index, weights] : wide.weights) {
    const Op& op = graph.ops[index];
    const std::optional<uint32_t> same = opNamed(style.graph, op.name);
    const auto known = same ? style.weights.find(*same) : style.weights.end();
    if (known == style.weights.end()) {
      if (op.name == "keep" || op.name == "geo4" || readsStyle(graph, op)) continue;
      return style;
    }
    const Extent now = extentOf(graph, op), old = extentOf(style.graph, style.graph.ops[*same]);
    const bool may_grow = op.name == "enc4" || op.name == "out";
    const bool fits = old.taps == now.taps && (may_grow ? old.outputs <= now.outputs && old.inputs <= now.inputs
                                                        : old.outputs == now.outputs && old.inputs == now.inputs);
    if (!fits) return style;
    weights = enlarged(known->second, old, now);
  }
  return wide;
}

}  // namespace impasto::trainer
