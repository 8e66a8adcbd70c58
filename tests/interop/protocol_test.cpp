// The library and a module, over memory shared with Vulkan and between timeline points of the host: what is painted, who
// owns what, and that nobody waits for ever, whatever the module does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "interop/protocol_fixture.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Clock = std::chrono::steady_clock;

TEST_F(ProtocolTest, PaintsAsTheReferenceDoes) {
  const ContextPtr context = makeContext(sharingInfo());
  ASSERT_EQ(backendOf(context), IMPASTO_BACKEND_CUDA);
  const ContextPtr plain = makeContext();
  for (const Style& made : {makeSmallStyle(3), makeHistoryStyle()}) {
    const StylePtr style = toHandle(made);
    PassSettings settings;
    settings.width = 37;
    settings.height = 21;
    const PassPtr pass = makePass(context.get(), style.get(), settings);
    const PassPtr other = makePass(plain.get(), style.get(), settings);
    const Pixels source = makePixels(37, 21, 1);
    FrameImages expected(device(), settings, source);
    for (uint32_t frame = 0; frame < 3; ++frame) {
      const Pixels one = paint(pass.get(), source, frame % 2);
      paintFrame(other.get(), expected.frame(frame % 2));
      const Pixels two = expected.output.downloadPixels();
      for (size_t i = 0; i < one.rgba.size(); ++i) ASSERT_NEAR(one.rgba[i], two.rgba[i], 2.0f / 255.0f) << i;
    }
  }
  EXPECT_EQ(module().frames, 6u);
  EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_F(ProtocolTest, RequirementsNameWhatTheBackendNeeds) {
  auto needs = sized<ImpastoRequirements>();
  needs.backend = IMPASTO_BACKEND_CUDA;
  needs.module_folder = kReferenceFolder;
  const auto query = [&](PFN_vkGetInstanceProcAddr functions) {
    EXPECT_EQ(impastoQueryRequirements(device().instance, device().physical_device, functions, &needs), IMPASTO_SUCCESS);
  };
  query(PretendedSharing::getInstanceProcAddr);
  EXPECT_TRUE(needs.supported) << needs.reason;
  EXPECT_TRUE(needs.vulkan_backend);
  EXPECT_TRUE(needs.features12.timelineSemaphore);
  const std::vector<std::string> extensions(needs.device_extensions,
                                            needs.device_extensions + needs.device_extension_count);
  EXPECT_THAT(extensions, ::testing::ElementsAre("VK_KHR_external_memory_fd", "VK_KHR_external_semaphore_fd"));

  needs.host_api_version = VK_API_VERSION_1_1;
  query(PretendedSharing::getInstanceProcAddr);
  ASSERT_EQ(needs.device_extension_count, 3u);
  EXPECT_EQ(std::string(needs.device_extensions[0]), "VK_KHR_timeline_semaphore");
  needs.host_api_version = 0;

  needs.backend = IMPASTO_BACKEND_AUTO;
  query(PretendedSharing::getInstanceProcAddr);
  EXPECT_EQ(needs.backend, IMPASTO_BACKEND_VULKAN);
  EXPECT_EQ(needs.device_extension_count, 0u);
  needs.backend = IMPASTO_BACKEND_AUTO;
  needs.timeline_points = VK_TRUE;
  query(PretendedSharing::getInstanceProcAddr);
  EXPECT_EQ(needs.backend, IMPASTO_BACKEND_CUDA);
  EXPECT_EQ(needs.device_extension_count, 2u);

  module().failing_call = "probe";
  needs.backend = IMPASTO_BACKEND_CUDA;
  query(PretendedSharing::getInstanceProcAddr);
  EXPECT_FALSE(needs.supported);
  EXPECT_THAT(std::string(needs.reason), HasSubstr("the driver is too old"));

  const TempDir empty;
  const std::string folder = empty.path().string();
  needs.backend = IMPASTO_BACKEND_CUDA;
  needs.module_folder = folder.c_str();
  query(PretendedSharing::getInstanceProcAddr);
  EXPECT_FALSE(needs.supported);
  EXPECT_THAT(std::string(needs.reason), HasSubstr("libimpasto_cuda.so"));
  needs.module_folder = "modules";
  query(PretendedSharing::getInstanceProcAddr);
  EXPECT_THAT(std::string(needs.reason), HasSubstr("expected an absolute path"));
}

TEST_F(ProtocolTest, AutoTakesTheModuleWhereTheHostIsMadeForIt) {
  ImpastoContextInfo info = sharingInfo();
  info.backend = IMPASTO_BACKEND_AUTO;
  EXPECT_EQ(backendOf(makeContext(info)), IMPASTO_BACKEND_CUDA);
  EXPECT_THAT(log_.lines(), IsEmpty());
  info.timeline_points = VK_FALSE;
  EXPECT_EQ(backendOf(makeContext(info)), IMPASTO_BACKEND_VULKAN);
  EXPECT_THAT(log_.lines(), IsEmpty());
  info.timeline_points = VK_TRUE;
  info.external_handles = VK_FALSE;
  EXPECT_EQ(backendOf(makeContext(info)), IMPASTO_BACKEND_VULKAN);
  EXPECT_THAT(log_.lines(), Contains(AllOf(HasSubstr("CUDA backend not used"), HasSubstr("external_handles"))));
  info.external_handles = VK_TRUE;
  module().failing_call = "open";
  EXPECT_EQ(backendOf(makeContext(info)), IMPASTO_BACKEND_VULKAN);
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("CUDA backend not used: cuda: no device with this UUID")));
  const TempDir empty;
  const std::string folder = empty.path().string();
  info.module_folder = folder.c_str();
  EXPECT_EQ(backendOf(makeContext(info)), IMPASTO_BACKEND_VULKAN);
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("no libimpasto_cuda.so in " + folder)));
}

