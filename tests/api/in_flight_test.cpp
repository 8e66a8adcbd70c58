// Frames that are really in flight: submissions held back by a timeline semaphore while others go on. And the order in
// which a host may record.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "api/injected_pass_test.h"
#include "api/pretended_memory.h"
#include "base/error.h"
#include "vulkan/device.h"

namespace impasto::test {
namespace {

class InFlightTest : public InjectedPassTest {
 protected:
  std::unique_ptr<Submission> submitFrame(ImpastoPass pass, const ImpastoFrame& frame, const SubmitOrder& order = {}) {
    return device().submitAsync([&](VkCommandBuffer cmd) { recordFrame(pass, cmd, frame); }, order);
  }

  static uint64_t memoryUsage(ImpastoPass pass) {
    uint64_t bytes = 0;
    EXPECT_EQ(impastoPassGetMemoryUsage(pass, &bytes), IMPASTO_SUCCESS);
    return bytes;
  }

  static ImpastoResult execute(ImpastoPass pass, uint32_t frame_index) {
    auto info = sized<ImpastoExecuteInfo>();
    info.frame_index = frame_index;
    return impastoExecute(pass, &info);
  }
};

// On a device whose memory the host cannot map, both frames copy the weights from the staging buffer. When slot 0 is used
// anew its first frame is done, but slot 1's is still pending: validation would tell of a buffer that is destroyed.
TEST_F(InFlightTest, StagingLivesUntilEveryFrameThatCopiesFromItIsDone) {
  PretendedMemory::pretend({PretendedMemory::kDeviceLocal, PretendedMemory::kHostVisible});
  const ContextPtr context = makeInjectedContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const uint64_t with_staging = memoryUsage(pass.get());
  const Pixels source = makePixels(16, 8, 1);
  FrameImages first(device(), {}, source), second(device(), {}, source), third(device(), {}, source);
  const Timeline gate(device());

  const auto a = submitFrame(pass.get(), first.frame(0));
  const auto b = submitFrame(pass.get(), second.frame(1), {&gate, 1});
  a->wait();
  const auto c = submitFrame(pass.get(), third.frame(0), {&gate, 2});
  EXPECT_FALSE(b->done());
  gate.signal(2);
  b->wait();
  c->wait();
  EXPECT_TRUE(isNegative(source, first.output.downloadPixels()));
  EXPECT_TRUE(isNegative(source, second.output.downloadPixels()));
  EXPECT_TRUE(isNegative(source, third.output.downloadPixels()));
  submitFrame(pass.get(), second.frame(1))->wait();
  EXPECT_LT(memoryUsage(pass.get()), with_staging);  // and then it goes
}

// The heap through which the host reaches the device's memory is full: weights go where there is room, by staging.
TEST_F(InFlightTest, AFullBarHeapIsNoReasonToFail) {
  constexpr uint32_t kBar = 2;
  PretendedMemory::pretend({PretendedMemory::kDeviceLocal, PretendedMemory::kHostVisible,
                            PretendedMemory::kDeviceLocal | PretendedMemory::kHostVisible});
  PretendedMemory::fill(1u << kBar);
  const ContextPtr context = makeInjectedContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  EXPECT_GT(PretendedMemory::allocationCalls(kBar), 0u);
  EXPECT_EQ(PretendedMemory::allocatedBytes(kBar), 0u);
  const Pixels source = makePixels(16, 8, 1);
  FrameImages images(device(), {}, source);
  paintFrame(pass.get(), images.frame());
  EXPECT_TRUE(isNegative(source, images.output.downloadPixels()));
}

// AMD's drivers have such types behind all others: one would be taken when those are full.
TEST_F(InFlightTest, MemoryOfFeaturesThatNobodyEnabledIsNotAskedFor) {
  PretendedMemory::pretend({PretendedMemory::kDeviceLocal, PretendedMemory::kDeviceLocal, PretendedMemory::kDeviceLocal});
  vulkan::VulkanDevice vulkan_device(InjectedVulkan::getInstanceProcAddr, device().instance, device().physical_device,
                                     device().device, device().queue_family, {});
  vulkan_device.memory.memoryTypes[1].propertyFlags |= VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD;
  vulkan_device.memory.memoryTypes[2].propertyFlags |= VK_MEMORY_PROPERTY_PROTECTED_BIT;
  PretendedMemory::fill(1u << 0);
  EXPECT_THROW(vulkan::Buffer(vulkan_device, 64, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, 0, 0, "a buffer"), Error);
  EXPECT_EQ(PretendedMemory::allocationCalls(0), 1u);
  EXPECT_EQ(PretendedMemory::allocationCalls(1), 0u);
  EXPECT_EQ(PretendedMemory::allocationCalls(2), 0u);
}

// Memory that is not coherent: each layer's constants are flushed, and the second flush fails.
TEST_F(InFlightTest, AFrameThatFailsRecordsNothing) {
  PretendedMemory::pretend({PretendedMemory::kDeviceLocal, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT});
  const ContextPtr context = makeInjectedContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  ImpastoPassInfo info = passInfo(context.get(), style.get());
  info.layers = 2;
  ImpastoPass raw = nullptr;
  ASSERT_EQ(impastoCreatePass(&info, &raw), IMPASTO_SUCCESS) << impastoGetLastError();
  const PassPtr pass(raw);
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  const ImpastoFrame frame = images.frame();
  InjectedVulkan::swallowCommands(true);
  device().submit([&](VkCommandBuffer cmd) {
    InjectedVulkan::failCall(InjectedVulkan::creatingCalls() + 1, VK_ERROR_OUT_OF_HOST_MEMORY);
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_ERROR_OUT_OF_MEMORY);
    EXPECT_EQ(InjectedVulkan::failedCall(), "vkFlushMappedMemoryRanges");
    EXPECT_EQ(InjectedVulkan::swallowedCommands(), 0u);
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS) << impastoGetLastError();
    EXPECT_GT(InjectedVulkan::swallowedCommands(), 0u);
  });
}

