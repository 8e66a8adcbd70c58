#include "style/graph.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "expect_error.h"
#include "support/random_style.h"

namespace impasto {
namespace {

using test::addBlend;
using test::addConv;
using test::addInput;
using test::addNoise;
using test::addOp;
using test::addStyleInput;

TEST(Graph, InfersShapesAndAlignment) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {color}, 4);
  const uint32_t coarse = addConv(graph, folded, 32, 3, 2);
  const uint32_t up = addOp(graph, OpType::Upsample, {coarse});
  const uint32_t both = addOp(graph, OpType::Concat, {up, folded});
  const uint32_t full = addOp(graph, OpType::DepthToSpace, {both}, 4);
  graph.output = addConv(graph, full, 3, 1);
  validateGraph(graph);
  const auto expectShape = [&](uint32_t index, uint32_t channels, uint32_t downscale) {
    EXPECT_EQ(graph.ops[index].channels, channels) << graph.ops[index].name;
    EXPECT_EQ(graph.ops[index].downscale, downscale) << graph.ops[index].name;
  };
  expectShape(color, 3, 1);
  expectShape(folded, 48, 4);
  expectShape(coarse, 32, 8);
  expectShape(up, 32, 4);
  expectShape(both, 80, 4);
  expectShape(full, 5, 1);
  expectShape(graph.output, 3, 1);
  EXPECT_EQ(graph.alignment, 8u);
  EXPECT_DOUBLE_EQ(graph.multiplyAddsPerPixel(), 48 * 32 * 9 / 64.0 + 5 * 3);
  EXPECT_DOUBLE_EQ(graph.valuesPerPixel(), 3 + 48 / 16.0 + 32 / 64.0 + 32 / 16.0 + 80 / 16.0 + 5 + 3);
  EXPECT_TRUE(graph.wants(InputKind::Color));
  EXPECT_FALSE(graph.wants(InputKind::History));
}

// A style vector and the exposure steer a convolution; the output is a blend with history.
Graph makeSteeredGraph() {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);                                         // 0
  const uint32_t style = addStyleInput(graph, 5);                                                   // 1
  const uint32_t exposure = addInput(graph, InputKind::Exposure);                                   // 2
  const uint32_t both = addOp(graph, OpType::Concat, {style, exposure});                            // 3
  const uint32_t first = addConv(graph, both, 16, 1, 1, Activation::Relu);                          // 4
  const uint32_t second = addConv(graph, both, 16, 1);                                              // 5
  const uint32_t gains = addOp(graph, OpType::Add, {first, second});                                // 6
  const uint32_t features = addConv(graph, color, 8, 3, 2);                                         // 7
  const uint32_t steered = addOp(graph, OpType::Modulate, {features, gains}, 0, Activation::Relu);  // 8
  const uint32_t paint = addConv(graph, addOp(graph, OpType::Upsample, {steered}), 4, 1);           // 9, 10
  graph.output = addBlend(graph, paint, addInput(graph, InputKind::History));                       // 11, 12
  return graph;
}

TEST(Graph, GlobalTensorsHaveNoExtentAndCostNothingPerPixel) {
  Graph graph = makeSteeredGraph();
  validateGraph(graph);
  const auto expectShape = [&](uint32_t index, uint32_t channels, uint32_t downscale) {
    EXPECT_EQ(graph.ops[index].channels, channels) << graph.ops[index].name;
    EXPECT_EQ(graph.ops[index].downscale, downscale) << graph.ops[index].name;
  };
  expectShape(1, 5, kGlobal);
  expectShape(2, 1, kGlobal);
  expectShape(3, 6, kGlobal);
  expectShape(4, 16, kGlobal);
  expectShape(6, 16, kGlobal);
  expectShape(8, 8, 2);
  expectShape(12, 3, 1);
  EXPECT_EQ(graph.alignment, 2u);
  EXPECT_EQ(graph.styleVectorLength(), 5u);
  EXPECT_DOUBLE_EQ(graph.multiplyAddsPerPixel(), 3 * 8 * 9 / 4.0 + 8 * 4);
  EXPECT_DOUBLE_EQ(graph.valuesPerPixel(), 3 + 8 / 4.0 + 8 / 4.0 + 8 + 4 + 4 + 3);
}

