// Every op, alone and in the combinations that are fused, at many shapes and channel counts.
#include <string>
#include <tuple>

#include IMPASTO_TEST_VARIANTS

namespace impasto::test {
namespace {

struct Extent {
  uint32_t width, height;
};

// One texel, one row, one column, odd, prime, wide, a full group and one more.
constexpr Extent kExtents[] = {{1, 1}, {1, 19}, {23, 1}, {5, 3}, {13, 11}, {97, 2}, {33, 33}, {64, 16}};

constexpr Activation kActivations[] = {Activation::None, Activation::Relu, Activation::LeakyRelu, Activation::Sigmoid};

class OpTest : public VariantTest {
 protected:
  // A tensor of `channels` at `downscale`, made from the colour.
  uint32_t feature(Graph& graph, uint32_t channels, uint32_t downscale) {
    uint32_t index = addInput(graph, InputKind::Color);
    for (uint32_t d = downscale; d > 1; d /= 2) index = addOp(graph, OpType::SpaceToDepth, {index}, 2);
    return addConv(graph, index, channels, 1);
  }
  // The output of a graph whose last tensor is `index` at `downscale`: mixed down to 3 channels, brought back up.
  void finish(Graph& graph, uint32_t index, uint32_t downscale) {
    index = addConv(graph, index, 3, 1);
    for (; downscale > 1; downscale /= 2) index = addOp(graph, OpType::Upsample, {index});
    graph.output = index;
  }
  void expectAll(const Graph& graph, uint32_t seed, const std::string& what) {
    Random random(seed);
    const Style style = makeStyle(graph, random);
    for (const Extent extent : kExtents) {
      expectAgreement(style, extent.width, extent.height, seed, what);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(, OpTest, ::testing::ValuesIn(kAllVariants), nameOf);

TEST_P(OpTest, Conv2d) {
  uint32_t seed = 100;
  for (const uint32_t kernel : {1u, 3u}) {
    for (const uint32_t stride : {1u, 2u}) {
      for (const auto& [in, out] : {std::pair{1u, 1u}, {3u, 7u}, {4u, 8u}, {17u, 13u}, {70u, 67u}}) {
        Graph graph;
        const uint32_t source = feature(graph, in, 1);
        const uint32_t conv = addConv(graph, source, out, kernel, stride, kActivations[seed % 4]);
        finish(graph, conv, stride);
        expectAll(graph, seed++,
                  "conv " + std::to_string(in) + " to " + std::to_string(out) + ", kernel " + std::to_string(kernel) +
                      ", stride " + std::to_string(stride));
      }
    }
  }
}

TEST_P(OpTest, SpaceToDepth) {
  for (const uint32_t block : {2u, 4u}) {
    for (const uint32_t channels : {1u, 3u, 6u}) {
      Graph graph;
      const uint32_t source = feature(graph, channels, 1);
      finish(graph, addOp(graph, OpType::SpaceToDepth, {source}, block), block);
      expectAll(graph, 200 + block * 10 + channels, "space_to_depth " + std::to_string(block));
    }
  }
}

// The convolution folds what it reads where its kernel can and the channels nearly fill quads.
TEST_P(OpTest, ConvThroughSpaceToDepth) {
  uint32_t seed = 250;
  for (const uint32_t block : {2u, 4u}) {
    for (const auto& [channels, kernel, stride] : {std::tuple{3u, 3u, 1u}, {4u, 3u, 2u}, {7u, 1u, 1u}, {5u, 3u, 1u}}) {
      Graph graph;
      const uint32_t color = addInput(graph, InputKind::Color);
      const uint32_t source = channels == 3   ? color
                              : channels == 4 ? addInput(graph, InputKind::History)
                                              : addConv(graph, color, channels, 3);
      const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {source}, block);
      finish(graph, addConv(graph, folded, 6, kernel, stride, kActivations[seed % 4]), block * stride);
      expectAll(graph, seed++,
                "conv through space_to_depth " + std::to_string(block) + " of " + std::to_string(channels));
    }
  }
}

// What it folds lies beside others in one tensor, once of its own and once of a concat without gaps.
TEST_P(OpTest, ConvThroughSpaceToDepthOfAConcat) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t first = addConv(graph, color, 4, 1), source = addConv(graph, first, 8, 3);
  const uint32_t concat = addOp(graph, OpType::Concat, {color, source, addInput(graph, InputKind::Normals)});  // 14
  const uint32_t all = addConv(graph, addOp(graph, OpType::SpaceToDepth, {concat}, 2), 8, 3);
  const uint32_t beside = addOp(graph, OpType::Concat, {first, source});  // the source is its second part
  const uint32_t part = addConv(graph, addOp(graph, OpType::SpaceToDepth, {source}, 2), 8, 3);
  const uint32_t up = addOp(graph, OpType::DepthToSpace, {addOp(graph, OpType::Add, {all, part})}, 2);
  finish(graph, addOp(graph, OpType::Concat, {up, addConv(graph, beside, 4, 1)}), 1);
  expectAll(graph, 290, "conv through space_to_depth of a concat");
}

// Folded colour beside another input of the convolution, and beside noise, which lower.h takes out.
TEST_P(OpTest, FoldedColorInConcat) {
  for (const bool noise : {false, true}) {
    Graph graph;
    const uint32_t color = addInput(graph, InputKind::Color);
    const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {color}, 4);
    const uint32_t other = noise ? addNoise(graph, 5, 4, 9) : feature(graph, 5, 4);
    finish(graph, addConv(graph, addOp(graph, OpType::Concat, {folded, other}), 9, 3), 4);
    expectAll(graph, 295 + (noise ? 1 : 0), "folded colour in a concat");
  }
}

// `source` is read by two ops, so no convolution takes in its depth_to_space.
TEST_P(OpTest, DepthToSpace) {
  for (const uint32_t block : {2u, 4u}) {
    for (const uint32_t channels : {1u, 3u, 5u}) {
      Graph graph;
      const uint32_t source = feature(graph, channels * block * block, block);
      const uint32_t shuffled = addOp(graph, OpType::DepthToSpace, {source}, block);
      uint32_t wide = addConv(graph, source, channels, 1);
      for (uint32_t d = block; d > 1; d /= 2) wide = addOp(graph, OpType::Upsample, {wide});
      finish(graph, addOp(graph, OpType::Add, {shuffled, wide}), 1);
      expectAll(graph, 300 + block * 10 + channels, "depth_to_space " + std::to_string(block));
    }
  }
}

TEST_P(OpTest, ConvWithDepthToSpace) {
  for (const uint32_t block : {2u, 4u}) {
    for (const uint32_t channels : {1u, 3u, 4u, 9u}) {
      Graph graph;
      const uint32_t source = feature(graph, 5, block);
      const uint32_t conv = addConv(graph, source, channels * block * block, 3, 1, Activation::Relu);
      finish(graph, addOp(graph, OpType::DepthToSpace, {conv}, block), 1);
      expectAll(graph, 400 + block * 10 + channels, "conv and depth_to_space " + std::to_string(block));
    }
  }
}

TEST_P(OpTest, ConvWithDepthToSpaceAndAdd) {
  Graph graph;
  const uint32_t wide = feature(graph, 8, 1);
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {wide}, 2);
  const uint32_t conv = addConv(graph, folded, 32, 3, 1, Activation::LeakyRelu);
  const uint32_t shuffled = addOp(graph, OpType::DepthToSpace, {conv}, 2);
  finish(graph, addOp(graph, OpType::Add, {wide, shuffled}, 0, Activation::Sigmoid), 1);
  expectAll(graph, 450, "conv, depth_to_space and add");
}

TEST_P(OpTest, Upsample) {
  for (const uint32_t channels : {1u, 6u}) {
    Graph graph;
    const uint32_t source = feature(graph, channels, 2);
    const uint32_t up = addOp(graph, OpType::Upsample, {source});
    finish(graph, addOp(graph, OpType::Add, {up, up}), 1);
    expectAll(graph, 500 + channels, "upsample");
  }
}

TEST_P(OpTest, ConvThroughUpsample) {
  for (const uint32_t kernel : {1u, 3u}) {
    for (const uint32_t stride : {1u, 2u}) {
      Graph graph;
      const uint32_t source = feature(graph, 6, 2);
      const uint32_t up = addOp(graph, OpType::Upsample, {source});
      finish(graph, addConv(graph, up, 5, kernel, stride), stride);
      expectAll(graph, 600 + kernel * 10 + stride, "conv through upsample");
    }
  }
}

TEST_P(OpTest, Add) {
  for (const auto& [activation, channels] : {std::pair{Activation::None, 1u},
                                             {Activation::Relu, 6u},
                                             {Activation::LeakyRelu, 13u},
                                             {Activation::Sigmoid, 4u}}) {
    Graph graph;
    const uint32_t first = feature(graph, channels, 1);
    const uint32_t second = addConv(graph, first, channels, 3);
    const uint32_t alone = addOp(graph, OpType::Add, {first, first}, 0, activation);  // nothing to take it in
    const uint32_t fused = addOp(graph, OpType::Add, {second, alone}, 0, activation);
    finish(graph, addOp(graph, OpType::Add, {fused, alone}), 1);
    expectAll(graph, 700 + channels, "add");
  }
}

// Read by a convolution, whatever the channel counts.
TEST_P(OpTest, Concat) {
  uint32_t seed = 800;
  for (const auto& counts : {std::vector<uint32_t>{3, 1}, {4, 8}, {1, 2, 3, 4, 5, 6, 7, 1}, {16, 3, 8}}) {
    Graph graph;
    const uint32_t source = feature(graph, 6, 1);
    std::vector<uint32_t> inputs;
    for (const uint32_t count : counts) inputs.push_back(addConv(graph, source, count, 1));
    const uint32_t concat = addOp(graph, OpType::Concat, inputs);
    finish(graph, addConv(graph, concat, 5, 3), 1);
    expectAll(graph, seed++, "concat");
  }
}

// Read by an op that needs its channels without gaps, with an input twice, and a concat in a concat.
TEST_P(OpTest, ConcatWithoutGaps) {
  uint32_t seed = 900;
  for (const auto& counts : {std::vector<uint32_t>{3, 5, 8}, {4, 8, 4}, {1, 2, 13}}) {
    Graph graph;
    const uint32_t source = feature(graph, 6, 2);
    std::vector<uint32_t> inputs;
    for (const uint32_t count : counts) inputs.push_back(addConv(graph, source, count, 1));
    const uint32_t inner = addOp(graph, OpType::Concat, inputs);  // 16 channels
    const uint32_t outer =
        addOp(graph, OpType::Concat, {inner, inputs[0], inner, addConv(graph, source, 16 - counts[0], 1)});
    finish(graph, addOp(graph, OpType::DepthToSpace, {outer}, 2), 1);
    expectAll(graph, seed++, "concat without gaps");
  }
}

TEST_P(OpTest, FrameInConcat) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t feature_index = addConv(graph, color, 8, 3);
  const uint32_t first = addOp(graph, OpType::Concat, {feature_index, color});
  const uint32_t second = addOp(graph, OpType::Concat, {color, addConv(graph, first, 5, 3)});
  graph.output = addConv(graph, second, 3, 3, 1, Activation::Sigmoid);
  expectAll(graph, 1000, "frame in two concats");
}

