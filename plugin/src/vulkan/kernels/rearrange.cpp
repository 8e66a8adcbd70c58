// Ops that only move values: shaders/generator/rearrange.comp.
#include <algorithm>
#include <array>

#include "shaders/rearrange.comp.f16.h"
#include "shaders/rearrange.comp.f32.h"
#include "vulkan/kernels/elementwise.h"
#include "vulkan/kernels/kernels.h"

namespace impasto::vulkan {
namespace {

constexpr std::array kBindings = {kSourceBinding, kResultBinding};

constexpr uint32_t kCopy = 3;

// MODE of the shader.
uint32_t modeOf(const Op& op) noexcept {
  switch (op.type) {
    case OpType::SpaceToDepth: return 0;
    case OpType::DepthToSpace: return 1;
    case OpType::Upsample: return 2;
    default: return kCopy;  // an input of a concat
  }
}

class Rearrange final : public Elementwise {
 public:
  Rearrange()
      : Elementwise(Step::Kind::Rearrange, "rearrange", shaders::kRearrangeCompF32, shaders::kRearrangeCompF16,
                    kBindings) {}

  std::vector<uint32_t> specialization(const StepOf& in) const override {
    const Op& op = in.graph.ops[in.step.op];
    return {modeOf(op), std::max(op.block, 1u)};
  }

  Launch launch(const LaunchInput& in) const noexcept override {
    const PlannedTensor& result = *in.result.tensor;
    const bool copies = modeOf(in.graph.ops[in.step.op]) == kCopy;
    const uint32_t channels = copies ? in.source.tensor->channels : result.channels;
    shaders::RearrangePush push{};
    push.source = placeOf(in.source);
    push.result = placeOf(in.result);
    push.out_width = in.frame.widthAt(result.downscale);
    push.begin_y = in.rows.begin;
    push.end_y = in.rows.end;
    push.begin_channel = in.step.begin_channel;
    push.end_channel = push.begin_channel + channels;
    push.first_quad = push.begin_channel / 4;
    push.pad = in.step.pad ? 1 : 0;
    return over(in, push, (push.end_channel + 3) / 4 - push.first_quad);
  }
};

}  // namespace

const Kernel& rearrangeKernel() noexcept {
  static const Rearrange kernel;
  return kernel;
}

}  // namespace impasto::vulkan
