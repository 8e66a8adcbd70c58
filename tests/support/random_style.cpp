#include "support/random_style.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace impasto::test {
namespace {

uint32_t append(Graph& graph, Op op) {
  const auto index = static_cast<uint32_t>(graph.ops.size());
  op.name = std::string(toString(op.type)) + std::to_string(index);
  graph.ops.push_back(std::move(op));
  return index;
}

// Grows a graph op by op. Shapes are tracked here, as validateGraph() will infer them.
class GraphMaker {
 public:
  GraphMaker(Random& random, const RandomStyleOptions& options) : random_(random), options_(options) {
    if (options.version_2) style_length_ = random_.between(1, 12);
  }

  Graph run() {
    keep(addInput(graph_, InputKind::Color), 3, 1);
    const uint32_t count = random_.between(options_.min_ops, options_.max_ops);
    while (graph_.ops.size() < count) grow();
    uint32_t last = opCount() - 1;
    while (op(last).downscale == kGlobal) --last;
    graph_.output = options_.version_2 && random_.below(2) == 0 ? blend(atFullSize(last)) : finish(last);
    if (random_.below(8) == 0) conv(graph_.output);
    return std::move(graph_);
  }

 private:
  void keep(uint32_t index, uint32_t channels, uint32_t downscale) {
    graph_.ops[index].channels = channels;
    graph_.ops[index].downscale = downscale;
  }

  const Op& op(uint32_t index) const { return graph_.ops[index]; }
  uint32_t opCount() const { return static_cast<uint32_t>(graph_.ops.size()); }

  Activation anyActivation() { return static_cast<Activation>(random_.below(4)); }
  uint32_t anyKernel() { return random_.below(2) == 0 ? 1 : 3; }

  // Half the time the newest, so that graphs are deep.
  uint32_t pick() { return random_.below(2) == 0 ? opCount() - 1 : random_.below(opCount()); }

  uint32_t conv(uint32_t input) {
    const uint32_t channels = random_.between(1, options_.max_channels);
    if (op(input).downscale == kGlobal) return convTo(input, channels);
    const uint32_t stride = op(input).downscale * 2 <= options_.max_downscale ? random_.between(1, 2) : 1;
    const Activation activation = anyActivation();  // drawn one by one: compilers differ in the order of arguments
    const uint32_t kernel = anyKernel();
    const uint32_t index = addConv(graph_, input, channels, kernel, stride, activation);
    keep(index, channels, op(input).downscale * stride);
    return index;
  }

  // A convolution that keeps the downscale.
  uint32_t convTo(uint32_t input, uint32_t channels) {
    const uint32_t kernel = op(input).downscale == kGlobal ? 1 : anyKernel();
    const uint32_t index = addConv(graph_, input, channels, kernel, 1, anyActivation());
    keep(index, channels, op(input).downscale);
    return index;
  }

  uint32_t globalInput() {
    const bool exposure = random_.below(3) == 0;
    const uint32_t index = exposure ? addInput(graph_, InputKind::Exposure) : addStyleInput(graph_, style_length_);
    keep(index, exposure ? 1 : style_length_, kGlobal);
    return index;
  }

  // `a`, brought to 4 channels, blended with another tensor of its downscale.
  uint32_t blend(uint32_t a) {
    const auto fourChannels = [&](uint32_t input) { return op(input).channels == 4 ? input : convTo(input, 4); };
    a = fourChannels(a);
    uint32_t history = 0;
    if (op(a).downscale == 1 && !options_.color_only && random_.below(2) == 0) {
      history = addInput(graph_, InputKind::History);
      keep(history, 4, 1);
    } else {
      do history = random_.below(opCount());
      while (op(history).downscale != op(a).downscale);  // it may be `a` itself
      history = fourChannels(history);
    }
    const uint32_t index = addBlend(graph_, a, history, random_.below(kMaxBlendRange + 1));
    keep(index, 3, op(a).downscale);
    return index;
  }

  void modulate(uint32_t x) {
    const uint32_t channels = op(x).channels;
    if (2 * channels > kMaxChannels) return;
    uint32_t g = random_.below(opCount());
    if (op(g).downscale != kGlobal) g = globalInput();
    if (op(g).channels != 2 * channels) g = convTo(g, 2 * channels);
    keep(addOp(graph_, OpType::Modulate, {x, g}, 0, anyActivation()), channels, op(x).downscale);
  }