TEST_F(InFlightTest, WhatAStyleLeavesIsFreedOnAnotherThread) {
  const ContextPtr context = makeInjectedContext();
  const StylePtr negative = toHandle(makeNegativeStyle());
  const StylePtr gray = toHandle(makeGrayStyle());
  PassPtr pass = makePass(context.get(), negative.get());
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  paintFrame(pass.get(), images.frame(0));
  paintFrame(pass.get(), images.frame(1));
  ASSERT_EQ(impastoPassSetStyle(pass.get(), gray.get()), IMPASTO_SUCCESS);
  const uint64_t both = memoryUsage(pass.get());
  const size_t before = InjectedVulkan::threadsThatFreedMemory().size();
  paintFrame(pass.get(), images.frame(0));
  paintFrame(pass.get(), images.frame(1));
  EXPECT_LT(memoryUsage(pass.get()), both);
  // At the latest when another pass of the context goes, all is gone.
  makePass(context.get(), gray.get()).reset();
  const std::vector<std::thread::id> threads = InjectedVulkan::threadsThatFreedMemory();
  const auto elsewhere = std::count_if(threads.begin() + static_cast<ptrdiff_t>(before), threads.end(),
                                       [](std::thread::id id) { return id != std::this_thread::get_id(); });
  EXPECT_GE(elsewhere, 3);  // the old style's weights, painted frames, fine detail
}

TEST_F(InFlightTest, OneFrameIsOpenAtATime) {
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const Pixels dark = makePixels(16, 8, 1), light = makePixels(16, 8, 7);
  FrameImages first(device(), {}, dark), second(device(), {}, light);
  const ImpastoFrame frame0 = first.frame(0), frame1 = second.frame(1);
  device().submit([&](VkCommandBuffer cmd) {
    ASSERT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame0), IMPASTO_SUCCESS);
    ASSERT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame1), IMPASTO_SUCCESS);
    EXPECT_EQ(execute(pass.get(), 0), IMPASTO_ERROR_INVALID_ARGUMENT);
    EXPECT_EQ(impastoCmdRecordOutputs(pass.get(), cmd, &frame0), IMPASTO_ERROR_INVALID_ARGUMENT);
    EXPECT_NE(std::string(impastoGetLastError()).find("frame 1 was begun since"), std::string::npos)
        << impastoGetLastError();
    EXPECT_EQ(execute(pass.get(), 1), IMPASTO_SUCCESS);
    EXPECT_EQ(impastoCmdRecordOutputs(pass.get(), cmd, &frame1), IMPASTO_SUCCESS);
    EXPECT_EQ(impastoCmdRecordOutputs(pass.get(), cmd, &frame1), IMPASTO_ERROR_INVALID_ARGUMENT);
  });
  EXPECT_TRUE(isNegative(light, second.output.downloadPixels()));
}

