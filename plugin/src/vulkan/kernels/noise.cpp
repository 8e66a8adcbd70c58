// The fixed pseudo-random texture: shaders/generator/noise.comp.
#include <array>

#include "shaders/noise.comp.f16.h"
#include "shaders/noise.comp.f32.h"
#include "vulkan/kernels/elementwise.h"
#include "vulkan/kernels/kernels.h"

namespace impasto::vulkan {
namespace {

constexpr std::array kBindings = {kResultBinding};

class Noise final : public Elementwise {
 public:
  Noise() : Elementwise(Step::Kind::Noise, "noise", shaders::kNoiseCompF32, shaders::kNoiseCompF16, kBindings) {}

  std::vector<uint32_t> specialization(const StepOf&) const override { return {}; }

  Launch launch(const LaunchInput& in) const noexcept override {
    const PlannedTensor& result = *in.result.tensor;
    shaders::NoisePush push{};
    push.result = placeOf(in.result);
    push.width = in.frame.widthAt(result.downscale);
    push.channels = result.channels;
    push.seed = in.graph.ops[in.step.op].seed;
    push.begin_y = in.rows.begin;
    push.end_y = in.rows.end;
    return over(in, push, result.quads);
  }
};

}  // namespace

const Kernel& noiseKernel() noexcept {
  static const Noise kernel;
  return kernel;
}

}  // namespace impasto::vulkan
