// Every op of the reference against values worked out by hand or by a second, naive implementation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "reference/reference.h"
#include "support/random_style.h"

namespace impasto {
namespace {

using test::addBlend;
using test::addConv;
using test::addInput;
using test::addNoise;
using test::addOp;
using test::addStyleInput;
using testing::ElementsAre;

// The graph's output is not what these tests look at; a second input of colour serves.
std::vector<Tensor> run(Graph graph, const ReferenceInputs& inputs,
                        const std::map<uint32_t, ConvWeights>& weights = {}) {
  graph.output = addInput(graph, InputKind::Color);
  validateGraph(graph);
  Style style;
  style.graph = graph;
  style.weights = weights;
  return runReferenceOps(style, inputs);
}

// Depth counts 1, 2, 3, ... in rows.
ReferenceInputs countingInputs(uint32_t height, uint32_t width) {
  ReferenceInputs inputs;
  inputs.color = Tensor(3, height, width);
  inputs.depth = Tensor(1, height, width);
  std::iota(inputs.depth.data.begin(), inputs.depth.data.end(), 1.0f);
  return inputs;
}

TEST(ReferenceOps, InputIsExtendedToTheAlignment) {
  Graph graph;
  const uint32_t depth = addInput(graph, InputKind::Depth);
  addNoise(graph, 1, 4, 0);
  const Tensor tensor = run(graph, countingInputs(2, 3))[depth];
  EXPECT_EQ(tensor.height, 4u);
  EXPECT_EQ(tensor.width, 4u);
  EXPECT_THAT(tensor.data, ElementsAre(1, 2, 3, 3, 4, 5, 6, 6, 4, 5, 6, 6, 4, 5, 6, 6));
}

TEST(ReferenceOps, Conv3x3ClampsAtTheEdge) {
  Graph graph;
  addInput(graph, InputKind::Depth);
  const uint32_t conv = addConv(graph, 0, 1, 3);
  // Taps 1, 10 and 100: the upper left, the centre and the right neighbour.
  const std::map<uint32_t, ConvWeights> weights = {{conv, {{1, 0, 0, 0, 10, 100, 0, 0, 0}, {0.5f}}}};
  const Tensor tensor = run(graph, countingInputs(2, 3), weights)[conv];
  EXPECT_THAT(tensor.data, ElementsAre(211.5f, 321.5f, 332.5f,  // 1 2 3
                                       541.5f, 651.5f, 662.5f   // 4 5 6
                                       ));
}

TEST(ReferenceOps, Conv3x3OfStride2IsCentredOnTheEvenTexel) {
  Graph graph;
  addInput(graph, InputKind::Depth);
  const uint32_t conv = addConv(graph, 0, 1, 3, 2);
  const std::map<uint32_t, ConvWeights> weights = {{conv, {{1, 0, 0, 0, 10, 0, 0, 0, 100}, {0}}}};
  const Tensor tensor = run(graph, countingInputs(4, 4), weights)[conv];
  //  1  2  3  4
  //  5  6  7  8
  //  9 10 11 12
  // 13 14 15 16
  EXPECT_THAT(tensor.data, ElementsAre(1 + 10 + 600, 2 + 30 + 800, 5 + 90 + 1400, 6 + 110 + 1600));
}

TEST(ReferenceOps, Conv1x1OfStride2TakesTheEvenTexels) {
  Graph graph;
  addInput(graph, InputKind::Depth);
  const uint32_t conv = addConv(graph, 0, 2, 1, 2);
  const std::map<uint32_t, ConvWeights> weights = {{conv, {{1, -1}, {0, 100}}}};
  EXPECT_THAT(run(graph, countingInputs(2, 4), weights)[conv].data, ElementsAre(1, 3, 99, 97));
}

// The definition in graph.h, texel by texel, in double.
float naiveConv(const Op& op, const ConvWeights& weights, const Tensor& in, uint32_t o, uint32_t y, uint32_t x) {
  double sum = weights.bias[o];
  for (uint32_t c = 0; c < in.channels; ++c)
    for (uint32_t i = 0; i < op.kernel; ++i)
      for (uint32_t j = 0; j < op.kernel; ++j) {
        const int radius = static_cast<int>(op.kernel / 2);
        const int sy = std::clamp(static_cast<int>(y * op.stride + i) - radius, 0, static_cast<int>(in.height) - 1);
        const int sx = std::clamp(static_cast<int>(x * op.stride + j) - radius, 0, static_cast<int>(in.width) - 1);
        sum += static_cast<double>(weights.kernel[((o * in.channels + c) * op.kernel + i) * op.kernel + j]) *
               in.at(c, static_cast<uint32_t>(sy), static_cast<uint32_t>(sx));
      }
  if (op.activation == Activation::Relu) sum = std::max(sum, 0.0);
  if (op.activation == Activation::LeakyRelu && sum < 0) sum *= 0.2;
  if (op.activation == Activation::Sigmoid) sum = 1 / (1 + std::exp(-sum));
  return static_cast<float>(sum);
}

TEST(ReferenceOps, ConvEqualsTheDefinitionAtManyShapes) {
  constexpr float kTolerance = 1e-5f;  // sums of at most 7 * 9 terms of order 1 in fp32: some tens of 2^-24
  uint32_t seed = 0;
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 17}, {13, 1}, {2, 2}, {7, 5}, {33, 64}})
    for (const uint32_t kernel : {1u, 3u})
      for (const uint32_t stride : {1u, 2u})
        for (int activation = 0; activation < 4; ++activation) {
          SCOPED_TRACE("seed " + std::to_string(++seed));
          test::Random random(seed);
          Graph graph;
          const uint32_t color = addInput(graph, InputKind::Color);
          const uint32_t history = addInput(graph, InputKind::History);
          const uint32_t both = addOp(graph, OpType::Concat, {color, history});
          const uint32_t conv = addConv(graph, both, 5, kernel, stride, static_cast<Activation>(activation));
          graph.output = color;
          const Style style = test::makeStyle(graph, random);
          const auto inputs =
              test::makeRandomInputs(style.graph, static_cast<uint32_t>(height), static_cast<uint32_t>(width), seed);
          const std::vector<Tensor> tensors = runReferenceOps(style, inputs);
          const Tensor& out = tensors[conv];
          ASSERT_EQ(out.height, tensors[both].height / stride);
          ASSERT_EQ(out.width, tensors[both].width / stride);
          for (uint32_t o = 0; o < out.channels; ++o)
            for (uint32_t y = 0; y < out.height; ++y)
              for (uint32_t x = 0; x < out.width; ++x)
                ASSERT_NEAR(out.at(o, y, x),
                            naiveConv(style.graph.ops[conv], style.weights.at(conv), tensors[both], o, y, x),
                            kTolerance);
        }
}

