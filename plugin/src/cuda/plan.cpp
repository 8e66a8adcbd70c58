#include "cuda/plan.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "cuda/conv_weights.h"
#include "cuda/planner.h"

namespace impasto::cuda {
namespace {

constexpr uint32_t kMaxExtent = 16384;
constexpr uint32_t kElementwiseThreads = 256;

uint32_t ceilDiv(uint32_t a, uint32_t b) { return (a + b - 1) / b; }
uint32_t align(uint32_t n, uint32_t alignment) { return ceilDiv(n, alignment) * alignment; }

// Makes the launches of one frame's extent, with addresses.
class Launcher {
 public:
  // `extent` is aligned.
  Launcher(const PlannedSteps& steps, FrameExtent extent, const Bases& bases)
      : steps_(steps), extent_(extent), bases_(bases) {}

  Launch make(const Step& step) const {
    Launch launch;
    launch.label = &steps_.graph.ops[step.last].name;
    switch (step.kind) {
      case Step::Kind::Conv:
        conv(step, launch);
        break;
      case Step::Kind::Trunk:
        trunk(step, launch);
        break;
      case Step::Kind::Pointwise:
        pointwise(step, launch);
        break;
      case Step::Kind::Blend:
        blend(step, launch);
        break;
      case Step::Kind::Noise:
        noise(step, launch);
        break;
      case Step::Kind::Gather:
        gather(step, launch);
        break;
    }
    return launch;
  }

 private:
  const Op& op(uint32_t i) const { return steps_.graph.ops[i]; }
  const PlannedTensor& tensor(uint32_t i) const { return steps_.tensors[i]; }
  uint32_t widthOf(const PlannedTensor& t) const { return t.downscale == kGlobal ? 1 : extent_.width / t.downscale; }
  uint32_t heightOf(const PlannedTensor& t) const { return t.downscale == kGlobal ? 1 : extent_.height / t.downscale; }
  double texelsOf(const PlannedTensor& t) const { return 1.0 * widthOf(t) * heightOf(t); }
  double bytesOf(uint32_t i) const {
    return i == kNone ? 0
                      : texelsOf(tensor(i)) * (tensor(i).quads ? tensor(i).rowQuads() * 8 : tensor(i).octets() * 16);
  }

  uint64_t addressOf(const PlannedTensor& t) const {
    switch (t.room) {
      case Room::Inputs:
        return bases_.inputs[static_cast<size_t>(op(t.op).input_kind)];
      case Room::Output:
        return bases_.output + t.offset;
      case Room::Constants:
        return bases_.constants + t.offset;
      case Room::Arena:
        break;
    }
    return bases_.arena + t.offset;
  }
  template <class Ref>
  Ref ref(uint32_t i) const {
    if (i == kNone) return {};
    const PlannedTensor& t = tensor(i);
    return {{addressOf(t)}, static_cast<uint32_t>(t.rowBytes()), t.texelBytes()};
  }
  TensorIn in(uint32_t i) const { return ref<TensorIn>(i); }
  TensorOut out(uint32_t i) const { return ref<TensorOut>(i); }
  Global<const Half> factorsAt(uint32_t i) const { return {i == kNone ? 0 : addressOf(tensor(i))}; }

