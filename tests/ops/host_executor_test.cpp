// Executors in host memory beside their values: frames after one another, threads, tensors of the pass.
#include <gtest/gtest.h>

#include "backend/cpu_backend.h"
#include "base/error.h"
#include "support/host_runner.h"
#include "support/random_style.h"

namespace impasto::test {
namespace {

class CpuExecutorTest : public ::testing::TestWithParam<CpuPrecision> {
 protected:
  void SetUp() override {
    try {
      make(1);
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
  static MakeHostExecutor make(uint32_t threads) { return loadCpuExecutors({IMPASTO_MODULES}, {threads, GetParam()}); }
};

INSTANTIATE_TEST_SUITE_P(, CpuExecutorTest, ::testing::Values(CpuPrecision::Float, CpuPrecision::Bfloat16),
                         [](const auto& test) { return test.param == CpuPrecision::Float ? "fp32" : "bf16"; });

// Who computes a row does not change it.
TEST_P(CpuExecutorTest, ThreadsChangeNothing) {
  const Style style = makeRandomStyle(11, {.version_2 = true});
  const ReferenceInputs inputs = makeRandomInputs(style.graph, 37, 61, 11);
  const Tensor alone = HostRunner(make(1), style, 61, 37).run(inputs);
  ASSERT_FALSE(alone.data.empty());
  for (const uint32_t threads : {2u, 5u}) {
    HostRunner runner(make(threads), style, 61, 37);
    for (int frame = 0; frame < 20; ++frame) ASSERT_EQ(runner.run(inputs).data, alone.data) << threads << " threads";
  }
}

// What a frame of another extent has left behind, constants among it, is not seen.
TEST_P(CpuExecutorTest, ExtentsThatChangeAreAsIfTheyWereTheOnlyOnes) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {color}, 2);
  const uint32_t noisy = addOp(graph, OpType::Concat, {folded, addNoise(graph, 3, 2, 5)});
  const uint32_t mixed = addConv(graph, noisy, 8, 3, 1, Activation::Relu);  // the noise's part is made once an extent
  const uint32_t wide = addConv(graph, addOp(graph, OpType::Upsample, {mixed}), 3, 3);
  graph.output = addOp(graph, OpType::Add, {wide, color});
  Random random(4);
  const Style style = makeStyle(graph, random);
  HostRunner runner(make(2), style, 70, 50);
  for (const auto& [width, height] : {std::pair{70u, 50u}, {17u, 50u}, {70u, 3u}, {1u, 1u}, {36u, 25u}, {70u, 50u}}) {
    const ReferenceInputs inputs = makeRandomInputs(style.graph, height, width, width);
    const Tensor alone = HostRunner(make(2), style, width, height).run(inputs);
    ASSERT_FALSE(alone.data.empty());
    EXPECT_EQ(runner.run(inputs).data, alone.data) << width << "x" << height;
    EXPECT_EQ(runner.run(inputs).data, alone.data) << width << "x" << height << ", once more";
  }
}

// fp16 tensors of the pass in and out, against fp32 ones: an input and an output are rounded to 11 bits.
TEST_P(CpuExecutorTest, HalfTensorsOfThePass) {
  const Style style = makeSmallStyle(8);
  const ReferenceInputs inputs = makeRandomInputs(style.graph, 21, 45, 8);
  const Tensor full = HostRunner(make(2), style, 45, 21, 4).run(inputs);
  const Tensor half = HostRunner(make(2), style, 45, 21, 2).run(inputs);
  ASSERT_EQ(half.data.size(), full.data.size());
  for (size_t i = 0; i < full.data.size(); ++i) EXPECT_NEAR(half.data[i], full.data[i], 0.02f) << i;
}

}  // namespace
}  // namespace impasto::test
