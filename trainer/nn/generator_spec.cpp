#include "nn/generator_spec.h"

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

  uint32_t color() { return append({.type = OpType::Input, .name = "color", .input_kind = InputKind::Color}); }
  uint32_t noise(uint32_t downscale) {
    return append({.type = OpType::Noise,
                   .name = "noise",
                   .seed = kNoiseSeed,
                   .channels = kNoiseChannels,
                   .downscale = downscale});
  }
  uint32_t conv(const std::string& name, uint32_t input, uint32_t channels, Activation activation,
                uint32_t stride = 1) {
    return append({.type = OpType::Conv2d,
                   .name = name,
                   .inputs = {input},
                   .kernel = 3,
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
  uint32_t spaceToDepth(const std::string& name, uint32_t input, uint32_t block) {
    return append({.type = OpType::SpaceToDepth, .name = name, .inputs = {input}, .block = block});
  }
  uint32_t depthToSpace(const std::string& name, uint32_t input, uint32_t block) {
    return append({.type = OpType::DepthToSpace, .name = name, .inputs = {input}, .block = block});
  }
  uint32_t add(const std::string& name, uint32_t a, uint32_t b) {
    return append({.type = OpType::Add, .name = name, .inputs = {a, b}});
  }
  uint32_t concat(const std::string& name, uint32_t a, uint32_t b) {
    return append({.type = OpType::Concat, .name = name, .inputs = {a, b}});
  }

 private:
  uint32_t append(Op op) {
    spec_.graph.ops.push_back(std::move(op));
    return static_cast<uint32_t>(spec_.graph.ops.size() - 1);
  }

  GeneratorSpec& spec_;
};

void build(GeneratorSpec& spec, const Widths& widths) {
  constexpr Activation kRelu = Activation::Relu;
  Builder b(spec);
  const uint32_t color = b.color();

  // Encoder: folded x4, then 1/8, where flat walls get noise to grow strokes from.
  const uint32_t quarter = b.normedConv("enc4", b.spaceToDepth("fold", color, 4), widths.quarter, kRelu);
  const uint32_t eighth = b.normedConv("enc8", quarter, widths.eighth, kRelu, 2);
  uint32_t trunk = b.normedConv("mix", b.concat("with_noise", eighth, b.noise(8)), widths.eighth, kRelu);

  for (uint32_t i = 0; i < widths.blocks; ++i) {
    const std::string name = "block" + std::to_string(i);
    const uint32_t inner = b.normedConv(name + ".a", trunk, widths.eighth, kRelu);
    trunk = b.add(name + ".add", trunk, b.normedConv(name + ".b", inner, widths.eighth, Activation::None));
  }

  // Decoder: x2 three times, with a convolution after each so that no grid is left.
  const uint32_t up4 = b.depthToSpace("up4", b.normedConv("dec8", trunk, 4 * widths.quarter, kRelu), 2);
  const uint32_t skip = b.add("skip4", up4, quarter);
  const uint32_t up2 = b.depthToSpace("up2", b.normedConv("dec4", skip, 4 * widths.half, kRelu), 2);
  const uint32_t half = b.normedConv("half", up2, widths.half, kRelu);
  const uint32_t up1 = b.depthToSpace("up1", b.normedConv("dec2", half, 4 * widths.full, kRelu), 2);

  // The last convolution also reads the full-resolution frame: edges and text stay sharp.
  spec.graph.output = b.conv("out", b.concat("with_color", up1, color), 3, Activation::Sigmoid);
}

}  // namespace

GeneratorSpec makeGeneratorSpec(const std::string& size) {
  GeneratorSpec spec;
  spec.size = size;
  if (size == "small") {
    build(spec, {.quarter = 16, .eighth = 40, .half = 12, .full = 6, .blocks = 3});
  } else if (size == "medium") {
    build(spec, {.quarter = 32, .eighth = 64, .half = 16, .full = 8, .blocks = 6});
  } else if (size == "large") {
    build(spec, {.quarter = 64, .eighth = 128, .half = 32, .full = 16, .blocks = 7});
  } else {
    throw Error(ErrorCode::InvalidArgument, "--size " + size + ": expected small, medium or large");
  }
  validateGraph(spec.graph);
  return spec;
}

}  // namespace impasto::trainer
