// VulkanGenerator's contract beside its values.
#include "base/error.h"
#include "ops/compare.h"

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
  EXPECT_TRUE(staged.generator().uploadPending());
  const VkDeviceSize with_staging = staged.generator().memoryUsage();
  EXPECT_EQ(direct.data, staged.run(inputs, 2).data);
  staged.generator().finishUpload();
  EXPECT_FALSE(staged.generator().uploadPending());
  EXPECT_LT(staged.generator().memoryUsage(), with_staging);
  EXPECT_EQ(direct.data, staged.run(inputs).data);
}

TEST_F(GeneratorTest, BadExtentIsAnError) {
  const auto vulkan_device = makeVulkanDevice(device(), false);
  for (const auto& [width, height] : {std::pair{0u, 4u}, {4u, 0u}, {16385u, 1u}, {1u, UINT32_MAX}}) {
    EXPECT_THROW(vulkan::VulkanGenerator(*vulkan_device, makeSmallStyle(1), width, height), Error);
  }
}

TEST_F(GeneratorTest, TooLargeForMemoryNamesTheLimit) {
  const auto vulkan_device = makeVulkanDevice(device(), false);
  vulkan_device->max_allocation = 1u << 20;
  try {
    vulkan::VulkanGenerator(*vulkan_device, makeSmallStyle(1), 1024, 1024);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::OutOfMemory);
    EXPECT_NE(std::string(error.what()).find("maxMemoryAllocationSize"), std::string::npos) << error.what();
  }
}

// Weights and values near fp16's largest number saturate: the frame has no NaN.
TEST_F(GeneratorTest, HugeValuesSaturateInHalfPrecision) {
  if (!device().half_precision) GTEST_SKIP() << "the device has no fp16 storage";
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