TEST_F(ProtocolTest, WhatIsMissingIsNamedWhereTheBackendIsAskedFor) {
  ImpastoContext none = nullptr;
  const auto refusal = [&](const ImpastoContextInfo& info) {
    EXPECT_EQ(impastoCreateContext(&info, &none), IMPASTO_ERROR_UNSUPPORTED);
    return std::string(impastoGetLastError());
  };
  ImpastoContextInfo info = sharingInfo();
  info.external_handles = VK_FALSE;
  EXPECT_THAT(refusal(info), HasSubstr("VK_KHR_external_memory_fd"));
  info = sharingInfo();
  info.timeline_points = VK_FALSE;
  info.timeline_semaphore = VK_FALSE;
  EXPECT_THAT(refusal(info), HasSubstr("timeline_semaphore"));
  info = sharingInfo();
  info.half_precision = VK_FALSE;
  const ContextPtr context = makeContext(info);
  const StylePtr style = toHandle(makeNegativeStyle());
  const ImpastoPassInfo pass_info = passInfo(context.get(), style.get());
  ImpastoPass pass = nullptr;
  EXPECT_EQ(impastoCreatePass(&pass_info, &pass), IMPASTO_ERROR_UNSUPPORTED);
  EXPECT_THAT(std::string(impastoGetLastError()), HasSubstr("half_precision"));
  EXPECT_EQ(module().generators, 0);
}

TEST_F(ProtocolTest, EveryFailureWhileAPassIsMadeLeavesNothingBehind) {
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  const ImpastoPassInfo info = passInfo(context.get(), style.get());
  makePass(context.get(), style.get());  // what is loaded once is loaded
  const size_t before = openDescriptors();
  const auto expectFailure = [&](ImpastoResult result, const char* why) {
    ImpastoPass pass = nullptr;
    EXPECT_EQ(impastoCreatePass(&info, &pass), result);
    EXPECT_THAT(std::string(impastoGetLastError()), HasSubstr(why));
    EXPECT_EQ(openDescriptors(), before) << why;
    EXPECT_EQ(module().generators, 0) << why;
    EXPECT_EQ(module().memories, 0) << why;
  };
  module().failing_call = "create_generator";
  expectFailure(IMPASTO_ERROR_OUT_OF_MEMORY, "cuda: out of device memory");
  module().failing_call = "import_memory";
  expectFailure(IMPASTO_ERROR_OUT_OF_MEMORY, "cuda: importing memory failed");
  module().failing_call = "bind";
  expectFailure(IMPASTO_ERROR_OUT_OF_MEMORY, "cuda: no room for the graph");
  PretendedSharing::failMemory(true);
  expectFailure(IMPASTO_ERROR_OUT_OF_MEMORY, "vkGetMemoryFdKHR");
  PretendedSharing::failMemory(false);
  const PassPtr pass = makePass(context.get(), style.get());
  const Pixels source = makePixels(16, 8, 1);
  EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 0)));
}

TEST_F(ProtocolTest, EverythingGoesWithThePassAndTheContext) {
  const size_t before = openDescriptors();
  {
    const ContextPtr context = makeContext(sharingInfo());
    const StylePtr style = toHandle(makeNegativeStyle());
    EXPECT_EQ(module().devices, 1);
    {
      const PassPtr pass = makePass(context.get(), style.get());
      const Pixels source = makePixels(16, 8, 1);
      for (uint32_t frame = 0; frame < 5; ++frame) EXPECT_TRUE(isNegative(source, paint(pass.get(), source, frame % 2)));
      EXPECT_EQ(module().timelines, 2);  // imported once each
      EXPECT_EQ(module().memories, 1);
    }
    EXPECT_EQ(module().generators, 0);
    EXPECT_EQ(module().memories, 0);
    EXPECT_EQ(module().timelines, 0);
  }
  EXPECT_EQ(module().devices, 0);
  EXPECT_EQ(openDescriptors(), before);
}