  void growVersion2() {
    const uint32_t input = pick();
    switch (random_.below(5)) {
      case 0:
        globalInput();
        break;
      case 1:
        if (!options_.color_only) {
          const InputKind kind = random_.below(2) == 0 ? InputKind::Depth : InputKind::Normals;
          keep(addInput(graph_, kind, true), inputChannels(kind), 1);
        }
        break;
      case 2:
        if (op(input).downscale != kGlobal) blend(input);
        break;
      default:
        if (op(input).downscale != kGlobal) modulate(input);
        break;
    }
  }

  // One attempt; adds nothing where the picked tensors do not fit.
  void grow() {
    if (options_.version_2 && random_.below(3) == 0) return growVersion2();
    const uint32_t input = pick();
    const uint32_t block = random_.below(2) == 0 ? 2 : 4;
    const uint32_t area = block * block;
    switch (random_.below(12)) {
      case 0: {
        const auto kind = static_cast<InputKind>(options_.color_only ? 0 : random_.below(4));
        keep(addInput(graph_, kind), inputChannels(kind), 1);
        break;
      }
      case 1: {
        uint32_t downscale = 1u << random_.below(5);
        downscale = std::min(downscale, options_.max_downscale);
        const uint32_t channels = random_.between(1, 8);
        keep(addNoise(graph_, channels, downscale, random_.bits()), channels, downscale);
        break;
      }
      case 2:
      case 3:
        if (op(input).downscale != kGlobal && op(input).channels * area <= options_.max_channels * 4 &&
            op(input).downscale * block <= options_.max_downscale)
          keep(addOp(graph_, OpType::SpaceToDepth, {input}, block), op(input).channels * area,
               op(input).downscale * block);
        break;
      case 4:
        if (op(input).channels % area == 0 && op(input).downscale >= block)
          keep(addOp(graph_, OpType::DepthToSpace, {input}, block), op(input).channels / area,
               op(input).downscale / block);
        break;
      case 5:
        if (op(input).downscale >= 2)
          keep(addOp(graph_, OpType::Upsample, {input}), op(input).channels, op(input).downscale / 2);
        break;
      case 6:
        add(input);
        break;
      case 7:
        concat(input);
        break;
      default:
        conv(input);
        break;
    }
  }

  void add(uint32_t input) {
    for (int attempt = 0; attempt < 4; ++attempt) {
      const uint32_t other = attempt < 3 ? pick() : input;
      if (op(other).channels != op(input).channels || op(other).downscale != op(input).downscale) continue;
      keep(addOp(graph_, OpType::Add, {input, other}, 0, anyActivation()), op(input).channels, op(input).downscale);
      return;
    }
  }

  void concat(uint32_t input) {
    std::vector<uint32_t> inputs = {input};
    uint32_t channels = op(input).channels;
    const uint32_t wanted = random_.between(2, kMaxConcatInputs);
    for (int attempt = 0; attempt < 16 && inputs.size() < wanted; ++attempt) {
      const uint32_t other = pick();
      if (op(other).downscale != op(input).downscale) continue;
      if (channels + op(other).channels > options_.max_channels * 4) continue;
      inputs.push_back(other);
      channels += op(other).channels;
    }
    if (inputs.size() < 2) return;
    const uint32_t downscale = op(input).downscale;
    keep(addOp(graph_, OpType::Concat, inputs), channels, downscale);
  }

  uint32_t atFullSize(uint32_t index) {
    while (op(index).downscale > 1) {
      const bool shuffle = op(index).channels % 4 == 0 && random_.below(2) == 0;
      const uint32_t channels = shuffle ? op(index).channels / 4 : op(index).channels;
      const uint32_t downscale = op(index).downscale / 2;
      index = shuffle ? addOp(graph_, OpType::DepthToSpace, {index}, 2) : addOp(graph_, OpType::Upsample, {index});
      keep(index, channels, downscale);
    }
    return index;
  }

  uint32_t finish(uint32_t index) {
    index = atFullSize(index);
    const Activation activation = anyActivation();
    index = addConv(graph_, index, 3, anyKernel(), 1, activation);
    keep(index, 3, 1);
    return index;
  }