  void conv(const Step& step, Launch& launch) const {
    const ConvKernel& kernel = *step.kernel;
    const PlannedTensor& result = tensor(step.result);
    const Op& conv = op(step.op);
    const auto blocks = static_cast<int>(step.blocks), chunks = static_cast<int>(step.chunks);
    ConvParams params{};
    launch.bytes = bytesOf(step.result) + bytesOf(step.addend) + bytesOf(step.factors) +
                   static_cast<double>(step.weight_bytes + step.columns.size() * 4);
    for (size_t i = 0; i < step.parts.size(); ++i) {
      const ConvPart& part = step.parts[i];
      ConvSource& source = params.sources[i];
      source.tensor = in(part.tensor);
      source.octets = static_cast<uint16_t>(part.octets);
      source.run = static_cast<uint16_t>(part.run);
      source.fold = static_cast<uint8_t>(part.fold);
      source.shift = static_cast<uint8_t>(part.shift);
      source.quad = tensor(part.tensor).quads && part.fold == 1 ? 1 : 0;
      launch.bytes += bytesOf(part.tensor);
    }
    params.weights = {bases_.weights + step.weights};
    params.bias = {bases_.weights + step.bias};
    params.result = out(step.result);
    params.addend = in(step.addend);
    params.factors = factorsAt(step.factors);
    params.out_width = static_cast<int32_t>(widthOf(result) / step.block);
    params.out_height = static_cast<int32_t>(heightOf(result) / step.block);
    params.in_width = params.out_width * static_cast<int32_t>(conv.stride);
    params.in_height = params.out_height * static_cast<int32_t>(conv.stride);
    params.factor_channels = static_cast<int32_t>(result.channels);
    params.chunks = static_cast<uint16_t>(step.chunks);
    params.blocks = static_cast<uint16_t>(step.blocks);
    params.plane = static_cast<uint16_t>(kernel.planeOctets(blocks));
    params.columns = static_cast<uint16_t>(step.columnBlocks());
    params.octets = static_cast<uint16_t>(result.quads ? (step.block == 1 ? 1 : step.block * step.block / 2)
                                                       : result.octets() * step.block * step.block);
    params.lanes_log2 = static_cast<uint8_t>(kernel.lanesLog2(blocks));
    params.activation = static_cast<uint8_t>(step.activation);
    params.last_activation = static_cast<uint8_t>(step.last_activation);
    params.block = static_cast<uint8_t>(step.block);
    params.quads = result.quads ? 1 : 0;
    params.subpixel_octets = static_cast<uint8_t>(result.octets());
    launch.kernel = kernel.name;
    launch.threads = static_cast<uint32_t>(kernel.threads);
    launch.shared_bytes = static_cast<uint32_t>(kernel.sharedBytes(chunks, blocks));
    const auto tiles = [](int32_t size, int tile) {
      return ceilDiv(static_cast<uint32_t>(size), static_cast<uint32_t>(tile));
    };
    launch.grid = {tiles(params.out_width, kernel.tile_width) * step.columnBlocks(),
                   tiles(params.out_height, kernel.tile_height), 1};
    launch.multiply_adds = 1.0 * params.out_width * params.out_height * conv.channels * op(conv.inputs[0]).channels *
                           conv.kernel * conv.kernel;
    launch.setParameters(params);
  }

  void trunk(const Step& step, Launch& launch) const {
    const PlannedTensor& result = tensor(step.result);
    TrunkParams params{};
    params.weights = {bases_.weights};
    params.source = in(step.sources[0]);
    params.addend = in(step.addend);
    params.result = out(step.result);
    for (size_t i = 0; i < 2; ++i) params.edges[i] = out(step.layers[i].result);
    params.barrier = {bases_.sync};
    params.width = static_cast<int32_t>(widthOf(result));
    params.height = static_cast<int32_t>(heightOf(result));
    params.layer_count = static_cast<uint16_t>(step.layers.size());
    params.octets = static_cast<uint16_t>(result.octets());
    params.blocks = static_cast<uint16_t>(step.layers[0].blocks);
    launch.bytes = bytesOf(step.sources[0]) + bytesOf(step.addend) + bytesOf(step.result);
    for (size_t i = 0; i < step.layers.size(); ++i) {
      const Step& layer = step.layers[i];
      params.layers[i] = {static_cast<uint32_t>(layer.weights),
                          static_cast<uint32_t>(layer.bias),
                          static_cast<uint8_t>(layer.activation),
                          static_cast<uint8_t>(layer.last_activation),
                          static_cast<uint8_t>(layer.addend != kNone ? 1 : 0),
                          0};
      launch.bytes += static_cast<double>(layer.weight_bytes + layer.columns.size() * 4);
      launch.multiply_adds += texelsOf(result) * result.channels * op(op(layer.op).inputs[0]).channels * 9;
    }
    const TrunkKernel& kernel = *step.trunk;
    launch.kernel = kernel.name;
    launch.threads = static_cast<uint32_t>(kernel.threads);
    launch.shared_bytes = static_cast<uint32_t>(kernel.sharedBytes(static_cast<int>(step.layers[0].blocks)));
    launch.cooperative = true;
    launch.grid = {ceilDiv(widthOf(result), static_cast<uint32_t>(kernel.tile_width)),
                   ceilDiv(heightOf(result), static_cast<uint32_t>(kernel.tile_height)), 1};
    launch.setParameters(params);
  }