// torch.nn.functional.pixel_unshuffle(torch.arange(1., 17).view(1, 1, 4, 4), 2) and pixel_shuffle back.
TEST(ReferenceOps, SpaceToDepthAndBackInTorchsOrder) {
  Graph graph;
  addInput(graph, InputKind::Depth);
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {0}, 2);
  const uint32_t back = addOp(graph, OpType::DepthToSpace, {folded}, 2);
  const std::vector<Tensor> tensors = run(graph, countingInputs(4, 4));
  EXPECT_THAT(tensors[folded].data, ElementsAre(1, 3, 9, 11, 2, 4, 10, 12, 5, 7, 13, 15, 6, 8, 14, 16));
  EXPECT_EQ(tensors[back].data, tensors[0].data);
}

TEST(ReferenceOps, SpaceToDepthKeepsChannelsOutermost) {
  Graph graph;
  addInput(graph, InputKind::Color);
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {0}, 4);
  ReferenceInputs inputs = countingInputs(4, 4);
  std::iota(inputs.color.data.begin(), inputs.color.data.end(), 0.0f);
  const Tensor tensor = run(graph, inputs)[folded];
  ASSERT_EQ(tensor.channels, 48u);
  EXPECT_EQ(tensor.data, inputs.color.data);  // one texel: 4x4 rows of each channel in turn
}

