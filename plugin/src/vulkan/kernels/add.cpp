// A sum that no convolution could take in: shaders/generator/add.comp.
#include <array>

#include "shaders/add.comp.f16.h"
#include "shaders/add.comp.f32.h"
#include "vulkan/kernels/kernels.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {
namespace {

constexpr std::array kBindings = {kSourceBinding, kAddendBinding, kResultBinding};
constexpr std::array<KernelShader, 2> kShaders = {{{"add", shaders::kAddCompF32, kBindings},
                                                  {"add", shaders::kAddCompF16, kBindings}}};

class Add final : public Kernel {
 public:
  bool fits(const DeviceTraits&, const Graph&, const Plan& plan, const Step& step) const noexcept override {
    return step.kind == Step::Kind::Add && allInQuads(plan, step);
  }

  const KernelShader& shader(const DeviceTraits& device) const noexcept override {
    return kShaders[device.element_bytes == 2 ? 1 : 0];
  }

  std::vector<uint32_t> specialization(const Graph& graph, const Step& step) const override {
    return {static_cast<uint32_t>(graph.ops[step.op].activation)};
  }

  Launch launch(const LaunchInput& in) const noexcept override {
    const PlannedTensor& result = *in.result.tensor;
    shaders::AddPush push{};
    push.first = placeOf(in.source);
    push.second = placeOf(in.addend);
    push.result = placeOf(in.result);
    push.width = in.frame.widthAt(result.downscale);
    push.quads = result.quads;
    push.begin_y = in.rows.begin;
    push.end_y = in.rows.end;
    Launch launch;
    launch.setPush(push);
    launch.setGroups(push.width, kElementGroupWidth, push.end_y - push.begin_y, kElementGroupHeight, result.quads);
    return launch;
  }
};

}  // namespace

const Kernel& addKernel() noexcept {
  static const Add kernel;
  return kernel;
}

}  // namespace impasto::vulkan