  // A thread for each of `across` items of a row.
  static void elementwise(const char* kernel, uint32_t across, uint32_t rows, Launch& launch) {
    launch.kernel = kernel;
    launch.threads = kElementwiseThreads;
    launch.grid = {ceilDiv(across, kElementwiseThreads), rows, 1};
  }

  template <class Params>
  void describeOctets(const PlannedTensor& result, Params& params) const {
    params.width = static_cast<int32_t>(widthOf(result));
    params.octets = static_cast<int32_t>(result.octets());
    params.channels = static_cast<int32_t>(result.channels);
    params.height = static_cast<int32_t>(heightOf(result));
  }

  void pointwise(const Step& step, Launch& launch) const {
    const PlannedTensor& result = tensor(step.result);
    PointwiseParams params{};
    params.first = in(step.sources[0]);
    params.second = in(step.addend);
    params.factors = factorsAt(step.factors);
    params.result = out(step.result);
    params.activation = static_cast<uint32_t>(step.last_activation);
    describeOctets(result, params);
    elementwise("pointwise", widthOf(result) * result.octets(), heightOf(result), launch);
    launch.bytes = bytesOf(step.sources[0]) + bytesOf(step.addend) + bytesOf(step.factors) + bytesOf(step.result);
    launch.setParameters(params);
  }

  void blend(const Step& step, Launch& launch) const {
    const PlannedTensor& result = tensor(step.result);
    BlendParams params{};
    params.paint = in(step.sources[0]);
    params.history = in(step.sources[1]);
    params.result = out(step.result);
    params.width = static_cast<int32_t>(widthOf(result));
    params.height = static_cast<int32_t>(heightOf(result));
    params.range = static_cast<int32_t>(op(step.op).range);
    params.result_bytes = result.quads ? 8 : 16;
    elementwise("blend", widthOf(result), heightOf(result), launch);
    launch.bytes = bytesOf(step.sources[0]) + bytesOf(step.sources[1]) + bytesOf(step.result);
    launch.setParameters(params);
  }

  void noise(const Step& step, Launch& launch) const {
    const PlannedTensor& result = tensor(step.result);
    NoiseParams params{};
    params.result = out(step.result);
    params.seed = op(step.op).seed;
    describeOctets(result, params);
    elementwise("noise", widthOf(result) * result.octets(), heightOf(result), launch);
    launch.bytes = bytesOf(step.result);
    launch.setParameters(params);
  }

  void gather(const Step& step, Launch& launch) const {
    const PlannedTensor& result = tensor(step.result);
    GatherParams params{};
    launch.bytes = bytesOf(step.result);
    for (size_t i = 0; i < step.sources.size(); ++i) {
      const PlannedTensor& source = tensor(step.sources[i]);
      params.sources[i] = {in(step.sources[i]), source.quads ? source.width * 8 : 8, source.channels};
      launch.bytes += bytesOf(step.sources[i]);
    }
    params.result = out(step.result);
    params.kind = step.gather;
    params.block = op(step.op).block;
    params.result_bytes = result.quads ? 8 : 16;
    describeOctets(result, params);
    elementwise("gather", widthOf(result) * result.octets(), heightOf(result), launch);
    launch.setParameters(params);
  }

  const PlannedSteps& steps_;
  const FrameExtent extent_;
  const Bases& bases_;
};

SharedTensor shared(const PlannedTensor& tensor, const Op& op) {
  return {op.input_kind, tensor.width, tensor.height, tensor.channels, tensor.rowQuads()};
}

}  // namespace

struct Plan::Impl {
  PlannedSteps steps;
  std::vector<std::byte> weights;
  RoomBytes memory;
  std::vector<SharedTensor> inputs;
  SharedTensor output;
  std::vector<KernelUse> kernels;