TEST_P(OpTest, Noise) {
  for (const uint32_t channels : {1u, 4u, 6u}) {
    Graph graph;
    const uint32_t color = addInput(graph, InputKind::Color);
    const uint32_t noise = addNoise(graph, channels, 1, 77 * channels);
    graph.output = addConv(graph, addOp(graph, OpType::Concat, {color, noise}), 3, 1);
    expectAll(graph, 1100 + channels, "noise");
  }
}

// Paint over what was painted before, at full size and further down the graph.
TEST_P(OpTest, Blend) {
  for (uint32_t range = 0; range <= kMaxBlendRange; ++range) {
    for (const uint32_t downscale : {1u, 2u}) {
      Graph graph;
      const uint32_t source = feature(graph, 5, downscale);
      const uint32_t paint = addConv(graph, source, 4, 3);
      const uint32_t history = downscale == 1 ? addInput(graph, InputKind::History)
                                              : addConv(graph, source, 4, 1, 1, Activation::Sigmoid);
      const uint32_t blended = addBlend(graph, paint, history, range);
      finish(graph, addOp(graph, OpType::Concat, {blended, paint}), downscale);
      expectAll(graph, 1300 + range * 10 + downscale, "blend of range " + std::to_string(range));
    }
  }
}

TEST_P(OpTest, BlendIsOutput) {
  Graph graph;
  const uint32_t paint = addConv(graph, addInput(graph, InputKind::Color), 4, 1);
  graph.output = addBlend(graph, paint, addInput(graph, InputKind::History), 1);
  expectAll(graph, 1350, "blend as the output");
}

