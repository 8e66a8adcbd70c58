#include "cost/prediction.h"

#include <algorithm>

#include "cuda/plan.h"
#include "planning/lower.h"
#include "vulkan/cost.h"
#include "vulkan/plan.h"

namespace impasto::app {
namespace {

constexpr double kColorBytes = 4;  // of a pixel, RGBA8, in and out

double operationsPerSecond(const DeviceClass& device, Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::Plain: return device.fp32 * kPlainShare * 1e12;
    case Arithmetic::Matrix16: return device.matrix_fp16 * kMatrixShare * 1e12;
    case Arithmetic::Matrix8: return std::max(device.matrix_fp8, device.matrix_int8) * kMatrixShare * 1e12;
  }
  return 0;
}

// What the pass itself does, around a generator's tensors of so many bytes.
void addPacking(PassCost& cost, double bytes, double pixels) {
  cost.launches.push_back({"pack", 0, bytes + pixels * kColorBytes});
}
void addComposite(PassCost& cost, double bytes, double pixels) {
  cost.launches.push_back({"composite", 0, bytes + 2 * pixels * kColorBytes});
}

PassCost vulkanCost(bool processor, const Style& style, const Resolution& resolution) {
  const vulkan::DeviceTraits traits{.element_bytes = processor ? 4u : 2u, .software = processor};
  const LoweredGraph lowered = lower(style.graph, style.weights);
  const vulkan::Plan plan = vulkan::makePlan(lowered.graph, resolution.width, resolution.height, traits);
  const auto bytesOf = [&](const vulkan::PlannedTensor& tensor) {
    return static_cast<double>(tensor.width) * tensor.height * tensor.quads * 4 * traits.element_bytes;
  };
  const double pixels = static_cast<double>(resolution.width) * resolution.height;
  PassCost cost;
  for (uint32_t i = 0; i < lowered.graph.ops.size(); ++i) {
    const vulkan::PlannedTensor& tensor = plan.tensors[i];
    if (lowered.graph.ops[i].type != OpType::Input || tensor.root == vulkan::kNone) continue;
    addPacking(cost, bytesOf(tensor), pixels);
  }
  for (const LaunchCost& launch : vulkan::costsOf(lowered.graph, plan, traits)) {
    cost.launches.push_back({launch.name, launch.multiply_adds, launch.bytes});
  }
  addComposite(cost, bytesOf(plan.tensors[lowered.graph.output]), pixels);
  return cost;
}

// Bytes, CUDA C++ Programming Guide, technical specifications per compute capability.
uint32_t sharedPerBlock(int compute_capability) {
  switch (compute_capability) {
    case 75: return 64 << 10;
    case 80: return 163 << 10;
    case 90: return 227 << 10;
    default: return 99 << 10;
  }
}

PassCost cudaCost(const DeviceClass& device, const Style& style, const Resolution& resolution) {
  constexpr double kElementBytes = 2;
  const uint32_t shared = sharedPerBlock(device.cuda);
  const cuda::DeviceTraits traits{.compute_capability = device.cuda,
                                  .multiprocessors = device.multiprocessors,
                                  .shared_per_block = shared,
                                  .shared_per_multiprocessor = shared + 1024};
  const cuda::Plan plan(style, resolution.width, resolution.height, traits);
  const auto bytesOf = [](const cuda::SharedTensor& tensor) {
    return static_cast<double>(tensor.width) * tensor.height * tensor.row_quads * 4 * kElementBytes;
  };
  const double pixels = static_cast<double>(resolution.width) * resolution.height;
  PassCost cost;
  for (const cuda::SharedTensor& input : plan.inputs()) addPacking(cost, bytesOf(input), pixels);
  std::vector<cuda::Launch> launches;
  plan.launches({resolution.width, resolution.height}, {}, launches);
  for (const cuda::Launch& launch : launches) {
    cost.launches.push_back({launch.label ? *launch.label : launch.kernel, launch.multiply_adds, launch.bytes});
  }
  addComposite(cost, bytesOf(plan.output()), pixels);
  return cost;
}

}  // namespace

double PassCost::multiply_adds() const {
  double sum = 0;
  for (const Launch& launch : launches) sum += launch.multiply_adds;
  return sum;
}

double PassCost::bytes() const {
  double sum = 0;
  for (const Launch& launch : launches) sum += launch.bytes;
  return sum;
}

PassCost passCost(const DeviceClass& device, Arithmetic arithmetic, const Style& style, const Resolution& resolution) {
  if (device.cuda != 0 && arithmetic != Arithmetic::Plain) return cudaCost(device, style, resolution);
  return vulkanCost(device.processor, style, resolution);
}

bool hasArithmetic(const DeviceClass& device, Arithmetic arithmetic) {
  return operationsPerSecond(device, arithmetic) > 0;
}

Prediction predict(const DeviceClass& device, Arithmetic arithmetic, const PassCost& cost) {
  const double operations = operationsPerSecond(device, arithmetic);
  const double bandwidth = device.bandwidth * kBandwidthShare * 1e9;
  Prediction prediction;
  for (const PassCost::Launch& launch : cost.launches) {
    const double arithmetic_ms = 2 * launch.multiply_adds / operations * 1e3;
    // The image in and out stays what it is; tensors of the generator are half as large.
    const bool of_generator = launch.multiply_adds > 0;
    const double bytes = arithmetic == Arithmetic::Matrix8 && of_generator ? launch.bytes / 2 : launch.bytes;
    const double memory_ms = bytes / bandwidth * 1e3;
    (arithmetic_ms > memory_ms ? prediction.arithmetic : prediction.memory) += std::max(arithmetic_ms, memory_ms);
    prediction.launches += device.launch_us * 1e-3;
  }
  prediction.milliseconds = prediction.arithmetic + prediction.memory + prediction.launches;
  return prediction;
}

}  // namespace impasto::app
