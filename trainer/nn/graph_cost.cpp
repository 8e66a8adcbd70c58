#include "nn/graph_cost.h"

namespace impasto::trainer {
namespace {

bool rearranges(const Op& op) {
  return op.type == OpType::SpaceToDepth || op.type == OpType::DepthToSpace || op.type == OpType::Upsample ||
         op.type == OpType::Concat;
}

double stored(const Op& op) {
  if (op.downscale == kGlobal) return 0;
  return (op.channels + 3) / 4 * 4 / (static_cast<double>(op.downscale) * op.downscale);
}

// Of the tensors behind `index` that lie in memory.
double read(const Graph& graph, uint32_t index) {
  const Op& op = graph.ops[index];
  if (!rearranges(op)) return stored(op);
  double sum = 0;
  for (const uint32_t input : op.inputs) sum += read(graph, input);
  return sum;
}

}  // namespace

double bytesMovedPerPixel(const Graph& graph) {
  constexpr double kBytes = 2;  // fp16
  double values = 0;
  for (const Op& op : graph.ops) {
    if (op.type == OpType::Input || op.type == OpType::Noise || rearranges(op)) continue;
    // The last operand of an add is written as the sum.
    const size_t reads = op.type == OpType::Add ? op.inputs.size() - 1 : op.inputs.size();
    for (size_t k = 0; k < reads; ++k) values += read(graph, op.inputs[k]);
    if (op.type != OpType::Add) values += stored(op);
  }
  return kBytes * values;
}

}  // namespace impasto::trainer