TEST_F(ProtocolTest, ExtentsAndStylesChange) {
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr negative = toHandle(makeNegativeStyle()), gray = toHandle(makeGrayStyle());
  const PassPtr pass = makePass(context.get(), negative.get());
  for (const bool is_gray : {false, true, false}) {
    ASSERT_EQ(impastoPassSetStyle(pass.get(), is_gray ? gray.get() : negative.get()), IMPASTO_SUCCESS);
    for (uint32_t slot = 0; slot < 2; ++slot) {
      const Pixels source = makePixels(16, 8, slot);
      const Pixels output = paint(pass.get(), source, slot);
      EXPECT_TRUE(is_gray ? isGray(source, output) : isNegative(source, output));
    }
  }
  for (const auto& [width, height] : {std::pair{9u, 30u}, std::pair{64u, 1u}, std::pair{1u, 1u}}) {
    ASSERT_EQ(impastoPassResize(pass.get(), width, height), IMPASTO_SUCCESS);
    const Pixels source = makePixels(width, height, 1);
    EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 0)));
  }
  // What a style left behind goes on a thread of Impasto's.
  for (int i = 0; i < 500 && module().generators > 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(module().generators, 1);
  EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_F(ProtocolTest, AFrameThatTheModuleDoesNotTakePassesThrough) {
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const Pixels source = makePixels(16, 8, 1);
  EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 0)));
  for (int round = 0; round < 2; ++round) {
    module().failing_call = "run";
    expectUnpainted(source, paint(pass.get(), source, 1));
    EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 0)));
  }
  ASSERT_EQ(log_.lines().size(), 1u);  // once
  EXPECT_THAT(log_.lines()[0], AllOf(HasSubstr("unpainted"), HasSubstr("launching the graph failed")));
}

TEST_F(ProtocolTest, ASemaphoreThatCannotBeSharedLeavesTheFrameUnpainted) {
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const Pixels source = makePixels(16, 8, 1);
  const size_t before = openDescriptors();
  PretendedSharing::failSemaphores(true);
  expectUnpainted(source, paint(pass.get(), source, 0));
  PretendedSharing::failSemaphores(false);
  module().failing_call = "import_timeline";
  expectUnpainted(source, paint(pass.get(), source, 1));
  EXPECT_EQ(openDescriptors(), before);
  EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 0)));
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("vkGetSemaphoreFdKHR")));
}

TEST_F(ProtocolTest, OneSemaphoreForBothPointsIsRefused) {
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  const ImpastoFrame frame = images.frame();
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
    auto execute = sized<ImpastoExecuteInfo>();
    execute.wait_semaphore = execute.signal_semaphore = packed_->get();
    execute.wait_value = 1;
    execute.signal_value = 2;
    EXPECT_EQ(impastoExecute(pass.get(), &execute), IMPASTO_ERROR_INVALID_ARGUMENT);
    EXPECT_THAT(std::string(impastoGetLastError()), HasSubstr("one writer each"));
  });
}

// The composite is recorded, and waits, when the generator fails: it is told by the host to leave the frame as it is.
TEST_F(ProtocolTest, AFrameThatFailsInTheMiddlePassesThrough) {
  const ContextPtr context = makeContext(sharingInfo());
  for (const Style& made : {makeNegativeStyle(), makeHistoryStyle()}) {
    const StylePtr style = toHandle(made);
    const PassPtr pass = makePass(context.get(), style.get());
    const Pixels source = makePixels(16, 8, 1);
    module().fails_in_mid_frame = 2;
    EXPECT_NE(source.rgba, paint(pass.get(), source, 0).rgba);
    expectUnpainted(source, paint(pass.get(), source, 1));  // the point is reached by the host's signal
    expectUnpainted(source, paint(pass.get(), source, 0));  // and so are those of frames that come after
    EXPECT_EQ(painted_->value(), value_);
  }
  ASSERT_EQ(log_.lines().size(), 2u);  // once for each pass
  EXPECT_THAT(log_.lines()[0], AllOf(HasSubstr("unpainted"), HasSubstr("a kernel failed")));
  // A new pass works: what failed was the generator.
  module().fails_in_mid_frame = 0;
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const Pixels source = makePixels(16, 8, 1);
  EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 0)));
}

