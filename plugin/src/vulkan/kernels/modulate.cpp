// Channels scaled and shifted by what is the same for the whole frame: shaders/generator/modulate.comp.
#include <array>

#include "shaders/modulate.comp.f16.h"
#include "shaders/modulate.comp.f32.h"
#include "vulkan/kernels/kernels.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {
namespace {

constexpr std::array kBindings = {kSourceBinding, kAddendBinding, kResultBinding};
constexpr std::array<KernelShader, 2> kShaders = {{{"modulate", shaders::kModulateCompF32, kBindings},
                                                  {"modulate", shaders::kModulateCompF16, kBindings}}};

class Modulate final : public Kernel {
 public:
  bool fits(const DeviceTraits&, const Graph&, const Plan& plan, const Step& step) const noexcept override {
    return step.kind == Step::Kind::Modulate && allInQuads(plan, step);
  }

  const KernelShader& shader(const DeviceTraits& device) const noexcept override {
    return kShaders[device.element_bytes == 2 ? 1 : 0];
  }

  std::vector<uint32_t> specialization(const Graph& graph, const Step& step) const override {
    return {static_cast<uint32_t>(graph.ops[step.op].activation)};
  }

  Launch launch(const LaunchInput& in) const noexcept override {
    const PlannedTensor& result = *in.result.tensor;
    shaders::ModulatePush push{};
    push.source = placeOf(in.source);
    push.factors = placeOf(in.addend);
    push.result = placeOf(in.result);
    push.width = in.frame.widthAt(result.downscale);
    push.channels = result.channels;
    push.begin_y = in.rows.begin;
    push.end_y = in.rows.end;
    Launch launch;
    launch.setPush(push);
    launch.setGroups(push.width, kElementGroupWidth, push.end_y - push.begin_y, kElementGroupHeight, result.quads);
    return launch;
  }
};

}  // namespace

const Kernel& modulateKernel() noexcept {
  static const Modulate kernel;
  return kernel;
}

}  // namespace impasto::vulkan