  Random& random_;
  const RandomStyleOptions& options_;
  uint32_t style_length_ = 0;
  Graph graph_;
};

constexpr float kMaxStops = 6;  // of random exposures, either way

// An upper estimate of the values of every tensor, to scale the weights by.
std::vector<float> magnitudesOf(const Graph& graph) {
  std::vector<float> magnitudes;
  for (const Op& op : graph.ops) {
    float magnitude = 1.0f;
    const auto in = [&](size_t k) { return magnitudes[op.inputs[k]]; };
    if (op.type == OpType::Input && op.input_kind == InputKind::Exposure) magnitude = kMaxStops;
    if (op.type == OpType::Modulate) magnitude = in(0) * (1 + in(1)) + in(1);
    if (op.type == OpType::Blend) magnitude = in(0) + std::max(1.0f, in(1)) * (in(0) + in(1));
    if (op.type == OpType::Add) magnitude = in(0) + in(1);
    if (op.type == OpType::SpaceToDepth || op.type == OpType::DepthToSpace || op.type == OpType::Upsample)
      magnitude = in(0);
    if (op.type == OpType::Concat)
      for (const uint32_t i : op.inputs) magnitude = std::max(magnitude, magnitudes[i]);
    magnitudes.push_back(op.activation == Activation::Sigmoid ? 1.0f : magnitude);
  }
  return magnitudes;
}

}  // namespace

uint32_t addInput(Graph& graph, InputKind kind, bool optional) {
  Op op;
  op.type = OpType::Input;
  op.input_kind = kind;
  op.optional = optional;
  return append(graph, std::move(op));
}

uint32_t addStyleInput(Graph& graph, uint32_t channels) {
  Op op;
  op.type = OpType::Input;
  op.input_kind = InputKind::Style;
  op.channels = channels;
  return append(graph, std::move(op));
}

uint32_t addNoise(Graph& graph, uint32_t channels, uint32_t downscale, uint32_t seed) {
  Op op;
  op.type = OpType::Noise;
  op.channels = channels;
  op.downscale = downscale;
  op.seed = seed;
  return append(graph, std::move(op));
}

uint32_t addConv(Graph& graph, uint32_t input, uint32_t channels, uint32_t kernel, uint32_t stride,
                 Activation activation) {
  Op op;
  op.type = OpType::Conv2d;
  op.inputs = {input};
  op.channels = channels;
  op.kernel = kernel;
  op.stride = stride;
  op.activation = activation;
  return append(graph, std::move(op));
}

uint32_t addBlend(Graph& graph, uint32_t a, uint32_t history, uint32_t range) {
  Op op;
  op.type = OpType::Blend;
  op.inputs = {a, history};
  op.range = range;
  return append(graph, std::move(op));
}

uint32_t addOp(Graph& graph, OpType type, std::vector<uint32_t> inputs, uint32_t block, Activation activation) {
  Op op;
  op.type = type;
  op.inputs = std::move(inputs);
  op.block = block;
  op.activation = activation;
  return append(graph, std::move(op));
}

Style makeSurfaceStyle() {
  Style style;
  Graph& graph = style.graph;
  const uint32_t color = addInput(graph, InputKind::Color), normals = addInput(graph, InputKind::Normals);
  const uint32_t history = addInput(graph, InputKind::History);
  const uint32_t all = addOp(graph, OpType::Concat, {color, normals});
  const uint32_t paint = addConv(graph, all, 4, 1), blended = addBlend(graph, paint, history, 0);
  const uint32_t out = addConv(graph, blended, 3, 1);
  graph.output = out;
  validateGraph(graph);
  ConvWeights& to_paint = style.weights[paint];
  to_paint.kernel.assign(4 * 6, 0.0f);
  to_paint.bias = {0.5f, 0.5f, 0.5f, 20.0f};  // the last: how much the history counts
  for (size_t i = 0; i < 3; ++i) to_paint.kernel[i * 6 + 3 + i] = 0.5f;
  ConvWeights& to_out = style.weights[out];
  to_out.kernel.assign(3 * 3, 0.0f);
  to_out.bias.assign(3, 0.0f);
  for (size_t i = 0; i < 3; ++i) to_out.kernel[i * 3 + i] = 0.5f;
  return style;
}

Style makePaintingsStyle() {
  Style style;
  Graph& graph = style.graph;
  const uint32_t nothing = addConv(graph, addInput(graph, InputKind::Color), 3, 1);
  const uint32_t factors = addConv(graph, addStyleInput(graph, 3), 6, 1);
  graph.output = addOp(graph, OpType::Modulate, {nothing, factors});
  validateGraph(graph);
  style.weights[nothing] = {std::vector<float>(3 * 3), std::vector<float>(3)};
  style.weights[factors] = {std::vector<float>(6 * 3), std::vector<float>(6)};
  for (size_t c = 0; c < 3; ++c) style.weights[factors].kernel[(3 + c) * 3 + c] = 1;
  style.paintings = {{"Red", "", "", "", {0.8f, 0.2f, 0.4f}},
                     {"Blue", "", "", "", {0.2f, 0.4f, 0.8f}},
                     {"Grey, nearly", "", "", "", {0.6f, 0.6f, 0.5f}}};
  return style;
}