TEST_F(InFlightTest, OutputsNeedExecute) {
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  const ImpastoFrame frame = images.frame();
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_EQ(execute(pass.get(), 0), IMPASTO_ERROR_INVALID_ARGUMENT);
    ASSERT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
    EXPECT_EQ(impastoCmdRecordOutputs(pass.get(), cmd, &frame), IMPASTO_ERROR_INVALID_ARGUMENT);
    EXPECT_NE(std::string(impastoGetLastError()).find("impastoExecute"), std::string::npos) << impastoGetLastError();
    EXPECT_EQ(execute(pass.get(), 0), IMPASTO_SUCCESS);
    EXPECT_EQ(execute(pass.get(), 0), IMPASTO_ERROR_INVALID_ARGUMENT);
    EXPECT_EQ(impastoCmdRecordOutputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
  });
}

// Two passes share scratch memory; their frames may be recorded one within the other.
TEST_F(InFlightTest, PassesOfAContextMayBeInterleaved) {
  const ContextPtr context = makeContext();
  const StylePtr negative = toHandle(makeNegativeStyle());
  const StylePtr gray = toHandle(makeGrayStyle());
  const PassPtr one = makePass(context.get(), negative.get()), other = makePass(context.get(), gray.get());
  const Pixels source = makePixels(16, 8, 1);
  FrameImages first(device(), {}, source), second(device(), {}, source);
  const ImpastoFrame frame1 = first.frame(), frame2 = second.frame();
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_EQ(impastoCmdRecordInputs(one.get(), cmd, &frame1), IMPASTO_SUCCESS);
    EXPECT_EQ(impastoCmdRecordInputs(other.get(), cmd, &frame2), IMPASTO_SUCCESS);
    EXPECT_EQ(execute(one.get(), 0), IMPASTO_SUCCESS);
    EXPECT_EQ(execute(other.get(), 0), IMPASTO_SUCCESS);
    EXPECT_EQ(impastoCmdRecordOutputs(one.get(), cmd, &frame1), IMPASTO_SUCCESS);
    EXPECT_EQ(impastoCmdRecordOutputs(other.get(), cmd, &frame2), IMPASTO_SUCCESS);
  });
  EXPECT_TRUE(isNegative(source, first.output.downloadPixels()));
  EXPECT_TRUE(isGray(source, second.output.downloadPixels()));
}

TEST_F(InFlightTest, StrengthZeroRunsNoGenerator) {
  const ContextPtr context = makeInjectedContext();
  const StylePtr style = toHandle(makeSmallStyle(1));
  const PassPtr pass = makePass(context.get(), style.get());
  const Pixels source = makePixels(16, 8, 1);
  FrameImages images(device(), {}, source);
  auto controls = sized<ImpastoControls>();
  impastoDefaultControls(&controls);
  ImpastoFrame frame = images.frame();
  frame.controls = &controls;
  const auto commands = [&](float strength) {
    controls.strength = strength;
    InjectedVulkan::swallowCommands(true);
    const uint32_t before = InjectedVulkan::swallowedCommands();
    recordFrame(pass.get(), reinterpret_cast<VkCommandBuffer>(&frame), frame);
    InjectedVulkan::swallowCommands(false);
    return InjectedVulkan::swallowedCommands() - before;
  };
  EXPECT_GT(commands(1.0f), 40u);
  EXPECT_LT(commands(0.0f), 12u);  // one composite
  paintFrame(pass.get(), frame);
  const Pixels painted = images.output.downloadPixels();
  for (size_t i = 0; i < painted.rgba.size(); ++i) ASSERT_NEAR(painted.rgba[i], source.rgba[i], 0.51f / 255.0f);
}

}  // namespace
}  // namespace impasto::test
