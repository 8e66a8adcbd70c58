// The convolution on matrix hardware, shaders/generator/conv_matrix.comp.
#include <algorithm>
#include <numeric>

#include "shaders/conv_matrix.comp.f16.h"
#include "vulkan/kernels/conv_weights.h"
#include "vulkan/kernels/kernels.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {
namespace {

constexpr uint32_t kSubgroups = 4;   // of a workgroup: a tile of several, whose borders cost less
constexpr uint32_t kMostShared = 48 << 10;  // bytes of a workgroup, so that two and more fit on a multiprocessor

// A multiply-add on matrix hardware in those of the portable kernel. With fp32 sums an RTX 4070 has twice as many, an H200
// twelve times; the portable kernel reaches a smaller share of its peak.
constexpr double kCostOfMultiplyAdd = 0.25;

uint32_t divideUp(uint32_t a, uint32_t b) { return (a + b - 1) / b; }

// How the shader cuts a convolution, see there.
struct Tiling {
  uint32_t out_quads = 0;
  uint32_t columns = 0, groups = 0, rows = 0;
  uint32_t chunk_quads = 0, chunks = 0;

  uint32_t sharedBytes(const MatrixShape& matrix, const Op& op) const {
    const uint32_t width = (matrix.m - 1) * op.stride + op.kernel;
    const uint32_t height = (rows * kSubgroups - 1) * op.stride + op.kernel;
    const uint32_t tile = width * height * (chunk_quads + 2) * 8;
    const uint32_t weights = 2 * chunk_quads * 4 * (matrix.n * columns / 4 + 2) * 8;
    return tile + weights + kSubgroups * matrix.m * matrix.n * 4;
  }
};

// What a variant may use at most: columns of matrices, and matrices of sums of a subgroup. 8 sums of 16x16 are 64 registers
// of each of 32 invocations. Half as many make twice as many workgroups, which small tensors fill a GPU with, and bring in
// the source twice as often.
struct Share {
  uint32_t columns, sums;
};
constexpr Share kWide = {4, 8}, kNarrow = {2, 4};

// chunk_quads is 0 where not even the smallest chunk of channels fits into shared memory.
Tiling tilingOf(const Share& share, const DeviceTraits& device, const Op& op, const Step& step,
                const PlannedTensor& source) {
  const MatrixShape& matrix = device.matrix;
  const uint32_t most = std::min(device.shared_bytes, kMostShared);
  Tiling tiling;
  tiling.out_quads = convQuads(op.channels, step.block);
  const uint32_t columns = divideUp(tiling.out_quads * 4, matrix.n);
  tiling.groups = divideUp(columns, share.columns);
  tiling.columns = divideUp(columns, tiling.groups);
  // A chunk has whole rows of subpixels, as the shader loads them.
  const uint32_t in_quads = sourceQuads(step, source);
  const uint32_t least = std::lcm(matrix.k / 4, step.fold), most_chunks = divideUp(in_quads, least);
  for (tiling.rows = std::min(4u, share.sums / tiling.columns); tiling.rows > 0; --tiling.rows) {
    for (tiling.chunks = 1; tiling.chunks <= most_chunks; ++tiling.chunks) {
      tiling.chunk_quads = divideUp(most_chunks, tiling.chunks) * least;
      if (tiling.sharedBytes(matrix, op) <= most) {
        tiling.chunks = divideUp(in_quads, tiling.chunk_quads);
        return tiling;
      }
    }
  }
  tiling.chunk_quads = 0;
  return tiling;
}

class ConvMatrix final : public Kernel {
 public:
  ConvMatrix(const char* name, const Share& share, double cost)
      : share_(share), cost_(cost), shader_{name, shaders::kConvMatrixCompF16, kConvBindings, true} {}

  const char* name() const noexcept override { return shader_.name; }
  bool fits(const StepOf& in) const noexcept override {
    return in.step.kind == Step::Kind::Conv && in.device.matrix.m != 0 && in.device.element_bytes == 2 &&
           tilingOf(in).chunk_quads != 0;
  }