TEST(Graph, NeedsOnlyWhatIsNotOptional) {
  Graph graph;
  graph.output = addInput(graph, InputKind::Color);
  for (const InputKind kind : {InputKind::Depth, InputKind::Normals}) {
    addInput(graph, kind, true);
    validateGraph(graph);
    EXPECT_TRUE(graph.wants(kind));
    EXPECT_FALSE(graph.needs(kind));
    addInput(graph, kind);
    validateGraph(graph);
    EXPECT_TRUE(graph.needs(kind)) << "one op can do without, the other cannot";
  }
  EXPECT_EQ(graph.styleVectorLength(), 0u);
  addInput(graph, InputKind::History);
  addInput(graph, InputKind::Exposure);
  addStyleInput(graph, 64);
  addStyleInput(graph, 64);
  validateGraph(graph);
  EXPECT_EQ(graph.styleVectorLength(), 64u);
  EXPECT_TRUE(graph.needs(InputKind::Color));
  for (const InputKind kind : {InputKind::History, InputKind::Exposure, InputKind::Style}) {
    EXPECT_TRUE(graph.wants(kind));
    EXPECT_FALSE(graph.needs(kind));
  }
}

// The network of Johnson et al. 2016 fits, one half as wide again does not.
TEST(Graph, AllowsTheYardstickOfTheField) {
  const auto johnson = [](uint32_t width) {
    Graph graph;
    uint32_t op = addConv(graph, addInput(graph, InputKind::Color), width, 3);
    op = addConv(graph, op, 2 * width, 3, 2);
    op = addConv(graph, op, 4 * width, 3, 2);
    for (int block = 0; block < 5; ++block) {
      const uint32_t inner = addConv(graph, op, 4 * width, 3);
      op = addOp(graph, OpType::Add, {op, addConv(graph, inner, 4 * width, 3)});
    }
    op = addConv(graph, addOp(graph, OpType::Upsample, {op}), 2 * width, 3);
    op = addConv(graph, addOp(graph, OpType::Upsample, {op}), width, 3);
    graph.output = addConv(graph, op, 3, 3);
    return graph;
  };
  Graph graph = johnson(32);
  EXPECT_NO_THROW(validateGraph(graph));
  EXPECT_DOUBLE_EQ(graph.multiplyAddsPerPixel(), 139968);  // with 3x3 for the 9x9 at both ends
  graph = johnson(48);
  EXPECT_INVALID_STYLE(validateGraph(graph), "more than 200000 multiply-adds per pixel");
}

// Each case breaks one rule in a graph of ops 0 input, 1 conv2d, 2 noise, 3 concat, 4 conv2d (the output).
struct BrokenGraph {
  const char* message;
  std::function<void(Graph&)> breakIt;
};

void PrintTo(const BrokenGraph& broken, std::ostream* out) { *out << broken.message; }

class BrokenGraphs : public testing::TestWithParam<BrokenGraph> {};

TEST_P(BrokenGraphs, AreRejectedByName) {
  Graph graph;
  addInput(graph, InputKind::Color);
  addConv(graph, 0, 8, 3);
  addNoise(graph, 4, 1, 7);
  addOp(graph, OpType::Concat, {1, 2});
  graph.output = addConv(graph, 3, 3, 3);
  validateGraph(graph);
  GetParam().breakIt(graph);
  EXPECT_INVALID_STYLE(validateGraph(graph), GetParam().message);
}

