#include "cuda/trunk_planner.h"

#include <algorithm>
#include <utility>

#include "cuda/kernels/trunk_shape.h"

namespace impasto::cuda {
namespace {

constexpr size_t kLeastLayers = 3;    // two of their results hold edges
constexpr uint32_t kLeastOctets = 4;  // with no more, half of the trunk's 64 columns would be padding

class TrunkPlanner {
 public:
  TrunkPlanner(PlannedSteps& steps, const DeviceTraits& device) : steps_(steps), device_(device) {}

  void run() {
    findTensorReaders();
    std::vector<Step> fused;
    std::vector<Step>& steps = steps_.steps;
    for (size_t i = 0; i < steps.size();) {
      const size_t count = trunkLength(i);
      if (count < kLeastLayers) {
        fused.push_back(std::move(steps[i++]));
        continue;
      }
      fused.push_back(makeTrunk(i, count));
      i += count;
    }
    steps = std::move(fused);
  }

 private:
  const Op& op(uint32_t i) const { return steps_.graph.ops[i]; }

  // By tensor: the steps of a frame that read it.
  void findTensorReaders() {
    tensor_readers_.resize(steps_.tensors.size());
    for (size_t i = 0; i < steps_.steps.size(); ++i) {
      const Step& step = steps_.steps[i];
      const auto reads = [&](uint32_t tensor) {
        if (tensor != kNone) tensor_readers_[tensor].push_back(i);
      };
      reads(step.addend);
      reads(step.factors);
      for (const uint32_t tensor : step.sources) reads(tensor);
      for (const ConvPart& part : step.parts) reads(part.tensor);
    }
  }

  // A 3x3 of one tensor, which is as wide as its result.
  bool isLayer(const Step& step) const {
    if (step.kind != Step::Kind::Conv || op(step.op).kernel != 3 || op(step.op).stride != 1 || step.block != 1 ||
        step.factors != kNone || step.parts.size() != 1) {
      return false;
    }
    const ConvPart& part = step.parts[0];
    const PlannedTensor &source = steps_.tensors[part.tensor], &result = steps_.tensors[step.result];
    return part.fold == 1 && part.shift == 0 && !source.quads && !result.quads && source.octets() == result.octets() &&
           result.octets() > kLeastOctets && result.octets() <= 2 * kMaxTrunkBlocks;
  }

  // How many steps from `first` on can be one trunk: each reads what the one before has made, adds at most what that
  // one has read, and nobody else reads what lies between.
  size_t trunkLength(size_t first) const {
    const std::vector<Step>& steps = steps_.steps;
    size_t count = 0, length = 0;
    while (first + count < steps.size() && count < kMaxTrunkLayers && isLayer(steps[first + count])) {
      const Step& step = steps[first + count];
      if (count > 0) {
        const Step& before = steps[first + count - 1];
        if (step.parts[0].tensor != before.result) break;
        if (step.addend != kNone && step.addend != before.parts[0].tensor) break;
      }
      ++count;
      if (isClosed(first, count)) length = count;
    }
    if (length < kLeastLayers) return 0;
    const PlannedTensor& result = steps_.tensors[steps[first].result];
    return chooseTrunkKernel(result.width, result.height, blocksOf(result), device_) != nullptr ? length : 0;
  }

  bool isClosed(size_t first, size_t count) const {
    for (size_t i = first; i + 1 < first + count; ++i) {
      for (const size_t reader : tensor_readers_[steps_.steps[i].result]) {
        if (reader < first || reader >= first + count) return false;
      }
    }
    return true;
  }

  static uint32_t blocksOf(const PlannedTensor& tensor) { return (tensor.octets() + 1) / 2; }

  Step makeTrunk(size_t first, size_t count) {
    Step trunk;
    trunk.kind = Step::Kind::Trunk;
    const PlannedTensor& tensor = steps_.tensors[steps_.steps[first].result];
    trunk.trunk = chooseTrunkKernel(tensor.width, tensor.height, blocksOf(tensor), device_);
    for (size_t i = first; i < first + count; ++i) {
      Step& layer = trunk.layers.emplace_back(std::move(steps_.steps[i]));
      layer.kernel = &trunkWeights();
      layer.chunks = 1;
      layer.blocks = blocksOf(tensor);
      layer.columns.resize(size_t{8} * static_cast<size_t>(layer.kernel->column_tiles), kNone);
    }
    trunk.op = trunk.layers.front().op;
    trunk.last = trunk.layers.back().last;
    trunk.sources = {trunk.layers.front().parts[0].tensor};
    trunk.addend = trunk.layers.front().addend;
    trunk.result = trunk.layers.back().result;
    return trunk;
  }

  // The convolution whose order of weights is the trunk's.
  static const ConvKernel& trunkWeights() {
    const std::span<const ConvKernel> kernels = convKernels();
    return *std::find_if(kernels.begin(), kernels.end(), [](const ConvKernel& kernel) {
      return kernel.kernel == 3 && kernel.stride == 1 && kernel.column_tiles == TrunkShape<1>::kColumnTiles;
    });
  }

  PlannedSteps& steps_;
  const DeviceTraits& device_;
  std::vector<std::vector<size_t>> tensor_readers_;
};

}  // namespace

void fuseTrunks(PlannedSteps& steps, const DeviceTraits& device) { TrunkPlanner(steps, device).run(); }

}  // namespace impasto::cuda
