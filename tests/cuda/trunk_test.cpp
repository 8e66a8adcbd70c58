// The trunk as one cooperative kernel: tiles that meet at every side and corner, tiles that stick out of the frame, frames
// smaller than the plan; and when it is taken.
#include <algorithm>

#include "cuda/variants.h"

namespace impasto::test {
namespace {

// At full resolution (fold 1), where small frames have many tiles: noise in the first layer, residual blocks, a plain
// convolution.
Style makeTrunk(uint32_t channels, uint32_t blocks, uint32_t seed, uint32_t fold = 1) {
  Graph graph;
  uint32_t source = addInput(graph, InputKind::Color);
  if (fold > 1) source = addOp(graph, OpType::SpaceToDepth, {source}, fold);
  const uint32_t features = addConv(graph, source, channels, 1, 1, Activation::LeakyRelu);
  const uint32_t noise = addNoise(graph, 2, fold, seed);
  uint32_t trunk = addConv(graph, addOp(graph, OpType::Concat, {features, noise}), channels, 3, 1, Activation::Relu);
  for (uint32_t i = 0; i < blocks; ++i) {
    const uint32_t inner = addConv(graph, trunk, channels, 3, 1, Activation::LeakyRelu);
    const uint32_t outer = addConv(graph, inner, channels, 3);
    trunk = addOp(graph, OpType::Add, {trunk, outer}, 0, i == 0 ? Activation::Relu : Activation::None);
  }
  trunk = addConv(graph, trunk, channels, 3, 1, Activation::Sigmoid);
  graph.output = addConv(graph, trunk, 3 * fold * fold, 1);
  if (fold > 1) graph.output = addOp(graph, OpType::DepthToSpace, {graph.output}, fold);
  Random random(seed);
  return makeStyle(graph, random);
}

std::string trunkOf(const cuda::Plan& plan) {
  std::string name;
  for (const cuda::Plan::KernelUse& use : plan.kernels()) {
    if (std::string(use.kernel).starts_with("trunk")) name += use.kernel;
  }
  return name;
}

cuda::DeviceTraits deviceOf(uint32_t multiprocessors) {
  cuda::DeviceTraits device;
  device.multiprocessors = multiprocessors;
  return device;
}

void expectTypical(const Style& style, const cuda::DeviceTraits& device, uint32_t width, uint32_t height,
                   uint32_t seed) {
  const ReferenceInputs inputs = makeRandomInputs(style.graph, height, width, seed);
  const Tensor result = CudaRunner(style, width, height, device).run(inputs);
  const Agreement agreement =
      compare(result, style, runReferenceOps(style, inputs), Rounding::Half, kTensorCoreSumRounding);
  EXPECT_LE(agreement.closest, 1.0) << agreement.worst;
  EXPECT_LE(agreement.error, 5e-3) << width << "x" << height;
}

TEST(CudaTrunk, EveryTileHeight) {
  for (const auto& [multiprocessors, kernel] :
       {std::pair{18u, "trunk_16x6"}, {9u, "trunk_16x12"}, {6u, "trunk_16x18"}, {5u, ""}}) {
    const Style style = makeTrunk(64, 1, 1);
    const cuda::DeviceTraits device = deviceOf(multiprocessors);
    EXPECT_EQ(trunkOf(cuda::Plan(style, 37, 33, device)), kernel);
    expectTypical(style, device, 37, 33, multiprocessors);
  }
  EXPECT_EQ(trunkOf(cuda::Plan(makeTrunk(64, 1, 1), 37, 43, deviceOf(6))), "trunk_16x24");
  expectTypical(makeTrunk(64, 1, 1), deviceOf(6), 37, 43, 4);
}

TEST(CudaTrunk, EveryExtent) {
  const Style style = makeTrunk(40, 1, 2);
  for (const auto& [width, height] :
       {std::pair{1u, 1u}, {1u, 20u}, {40u, 1u}, {16u, 6u}, {17u, 7u}, {32u, 13u}, {33u, 12u}}) {
    expectTypical(style, {}, width, height, width);
  }
}

TEST(CudaTrunk, EveryWidthOfChannels) {
  for (const uint32_t channels : {33u, 48u, 56u, 63u})
    expectTypical(makeTrunk(channels, 1, channels), {}, 20, 9, channels);
}

TEST(CudaTrunk, ManyLayersAndTwoTrunks) {
  for (const uint32_t blocks : {11u, 14u}) {  // 24 and 30 layers
    const Style style = makeTrunk(40, blocks, 3, 4);
    const ReferenceInputs inputs = makeRandomInputs(style.graph, 27, 70, blocks);
    const Agreement agreement = compare(CudaRunner(style, 70, 27, {}).run(inputs), style,
                                        runReferenceOps(style, inputs), Rounding::Half, kTensorCoreSumRounding);
    EXPECT_LE(agreement.error, 1e-2);
  }
}

TEST(CudaTrunk, SmallerFrames) {
  const Style style = makeTrunk(40, 2, 5);
  CudaRunner runner(style, 40, 20, {});
  for (const auto& [width, height] : {std::pair{40u, 20u}, {17u, 19u}, {5u, 7u}, {40u, 20u}}) {
    const ReferenceInputs inputs = makeRandomInputs(style.graph, height, width, 6);
    EXPECT_EQ(runner.run(inputs).data, CudaRunner(style, width, height, {}).run(inputs).data) << width << "x" << height;
  }
}

TEST(CudaTrunk, WhenItIsTaken) {
  const auto taken = [](const Style& style, const cuda::DeviceTraits& device) {
    return !trunkOf(cuda::Plan(style, 64, 48, device)).empty();
  };
  EXPECT_TRUE(taken(makeTrunk(64, 1, 1), {}));
  EXPECT_FALSE(taken(makeTrunk(16, 1, 1), {}));  // too narrow
  EXPECT_FALSE(taken(makeTrunk(65, 1, 1), {}));  // too wide
  cuda::DeviceTraits device;
  device.cooperative = false;
  EXPECT_FALSE(taken(makeTrunk(64, 1, 1), device));
  device = deviceOf(4);  // too few for the tiles
  EXPECT_FALSE(taken(makeTrunk(64, 1, 1), device));
  device = {};
  device.shared_per_block = 48 << 10;
  EXPECT_FALSE(taken(makeTrunk(64, 1, 1), device));
}

// What others read, too, has to be in memory.
TEST(CudaTrunk, EndsWhereItsTensorsAreRead) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  uint32_t trunk = addConv(graph, color, 40, 3);
  std::vector<uint32_t> layers;
  for (int i = 0; i < 8; ++i) layers.push_back(trunk = addConv(graph, trunk, 40, 3, 1, Activation::Relu));
  const uint32_t sum = addOp(graph, OpType::Add, {layers[3], trunk});
  graph.output = addConv(graph, sum, 3, 3);
  Random random(1);
  const Style style = makeStyle(graph, random);
  const cuda::Plan plan(style, 30, 20, {});
  std::vector<cuda::Launch> list;
  plan.launches({30, 20}, {}, list);
  EXPECT_EQ(std::count_if(list.begin(), list.end(), [](const cuda::Launch& launch) { return launch.cooperative; }), 2);
  expectTypical(style, {}, 30, 20, 1);
}

}  // namespace
}  // namespace impasto::test
