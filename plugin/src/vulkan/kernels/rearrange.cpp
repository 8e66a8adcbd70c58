// Ops that only move values: shaders/generator/rearrange.comp.
#include <algorithm>
#include <array>

#include "shaders/rearrange.comp.f16.h"
#include "shaders/rearrange.comp.f32.h"
#include "vulkan/kernels/kernels.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {
namespace {

constexpr std::array kBindings = {kSourceBinding, kResultBinding};
constexpr std::array<KernelShader, 2> kShaders = {{{"rearrange", shaders::kRearrangeCompF32, kBindings},
                                                  {"rearrange", shaders::kRearrangeCompF16, kBindings}}};

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

class Rearrange final : public Kernel {
 public:
  bool fits(const DeviceTraits&, const Graph&, const Plan& plan, const Step& step) const noexcept override {
    return step.kind == Step::Kind::Rearrange && allInQuads(plan, step);
  }

  const KernelShader& shader(const DeviceTraits& device) const noexcept override {
    return kShaders[device.element_bytes == 2 ? 1 : 0];
  }

  std::vector<uint32_t> specialization(const Graph& graph, const Step& step) const override {
    const Op& op = graph.ops[step.op];
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
    Launch launch;
    launch.setPush(push);
    launch.setGroups(push.out_width, kElementGroupWidth, push.end_y - push.begin_y, kElementGroupHeight,
                     (push.end_channel + 3) / 4 - push.first_quad);
    return launch;
  }
};

}  // namespace

const Kernel& rearrangeKernel() noexcept {
  static const Rearrange kernel;
  return kernel;
}

}  // namespace impasto::vulkan
