// New paint over the frame painted before: shaders/generator/blend.comp.
#include <array>

#include "shaders/blend.comp.f16.h"
#include "shaders/blend.comp.f32.h"
#include "vulkan/kernels/elementwise.h"
#include "vulkan/kernels/kernels.h"

namespace impasto::vulkan {
namespace {

constexpr std::array kBindings = {kSourceBinding, kAddendBinding, kResultBinding};

class Blend final : public Elementwise {
 public:
  Blend() : Elementwise(Step::Kind::Blend, "blend", shaders::kBlendCompF32, shaders::kBlendCompF16, kBindings) {}

  std::vector<uint32_t> specialization(const StepOf& in) const override {
    return {in.graph.ops[in.step.op].range};
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
    return over(in, push, 1);
  }
};

}  // namespace

const Kernel& blendKernel() noexcept {
  static const Blend kernel;
  return kernel;
}

}  // namespace impasto::vulkan
