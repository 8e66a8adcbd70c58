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
// Of a multiply-add of the variant for Vulkan on a CPU, in those of the other one there; and less than what one on
// matrices is said to cost, which are no hardware there.
constexpr double kSoftwareCost = 0.1;

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

  const char* name() const noexcept override { return shaders_[0].name; }
  bool fits(const StepOf& in) const noexcept override {
    return in.step.kind == Step::Kind::Conv && (in.device.software || !software_);
  }

  double cost(const StepOf& in) const noexcept override {
    const Op& op = in.graph.ops[in.step.op];
    const PlannedTensor& result = in.plan.tensors[in.step.result];
    const ConvGroups groups = convGroups(in.graph, in.step);
    const double texels = static_cast<double>(result.width) * result.height / (in.step.block * in.step.block);
    const double per_texel = groups.groups * groups.group_quads * 4.0 * in.plan.tensors[in.step.source].quads * 4.0;
    return texels * per_texel * op.kernel * op.kernel * (software_ ? kSoftwareCost : 1);
  }

  PackedWeights pack(const StepOf& in, const ConvWeights& weights, std::vector<std::byte>& buffer) const override {
    return packConv(in, weights, buffer);
  }

  const KernelShader& shader(const DeviceTraits& device) const noexcept override {
    return shaders_[device.element_bytes == 2 ? 1 : 0];
  }

  std::vector<uint32_t> specialization(const StepOf& in) const override {
    std::vector<uint32_t> constants = {convGroups(in.graph, in.step).group_quads};
    appendConvConstants(in, constants);
    return constants;
  }

  Launch launch(const LaunchInput& in) const noexcept override {
    const shaders::ConvPush push = convPush(in);
    Launch launch;
    launch.setPush(push);
    const uint32_t rows = (in.rows.end - in.rows.begin + kRowsPerInvocation - 1) / kRowsPerInvocation;
    launch.setGroups(push.out_width, software_ ? 8 : 32, rows, software_ ? 4 : 2, convGroups(in.graph, in.step).groups);
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
