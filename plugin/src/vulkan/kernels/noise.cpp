// The fixed pseudo-random texture: shaders/generator/noise.comp.
#include <array>

#include "shaders/noise.comp.f16.h"
#include "shaders/noise.comp.f32.h"
#include "vulkan/kernels/kernels.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {
namespace {

constexpr std::array kBindings = {kResultBinding};
constexpr std::array<KernelShader, 2> kShaders = {{{"noise", shaders::kNoiseCompF32, kBindings},
                                                  {"noise", shaders::kNoiseCompF16, kBindings}}};

class Noise final : public Kernel {
 public:
  bool fits(const DeviceTraits&, const Graph&, const Plan& plan, const Step& step) const noexcept override {
    return step.kind == Step::Kind::Noise && allInQuads(plan, step);
  }

  const KernelShader& shader(const DeviceTraits& device) const noexcept override {
    return kShaders[device.element_bytes == 2 ? 1 : 0];
  }

  std::vector<uint32_t> specialization(const Graph&, const Step&) const override { return {}; }

  Launch launch(const LaunchInput& in) const noexcept override {
    const PlannedTensor& result = *in.result.tensor;
    shaders::NoisePush push{};
    push.result = placeOf(in.result);
    push.width = in.frame.widthAt(result.downscale);
    push.channels = result.channels;
    push.seed = in.graph.ops[in.step.op].seed;
    push.begin_y = in.rows.begin;
    push.end_y = in.rows.end;
    Launch launch;
    launch.setPush(push);
    launch.setGroups(push.width, kElementGroupWidth, push.end_y - push.begin_y, kElementGroupHeight, result.quads);
    return launch;
  }
};

}  // namespace

const Kernel& noiseKernel() noexcept {
  static const Noise kernel;
  return kernel;
}

}  // namespace impasto::vulkan