TEST(ReferenceOps, UpsampleRepeatsTexels) {
  Graph graph;
  addInput(graph, InputKind::Depth);
  const uint32_t half = addConv(graph, 0, 1, 1, 2);
  const uint32_t up = addOp(graph, OpType::Upsample, {half});
  const std::map<uint32_t, ConvWeights> weights = {{half, {{1}, {0}}}};
  EXPECT_THAT(run(graph, countingInputs(2, 4), weights)[up].data, ElementsAre(1, 1, 3, 3, 1, 1, 3, 3));
}

TEST(ReferenceOps, AddSumsThenActivates) {
  Graph graph;
  addInput(graph, InputKind::Depth);
  const uint32_t conv = addConv(graph, 0, 1, 1);
  const uint32_t plain = addOp(graph, OpType::Add, {0, conv});
  const uint32_t relu = addOp(graph, OpType::Add, {0, conv}, 0, Activation::Relu);
  const uint32_t leaky = addOp(graph, OpType::Add, {0, conv}, 0, Activation::LeakyRelu);
  const uint32_t sigmoid = addOp(graph, OpType::Add, {0, conv}, 0, Activation::Sigmoid);
  const uint32_t twice = addOp(graph, OpType::Add, {0, 0});
  const std::map<uint32_t, ConvWeights> weights = {{conv, {{-2}, {2}}}};  // x + 2 - 2 x
  const std::vector<Tensor> tensors = run(graph, countingInputs(1, 3), weights);
  EXPECT_THAT(tensors[plain].data, ElementsAre(1, 0, -1));
  EXPECT_THAT(tensors[relu].data, ElementsAre(1, 0, 0));
  EXPECT_THAT(tensors[leaky].data, ElementsAre(1, 0, -0.2f));
  EXPECT_THAT(tensors[sigmoid].data, ElementsAre(testing::FloatEq(0.7310586f), 0.5f, testing::FloatEq(0.26894143f)));
  EXPECT_THAT(tensors[twice].data, ElementsAre(2, 4, 6));
}

TEST(ReferenceOps, ConcatKeepsTheOrder) {
  Graph graph;
  addInput(graph, InputKind::Depth);
  addInput(graph, InputKind::Normals);
  const uint32_t all = addOp(graph, OpType::Concat, {1, 0, 0});
  ReferenceInputs inputs = countingInputs(1, 2);
  inputs.normals = Tensor(3, 1, 2);
  inputs.normals.data = {-1, -2, -3, -4, -5, -6};
  EXPECT_THAT(run(graph, inputs)[all].data, ElementsAre(-1, -2, -3, -4, -5, -6, 1, 2, 1, 2));
}

// Blends normals, as the paint, with history; depth says how much (a[3]).
Tensor blended(uint32_t range, const ReferenceInputs& inputs) {
  Graph graph;
  addInput(graph, InputKind::Normals);
  addInput(graph, InputKind::Depth);
  const uint32_t paint = addOp(graph, OpType::Concat, {0, 1});
  const uint32_t blend = addBlend(graph, paint, addInput(graph, InputKind::History), range);
  return run(graph, inputs)[blend];
}

