// New paint over the frame painted before: shaders/generator/blend.comp.
#include <array>

#include "shaders/blend.comp.f16.h"
#include "shaders/blend.comp.f32.h"
#include "vulkan/kernels/kernels.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {
namespace {

constexpr std::array kBindings = {kSourceBinding, kAddendBinding, kResultBinding};
constexpr std::array<KernelShader, 2> kShaders = {{{"blend", shaders::kBlendCompF32, kBindings},
                                                  {"blend", shaders::kBlendCompF16, kBindings}}};

class Blend final : public Kernel {
 public:
  bool fits(const DeviceTraits&, const Graph&, const Plan& plan, const Step& step) const noexcept override {
    return step.kind == Step::Kind::Blend && allInQuads(plan, step);
  }

  const KernelShader& shader(const DeviceTraits& device) const noexcept override {
    return kShaders[device.element_bytes == 2 ? 1 : 0];
  }

  std::vector<uint32_t> specialization(const Graph& graph, const Step& step) const override {
    return {graph.ops[step.op].range};
  }

  Launch launch(const LaunchInput& in) const noexcept override {
    const PlannedTensor& result = *in.result.tensor;
    shaders::BlendPush push{};
    push.source = placeOf(in.source);
    push.history = placeOf(in.addend);
    push.result = placeOf(in.result);
    push.width = in.frame.widthAt(result.downscale);
    push.height = in.frame.heightAt(result.downscale);
    push.begin_y = in.rows.begin;
    push.end_y = in.rows.end;
    Launch launch;
    launch.setPush(push);
    launch.setGroups(push.width, kElementGroupWidth, push.end_y - push.begin_y, kElementGroupHeight, 1);
    return launch;
  }
};

}  // namespace

const Kernel& blendKernel() noexcept {
  static const Blend kernel;
  return kernel;
}

}  // namespace impasto::vulkan