const BrokenGraph kBrokenGraphs[] = {
    {"no ops", [](Graph& g) { g.ops.clear(); }},
    {"more than 256",
     [](Graph& g) {
       for (int i = 0; i < 252; ++i) addInput(g, InputKind::Depth);
     }},
    {"the name of op 1", [](Graph& g) { g.ops[1].name = ""; }},
    {"the name of op 1", [](Graph& g) { g.ops[1].name = "a b"; }},
    {"the name of op 1", [](Graph& g) { g.ops[1].name = std::string(65, 'a'); }},
    {"two ops are named 'input0'", [](Graph& g) { g.ops[1].name = "input0"; }},
    {"'conv2d1': unknown op type", [](Graph& g) { g.ops[1].type = static_cast<OpType>(99); }},
    {"'conv2d1': unknown activation", [](Graph& g) { g.ops[1].activation = static_cast<Activation>(9); }},
    {"'input0': unknown input kind", [](Graph& g) { g.ops[0].input_kind = static_cast<InputKind>(9); }},
    {"'noise2': noise takes no activation", [](Graph& g) { g.ops[2].activation = Activation::Relu; }},
    {"'conv2d1': conv2d takes 1 inputs, not 0", [](Graph& g) { g.ops[1].inputs.clear(); }},
    {"'conv2d1': conv2d takes 1 inputs, not 2",
     [](Graph& g) {
       g.ops[1].inputs = {0, 0};
     }},
    {"'input0': input takes 0 inputs", [](Graph& g) { g.ops[0].inputs = {0}; }},
    {"'concat3': concat takes 2 to 8 inputs", [](Graph& g) { g.ops[3].inputs = {1}; }},
    {"'concat3': concat takes 2 to 8 inputs", [](Graph& g) { g.ops[3].inputs.assign(9, 1); }},
    {"'concat3': an input is not an earlier op",
     [](Graph& g) {
       g.ops[3].inputs = {1, 3};
     }},
    {"'concat3': an input is not an earlier op",
     [](Graph& g) {
       g.ops[3].inputs = {1, 4};
     }},
    {"'concat3': an input is not an earlier op",
     [](Graph& g) {
       g.ops[3].inputs = {1, 0xFFFFFFFF};
     }},
    {"'concat3': its inputs differ in downscale", [](Graph& g) { g.ops[2].downscale = 2; }},
    {"'conv2d1': kernel 5", [](Graph& g) { g.ops[1].kernel = 5; }},
    {"'conv2d1': stride 0", [](Graph& g) { g.ops[1].stride = 0; }},
    {"'conv2d1': 0 channels", [](Graph& g) { g.ops[1].channels = 0; }},
    {"'conv2d1': 513 channels", [](Graph& g) { g.ops[1].channels = 513; }},
    {"'concat3': 516 channels",
     [](Graph& g) {
       g.ops[1].channels = 512;
       g.ops[1].kernel = 1;
     }},
    {"'noise2': downscale 3", [](Graph& g) { g.ops[2].downscale = 3; }},
    {"'noise2': downscale 0", [](Graph& g) { g.ops[2].downscale = 0; }},
    {"'noise2': downscale 32", [](Graph& g) { g.ops[2].downscale = 32; }},
    {"'add5': its inputs differ in shape",
     [](Graph& g) {
       addOp(g, OpType::Add, {1, 2});
     }},
    {"'space_to_depth5': block 3", [](Graph& g) { addOp(g, OpType::SpaceToDepth, {0}, 3); }},
    {"'depth_to_space5': 3 input channels are not", [](Graph& g) { addOp(g, OpType::DepthToSpace, {0}, 2); }},
    {"'depth_to_space5': its output would be larger", [](Graph& g) { addOp(g, OpType::DepthToSpace, {1}, 2); }},
    {"'upsample5': its output would be larger", [](Graph& g) { addOp(g, OpType::Upsample, {0}); }},
    {"'conv2d7': downscale 32",
     [](Graph& g) {
       addOp(g, OpType::SpaceToDepth, {0}, 4);
       addNoise(g, 1, 16, 0);
       addConv(g, 6, 1, 3, 2);
     }},
    {"the output is not an op", [](Graph& g) { g.output = 5; }},
    {"the output 'conv2d1' has 8 channels", [](Graph& g) { g.output = 1; }},
    {"not 3 at full resolution",
     [](Graph& g) {
       g.output = 5;
       addNoise(g, 3, 2, 0);
     }},
    {"more than 200000 multiply-adds per pixel",
     [](Graph& g) {
       addConv(g, 1, 512, 1);
       addConv(g, 5, 512, 3);
     }},
    {"more than 4096 intermediate values per pixel",
     [](Graph& g) {
       for (int i = 0; i < 8; ++i) addNoise(g, 512, 1, 0);
     }},
};

