#include "reference/reference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "expect_error.h"
#include "support/random_style.h"

namespace impasto {
namespace {

// Worked out by a second implementation in Python: trained styles depend on these for ever.
TEST(Noise, IsWhatItWas) {
  EXPECT_EQ(noiseValue(0, 0, 0, 0u), 864840 * 0x1p-23f);
  EXPECT_EQ(noiseValue(1, 0, 0, 0u), 2791378 * 0x1p-23f);
  EXPECT_EQ(noiseValue(0, 1, 0, 0u), -6289182 * 0x1p-23f);
  EXPECT_EQ(noiseValue(0, 0, 1, 0u), -535668 * 0x1p-23f);
  EXPECT_EQ(noiseValue(0, 0, 0, 1u), -6219588 * 0x1p-23f);
  EXPECT_EQ(noiseValue(1919, 1079, 7, 42u), -959100 * 0x1p-23f);
  EXPECT_EQ(noiseValue(16383, 16383, 511, 4294967295u), -3444566 * 0x1p-23f);
}

TEST(Noise, IsUniform) {
  constexpr int kCount = 256 * 256;
  double sum = 0, squares = 0;
  for (uint32_t y = 0; y < 256; ++y)
    for (uint32_t x = 0; x < 256; ++x) {
      const double value = noiseValue(x, y, 0, 1);
      ASSERT_GE(value, -1.0);
      ASSERT_LT(value, 1.0);
      sum += value;
      squares += value * value;
    }
  // Five standard deviations of the means of 65536 independent draws.
  EXPECT_NEAR(sum / kCount, 0.0, 5 * std::sqrt(1.0 / 3 / kCount));
  EXPECT_NEAR(squares / kCount, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / kCount));
}

TEST(Reference, TakesFramesOfAnySizeFrom1x1) {
  for (uint32_t seed = 0; seed < 80; ++seed)
    for (const auto& [height, width] : {std::pair{1u, 1u}, {1u, 19u}, {23u, 1u}, {16u, 16u}, {17u, 31u}}) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      const Style style = test::makeRandomStyle(seed, {.version_2 = seed >= 40});
      const ReferenceInputs inputs = test::makeRandomInputs(style.graph, height, width, seed);
      const Tensor out = runReference(style, inputs);
      ASSERT_EQ(out.channels, 3u);
      ASSERT_EQ(out.height, height);
      ASSERT_EQ(out.width, width);
      for (const float value : out.data) ASSERT_TRUE(std::isfinite(value));
    }
}

TEST(Reference, OutputIsTheCropOfTheOutputOp) {
  for (uint32_t seed = 0; seed < 80; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Style style = test::makeRandomStyle(seed, {.version_2 = seed >= 40});
    const ReferenceInputs inputs = test::makeRandomInputs(style.graph, 9, 21, seed);
    const Tensor out = runReference(style, inputs);
    const std::vector<Tensor> ops = runReferenceOps(style, inputs);
    ASSERT_EQ(ops.size(), style.graph.ops.size());
    for (uint32_t c = 0; c < 3; ++c)
      for (uint32_t y = 0; y < 9; ++y)
        for (uint32_t x = 0; x < 21; ++x) ASSERT_EQ(out.at(c, y, x), ops[style.graph.output].at(c, y, x));
  }
}

// The frame is extended by repeating its edge: extended beforehand, nothing changes.
TEST(Reference, ExtendsAsIfTheFrameHadBeen) {
  const Style style = test::makeSmallStyle(7);
  const ReferenceInputs inputs = test::makeRandomInputs(style.graph, 13, 10, 7);
  ReferenceInputs extended;
  extended.color = Tensor(3, 16, 16);
  for (uint32_t c = 0; c < 3; ++c)
    for (uint32_t y = 0; y < 16; ++y)
      for (uint32_t x = 0; x < 16; ++x)
        extended.color.at(c, y, x) = inputs.color.at(c, std::min(y, 12u), std::min(x, 9u));
  const Tensor out = runReference(style, inputs), wide = runReference(style, extended);
  for (uint32_t c = 0; c < 3; ++c)
    for (uint32_t y = 0; y < 13; ++y)
      for (uint32_t x = 0; x < 10; ++x) ASSERT_EQ(out.at(c, y, x), wide.at(c, y, x));
}