TEST_F(ProtocolTest, FramesInFlightFailInTheirOrder) {
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const Pixels source = makePixels(16, 8, 1);
  const FrameImages first(device(), {}, source), second(device(), {}, source);
  const Timeline gate(device());
  module().fails_in_mid_frame = 1;
  SplitFrame one(device(), pass.get(), first.frame(0), *packed_, *painted_, 1, &gate);
  SplitFrame two(device(), pass.get(), second.frame(1), *packed_, *painted_, 2, &gate);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(painted_->value(), 0u);  // inputs that have not come are no failure
  gate.signal(2);
  one.wait();
  two.wait();
  expectUnpainted(source, first.output.downloadPixels());
  expectUnpainted(source, second.output.downloadPixels());
}

TEST_F(ProtocolTest, AModuleThatNeverAnswersIsGivenUp) {
  const auto begin = Clock::now();
  {
    const ContextPtr context = makeContext(sharingInfo(100));
    const StylePtr style = toHandle(makeNegativeStyle());
    const PassPtr pass = makePass(context.get(), style.get());
    const Pixels source = makePixels(16, 8, 1);
    module().never_answers = 2;
    EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 0)));
    expectUnpainted(source, paint(pass.get(), source, 1));
    expectUnpainted(source, paint(pass.get(), source, 0));
    expectUnpainted(source, paint(pass.get(), source, 1));
  }
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(20));
  ASSERT_EQ(log_.lines().size(), 1u);
  EXPECT_THAT(log_.lines()[0], HasSubstr("has not answered within 100 ms"));
  // What hangs is left as it is.
  EXPECT_EQ(module().generators, 1);
  EXPECT_EQ(module().devices, 1);
  module().generators = module().devices = module().memories = module().timelines = 0;
}

TEST_F(ProtocolTest, APassGoesInTheMiddleOfAFrame) {
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  module().milliseconds = 150;
  {
    const PassPtr pass = makePass(context.get(), style.get());
    FrameImages images(device(), {}, makePixels(16, 8, 1));
    UnfinishedFrame frame(device(), pass.get(), images.frame(), *packed_, *painted_, 1);
    ASSERT_TRUE(packed_->wait(1));
    EXPECT_EQ(painted_->value(), 0u);
  }  // the pass first waits for the module, which is still at it
  EXPECT_EQ(painted_->value(), 1u);
  EXPECT_EQ(module().frames, 1u);
  EXPECT_EQ(module().generators, 0);
  EXPECT_THAT(log_.lines(), IsEmpty());
}

// Against the rules, and yet nobody waits for ever.
TEST_F(ProtocolTest, APassGoesWhoseInputsWereNeverSubmitted) {
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  PassPtr pass = makePass(context.get(), style.get());
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  const ImpastoFrame frame = images.frame();
  module().never_answers = 1;
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
    auto execute = sized<ImpastoExecuteInfo>();
    execute.wait_semaphore = packed_->get();
    execute.wait_value = 1;  // never reached
    execute.signal_semaphore = painted_->get();
    execute.signal_value = 1;
    EXPECT_EQ(impastoExecute(pass.get(), &execute), IMPASTO_SUCCESS) << impastoGetLastError();
  });
  pass.reset();
  EXPECT_EQ(painted_->value(), 1u);
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("inputs were not submitted")));
  packed_->signal(1);  // the module's thread waits on, and would see the semaphore go
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  module().generators = module().devices = module().memories = module().timelines = 0;
}

TEST_F(ProtocolTest, AFrameIsGivenUpAndTheNextOneIsPainted) {
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const Pixels dark = makePixels(16, 8, 1), light = makePixels(16, 8, 5);
  FrameImages images(device(), {}, dark);
  UnfinishedFrame(device(), pass.get(), images.frame(0), *packed_, *painted_, ++value_).wait();
  EXPECT_TRUE(isNegative(light, paint(pass.get(), light, 1)));
}

TEST_F(ProtocolTest, TwoPassesAtOnce) {
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr negative = toHandle(makeNegativeStyle()), gray = toHandle(makeGrayStyle());
  const Timeline packed(device()), painted(device());  // of the second pass
  const PassPtr one = makePass(context.get(), negative.get()), two = makePass(context.get(), gray.get());
  for (uint64_t value = 1; value <= 6; ++value) {
    const auto slot = static_cast<uint32_t>(value % 2);
    const Pixels source = makePixels(16, 8, static_cast<uint32_t>(value));
    const FrameImages first(device(), {}, source), second(device(), {}, source);
    SplitFrame a(device(), one.get(), first.frame(slot), *packed_, *painted_, value);
    SplitFrame b(device(), two.get(), second.frame(slot), packed, painted, value);
    a.wait();
    b.wait();
    EXPECT_TRUE(isNegative(source, first.output.downloadPixels()));
    EXPECT_TRUE(isGray(source, second.output.downloadPixels()));
  }
  EXPECT_EQ(module().timelines, 4);
  EXPECT_EQ(module().generators, 2);
}

}  // namespace
}  // namespace impasto::test