INSTANTIATE_TEST_SUITE_P(Graph, BrokenGraphs, testing::ValuesIn(kBrokenGraphs));

class BrokenSteeredGraphs : public testing::TestWithParam<BrokenGraph> {};

TEST_P(BrokenSteeredGraphs, AreRejectedByName) {
  Graph graph = makeSteeredGraph();
  validateGraph(graph);
  GetParam().breakIt(graph);
  EXPECT_INVALID_STYLE(validateGraph(graph), GetParam().message);
}

const BrokenGraph kBrokenSteeredGraphs[] = {
    {"'input1': a style vector of 0 channels, outside 1 to 64", [](Graph& g) { g.ops[1].channels = 0; }},
    {"'input1': a style vector of 65 channels, outside 1 to 64", [](Graph& g) { g.ops[1].channels = 65; }},
    {"'input13': a style vector of 4 channels, where 'input1' has 5", [](Graph& g) { addStyleInput(g, 4); }},
    {"'input0': only depth and normals can be optional, not color", [](Graph& g) { g.ops[0].optional = true; }},
    {"'input1': only depth and normals can be optional, not style", [](Graph& g) { g.ops[1].optional = true; }},
    {"'input2': only depth and normals can be optional, not exposure", [](Graph& g) { g.ops[2].optional = true; }},
    {"'input11': only depth and normals can be optional, not history", [](Graph& g) { g.ops[11].optional = true; }},
    {"'conv2d7': conv2d cannot be optional", [](Graph& g) { g.ops[7].optional = true; }},
    {"'conv2d4': of a global tensor, with kernel 3 and stride 1", [](Graph& g) { g.ops[4].kernel = 3; }},
    {"'conv2d4': of a global tensor, with kernel 1 and stride 2", [](Graph& g) { g.ops[4].stride = 2; }},
    {"'space_to_depth13': its input 'input1' is global", [](Graph& g) { addOp(g, OpType::SpaceToDepth, {1}, 2); }},
    {"'depth_to_space13': its input 'conv2d4' is global", [](Graph& g) { addOp(g, OpType::DepthToSpace, {4}, 2); }},
    {"'upsample13': its input 'conv2d4' is global", [](Graph& g) { addOp(g, OpType::Upsample, {4}); }},
    {"'add14': its inputs differ in shape: 8 channels at 1/2 and 8 channels, global",
     [](Graph& g) {
       addOp(g, OpType::Add, {7, addConv(g, 1, 8, 1)});
     }},
    {"'concat13': its inputs differ in downscale: 3 channels at 1/1 and 5 channels, global",
     [](Graph& g) {
       addOp(g, OpType::Concat, {0, 1});
     }},
    {"'noise13': downscale 0 is not a power of two", [](Graph& g) { addNoise(g, 1, kGlobal, 1); }},
    {"the output 'conv2d13' has 3 channels, global, not 3 at full resolution",
     [](Graph& g) { g.output = addConv(g, 1, 3, 1); }},
    {"'modulate8': modulate takes 2 inputs, not 1", [](Graph& g) { g.ops[8].inputs = {7}; }},
    {"'modulate8': its input 'concat3' is global", [](Graph& g) { g.ops[8].inputs[0] = 3; }},
    {"'modulate8': its second input is not global: 8 channels at 1/2", [](Graph& g) { g.ops[8].inputs[1] = 7; }},
    {"'modulate8': its second input has not twice the channels of the first: 8 channels at 1/2 and 5 channels, global",
     [](Graph& g) { g.ops[8].inputs[1] = 1; }},
    {"'modulate8': its second input has not twice the channels of the first: 8 channels at 1/2 and 18 channels, global",
     [](Graph& g) { g.ops[4].channels = g.ops[5].channels = 18; }},
    {"'blend12': blend takes 2 inputs, not 3", [](Graph& g) { g.ops[12].inputs.push_back(0); }},
    {"'blend12': range 3, outside 0 to 2", [](Graph& g) { g.ops[12].range = 3; }},
    {"'blend12': blend takes no activation", [](Graph& g) { g.ops[12].activation = Activation::Sigmoid; }},
    {"'blend12': its inputs have 4 channels, not 3", [](Graph& g) { g.ops[12].inputs[0] = 0; }},
    {"'blend12': its inputs have 4 channels, not 8", [](Graph& g) { g.ops[12].inputs[1] = 9; }},
    {"'blend14': its input 'conv2d13' is global", [](Graph& g) { addBlend(g, 10, addConv(g, 1, 4, 1)); }},
    {"'blend14': its inputs differ in downscale: 4 channels at 1/1 and 4 channels at 1/2",
     [](Graph& g) { addBlend(g, 10, addConv(g, 7, 4, 1)); }},
};