  double cost(const StepOf& in) const noexcept override {
    const Op& op = in.graph.ops[in.step.op];
    const PlannedTensor& result = in.plan.tensors[in.step.result];
    const Tiling tiling = tilingOf(in);
    const uint32_t width = in.device.matrix.m, height = tiling.rows * kSubgroups;
    const double tiles = static_cast<double>(divideUp(result.width / in.step.block, width)) *
                         divideUp(result.height / in.step.block, height);
    const double outputs = tiles * width * height * tiling.groups * tiling.columns * in.device.matrix.n;
    return outputs * op.kernel * op.kernel * tiling.chunks * tiling.chunk_quads * 4 * cost_;
  }

  PackedWeights pack(const StepOf& in, const ConvWeights& weights, std::vector<std::byte>& buffer) const override {
    const Op& op = in.graph.ops[in.step.op];
    const PlannedTensor& source = in.plan.tensors[in.step.source];
    const Tiling tiling = tilingOf(in);
    const uint32_t taps = op.kernel * op.kernel, outputs = in.device.matrix.n * tiling.columns;
    const uint32_t chunk = tiling.chunk_quads * 4;
    const uint32_t channels = in.graph.ops[op.inputs[0]].channels;
    std::vector<float> kernels(size_t{tiling.groups} * tiling.chunks * taps * chunk * outputs);
    std::vector<float> biases(size_t{tiling.groups} * outputs);
    for (uint32_t o = 0; o < op.channels; ++o) {
      const uint32_t out_slot = outputSlot(o, in.step.block);
      const uint32_t group = out_slot / outputs, output = out_slot % outputs;
      biases[out_slot] = weights.bias[o];
      for (uint32_t i = 0; i < channels; ++i) {
        const uint32_t slot = sourceSlot(in.step, source, i);
        for (uint32_t tap = 0; tap < taps; ++tap) {
          const size_t row = ((size_t{group} * tiling.chunks + slot / chunk) * taps + tap) * chunk + slot % chunk;
          kernels[row * outputs + output] = weights.kernel[(size_t{o} * channels + i) * taps + tap];
        }
      }
    }
    return appendWeights(buffer, kernels, biases, true);
  }

  const KernelShader& shader(const DeviceTraits&) const noexcept override { return shader_; }

  std::vector<uint32_t> specialization(const StepOf& in) const override {
    const Tiling tiling = tilingOf(in);
    const MatrixShape& matrix = in.device.matrix;
    std::vector<uint32_t> constants = {kSubgroups * in.device.subgroup_size};
    appendConvConstants(in, constants);
    constants.insert(constants.end(), {matrix.m, matrix.n, matrix.k, tiling.rows, tiling.columns, tiling.chunk_quads,
                                       kSubgroups});
    return constants;
  }

  Launch launch(const LaunchInput& in) const noexcept override {
    const Tiling tiling =
        vulkan::tilingOf(share_, in.device, in.graph.ops[in.step.op], in.step, *in.source.tensor);
    const shaders::ConvPush push = convPush(in);
    Launch launch;
    launch.setPush(push);
    launch.setGroups(push.out_width, in.device.matrix.m, in.rows.end - in.rows.begin, tiling.rows * kSubgroups,
                     tiling.groups);
    return launch;
  }

 private:

  Tiling tilingOf(const StepOf& in) const {
    return vulkan::tilingOf(share_, in.device, in.graph.ops[in.step.op], in.step,
                            in.plan.tensors[in.step.source]);
  }

  const Share share_;
  const double cost_;
  const KernelShader shader_;
};

}  // namespace

const Kernel& convMatrixKernel() noexcept {
  static const ConvMatrix kernel("conv_matrix", kWide, kCostOfMultiplyAdd);
  return kernel;
}

// Where both would do, the wide one, unless measured.
const Kernel& convMatrixNarrowKernel() noexcept {
  static const ConvMatrix kernel("conv_matrix_narrow", kNarrow, 1.5 * kCostOfMultiplyAdd);
  return kernel;
}

}  // namespace impasto::vulkan