// The style vector itself scales and shifts.
TEST_P(OpTest, ModulateByAnInput) {
  Graph graph;
  const uint32_t source = feature(graph, 5, 2);
  finish(graph, addOp(graph, OpType::Modulate, {source, addStyleInput(graph, 10)}), 2);
  expectAll(graph, 1450, "modulate by the style vector");
}

// Without a style vector a frame is painted with the first painting's, or with zeros.
TEST_P(OpTest, StyleVectorLeftOut) {
  Graph graph;
  const uint32_t source = feature(graph, 3, 1);
  finish(graph, addOp(graph, OpType::Modulate, {source, addStyleInput(graph, 6)}), 1);
  Random random(1550);
  Style style = makeStyle(graph, random);
  for (const bool painting : {false, true}) {
    if (painting) style.paintings.push_back({"", "", "", "", {0.5f, -0.25f, 1, 0.125f, -1, 0.75f}});
    ReferenceInputs inputs = makeRandomInputs(style.graph, 9, 14, 1550);
    inputs.style_vector.clear();
    expectAgreement(style, inputs, painting ? "the first painting" : "no painting");
  }
}

TEST_P(OpTest, OptionalInputsLeftOut) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t depth = addInput(graph, InputKind::Depth, true), normals = addInput(graph, InputKind::Normals, true);
  const uint32_t history = addInput(graph, InputKind::History);
  const uint32_t all = addOp(graph, OpType::Concat, {color, depth, normals, history});
  graph.output = addConv(graph, all, 3, 3);
  Random random(1600);
  const Style style = makeStyle(graph, random);
  for (uint32_t given = 0; given < 8; ++given) {
    ReferenceInputs inputs = makeRandomInputs(style.graph, 7, 11, 1600 + given);
    const auto give = [&](bool wanted, uint32_t channels) {
      Tensor tensor = wanted ? Tensor(channels, 7, 11) : Tensor();
      for (float& value : tensor.data) value = random.uniform(0.0f, 1.0f);
      return tensor;
    };
    inputs.depth = give((given & 1) != 0, 1);
    inputs.normals = give((given & 2) != 0, 3);
    inputs.history = give((given & 4) != 0, 4);
    expectAgreement(style, inputs, "inputs given " + std::to_string(given));
  }
}

