// Channels scaled and shifted by what is the same for the whole frame: shaders/generator/modulate.comp.
#include <array>

#include "shaders/modulate.comp.f16.h"
#include "shaders/modulate.comp.f32.h"
#include "vulkan/kernels/elementwise.h"
#include "vulkan/kernels/kernels.h"

namespace impasto::vulkan {
namespace {

constexpr std::array kBindings = {kSourceBinding, kAddendBinding, kResultBinding};

class Modulate final : public Elementwise {
 public:
  Modulate()
      : Elementwise(Step::Kind::Modulate, "modulate", shaders::kModulateCompF32, shaders::kModulateCompF16,
                    kBindings) {}

  std::vector<uint32_t> specialization(const StepOf& in) const override {
    return {static_cast<uint32_t>(in.graph.ops[in.step.op].activation)};
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
    return over(in, push, result.quads);
  }
};

}  // namespace

const Kernel& modulateKernel() noexcept {
  static const Modulate kernel;
  return kernel;
}

}  // namespace impasto::vulkan
