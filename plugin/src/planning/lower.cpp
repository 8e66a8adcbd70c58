#include "planning/lower.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace impasto {
namespace {

// Copies a graph op by op; ops of the source are found again through `placed`.
class Lowering {
 public:
  Lowering(const Graph& graph, const std::map<uint32_t, ConvWeights>& weights)
      : source_(graph), weights_(weights), constant_(findConstants(graph)), readers_(graph.ops.size()) {
    for (uint32_t i = 0; i < graph.ops.size(); ++i) {
      for (const uint32_t input : graph.ops[i].inputs) readers_[input].push_back(i);
    }
    result_.graph.alignment = graph.alignment;
  }

  LoweredGraph run() {
    for (uint32_t i = 0; i < source_.ops.size(); ++i) {
      const Op& op = source_.ops[i];
      if (isSplit(i)) {
        placed_.push_back(split(i));
        continue;
      }
      Op copy = op;
      for (uint32_t& input : copy.inputs) input = placed_[input];
      placed_.push_back(append(std::move(copy)));
      if (op.type == OpType::Conv2d) result_.weights[placed_.back()] = weights_.at(i);
    }
    result_.graph.output = placed_[source_.output];
    if (source_.ops[source_.output].type == OpType::Input) copyOutput();
    return std::move(result_);
  }

 private:
  uint32_t append(Op op) {
    result_.graph.ops.push_back(std::move(op));
    return static_cast<uint32_t>(result_.graph.ops.size() - 1);
  }

  bool isSplit(uint32_t i) const {
    const Op& op = source_.ops[i];
    if (op.type != OpType::Conv2d || constant_[i]) return false;
    const Op& concat = source_.ops[op.inputs[0]];
    if (concat.type != OpType::Concat) return false;
    if (std::none_of(concat.inputs.begin(), concat.inputs.end(), [&](uint32_t k) { return constant_[k]; })) return false;
    if (readers_[i].size() != 1 || i == source_.output) return true;
    const OpType reader = source_.ops[readers_[i][0]].type;
    return reader != OpType::Add && reader != OpType::DepthToSpace;
  }

  uint32_t split(uint32_t i) {
    Op sum;
    sum.type = OpType::Add;
    sum.name = source_.ops[i].name;
    sum.activation = source_.ops[i].activation;
    sum.channels = source_.ops[i].channels;
    sum.downscale = source_.ops[i].downscale;
    sum.inputs = {part(i, true), part(i, false)};
    return append(std::move(sum));
  }

  // The convolution of those inputs of its concat that are constant, or of those that are not (with the bias).
  uint32_t part(uint32_t i, bool constant) {
    Op conv = source_.ops[i];
    Op concat = source_.ops[conv.inputs[0]];
    const ConvWeights& whole = weights_.at(i);
    const uint32_t taps = conv.kernel * conv.kernel, whole_channels = concat.channels;
    ConvWeights weights;
    weights.bias = constant ? std::vector<float>(conv.channels) : whole.bias;
    std::vector<uint32_t> inputs, channels;
    uint32_t first = 0;
    for (const uint32_t input : concat.inputs) {
      const uint32_t count = source_.ops[input].channels;
      if (constant_[input] == constant) {
        inputs.push_back(placed_[input]);
        for (uint32_t c = 0; c < count; ++c) channels.push_back(first + c);
      }
      first += count;
    }
    for (uint32_t o = 0; o < conv.channels; ++o) {
      for (const uint32_t c : channels) {
        const auto from = whole.kernel.begin() + static_cast<ptrdiff_t>((size_t{o} * whole_channels + c) * taps);
        weights.kernel.insert(weights.kernel.end(), from, from + taps);
      }
    }
    conv.activation = Activation::None;
    if (inputs.size() == 1) {
      conv.inputs = inputs;
    } else {
      concat.inputs = std::move(inputs);
      concat.channels = static_cast<uint32_t>(channels.size());
      conv.inputs = {append(std::move(concat))};
    }
    const uint32_t index = append(std::move(conv));
    result_.weights[index] = std::move(weights);
    return index;
  }

  void copyOutput() {
    const uint32_t channels = source_.ops[source_.output].channels;
    Op copy;
    copy.type = OpType::Conv2d;
    copy.name = "copy";
    copy.inputs = {result_.graph.output};
    copy.kernel = 1;
    copy.channels = channels;
    ConvWeights weights;
    weights.bias.assign(channels, 0.0f);
    weights.kernel.assign(size_t{channels} * channels, 0.0f);
    for (uint32_t c = 0; c < channels; ++c) weights.kernel[size_t{c} * channels + c] = 1.0f;
    result_.graph.output = append(std::move(copy));
    result_.weights[result_.graph.output] = std::move(weights);
  }

  const Graph& source_;
  const std::map<uint32_t, ConvWeights>& weights_;
  const std::vector<bool> constant_;
  std::vector<std::vector<uint32_t>> readers_;
  std::vector<uint32_t> placed_;  // of each op of the source, in the result
  LoweredGraph result_;
};

}  // namespace

std::vector<bool> findConstants(const Graph& graph) {
  std::vector<bool> constant(graph.ops.size());
  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    const Op& op = graph.ops[i];
    constant[i] = op.type != OpType::Input &&
                  std::all_of(op.inputs.begin(), op.inputs.end(), [&](uint32_t k) { return constant[k]; });
  }
  return constant;
}

LoweredGraph lower(const Graph& graph, const std::map<uint32_t, ConvWeights>& weights) {
  return Lowering(graph, weights).run();
}

}  // namespace impasto