Style makeStyle(Graph graph, Random& random) {
  validateGraph(graph);
  Style style;
  style.graph = std::move(graph);
  style.size = "custom";
  const std::vector<float> magnitudes = magnitudesOf(style.graph);
  for (uint32_t i = 0; i < style.graph.ops.size(); ++i) {
    const Op& op = style.graph.ops[i];
    if (op.type != OpType::Conv2d) continue;
    const uint32_t input = op.inputs[0];
    const uint32_t taps = style.graph.ops[input].channels * op.kernel * op.kernel;
    const float bound =
        std::sqrt(3.0f / static_cast<float>(taps)) / magnitudes[input];  // unit variance from unit input
    ConvWeights& weights = style.weights[i];
    weights.kernel.resize(size_t{op.channels} * taps);
    weights.bias.resize(op.channels);
    for (float& value : weights.kernel) value = random.uniform(-bound, bound);
    for (float& value : weights.bias) value = random.uniform(-0.2f, 0.2f);
  }
  return style;
}

Style makeRandomStyle(uint32_t seed, const RandomStyleOptions& options) {
  Random random(seed);
  Style style = makeStyle(GraphMaker(random, options).run(), random);
  style.provenance.title = "Random " + std::to_string(seed);
  const uint32_t length = style.graph.styleVectorLength();
  const uint32_t paintings = length > 0 ? random.below(4) : 0;
  for (uint32_t i = 0; i < paintings; ++i) {
    Painting& painting = style.paintings.emplace_back();
    painting.title = "Painting " + std::to_string(i);
    for (uint32_t k = 0; k < length; ++k) painting.vector.push_back(random.uniform(-1.0f, 1.0f));
  }
  return style;
}

Style makeSmallStyle(uint32_t seed) {
  Random random(seed);
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {color}, 4);
  const uint32_t noise = addNoise(graph, 2, 4, seed);
  const uint32_t quarter =
      addConv(graph, addOp(graph, OpType::Concat, {folded, noise}), 16, 3, 1, Activation::LeakyRelu);
  const uint32_t eighth = addConv(graph, quarter, 24, 3, 2, Activation::Relu);
  const uint32_t residual = addConv(graph, eighth, 24, 3, 1, Activation::None);
  const uint32_t trunk = addOp(graph, OpType::Add, {eighth, residual}, 0, Activation::Relu);
  const uint32_t up = addOp(graph, OpType::Upsample, {trunk});
  const uint32_t merged = addConv(graph, addOp(graph, OpType::Concat, {up, quarter}), 16, 1, 1, Activation::Relu);
  const uint32_t half = addOp(graph, OpType::DepthToSpace, {merged}, 2);
  const uint32_t half_conv = addConv(graph, half, 12, 3, 1, Activation::Relu);
  const uint32_t full = addOp(graph, OpType::DepthToSpace, {half_conv}, 2);
  graph.output = addConv(graph, addOp(graph, OpType::Concat, {full, color}), 3, 3, 1, Activation::Sigmoid);
  Style style = makeStyle(std::move(graph), random);
  style.provenance = {"Small", "A test", "2024", "CC0-1.0", std::string(64, '0'), "{}", "{}"};
  return style;
}

ReferenceInputs makeRandomInputs(const Graph& graph, uint32_t height, uint32_t width, uint32_t seed) {
  Random random(seed);
  const auto make = [&](InputKind kind, float low) {
    Tensor tensor(inputChannels(kind), height, width);
    for (float& value : tensor.data) value = random.uniform(low, 1.0f);
    return tensor;
  };
  ReferenceInputs inputs;
  inputs.color = make(InputKind::Color, 0.0f);
  const auto gives = [&](InputKind kind) { return graph.needs(kind) || (graph.wants(kind) && random.below(4) > 0); };
  if (gives(InputKind::Depth)) inputs.depth = make(InputKind::Depth, 0.0f);
  if (gives(InputKind::Normals)) inputs.normals = make(InputKind::Normals, -1.0f);
  if (graph.wants(InputKind::History)) inputs.history = make(InputKind::History, 0.0f);
  if (graph.wants(InputKind::Exposure)) inputs.exposure = std::exp2(random.uniform(-kMaxStops, kMaxStops));
  if (gives(InputKind::Style)) {
    inputs.style_vector.resize(graph.styleVectorLength());
    for (float& value : inputs.style_vector) value = random.uniform(-1.0f, 1.0f);
  }
  return inputs;
}

}  // namespace impasto::test