// What steers comes from the style vector and the exposure through all ops that global tensors have.
TEST_P(OpTest, ModulateByGlobalTensors) {
  uint32_t seed = 1000;
  for (const uint32_t channels : {1u, 3u, 4u, 7u, 18u, 65u}) {
    for (const uint32_t downscale : {1u, 4u}) {
      Graph graph;
      const uint32_t source = feature(graph, channels, downscale);
      const uint32_t style = addStyleInput(graph, 5);
      const uint32_t stated = addOp(graph, OpType::Concat, {style, addInput(graph, InputKind::Exposure)});
      const uint32_t first = addConv(graph, stated, 2 * channels, 1, 1, Activation::LeakyRelu);
      const uint32_t second = addConv(graph, style, 2 * channels, 1);
      const uint32_t gains = addOp(graph, OpType::Add, {first, second}, 0, Activation::Sigmoid);
      const uint32_t steered = addOp(graph, OpType::Modulate, {source, gains}, 0, kActivations[seed % 4]);
      finish(graph, steered, downscale);
      expectAll(graph, seed++, "modulate of " + std::to_string(channels) + " at 1/" + std::to_string(downscale));
    }
  }
}

// The output may be what came in.
TEST_P(OpTest, InputIsOutput) {
  Graph graph;
  graph.output = addInput(graph, InputKind::Color);
  expectAll(graph, 1200, "nothing");
}

}  // namespace
}  // namespace impasto::test
