// A sum that no convolution could take in: shaders/generator/add.comp.
#include <array>

#include "shaders/add.comp.f16.h"
#include "shaders/add.comp.f32.h"
#include "vulkan/kernels/elementwise.h"
#include "vulkan/kernels/kernels.h"

namespace impasto::vulkan {
namespace {

constexpr std::array kBindings = {kSourceBinding, kAddendBinding, kResultBinding};

class Add final : public Elementwise {
 public:
  Add() : Elementwise(Step::Kind::Add, "add", shaders::kAddCompF32, shaders::kAddCompF16, kBindings) {}

  std::vector<uint32_t> specialization(const StepOf& in) const override {
    return {static_cast<uint32_t>(in.graph.ops[in.step.op].activation)};
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
    return over(in, push, result.quads);
  }
};

}  // namespace

const Kernel& addKernel() noexcept {
  static const Add kernel;
  return kernel;
}

}  // namespace impasto::vulkan
