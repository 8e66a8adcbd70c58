// VulkanGenerator's contract beside its values.
#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "ops/compare.h"
#include "vulkan/backend.h"

namespace impasto::test {
namespace {

class GeneratorTest : public VulkanTest {};

// Frames share one arena: the second must not see the first.
TEST_F(GeneratorTest, FramesInOneSubmissionDoNotDisturbEachOther) {
  const auto vulkan_device = makeVulkanDevice(device(), false);
  const Style style = makeSmallStyle(9);
  GeneratorRunner runner(device(), *vulkan_device, style, 40, 24);
  const ReferenceInputs inputs = makeRandomInputs(style.graph, 24, 40, 9);
  const Tensor once = runner.run(inputs);
  EXPECT_EQ(once.data, runner.run(inputs, 3).data);
}

TEST_F(GeneratorTest, WeightsMayGoThroughAStagingBuffer) {
  const auto vulkan_device = makeVulkanDevice(device(), false);
  const Style style = makeSmallStyle(9);
  const ReferenceInputs inputs = makeRandomInputs(style.graph, 24, 40, 9);
  const Tensor direct = GeneratorRunner(device(), *vulkan_device, style, 40, 24).run(inputs);
  vulkan_device->stage_weights = true;
  GeneratorRunner staged(device(), *vulkan_device, style, 40, 24);
  const uint64_t with_staging = staged.generator().memoryUse().own;
  EXPECT_EQ(direct.data, staged.run(inputs, 2).data);
  EXPECT_NE(staged.generator().slotReused(0, true), nullptr);
  EXPECT_EQ(staged.generator().slotReused(0, true), nullptr);
  EXPECT_LT(staged.generator().memoryUse().own, with_staging);
  EXPECT_EQ(direct.data, staged.run(inputs).data);
}

class SmallerFramesTest : public GeneratorTest {
 protected:
  void expectThoseOfASmallerGenerator(const vulkan::VulkanDevice& on, const Style& style, uint32_t seed) {
    GeneratorRunner runner(device(), on, style, 72, 56);
    for (const auto& [width, height] : {std::pair{72u, 56u}, {40u, 24u}, {13u, 55u}, {1u, 1u}, {72u, 56u}}) {
      const ReferenceInputs inputs = makeRandomInputs(style.graph, height, width, seed);
      const Tensor expected = GeneratorRunner(device(), on, style, width, height).run(inputs);
      EXPECT_EQ(runner.run(inputs).data, expected.data) << width << "x" << height << ", seed " << seed;
    }
  }
};

// Dynamic resolution: the same generator, frame by frame at another extent, what is constant included.
TEST_F(SmallerFramesTest, AreThoseOfASmallerGenerator) {
  const auto vulkan_device = makeVulkanDevice(device(), false);
  for (const uint32_t seed : {9u, 10u, 11u, 12u}) {
    expectThoseOfASmallerGenerator(*vulkan_device, seed == 9 ? makeSmallStyle(9) : makeRandomStyle(seed), seed);
  }
}

// Where the first convolution folds colour while it reads it.
TEST_F(SmallerFramesTest, AreFoldedAtTheirOwnSize) {
  const auto vulkan_device = makeVulkanDevice(device(), device().storage_16bit);
  for (const char* kernel : {"conv", "conv_matrix"}) {
    if (kernel != std::string("conv") && vulkan_device->matrix.m == 0) continue;
    SCOPED_TRACE(kernel);
    vulkan_device->preferred_kernel = kernel;
    const Style style = makeSmallStyle(9);
    vulkan::ScratchPool scratch(*vulkan_device);
    const vulkan::VulkanGenerator generator(*vulkan_device, scratch, style, {72, 56});
    const std::vector<vulkan::Step>& steps = generator.plan().steps;
    EXPECT_EQ(std::count_if(steps.begin(), steps.end(), [](const vulkan::Step& step) { return step.fold == 4; }), 1);
    expectThoseOfASmallerGenerator(*vulkan_device, style, 9);
  }
}

uint32_t dispatches = 0;
void VKAPI_CALL countDispatch(VkCommandBuffer command_buffer, uint32_t x, uint32_t y, uint32_t z) {
  ++dispatches;
  vkCmdDispatch(command_buffer, x, y, z);
}

// What is constant was computed for this extent and for another since, and the frame that should have put that right was
// given up: that the first is known to be finished says nothing about what lies in memory now.
TEST_F(GeneratorTest, ConstantsOfAnExtentThatComesAgainAreComputedAgain) {
  const auto vulkan_device = makeVulkanDevice(device(), false);
  vulkan_device->vk.CmdDispatch = countDispatch;
  vulkan::VulkanBackend backend(*vulkan_device);
  const auto generator = backend.prepare(makeSmallStyle(9), {72, 56, 1, 1, 3});
  const auto constantsOf = [&](const GeneratorFrame& frame) {
    generator->slotReused(frame.slot, true);
    dispatches = 0;
    device().submit([&](VkCommandBuffer command_buffer) { generator->beginLayer(command_buffer, frame, 0); });
    return dispatches;
  };
  EXPECT_GT(constantsOf({0, 72, 56, 0}), 0u);
  EXPECT_GT(constantsOf({1, 40, 24, 0}), 0u);
  EXPECT_GT(constantsOf({2, 72, 56, 0}), 0u);
  EXPECT_GT(constantsOf({0, 72, 56, 0}), 0u);
  EXPECT_EQ(constantsOf({0, 72, 56, 0}), 0u);
}

TEST_F(GeneratorTest, ScratchMemoryIsSharedAndOutputsAreNot) {
  const auto vulkan_device = makeVulkanDevice(device(), false);
  vulkan::VulkanBackend backend(*vulkan_device);
  const auto large = backend.prepare(makeSmallStyle(1), {64, 64, 2, 2, 1});
  const auto small = backend.prepare(makeSmallStyle(2), {56, 48, 1, 1, 1});
  EXPECT_EQ(large->inputs(0)[0].view.buffer, small->inputs(0)[0].view.buffer);
  EXPECT_EQ(large->memoryUse().scratch, small->memoryUse().scratch);
  EXPECT_NE(large->output(0, 0).buffer, small->output(0, 0).buffer);
  const auto tiny = backend.prepare(makeSmallStyle(2), {16, 16, 1, 1, 1});
  EXPECT_LT(tiny->memoryUse().scratch, large->memoryUse().scratch / 2);
  std::vector<VkDeviceSize> offsets;
  for (uint32_t layer = 0; layer < 2; ++layer) {
    for (uint32_t index = 0; index < 2; ++index) offsets.push_back(large->output(layer, index).offset);
  }
  std::sort(offsets.begin(), offsets.end());
  for (size_t i = 1; i < offsets.size(); ++i) EXPECT_GE(offsets[i] - offsets[i - 1], 64u * 64 * 16);
}

TEST_F(GeneratorTest, MemoryIsPredictedExactly) {
  const auto vulkan_device = makeVulkanDevice(device(), false);
  for (const GeneratorRequest& request : {GeneratorRequest{64, 48}, GeneratorRequest{33, 65, 2, 2, 3}}) {
    vulkan::VulkanBackend backend(*vulkan_device);
    const MemoryUse predicted = backend.predictMemory(makeSmallStyle(1), request);
    const MemoryUse taken = backend.prepare(makeSmallStyle(1), request)->memoryUse();
    EXPECT_EQ(predicted.own, taken.own);
    EXPECT_EQ(predicted.scratch, taken.scratch);
  }
}

TEST_F(GeneratorTest, BadExtentIsAnError) {
  const auto vulkan_device = makeVulkanDevice(device(), false);
  const vulkan::VulkanBackend backend(*vulkan_device);
  for (const auto& [width, height] : {std::pair{0u, 4u}, {4u, 0u}, {16385u, 1u}, {1u, UINT32_MAX}}) {
    EXPECT_THROW(backend.prepare(makeSmallStyle(1), {width, height}), Error);
  }
}

TEST_F(GeneratorTest, TooLargeForMemoryNamesTheLimit) {
  const auto vulkan_device = makeVulkanDevice(device(), false);
  vulkan_device->max_allocation = 1u << 20;
  try {
    vulkan::VulkanBackend(*vulkan_device).prepare(makeSmallStyle(1), {1024, 1024});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::OutOfMemory);
    EXPECT_NE(std::string(error.what()).find("maxMemoryAllocationSize"), std::string::npos) << error.what();
  }
}

// Weights and values near fp16's largest number saturate: the frame has no NaN.
TEST_F(GeneratorTest, HugeValuesSaturateInHalfPrecision) {
  if (!device().storage_16bit) GTEST_SKIP() << "the device has no fp16 storage";
  const auto vulkan_device = makeVulkanDevice(device(), true);
  Graph graph;
  uint32_t index = addInput(graph, InputKind::Color);
  for (int i = 0; i < 4; ++i) index = addConv(graph, index, 3, 3);
  graph.output = index;
  Random random(1);
  Style style = makeStyle(graph, random);
  for (auto& [op, weights] : style.weights) {
    for (size_t i = 0; i < weights.kernel.size(); ++i) weights.kernel[i] = i % 2 == 0 ? 60000.0f : -60000.0f;
  }
  const Tensor result =
      GeneratorRunner(device(), *vulkan_device, style, 16, 16).run(makeRandomInputs(style.graph, 16, 16, 1));
  for (const float value : result.data) ASSERT_TRUE(value >= -65504.0f && value <= 65504.0f) << value;
}

}  // namespace
}  // namespace impasto::test