TEST(Reference, NamesTheInputThatIsMissingOrWrong) {
  Graph graph;
  const uint32_t normals = test::addInput(graph, InputKind::Normals);
  graph.output = test::addConv(graph, normals, 3, 1);
  test::Random random(1);
  const Style style = test::makeStyle(graph, random);
  const ReferenceInputs good = test::makeRandomInputs(style.graph, 4, 5, 1);
  EXPECT_NO_THROW(runReference(style, good));
  const auto expectRefused = [&](const ReferenceInputs& inputs, const char* message) {
    EXPECT_ERROR(runReference(style, inputs), ErrorCode::InvalidArgument, message);
  };
  ReferenceInputs inputs = good;
  inputs.normals = Tensor();
  expectRefused(inputs, "'normals' is missing");
  inputs.normals = Tensor(3, 5, 4);
  expectRefused(inputs, "'normals' is not 3 channels of 5x4");
  inputs.normals = Tensor(1, 4, 5);
  expectRefused(inputs, "'normals' is not 3 channels of 5x4");
  inputs = good;
  inputs.normals.data.pop_back();
  expectRefused(inputs, "'normals' is not 3 channels of 5x4");
  inputs = good;
  inputs.color = Tensor();
  expectRefused(inputs, "'color' is missing or empty");
}

TEST(Reference, NamesTheStyleVectorOrExposureThatIsWrong) {
  Graph graph;
  graph.output = test::addInput(graph, InputKind::Color);
  test::addStyleInput(graph, 3);
  test::addInput(graph, InputKind::Exposure);
  test::Random random(1);
  const Style style = test::makeStyle(graph, random);
  ReferenceInputs good;
  good.color = Tensor(3, 4, 5);
  EXPECT_NO_THROW(runReference(style, good));
  for (const size_t length : {1u, 2u, 4u}) {
    ReferenceInputs inputs = good;
    inputs.style_vector.resize(length);
    EXPECT_ERROR(runReference(style, inputs), ErrorCode::InvalidArgument,
                 "'style' has " + std::to_string(length) + " values, not 3");
  }
  for (const float exposure : {0.0f, -1.0f, INFINITY, NAN}) {
    ReferenceInputs inputs = good;
    inputs.exposure = exposure;
    EXPECT_ERROR(runReference(style, inputs), ErrorCode::InvalidArgument, "the input 'exposure' is ");
  }
}

TEST(Reference, OptionalInputsThatAreMissingAreZero) {
  Graph graph;
  const uint32_t color = test::addInput(graph, InputKind::Color);
  const uint32_t depth = test::addInput(graph, InputKind::Depth, true);
  const uint32_t normals = test::addInput(graph, InputKind::Normals, true);
  const uint32_t history = test::addInput(graph, InputKind::History);
  test::addNoise(graph, 1, 4, 0);
  graph.output = color;
  test::Random random(1);
  const Style style = test::makeStyle(graph, random);
  ReferenceInputs inputs;
  inputs.color = Tensor(3, 5, 7);
  const std::vector<Tensor> missing = runReferenceOps(style, inputs);
  for (const uint32_t op : {depth, normals, history})
    EXPECT_EQ(missing[op].data, std::vector<float>(size_t{style.graph.ops[op].channels} * 8 * 8)) << op;

  inputs.depth = Tensor(1, 5, 7);
  inputs.depth.data[8] = 0.5f;
  EXPECT_EQ(runReferenceOps(style, inputs)[depth].at(0, 1, 1), 0.5f);
  inputs.depth = Tensor(1, 7, 5);
  EXPECT_ERROR(runReference(style, inputs), ErrorCode::InvalidArgument, "'depth' is not 1 channels of 7x5");
}

TEST(Reference, TheFirstPaintingsVectorIsTheDefault) {
  Graph graph;
  graph.output = test::addInput(graph, InputKind::Color);
  const uint32_t vector = test::addStyleInput(graph, 2);
  test::Random random(1);
  Style style = test::makeStyle(graph, random);
  ReferenceInputs inputs;
  inputs.color = Tensor(3, 1, 1);
  EXPECT_EQ(runReferenceOps(style, inputs)[vector].data, std::vector<float>(2, 0.0f));
  style.paintings = {{"A", "", "", "", {1, 2}}, {"B", "", "", "", {3, 4}}};
  EXPECT_EQ(runReferenceOps(style, inputs)[vector].data, (std::vector<float>{1, 2}));
  inputs.style_vector = {5, 6};
  EXPECT_EQ(runReferenceOps(style, inputs)[vector].data, (std::vector<float>{5, 6}));
  inputs.style_vector.clear();
  style.paintings[0].vector = {1};
  EXPECT_INVALID_STYLE(runReference(style, inputs), "the vector of painting 0 does not fit");
}

TEST(Reference, RefusesStylesBuiltWrongly) {
  Style style = test::makeSmallStyle(1);
  const ReferenceInputs inputs = test::makeRandomInputs(style.graph, 4, 4, 1);
  style.weights.begin()->second.kernel.pop_back();
  EXPECT_INVALID_STYLE(runReference(style, inputs), "has no weights of its shape");
  style.weights.clear();
  EXPECT_INVALID_STYLE(runReference(style, inputs), "has no weights of its shape");
  style.graph.output = 1000;
  EXPECT_INVALID_STYLE(runReference(style, inputs), "the output is not an op");
}

}  // namespace
}  // namespace impasto