INSTANTIATE_TEST_SUITE_P(Graph, BrokenSteeredGraphs, testing::ValuesIn(kBrokenSteeredGraphs));

// What is tested with random graphs is tested with all there is.
TEST(RandomStyle, OfVersion2HoldsEveryOpAndInputAndIsNotVersion1) {
  std::set<OpType> types;
  std::set<InputKind> kinds;
  std::set<uint32_t> ranges;
  bool optional = false, blended = false, paintings = false;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const Style style = test::makeRandomStyle(seed, {.version_2 = true});
    paintings |= !style.paintings.empty();
    blended |= style.graph.ops[style.graph.output].type == OpType::Blend;
    for (const Op& op : style.graph.ops) {
      types.insert(op.type);
      if (op.type == OpType::Input) kinds.insert(op.input_kind);
      if (op.type == OpType::Blend) ranges.insert(op.range);
      optional |= op.optional;
    }
    for (const Op& op : test::makeRandomStyle(seed).graph.ops) {
      EXPECT_NE(op.downscale, kGlobal);
      EXPECT_NE(op.type, OpType::Blend);
      EXPECT_FALSE(op.optional);
    }
  }
  EXPECT_EQ(types.size(), 10u);
  EXPECT_EQ(kinds.size(), kInputKinds.size());
  EXPECT_EQ(ranges.size(), 3u);
  EXPECT_TRUE(optional && blended && paintings);
}

TEST(Graph, NamesAndKindsParseBack) {
  for (int i = 0; i < 10; ++i) {
    OpType type{};
    EXPECT_TRUE(parse(toString(static_cast<OpType>(i)), type));
    EXPECT_EQ(type, static_cast<OpType>(i));
  }
  for (int i = 0; i < 4; ++i) {
    Activation activation{};
    EXPECT_TRUE(parse(toString(static_cast<Activation>(i)), activation));
    EXPECT_EQ(activation, static_cast<Activation>(i));
  }
  for (const InputKind expected : kInputKinds) {
    InputKind kind{};
    EXPECT_TRUE(parse(toString(expected), kind));
    EXPECT_EQ(kind, expected);
  }
  OpType type{};
  EXPECT_FALSE(parse("conv3d", type));
  EXPECT_FALSE(parse("", type));
}

}  // namespace
}  // namespace impasto
