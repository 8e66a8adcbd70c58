#include "style/graph.h"

#include <gtest/gtest.h>

#include <functional>

#include "expect_error.h"
#include "support/random_style.h"

namespace impasto {
namespace {

using test::addConv;
using test::addInput;
using test::addNoise;
using test::addOp;

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

TEST(Graph, NamesAndKindsParseBack) {
  for (int i = 0; i < 8; ++i) {
    OpType type{};
    EXPECT_TRUE(parse(toString(static_cast<OpType>(i)), type));
    EXPECT_EQ(type, static_cast<OpType>(i));
  }
  for (int i = 0; i < 4; ++i) {
    Activation activation{};
    EXPECT_TRUE(parse(toString(static_cast<Activation>(i)), activation));
    EXPECT_EQ(activation, static_cast<Activation>(i));
    InputKind kind{};
    EXPECT_TRUE(parse(toString(static_cast<InputKind>(i)), kind));
    EXPECT_EQ(kind, static_cast<InputKind>(i));
  }
  OpType type{};
  EXPECT_FALSE(parse("conv3d", type));
  EXPECT_FALSE(parse("", type));
}

}  // namespace
}  // namespace impasto
