// The convolution for Vulkan on a CPU, shaders/generator/conv_software.comp: implicit GEMM in registers.
#include <array>

#include "shaders/conv_software.comp.f16.h"
#include "shaders/conv_software.comp.f32.h"
#include "vulkan/kernels/conv_weights.h"
#include "vulkan/kernels/kernels.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {
namespace {

constexpr uint32_t kRowsPerInvocation = 4;  // kRows of the shader
// Of a multiply-add, in those of the portable kernel there; and less than what one on matrices is said to cost, which are
// no hardware there.
constexpr double kCostOfMultiplyAdd = 0.1;

constexpr std::array kBindings = {ShaderBinding{Role::Source, VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER},
                                  ShaderBinding{Role::Weights, VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER},
                                  kResultBinding, kAddendBinding, kBiasBinding};

class ConvSoftware final : public Kernel {
 public:
  const char* name() const noexcept override { return shaders_[0].name; }
  bool fits(const StepOf& in) const noexcept override {
    // Not what folds while it reads: its loads would not be of neighbours any more.
    return in.step.kind == Step::Kind::Conv && in.device.software && in.step.fold == 1;
  }
  double cost(const StepOf& in) const noexcept override { return convCost(in) * kCostOfMultiplyAdd; }

  PackedWeights pack(const StepOf& in, const ConvWeights& weights, std::vector<std::byte>& buffer) const override {
    return packConv(in, convGroups(in.graph, in.step), weights, buffer);
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
    launch.setGroups(push.out_width, 8, rows, 4, convGroups(in.graph, in.step).groups);
    return launch;
  }

 private:
  const std::array<KernelShader, 2> shaders_ = {{{"conv_software", shaders::kConvSoftwareCompF32, kBindings},
                                                 {"conv_software", shaders::kConvSoftwareCompF16, kBindings}}};
};

}  // namespace

const Kernel& convSoftwareKernel() noexcept {
  static const ConvSoftware kernel;
  return kernel;
}

}  // namespace impasto::vulkan
