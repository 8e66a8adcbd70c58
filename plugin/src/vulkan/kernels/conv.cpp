// The portable convolution, shaders/generator/conv.comp: implicit GEMM in registers; and its variant for Vulkan on a CPU.
#include <array>

#include "shaders/conv.comp.f16.h"
#include "shaders/conv.comp.f16_software.h"
#include "shaders/conv.comp.f32.h"
#include "shaders/conv.comp.f32_software.h"
#include "vulkan/kernels/conv_weights.h"
#include "vulkan/kernels/kernels.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {
namespace {

constexpr uint32_t kRowsPerInvocation = 4;  // kRows of the shader

class Conv final : public Kernel {
 public:
  explicit Conv(bool software) : software_(software) {
    const VkDescriptorType read =
        software ? VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    bindings_ = {{{Role::Source, read},
                  {Role::Weights, read},
                  kResultBinding,
                  kAddendBinding,
                  {Role::Bias, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER}}};
    if (software) {
      shaders_ = {{{"conv_software", shaders::kConvCompF32Software, bindings_},
                   {"conv_software", shaders::kConvCompF16Software, bindings_}}};
    } else {
      shaders_ = {{{"conv", shaders::kConvCompF32, bindings_}, {"conv", shaders::kConvCompF16, bindings_}}};
    }
  }

  bool fits(const DeviceTraits& device, const Graph&, const Plan& plan, const Step& step) const noexcept override {
    return step.kind == Step::Kind::Conv && (device.software || !software_) && allInQuads(plan, step);
  }

  PackedWeights pack(const DeviceTraits& device, const Graph& graph, const Plan& plan, const Step& step,
                     const ConvWeights& weights, std::vector<std::byte>& buffer) const override {
    return packConv(graph, plan, step, weights, device.element_bytes == 2, buffer);
  }

  const KernelShader& shader(const DeviceTraits& device) const noexcept override {
    return shaders_[device.element_bytes == 2 ? 1 : 0];
  }

  std::vector<uint32_t> specialization(const Graph& graph, const Step& step) const override {
    const Op& op = graph.ops[step.op];
    return {op.kernel,
            op.stride,
            convGroups(graph, step).group_quads,
            static_cast<uint32_t>(op.activation),
            step.upsample ? 1u : 0u,
            step.block,
            step.addend != kNone ? 1u : 0u,
            static_cast<uint32_t>(step.add_activation)};
  }

  Launch launch(const LaunchInput& in) const noexcept override {
    const PlannedTensor& source = *in.source.tensor;
    const uint32_t shift = in.step.upsample ? 1 : 0;
    const ConvGroups groups = convGroups(in.graph, in.step);
    shaders::ConvPush push{};
    push.source = placeOf(in.source);
    push.result = placeOf(in.result);
    push.addend = placeOf(in.addend);
    push.in_width = in.frame.widthAt(source.downscale) << shift;
    push.in_height = in.frame.heightAt(source.downscale) << shift;
    push.in_quads = source.quads;
    push.out_width = in.frame.widthAt(in.result.tensor->downscale) / in.step.block;
    push.out_quads = groups.out_quads;
    push.begin_y = in.rows.begin;
    push.end_y = in.rows.end;
    Launch launch;
    launch.setPush(push);
    const uint32_t rows = (in.rows.end - in.rows.begin + kRowsPerInvocation - 1) / kRowsPerInvocation;
    launch.setGroups(push.out_width, software_ ? 8 : 32, rows, software_ ? 4 : 2, groups.groups);
    return launch;
  }

 private:
  bool software_;
  std::array<ShaderBinding, 5> bindings_;
  std::array<KernelShader, 2> shaders_;  // fp32, fp16
};

}  // namespace

const Kernel& convKernel() noexcept {
  static const Conv kernel(false);
  return kernel;
}

const Kernel& convSoftwareKernel() noexcept {
  static const Conv kernel(true);
  return kernel;
}

}  // namespace impasto::vulkan
