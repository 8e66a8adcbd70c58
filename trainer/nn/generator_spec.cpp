#include "nn/generator_spec.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"

namespace impasto::trainer {
namespace {

// Channels at each scale; the names give the downscale.
struct Widths {
  uint32_t quarter, eighth, half, full;
  uint32_t blocks;  // residual blocks at 1/8
};

constexpr uint32_t kNoiseChannels = 4;
constexpr uint32_t kNoiseSeed = 1;

// Appends ops to a graph; each call returns the new op's index.
class Builder {
 public:
  explicit Builder(GeneratorSpec& spec) : spec_(spec) {}

  uint32_t input(InputKind kind) {
    const bool optional = kind == InputKind::Depth || kind == InputKind::Normals;
    return append({.type = OpType::Input, .name = std::string(toString(kind)), .input_kind = kind, .optional = optional});
  }
  uint32_t style(uint32_t length) {
    return append({.type = OpType::Input, .name = "style", .input_kind = InputKind::Style, .channels = length});
  }
  uint32_t noise(uint32_t downscale) {
    return append({.type = OpType::Noise,
                   .name = "noise",
                   .seed = kNoiseSeed,
                   .channels = kNoiseChannels,
                   .downscale = downscale});
  }
  uint32_t conv(const std::string& name, uint32_t input, uint32_t channels, Activation activation,
                uint32_t stride = 1, uint32_t kernel = 3) {
    return append({.type = OpType::Conv2d,
                   .name = name,
                   .inputs = {input},
                   .kernel = kernel,
                   .stride = stride,
                   .activation = activation,
                   .channels = channels});
  }
  uint32_t normedConv(const std::string& name, uint32_t input, uint32_t channels, Activation activation,
                      uint32_t stride = 1) {
    const uint32_t op = conv(name, input, channels, activation, stride);
    spec_.normed.insert(op);
    return op;
  }
  // x * (1 + w g) + w b, then the activation; g and b are made of the style vector by a layer of their own, w is the
  // fusion weight.
  uint32_t modulate(const std::string& name, uint32_t input, uint32_t style, uint32_t channels, Activation activation) {
    const uint32_t factors = append({.type = OpType::Conv2d,
                                     .name = name + ".style",
                                     .inputs = {style},
                                     .kernel = 1,
                                     .channels = 2 * channels});
    spec_.fused.insert(factors);
    return append({.type = OpType::Modulate, .name = name + ".styled", .inputs = {input, factors}, .activation = activation});
  }
  uint32_t spaceToDepth(const std::string& name, uint32_t input, uint32_t block) {
    return append({.type = OpType::SpaceToDepth, .name = name, .inputs = {input}, .block = block});
  }
  uint32_t depthToSpace(const std::string& name, uint32_t input, uint32_t block) {
    return append({.type = OpType::DepthToSpace, .name = name, .inputs = {input}, .block = block});
  }
  uint32_t upsample(const std::string& name, uint32_t input) {
    return append({.type = OpType::Upsample, .name = name, .inputs = {input}});
  }
  uint32_t add(const std::string& name, uint32_t a, uint32_t b) {
    return append({.type = OpType::Add, .name = name, .inputs = {a, b}});
  }
  uint32_t concat(const std::string& name, uint32_t a, uint32_t b) {
    return append({.type = OpType::Concat, .name = name, .inputs = {a, b}});
  }
  uint32_t blend(const std::string& name, uint32_t a, uint32_t history, uint32_t range) {
    return append({.type = OpType::Blend, .name = name, .inputs = {a, history}, .range = range});
  }

 private:
  uint32_t append(Op op) {
    spec_.graph.ops.push_back(std::move(op));
    return static_cast<uint32_t>(spec_.graph.ops.size() - 1);
  }

  GeneratorSpec& spec_;
};

// With a style vector, trunk and decoder are steered by it up to half resolution. Not the encoder: what there is in a frame
// does not depend on how it is painted. Nor the last stage, where tensors are largest: what it makes of its channels is
// steered by the stage before.
class GeneratorBuilder {
 public:
  GeneratorBuilder(GeneratorSpec& spec, const GeneratorShape& shape, const Widths& widths)
      : spec_(spec), shape_(shape), widths_(widths), b_(spec) {}

