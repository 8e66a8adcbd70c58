// Any bytes are either a style that can be written, read again, run, planned and packed, or an Error(InvalidStyle).
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include "base/error.h"
#include "cuda/plan.h"
#include "planning/lower.h"
#include "reference/reference.h"
#include "style/style.h"
#include "vulkan/kernels/kernel.h"
#include "vulkan/plan.h"

namespace {

using namespace impasto;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_style: %s\n", what);
  std::abort();
}

void runOnSmallFrame(const Style& style) {
  constexpr uint32_t kHeight = 3, kWidth = 5;
  constexpr double kPixels = kMaxDownscale * kMaxDownscale;  // of the frame once extended, at most
  constexpr double kMostMultiplyAdds = 2e6, kMostValues = 2e5;
  if (style.graph.multiplyAddsPerPixel() * kPixels > kMostMultiplyAdds) return;
  if (style.graph.valuesPerPixel() * kPixels > kMostValues) return;
  ReferenceInputs inputs;
  inputs.color = Tensor(3, kHeight, kWidth);
  inputs.depth = Tensor(1, kHeight, kWidth);
  inputs.normals = Tensor(3, kHeight, kWidth);
  const Tensor output = runReference(style, inputs);
  require(output.channels == 3 && output.height == kHeight && output.width == kWidth, "output of another shape");
}

void checkMemory(const vulkan::Plan& plan) {
  for (const vulkan::PlannedTensor& tensor : plan.tensors) {
    if (tensor.root == vulkan::kNone) continue;
    const uint64_t room = tensor.room == vulkan::Room::Scratch    ? plan.scratch_bytes
                          : tensor.room == vulkan::Room::Constant ? plan.constant_bytes
                                                                  : plan.output_bytes;
    require(tensor.offset <= room && tensor.bytes <= room - tensor.offset, "a tensor outside its room");
    require(tensor.quad + tensor.quads <= tensor.row_quads, "a tensor's quads outside its allocation");
    require(tensor.slots.size() == tensor.channels, "a channel without a slot");
    for (const uint32_t slot : tensor.slots) require(slot < tensor.quads * 4, "a channel outside its quads");
  }
}

// All that the Vulkan backend makes of a style without a device.
void planAndPack(const Style& style, const vulkan::DeviceTraits& device, uint32_t width, uint32_t height) {
  const LoweredGraph lowered = lower(style.graph, style.weights);
  vulkan::Plan plan;
  try {
    plan = vulkan::makePlan(lowered.graph, width, height, device);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::OutOfMemory, "a plan refused for another reason than its size");
    return;
  }
  checkMemory(plan);
  std::vector<std::byte> weights;
  const auto check = [&](const vulkan::Step& step) {
    require(step.kernel != nullptr, "a step without a kernel");
    const auto bound = [&](uint32_t op) {
      if (op == vulkan::kNone) return vulkan::BoundTensor{};
      require(plan.tensors[op].root != vulkan::kNone, "a step on a tensor that is not there");
      return vulkan::BoundTensor{&plan.tensors[op], 0};
    };
    const uint32_t rows = plan.tensors[step.result].height / step.block;
    step.kernel->specialization({device, lowered.graph, plan, step});
    step.kernel->launch({device,
                         lowered.graph,
                         step,
                         bound(step.source),
                         bound(step.addend),
                         bound(step.result),
                         {0, rows},
                         {plan.width, plan.height}});
    const auto found = lowered.weights.find(step.op);
    if (found == lowered.weights.end()) return;
    const vulkan::PackedWeights packed =
        step.kernel->pack({device, lowered.graph, plan, step}, found->second, weights);
    require(packed.offset + packed.bytes <= weights.size() && packed.bias_offset + packed.bias_bytes <= weights.size(),
            "weights outside their buffer");
  };
  for (const vulkan::Step& step : plan.constant_steps) check(step);
  for (const vulkan::Step& step : plan.steps) check(step);
}

// Likewise of the CUDA backend: all that a launch addresses lies in its room, as far as that can be seen from outside.
void planForCuda(const Style& style, uint32_t width, uint32_t height) {
  try {
    const cuda::Plan plan(style, width, height, {});
    std::vector<cuda::Launch> launches;
    plan.constantLaunches({width, height}, {}, launches);
    plan.launches({1, 1}, {}, launches);
    plan.launches({width, height}, {}, launches);
    require(!launches.empty(), "a plan that paints nothing");
    for (const cuda::Launch& launch : launches) {
      require(launch.threads > 0 && launch.threads <= 1024 && launch.grid[0] > 0 && launch.grid[1] > 0 &&
                  launch.grid[1] <= 65535,
              "a launch that no device takes");
      require(launch.shared_bytes <= cuda::DeviceTraits{}.shared_per_block, "more shared memory than there is");
    }
  } catch (const Error& error) {
    require(error.code() == ErrorCode::OutOfMemory, "a CUDA plan refused for another reason than its size");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Style style;
  try {
    style = readStyle(std::as_bytes(std::span(data, size)));
  } catch (const Error& error) {
    require(error.code() == ErrorCode::InvalidStyle, "an error of another code");
    return 0;
  }
  const std::vector<std::byte> bytes = writeStyle(style);
  require(writeStyle(readStyle(bytes)) == bytes, "the style changes when it is written and read");
  runOnSmallFrame(style);
  planAndPack(style, {.element_bytes = 2, .software = true}, 5, 3);
  planAndPack(style, {.element_bytes = 4, .software = false}, 16384, 16384);
  planForCuda(style, 5, 3);
  planForCuda(style, 16384, 16384);
  return 0;
}
