#include "vulkan/cost.h"

namespace impasto::vulkan {
namespace {

double texels(const PlannedTensor& tensor) { return static_cast<double>(tensor.width) * tensor.height; }

}  // namespace

std::vector<LaunchCost> costsOf(const Graph& graph, const Plan& plan, const DeviceTraits& device) {
  std::vector<LaunchCost> costs;
  for (const Step& step : plan.steps) {
    const Op& op = graph.ops[step.op];
    LaunchCost cost;
    cost.name = op.name;
    for (const uint32_t i : {step.source, step.addend, step.result}) {
      if (i == kNone) continue;
      const PlannedTensor& tensor = plan.tensors[i];
      cost.bytes += texels(tensor) * tensor.quads * 4 * device.element_bytes;
    }
    if (step.kind == Step::Kind::Conv) {
      const double weights =
          static_cast<double>(op.kernel) * op.kernel * graph.ops[op.inputs[0]].channels * op.channels;
      cost.multiply_adds = texels(plan.tensors[step.result]) / step.block / step.block * weights;
      cost.bytes += weights * device.element_bytes;
    }
    costs.push_back(std::move(cost));
  }
  return costs;
}

}  // namespace impasto::vulkan
