// Nothing is allocated on the frame path: neither Vulkan objects nor host memory. And, with the same means, that
// running out of host memory is survived where no driver is involved.
#include <gtest/gtest.h>

#include <cstdint>

#include "api/injected_vulkan.h"
#include "api/pass_fixture.h"
#include "support/allocations.h"

namespace impasto::test {
namespace {

class FramePathTest : public PassTest {
 protected:
  void TearDown() override {
    InjectedVulkan::reset();
    PassTest::TearDown();
  }
};

TEST_F(FramePathTest, RecordingAllocatesNothing) {
  InjectedVulkan::reset();
  ImpastoContextInfo info = contextInfo();
  info.get_instance_proc_addr = InjectedVulkan::getInstanceProcAddr;
  ImpastoContext raw = nullptr;
  ASSERT_EQ(impastoCreateContext(&info, &raw), IMPASTO_SUCCESS) << impastoGetLastError();
  const ContextPtr context(raw);
  const StylePtr style = toHandle(makeSmallStyle(1));
  const StylePtr other = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  const uint32_t creating_calls = InjectedVulkan::creatingCalls();
  InjectedVulkan::swallowCommands(true);  // the layers below allocate as they like

  auto controls = sized<ImpastoControls>();
  impastoDefaultControls(&controls);
  controls.detail = 1;
  ImpastoFrame frame = images.frame();
  frame.controls = &controls;
  frame.mask = frame.color;
  auto execute = sized<ImpastoExecuteInfo>();
  const auto command_buffer = reinterpret_cast<VkCommandBuffer>(&frame);  // goes nowhere
  for (uint32_t i = 0; i < 6; ++i) {
    frame.frame_index = execute.frame_index = i % 2;
    AllocationWatch watch;
    const ImpastoResult inputs = impastoCmdRecordInputs(pass.get(), command_buffer, &frame);
    const ImpastoResult executed = impastoExecute(pass.get(), &execute);
    const ImpastoResult outputs = impastoCmdRecordOutputs(pass.get(), command_buffer, &frame);
    const int64_t allocations = watch.stop();
    ASSERT_EQ(inputs, IMPASTO_SUCCESS) << impastoGetLastError();
    ASSERT_EQ(executed, IMPASTO_SUCCESS) << impastoGetLastError();
    ASSERT_EQ(outputs, IMPASTO_SUCCESS) << impastoGetLastError();
    EXPECT_EQ(allocations, 0) << "in frame " << i;
    EXPECT_EQ(InjectedVulkan::creatingCalls(), creating_calls) << "in frame " << i;
  }
  EXPECT_GT(InjectedVulkan::swallowedCommands(), 60u);

  // Nor does the frame that takes up another style, though setting it does.
  ASSERT_EQ(impastoPassSetStyle(pass.get(), other.get()), IMPASTO_SUCCESS);
  const uint32_t after_set_style = InjectedVulkan::creatingCalls();
  EXPECT_GT(after_set_style, creating_calls);
  frame.frame_index = 0;
  AllocationWatch watch;
  const ImpastoResult inputs = impastoCmdRecordInputs(pass.get(), command_buffer, &frame);
  EXPECT_EQ(watch.stop(), 0);
  EXPECT_EQ(inputs, IMPASTO_SUCCESS);
  EXPECT_EQ(InjectedVulkan::creatingCalls(), after_set_style);
}

// Painting in host memory, and every error path. Reading styles: tests/unit/out_of_memory_test.cpp.
TEST(HostMemory, RunningOutIsAnErrorAndALaterTryWorks) {
  const StylePtr style = toHandle(makeSmallStyle(1));
  const std::vector<float> color = makePixels(12, 8, 1).rgb();
  std::vector<float> output(color.size());
  auto image = sized<ImpastoHostImage>();
  image.width = 12;
  image.height = 8;
  image.color = color.data();
  image.output = output.data();
  int64_t index = 0;
  for (ImpastoResult result = IMPASTO_ERROR_INTERNAL; result != IMPASTO_SUCCESS; ++index) {
    AllocationWatch watch(Failing::One, index);
    result = impastoPaintHostImage(style.get(), &image);
    watch.stop();
    if (result != IMPASTO_SUCCESS) {
      ASSERT_EQ(result, IMPASTO_ERROR_OUT_OF_MEMORY) << "allocation " << index << ": " << impastoGetLastError();
    }
  }
  EXPECT_GT(index, 20);
}

// At strength 0 the picture is copied: none of the generator's tensors is made.
TEST(HostMemory, StrengthZeroRunsNoGenerator) {
  const StylePtr style = toHandle(makeSmallStyle(1));
  const std::vector<float> color = makePixels(12, 8, 1).rgb();
  std::vector<float> output(color.size());
  auto controls = sized<ImpastoControls>();
  impastoDefaultControls(&controls);
  auto image = sized<ImpastoHostImage>();
  image.width = 12;
  image.height = 8;
  image.color = color.data();
  image.output = output.data();
  image.controls = &controls;
  const auto allocations = [&](float strength) {
    controls.strength = strength;
    AllocationWatch watch;
    const ImpastoResult result = impastoPaintHostImage(style.get(), &image);
    const int64_t count = watch.stop();
    EXPECT_EQ(result, IMPASTO_SUCCESS) << impastoGetLastError();
    return count;
  };
  EXPECT_GT(allocations(1), 20);
  EXPECT_LT(allocations(0), 6);
  EXPECT_EQ(output, color);
}

}  // namespace
}  // namespace impasto::test