// Where a[3] is 0 and history is valid, the result is half way from the paint to the limited history.
TEST(ReferenceOps, BlendKeepsHistoryWithinTheNeighbourhood) {
  ReferenceInputs inputs = countingInputs(2, 3);
  const std::vector<float> paint = {1, 2, 3,   //
                                    4, 5, 6};  // in each of the three channels
  inputs.normals = Tensor(3, 2, 3);
  inputs.normals.data.clear();
  for (int c = 0; c < 3; ++c) inputs.normals.data.insert(inputs.normals.data.end(), paint.begin(), paint.end());
  inputs.depth = Tensor(1, 2, 3);
  inputs.history = Tensor(4, 2, 3);
  std::fill_n(inputs.history.data.begin(), 6, 100.0f);                                     // above all neighbourhoods
  std::fill_n(inputs.history.data.begin() + 6, 6, -100.0f);                                // below
  std::fill_n(inputs.history.data.begin() + 12, 6, 3.0f);                                  // within
  std::fill_n(inputs.history.data.begin() + 18, 6, 1.0f);                                  // valid
  EXPECT_THAT(blended(0, inputs).data, ElementsAre(50.5f, 51, 51.5f, 52, 52.5f, 53,        //
                                                   -49.5f, -49, -48.5f, -48, -47.5f, -47,  //
                                                   2, 2.5f, 3, 3.5f, 4, 4.5f));
  EXPECT_THAT(blended(1, inputs).data, ElementsAre(3, 4, 4.5f, 4.5f, 5.5f, 6,  // limits 5 6 6, 5 6 6
                                                   1, 1.5f, 2.5f, 2.5f, 3, 4,  // limits 1 1 2, 1 1 2
                                                   2, 2.5f, 3, 3.5f, 4, 4.5f));
  EXPECT_THAT(blended(2, inputs).data, ElementsAre(3.5f, 4, 4.5f, 5, 5.5f, 6,  // limit 6
                                                   1, 1.5f, 2, 2.5f, 3, 3.5f,  // limit 1
                                                   2, 2.5f, 3, 3.5f, 4, 4.5f));
}

TEST(ReferenceOps, BlendMixesBySigmoidAndValidity) {
  ReferenceInputs inputs = countingInputs(1, 4);
  inputs.normals = Tensor(3, 1, 4);
  inputs.depth.data = {std::log(3.0f), std::log(3.0f), std::log(3.0f), -200};  // mixes of 3/4 and of nothing
  inputs.history = Tensor(4, 1, 4);
  std::fill_n(inputs.history.data.begin(), 12, 8.0f);
  std::copy_n(std::array{1.0f, 0.5f, 0.0f, 1.0f}.begin(), 4, inputs.history.data.begin() + 12);
  const Tensor out = blended(0, inputs);
  for (uint32_t c = 0; c < 3; ++c) {
    EXPECT_FLOAT_EQ(out.at(c, 0, 0), 6);
    EXPECT_FLOAT_EQ(out.at(c, 0, 1), 3);
    EXPECT_EQ(out.at(c, 0, 2), 0);
    EXPECT_EQ(out.at(c, 0, 3), 0);
  }
}

// The definition in graph.h, texel by texel, in double.
double naiveBlend(uint32_t range, const Tensor& a, const Tensor& history, uint32_t c, uint32_t y, uint32_t x) {
  const int r = static_cast<int>(range);
  double low = INFINITY, high = -INFINITY;
  for (int dy = -r; dy <= r; ++dy)
    for (int dx = -r; dx <= r; ++dx) {
      const int sy = std::clamp(static_cast<int>(y) + dy, 0, static_cast<int>(a.height) - 1);
      const int sx = std::clamp(static_cast<int>(x) + dx, 0, static_cast<int>(a.width) - 1);
      const double value = a.at(c, static_cast<uint32_t>(sy), static_cast<uint32_t>(sx));
      low = std::min(low, value);
      high = std::max(high, value);
    }
  const double paint = a.at(c, y, x);
  const double old = range == 0 ? history.at(c, y, x) : std::clamp<double>(history.at(c, y, x), low, high);
  const double mix = history.at(3, y, x) / (1 + std::exp(-static_cast<double>(a.at(3, y, x))));
  return paint + mix * (old - paint);
}

