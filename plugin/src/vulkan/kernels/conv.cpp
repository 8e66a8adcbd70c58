// The portable convolution, shaders/generator/conv.comp: implicit GEMM over tiles in shared memory.
#include <algorithm>
#include <array>

#include "shaders/conv.comp.f16.h"
#include "shaders/conv.comp.f32.h"
#include "vulkan/kernels/conv_weights.h"
#include "vulkan/kernels/kernels.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {
namespace {

constexpr uint32_t kInvocations = 128, kWidth = 16;  // of the shader
constexpr uint32_t kMostShared = 16 << 10;           // bytes: what every device has; several workgroups fit where more is
// Invocations below which a large GPU has too little to do: then each takes fewer rows.
constexpr double kManyInvocations = 1 << 17;

// How the shader cuts a convolution, see there.
struct Tiling {
  ConvGroups invocation;                // OUT_QUADS
  uint32_t split = 1, rows = 1;         // SPLIT, ROWS
  ConvGroups workgroup;                 // OUT_QUADS * SPLIT quads
  uint32_t height() const { return rows * kInvocations / (kWidth * split); }
};

Tiling tilingOf(const Graph& graph, const Step& step, const PlannedTensor& result) {
  const Op& op = graph.ops[step.op];
  Tiling tiling;
  tiling.invocation = convGroups(graph, step);
  // Four share a column of texels, or two, where no more than an eighth of them has nothing to do.
  const uint32_t groups = tiling.invocation.groups;
  for (tiling.split = 4; (tiling.split - groups % tiling.split) % tiling.split * 8 > groups;) tiling.split /= 2;
  const uint32_t quads = tiling.invocation.group_quads * tiling.split;
  tiling.workgroup = {tiling.invocation.out_quads, quads, (groups + tiling.split - 1) / tiling.split};

  const double columns = static_cast<double>(result.width) * result.height / (step.block * step.block) * groups;
  for (tiling.rows = 4; tiling.rows > 1; tiling.rows /= 2) {
    const uint32_t tile = ((kWidth - 1) * op.stride + op.kernel) * ((tiling.height() - 1) * op.stride + op.kernel);
    const uint32_t shared = (tile + op.kernel * op.kernel * quads * 4) * 16;
    if (shared <= kMostShared && (tiling.rows == 2 || columns / tiling.rows >= kManyInvocations)) break;
  }
  return tiling;
}

class Conv final : public Kernel {
 public:
  const char* name() const noexcept override { return shaders_[0].name; }
  bool fits(const StepOf& in) const noexcept override { return in.step.kind == Step::Kind::Conv; }
  double cost(const StepOf& in) const noexcept override { return convCost(in); }

  PackedWeights pack(const StepOf& in, const ConvWeights& weights, std::vector<std::byte>& buffer) const override {
    return packConv(in, tilingOf(in.graph, in.step, in.plan.tensors[in.step.result]).workgroup, weights, buffer);
  }

  const KernelShader& shader(const DeviceTraits& device) const noexcept override {
    return shaders_[device.element_bytes == 2 ? 1 : 0];
  }

  std::vector<uint32_t> specialization(const StepOf& in) const override {
    const Tiling tiling = tilingOf(in.graph, in.step, in.plan.tensors[in.step.result]);
    std::vector<uint32_t> constants = {tiling.invocation.group_quads};
    appendConvConstants(in, constants);
    constants.insert(constants.end(), {tiling.rows, tiling.split});
    return constants;
  }

  Launch launch(const LaunchInput& in) const noexcept override {
    const shaders::ConvPush push = convPush(in);
    const Tiling tiling = tilingOf(in.graph, in.step, *in.result.tensor);
    Launch launch;
    launch.setPush(push);
    launch.setGroups(push.out_width, kWidth, in.rows.end - in.rows.begin, tiling.height(), tiling.workgroup.groups);
    return launch;
  }

 private:
  const std::array<KernelShader, 2> shaders_ = {{{"conv", shaders::kConvCompF32, kConvBindings},
                                                 {"conv", shaders::kConvCompF16, kConvBindings}}};  // fp32, fp16
};

}  // namespace

const Kernel& convKernel() noexcept {
  static const Conv kernel;
  return kernel;
}

}  // namespace impasto::vulkan