  void build() {
    const uint32_t color = b_.input(InputKind::Color);
    const uint32_t history = shape_.history ? b_.input(InputKind::History) : 0;
    const uint32_t seen = shape_.history ? b_.concat("with_history", color, history) : color;
    if (shape_.style_vector > 0) style_ = b_.style(static_cast<uint32_t>(shape_.style_vector));

    // Encoder: folded x4, then 1/8, where flat walls get noise to grow strokes from.
    const uint32_t quarter = b_.normedConv("enc4", withSurfaces(b_.spaceToDepth("fold", seen, 4)), widths_.quarter, kRelu);
    const uint32_t eighth = b_.normedConv("enc8", quarter, widths_.eighth, kRelu, 2);
    const uint32_t trunk = buildTrunk(b_.normedConv("mix", b_.concat("with_noise", eighth, b_.noise(8)), widths_.eighth, kRelu));

    // Decoder: x2 three times, with a convolution after each so that no grid is left.
    const uint32_t skip = b_.add("skip4", styledUp("dec8", "up4", trunk, widths_.quarter), quarter);
    const uint32_t half = styledConv("half", up("dec4", "up2", skip, widths_.half), widths_.half, kRelu);

    // The last convolution also reads the frame, every pixel of it: edges and text stay sharp.
    const uint32_t made = shape_.history ? 4 : 3;
    uint32_t paint = 0;
    if (shape_.tail == "half") {
      const uint32_t with_color = b_.concat("with_color", half, b_.spaceToDepth("fold2", seen, 2));
      const uint32_t out = b_.conv("out", with_color, 4 * made, Activation::Sigmoid);
      if (shape_.history) spec_.quiet[out] = 4 * 3;
      paint = b_.depthToSpace("up1", out, 2);
    } else {
      const uint32_t full = up("dec2", "up1", half, widths_.full);
      paint = b_.conv("out", b_.concat("with_color", full, seen), made, Activation::Sigmoid);
      if (shape_.history) spec_.quiet[paint] = 3;
    }
    spec_.graph.output = shape_.history ? blended(paint, history) : paint;
  }

 private:
  static constexpr Activation kRelu = Activation::Relu;

  // A normed convolution that the style vector steers, where there is one: norm, modulate, activation.
  uint32_t styledConv(const std::string& name, uint32_t input, uint32_t channels, Activation activation) {
    if (!style_) return b_.normedConv(name, input, channels, activation);
    return b_.modulate(name, b_.normedConv(name, input, channels, Activation::None), *style_, channels, activation);
  }

  uint32_t block(uint32_t index, uint32_t input) {
    const std::string name = "block" + std::to_string(index);
    const uint32_t inner = styledConv(name + ".a", input, widths_.eighth, kRelu);
    return b_.add(name + ".add", input, styledConv(name + ".b", inner, widths_.eighth, Activation::None));
  }

  // Depth and normals, folded as the frame is and brought to few channels.
  uint32_t withSurfaces(uint32_t folded) {
    if (!shape_.geometry) return folded;
    const uint32_t surface = b_.concat("surface", b_.input(InputKind::Depth), b_.input(InputKind::Normals));
    const uint32_t few = b_.conv("geo4", b_.spaceToDepth("fold_surface", surface, 4), widths_.quarter / 4, kRelu, 1, 1);
    return b_.concat("with_surface", folded, few);
  }

  // The last op. A blend takes the logarithm of the odds of keeping what is old, the convolution behind `paint` ends in a
  // sigmoid, whose last channel, 0.5 at first, is spread over that scale; the colours begin as they are.
  uint32_t blended(uint32_t paint, uint32_t history) {
    constexpr float kOdds = 12;  // shares of 2.8 % to 99.98 %
    const auto beginning = static_cast<float>(std::log(kBeginning / (1 - kBeginning)));
    const uint32_t keep = b_.conv("keep", paint, 4, Activation::None, 1, 1);
    spec_.initial[keep] = {{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, kOdds}, {0, 0, 0, beginning - kOdds / 2}};
    return b_.blend("blended", keep, history, static_cast<uint32_t>(shape_.history_range));
  }

  // With half of the blocks at 1/16: the last block is at 1/8 again, behind a skip.
  uint32_t buildTrunk(uint32_t trunk) {
    const uint32_t lower = shape_.trunk == "sixteenth" ? widths_.blocks / 2 : 0, before = widths_.blocks - lower - 1;
    uint32_t index = 0;
    while (index < before) trunk = block(index++, trunk);
    if (lower > 0) {
      uint32_t sixteenth = b_.normedConv("enc16", trunk, widths_.eighth, kRelu, 2);
      while (index < before + lower) sixteenth = block(index++, sixteenth);
      trunk = b_.add("skip8", trunk, styledUp("dec16", "up8", sixteenth, widths_.eighth));
    }
    return block(index, trunk);
  }