TEST(ReferenceOps, BlendEqualsTheDefinitionAtManyShapes) {
  constexpr double kTolerance = 1e-6;  // a handful of fp32 operations on values below 2
  uint32_t seed = 0;
  for (const auto& [height, width] : {std::pair{1u, 1u}, {1u, 17u}, {13u, 1u}, {2u, 2u}, {7u, 5u}, {9u, 24u}})
    for (const uint32_t range : {0u, 1u, 2u}) {
      SCOPED_TRACE("seed " + std::to_string(++seed));
      Graph graph;
      graph.output = addInput(graph, InputKind::Color);
      const uint32_t a = addConv(graph, 0, 4, 3);
      const uint32_t history = addInput(graph, InputKind::History);
      const uint32_t blend = addBlend(graph, a, history, range);
      addNoise(graph, 1, 4, 0);  // the frame is extended
      test::Random random(seed);
      const Style style = test::makeStyle(graph, random);
      const std::vector<Tensor> tensors =
          runReferenceOps(style, test::makeRandomInputs(style.graph, height, width, seed));
      const Tensor& out = tensors[blend];
      ASSERT_EQ(out.data.size(), size_t{3} * tensors[a].height * tensors[a].width);
      for (uint32_t c = 0; c < 3; ++c)
        for (uint32_t y = 0; y < out.height; ++y)
          for (uint32_t x = 0; x < out.width; ++x)
            ASSERT_NEAR(out.at(c, y, x), naiveBlend(range, tensors[a], tensors[history], c, y, x), kTolerance);
    }
}

TEST(ReferenceOps, ModulateScalesAndShiftsChannels) {
  Graph graph;
  const uint32_t depth = addInput(graph, InputKind::Depth);
  const uint32_t twice = addOp(graph, OpType::Concat, {depth, depth});
  const uint32_t gains = addStyleInput(graph, 4);
  const uint32_t plain = addOp(graph, OpType::Modulate, {twice, gains});
  const uint32_t leaky = addOp(graph, OpType::Modulate, {twice, gains}, 0, Activation::LeakyRelu);
  ReferenceInputs inputs = countingInputs(1, 3);
  inputs.style_vector = {1, -3, 10, -1};
  const std::vector<Tensor> tensors = run(graph, inputs);
  EXPECT_THAT(tensors[plain].data, ElementsAre(12, 14, 16, -3, -5, -7));
  EXPECT_THAT(tensors[leaky].data, ElementsAre(12, 14, 16, -0.6f, -1, -1.4f));
}

TEST(ReferenceOps, GlobalTensorsHaveOneTexelAtEveryExtent) {
  Graph graph;
  const uint32_t style = addStyleInput(graph, 2);
  const uint32_t exposure = addInput(graph, InputKind::Exposure);
  const uint32_t both = addOp(graph, OpType::Concat, {style, exposure});
  const uint32_t conv = addConv(graph, both, 2, 1, 1, Activation::Relu);
  const uint32_t sum = addOp(graph, OpType::Add, {conv, style});
  const std::map<uint32_t, ConvWeights> weights = {{conv, {{3, 5, 7, -1, 0, 0}, {0.5f, 1}}}};
  for (const auto& [height, width] : {std::pair{1u, 1u}, {3u, 50u}}) {
    ReferenceInputs inputs = countingInputs(height, width);
    inputs.style_vector = {2, 4};
    inputs.exposure = 0.125f;
    const std::vector<Tensor> tensors = run(graph, inputs, weights);
    EXPECT_THAT(tensors[style].data, ElementsAre(2, 4));
    EXPECT_THAT(tensors[exposure].data, ElementsAre(-3));
    EXPECT_THAT(tensors[both].data, ElementsAre(2, 4, -3));
    EXPECT_THAT(tensors[conv].data, ElementsAre(0.5f + 6 + 20 - 21, 0));
    EXPECT_THAT(tensors[sum].data, ElementsAre(7.5f, 4));
    EXPECT_EQ(tensors[sum].height, 1u);
    EXPECT_EQ(tensors[sum].width, 1u);
  }
}

TEST(ReferenceOps, NoiseCountsItsOwnTexels) {
  Graph graph;
  const uint32_t noise = addNoise(graph, 2, 2, 42);
  const Tensor tensor = run(graph, countingInputs(3, 5))[noise];
  ASSERT_EQ(tensor.height, 2u);
  ASSERT_EQ(tensor.width, 3u);
  for (uint32_t c = 0; c < 2; ++c)
    for (uint32_t y = 0; y < 2; ++y)
      for (uint32_t x = 0; x < 3; ++x) EXPECT_EQ(tensor.at(c, y, x), noiseValue(x, y, c, 42));
}

}  // namespace
}  // namespace impasto