  void make(const std::vector<Step>& list, FrameExtent extent, const Bases& bases,
            std::vector<Launch>& launches) const {
    const uint32_t alignment = steps.graph.alignment;
    const FrameExtent aligned{align(extent.width, alignment), align(extent.height, alignment)};
    if (extent.width == 0 || extent.height == 0 || aligned.width > steps.width || aligned.height > steps.height) {
      throw Error(ErrorCode::InvalidArgument, "a frame of " + std::to_string(extent.width) + "x" +
                                                  std::to_string(extent.height) + " for a plan of " +
                                                  std::to_string(steps.width) + "x" + std::to_string(steps.height));
    }
    const Launcher launcher(steps, aligned, bases);
    launches.clear();
    for (const Step& step : list) launches.push_back(launcher.make(step));
  }

  void noteKernels(const std::vector<Launch>& launches) {
    for (const Launch& launch : launches) {
      const auto found = std::find_if(kernels.begin(), kernels.end(), [&](const KernelUse& use) {
        return std::string_view(use.kernel) == launch.kernel;
      });
      if (found == kernels.end()) {
        kernels.push_back({launch.kernel, launch.shared_bytes});
      } else {
        found->shared_bytes = std::max(found->shared_bytes, launch.shared_bytes);
      }
    }
  }
};

Plan::Plan(const Style& style, uint32_t width, uint32_t height, const DeviceTraits& device)
    : impl_(std::make_unique<Impl>()) {
  if (width == 0 || height == 0 || width > kMaxExtent || height > kMaxExtent) {
    throw Error(ErrorCode::InvalidArgument, "extent " + std::to_string(width) + "x" + std::to_string(height) +
                                                ": each side must be 1 to " + std::to_string(kMaxExtent));
  }
  if (device.compute_capability < 75) {
    throw Error(ErrorCode::Unsupported, "CUDA compute capability " + std::to_string(device.compute_capability / 10) +
                                            "." + std::to_string(device.compute_capability % 10) + " is less than 7.5");
  }
  LoweredGraph lowered = lower(style.graph, style.weights);
  PlannedSteps& steps = impl_->steps;
  steps = planSteps(std::move(lowered.graph), width, height, device);
  for (std::vector<Step>* list : {&steps.constant_steps, &steps.steps}) {
    for (Step& step : *list) {
      if (step.kind == Step::Kind::Conv) packConv(steps.graph, lowered.weights.at(step.op), step, impl_->weights);
      for (Step& layer : step.layers) packConv(steps.graph, lowered.weights.at(layer.op), layer, impl_->weights);
    }
  }
  const bool trunks = std::any_of(steps.steps.begin(), steps.steps.end(),
                                  [](const Step& step) { return step.kind == Step::Kind::Trunk; });
  const uint64_t sync = trunks ? kRoomAlignment : 0;  // one word, which launches use one after another
  impl_->memory = {steps.output_bytes, impl_->weights.size(), steps.constant_bytes, steps.arena_bytes, sync};
  for (const uint32_t i : steps.inputs) {
    impl_->inputs.push_back(shared(steps.tensors[i], steps.graph.ops[steps.tensors[i].op]));
  }
  impl_->output = shared(steps.tensors[steps.output], steps.graph.ops[steps.graph.output]);
  std::vector<Launch> list;
  for (const std::vector<Step>* of : {&steps.constant_steps, &steps.steps}) {
    impl_->make(*of, {width, height}, {}, list);
    impl_->noteKernels(list);
  }
}

Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;

uint32_t Plan::width() const noexcept { return impl_->steps.width; }
uint32_t Plan::height() const noexcept { return impl_->steps.height; }
uint32_t Plan::alignment() const noexcept { return impl_->steps.graph.alignment; }
const RoomBytes& Plan::memory() const noexcept { return impl_->memory; }
std::span<const std::byte> Plan::weights() const noexcept { return impl_->weights; }
std::span<const SharedTensor> Plan::inputs() const noexcept { return impl_->inputs; }
const SharedTensor& Plan::output() const noexcept { return impl_->output; }
std::span<const Plan::KernelUse> Plan::kernels() const noexcept { return impl_->kernels; }

void Plan::constantLaunches(FrameExtent extent, const Bases& bases, std::vector<Launch>& list) const {
  impl_->make(impl_->steps.constant_steps, extent, bases, list);
}

void Plan::launches(FrameExtent extent, const Bases& bases, std::vector<Launch>& list) const {
  impl_->make(impl_->steps.steps, extent, bases, list);
}

}  // namespace impasto::cuda