  // Twice the resolution. Both ways take as many multiply-adds.
  uint32_t up(const std::string& convolution, const std::string& name, uint32_t input, uint32_t channels,
              Activation activation = kRelu) {
    if (shape_.decoder == "upsample") return b_.normedConv(convolution, b_.upsample(name, input), channels, activation);
    return b_.depthToSpace(name, b_.normedConv(convolution, input, 4 * channels, activation), 2);
  }

  // Steered behind the shuffle: a channel's sub-pixels have one factor, so that it adds no grid.
  uint32_t styledUp(const std::string& convolution, const std::string& name, uint32_t input, uint32_t channels) {
    if (!style_) return up(convolution, name, input, channels);
    return b_.modulate(convolution, up(convolution, name, input, channels, Activation::None), *style_, channels, kRelu);
  }

  GeneratorSpec& spec_;
  const GeneratorShape& shape_;
  const Widths widths_;
  Builder b_;
  std::optional<uint32_t> style_;  // the input
};

Widths widthsOf(const GeneratorShape& shape) {
  const bool sixteens = shape.widths == "sixteens";
  if (shape.size == "small") {
    if (sixteens) return {.quarter = 16, .eighth = 32, .half = 16, .full = 16, .blocks = 5};
    return {.quarter = 16, .eighth = 40, .half = 12, .full = 6, .blocks = 3};
  }
  if (shape.size == "medium") return {.quarter = 32, .eighth = 64, .half = 16, .full = sixteens ? 16u : 8u, .blocks = 6};
  return {.quarter = 64, .eighth = 128, .half = 32, .full = 16, .blocks = 7};
}

}  // namespace

void declare(Fields& fields, GeneratorShape& shape) {
  fields.add("size", shape.size, "Generator").choices({"small", "medium", "large"});
  fields.add("decoder", shape.decoder, "How its decoder doubles the resolution").choices({"shuffle", "upsample"});
  fields.add("tail", shape.tail, "Resolution of its last convolution").choices({"full", "half"});
  fields.add("trunk", shape.trunk, "Its residual blocks: all at 1/8, or half of them at 1/16").choices({"eighth", "sixteenth"});
  fields.add("widths", shape.widths, "Its channels: usual, or multiples of 16").choices({"usual", "sixteens"});
}

void declareExtraInputs(Fields& fields, GeneratorShape& shape) {
  fields.add("history", shape.history,
             "It reads the frame painted before, if there is one, and blends with it: for --clip-share");
  fields.add("history-range", shape.history_range,
             "Old paint is kept within the colours of the new paint so many pixels around; 0: free")
      .range(0, kMaxBlendRange);
  fields.add("geometry", shape.geometry, "It reads depth and normals, if the host has them: for --captured");
}

GeneratorShape shapeOf(const nlohmann::json& settings) {
  GeneratorShape shape{.size = "", .decoder = "shuffle", .tail = "full", .trunk = "eighth", .widths = "usual"};
  Fields fields;
  declare(fields, shape);
  declareExtraInputs(fields, shape);
  for (const Field& field : fields.all()) {
    std::string key = field.key();
    std::replace(key.begin(), key.end(), '-', '_');  // as settings are echoed
    const auto found = settings.find(key);
    if (found == settings.end()) continue;
    const bool plain = found->is_string() || found->is_boolean() || found->is_number();
    if (plain) fields.find(field.key())->set({found->is_string() ? found->get<std::string>() : found->dump()});
  }
  const auto vector = settings.find("style_vector");
  if (vector != settings.end() && vector->is_number_integer()) shape.style_vector = vector->get<int>();
  return shape;
}

GeneratorSpec makeGeneratorSpec(const GeneratorShape& shape) {
  GeneratorShape checked = shape;
  Fields fields;
  declare(fields, checked);
  declareExtraInputs(fields, checked);
  fields.check();
  if (shape.style_vector < 0 || shape.style_vector > static_cast<int>(kMaxStyleVectorLength)) {
    throw Error(ErrorCode::InvalidArgument, "a style vector has at most " + std::to_string(kMaxStyleVectorLength) +
                                                " numbers, not " + std::to_string(shape.style_vector));
  }
  GeneratorSpec spec;
  spec.size = shape.size;
  GeneratorBuilder(spec, shape, widthsOf(shape)).build();
  validateGraph(spec.graph);
  return spec;
}

GeneratorSpec makeGeneratorSpec(const std::string& size) {
  GeneratorShape shape;
  shape.size = size;
  return makeGeneratorSpec(shape);
}

}  // namespace impasto::trainer
