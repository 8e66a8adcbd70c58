// The backends that run in host memory, the reference and the CPU backend: what a host does for any backend that runs
// outside the command buffer. Inputs and outputs are two submissions with timeline points between.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "api/pass_fixture.h"
#include "api/split_frame.h"
#include "support/allocations.h"

namespace impasto::test {
namespace {

class HostBackendTest : public PassTest {
 protected:
  ImpastoContextInfo hostContextInfo(ImpastoBackend backend, bool half) const {
    ImpastoContextInfo info = contextInfo();
    info.backend = backend;
    info.half_precision = half;
    info.module_folder = IMPASTO_MODULES;
    info.cpu_threads = 2;
    info.cpu_precision = IMPASTO_CPU_PRECISION_FLOAT;
    return info;
  }

  // The log as it was written so far.
  static void logTo(ImpastoContextInfo& info, std::vector<std::string>& lines) {
    info.log = [](ImpastoLogLevel, const char* message, void* user_data) {
      static_cast<std::vector<std::string>*>(user_data)->push_back(message);
    };
    info.log_user_data = &lines;
  }

  static bool isProcessor() {
    VkPhysicalDeviceProperties properties;
    vkGetPhysicalDeviceProperties(device().physical_device, &properties);
    return properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
  }

  bool hasCpuModule() const {
    const ImpastoContextInfo info = hostContextInfo(IMPASTO_BACKEND_CPU, false);
    ImpastoContext context = nullptr;
    const bool has = impastoCreateContext(&info, &context) == IMPASTO_SUCCESS;
    impastoReleaseContext(context);
    return has;
  }
};

// On each of them.
class EachHostBackendTest : public HostBackendTest, public ::testing::WithParamInterface<ImpastoBackend> {
 protected:
  void SetUp() override {
    HostBackendTest::SetUp();
    if (!IsSkipped() && GetParam() == IMPASTO_BACKEND_CPU && !hasCpuModule()) GTEST_SKIP() << impastoGetLastError();
  }
  ContextPtr makeHostContext(bool half) const { return makeContext(hostContextInfo(GetParam(), half)); }
};

INSTANTIATE_TEST_SUITE_P(, EachHostBackendTest, ::testing::Values(IMPASTO_BACKEND_REFERENCE, IMPASTO_BACKEND_CPU),
                         [](const auto& test) {
                           return std::string(test.param == IMPASTO_BACKEND_CPU ? "cpu" : "reference");
                         });

TEST_P(EachHostBackendTest, PaintsAsTheVulkanBackendDoes) {
  for (const bool half : {false, true}) {
    if (half && !device().storage_16bit) continue;
    const ContextPtr host = makeHostContext(half);
    ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
    EXPECT_EQ(impastoContextGetBackend(host.get(), &backend), IMPASTO_SUCCESS);
    EXPECT_EQ(backend, GetParam());
    const ContextPtr context = makeContext();
    for (const Style& made : {makeSmallStyle(3), makeHistoryStyle()}) {
      const StylePtr style = toHandle(made);
      PassSettings settings;
      settings.width = 37;
      settings.height = 21;
      const PassPtr pass = makePass(host.get(), style.get(), settings);
      const PassPtr other = makePass(context.get(), style.get(), settings);
      const Pixels source = makePixels(37, 21, 1);
      FrameImages images(device(), settings, source), expected(device(), settings, source);
      const Timeline packed(device()), painted(device());
      for (uint64_t frame = 1; frame <= 3; ++frame) {
        const uint32_t slot = static_cast<uint32_t>(frame % 2);
        SplitFrame(device(), pass.get(), images.frame(slot), packed, painted, frame).wait();
        paintFrame(other.get(), expected.frame(slot));
        const Pixels one = images.output.downloadPixels(), two = expected.output.downloadPixels();
        for (size_t i = 0; i < one.rgba.size(); ++i) ASSERT_NEAR(one.rgba[i], two.rgba[i], 2.0f / 255.0f) << i;
      }
    }
  }
}

// Both submissions and the execution are there long before the inputs may run: nothing waits on the host's threads.
TEST_P(EachHostBackendTest, FramesInFlightAreHeldBackByTheirInputs) {
  const ContextPtr context = makeHostContext(false);
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const Pixels dark = makePixels(16, 8, 1), light = makePixels(16, 8, 5);
  FrameImages first(device(), {}, dark), second(device(), {}, light);
  const Timeline gate(device()), packed(device()), painted(device());
  SplitFrame one(device(), pass.get(), first.frame(0), packed, painted, 1, &gate);
  SplitFrame two(device(), pass.get(), second.frame(1), packed, painted, 2, &gate);
  EXPECT_FALSE(one.done());
  EXPECT_EQ(painted.value(), 0u);
  gate.signal(2);
  one.wait();
  two.wait();
  EXPECT_EQ(painted.value(), 2u);
  EXPECT_TRUE(isNegative(dark, first.output.downloadPixels()));
  EXPECT_TRUE(isNegative(light, second.output.downloadPixels()));
}

// A host that is made for backends outside the command buffer has the same code with the Vulkan backend.
TEST_F(HostBackendTest, TheVulkanBackendSignalsTheSamePoints) {
  ImpastoContextInfo info = contextInfo();
  info.timeline_points = VK_TRUE;
  const ContextPtr context = makeContext(info);
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const Timeline packed(device()), painted(device());
  for (uint64_t value = 1; value <= 3; ++value) {
    const Pixels source = makePixels(16, 8, static_cast<uint32_t>(value));
    FrameImages images(device(), {}, source);
    SplitFrame(device(), pass.get(), images.frame(value % 2), packed, painted, value).wait();
    EXPECT_EQ(painted.value(), value);
    EXPECT_TRUE(isNegative(source, images.output.downloadPixels()));
  }
  info.timeline_semaphore = VK_FALSE;
  ImpastoContext none = nullptr;
  EXPECT_EQ(impastoCreateContext(&info, &none), IMPASTO_ERROR_INVALID_ARGUMENT);
  EXPECT_NE(std::string(impastoGetLastError()).find("timeline_points"), std::string::npos);
}

TEST_P(EachHostBackendTest, SemaphoresAreAskedFor) {
  const ContextPtr context = makeHostContext(false);
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  const ImpastoFrame frame = images.frame();
  const Timeline packed(device());
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
    auto execute = sized<ImpastoExecuteInfo>();
    EXPECT_EQ(impastoExecute(pass.get(), &execute), IMPASTO_ERROR_INVALID_ARGUMENT);
    EXPECT_NE(std::string(impastoGetLastError()).find("wait_semaphore"), std::string::npos);
    execute.wait_semaphore = packed.get();
    EXPECT_EQ(impastoExecute(pass.get(), &execute), IMPASTO_ERROR_INVALID_ARGUMENT);
    EXPECT_NE(std::string(impastoGetLastError()).find("signal_semaphore"), std::string::npos);
  });
}

TEST_P(EachHostBackendTest, StylesSwitchAndExtentsChangeBetweenFrames) {
  const ContextPtr context = makeHostContext(false);
  const StylePtr negative = toHandle(makeNegativeStyle()), gray = toHandle(makeGrayStyle());
  const PassPtr pass = makePass(context.get(), negative.get());
  const Timeline packed(device()), painted(device());
  uint64_t value = 0;
  for (const bool is_gray : {false, true, false}) {
    ASSERT_EQ(impastoPassSetStyle(pass.get(), is_gray ? gray.get() : negative.get()), IMPASTO_SUCCESS);
    for (uint32_t slot = 0; slot < 2; ++slot) {
      const Pixels source = makePixels(16, 8, slot);
      FrameImages images(device(), {}, source);
      SplitFrame(device(), pass.get(), images.frame(slot), packed, painted, ++value).wait();
      const Pixels output = images.output.downloadPixels();
      EXPECT_TRUE(is_gray ? isGray(source, output) : isNegative(source, output));
    }
  }
  PassSettings settings;
  settings.width = 9;
  settings.height = 30;
  ASSERT_EQ(impastoPassResize(pass.get(), 9, 30), IMPASTO_SUCCESS);
  const Pixels source = makePixels(9, 30, 1);
  FrameImages images(device(), settings, source);
  SplitFrame(device(), pass.get(), images.frame(), packed, painted, ++value).wait();
  EXPECT_TRUE(isNegative(source, images.output.downloadPixels()));
}

// A pass that goes while a frame was begun and will never be submitted: nobody waits for ever.
TEST_P(EachHostBackendTest, GoesWhileItWaitsForInputs) {
  const ContextPtr context = makeHostContext(false);
  const StylePtr style = toHandle(makeNegativeStyle());
  PassPtr pass = makePass(context.get(), style.get());
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  const Timeline packed(device()), painted(device());
  const ImpastoFrame frame = images.frame();
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
    auto execute = sized<ImpastoExecuteInfo>();
    execute.wait_semaphore = packed.get();
    execute.wait_value = 1;  // never reached
    execute.signal_semaphore = painted.get();
    execute.signal_value = 1;
    EXPECT_EQ(impastoExecute(pass.get(), &execute), IMPASTO_SUCCESS) << impastoGetLastError();
  });
  pass.reset();
  EXPECT_EQ(painted.value(), 1u);
}

// Dynamic resolution: one pass, frames of all extents up to its own, there and back.
TEST_P(EachHostBackendTest, FramesMayBeSmaller) {
  const ContextPtr host = makeHostContext(false), context = makeContext();
  const StylePtr style = toHandle(makeSmallStyle(7));
  PassSettings settings;
  settings.width = 61;
  settings.height = 43;
  const PassPtr pass = makePass(host.get(), style.get(), settings);
  const PassPtr other = makePass(context.get(), style.get(), settings);
  const Pixels source = makePixels(61, 43, 2);
  const Timeline packed(device()), painted(device());
  uint64_t value = 0;
  for (const auto& [width, height] : {std::pair{61u, 43u}, {1u, 1u}, {30u, 43u}, {17u, 9u}, {60u, 5u}, {61u, 43u}}) {
    FrameImages images(device(), settings, source), expected(device(), settings, source);
    ImpastoFrame frame = images.frame(value % 2), same = expected.frame(value % 2);
    frame.width = same.width = width;
    frame.height = same.height = height;
    SplitFrame(device(), pass.get(), frame, packed, painted, ++value).wait();
    paintFrame(other.get(), same);
    const Pixels one = images.output.downloadPixels(), two = expected.output.downloadPixels();
    for (uint32_t y = 0; y < height; ++y) {
      for (size_t x = 0; x < width * 4; ++x) {
        const size_t i = size_t{y} * 61 * 4 + x;
        ASSERT_NEAR(one.rgba[i], two.rgba[i], 2.0f / 255.0f) << width << "x" << height << ": " << x << ", " << y;
      }
    }
  }
}

TEST_P(EachHostBackendTest, ExecuteAllocatesNothing) {
  const ContextPtr context = makeHostContext(false);
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  const Timeline packed(device()), painted(device());
  for (uint64_t value = 1; value <= 4; ++value) {
    const ImpastoFrame frame = images.frame(value % 2);
    device().submit([&](VkCommandBuffer cmd) {
      EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS) << impastoGetLastError();
    });
    packed.signal(value);
    auto execute = sized<ImpastoExecuteInfo>();
    execute.frame_index = frame.frame_index;
    execute.wait_semaphore = packed.get();
    execute.signal_semaphore = painted.get();
    execute.wait_value = execute.signal_value = value;
    AllocationWatch watch;
    const ImpastoResult result = impastoExecute(pass.get(), &execute);
    EXPECT_EQ(watch.stop(), 0);
    EXPECT_EQ(result, IMPASTO_SUCCESS) << impastoGetLastError();
    EXPECT_TRUE(painted.wait(value));
  }
}

TEST_F(HostBackendTest, AutoTakesTheCpuBackendOnAProcessorAlone) {
  ImpastoContextInfo info = hostContextInfo(IMPASTO_BACKEND_AUTO, false);
  info.timeline_points = VK_TRUE;
  auto requirements = sized<ImpastoRequirements>();
  requirements.timeline_points = VK_TRUE;
  requirements.module_folder = IMPASTO_MODULES;
  const bool is_cpu = isProcessor() && hasCpuModule();
  const auto expectBackend = [&](ImpastoBackend expected) {
    const ContextPtr context = makeContext(info);
    ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
    EXPECT_EQ(impastoContextGetBackend(context.get(), &backend), IMPASTO_SUCCESS);
    EXPECT_EQ(backend, expected);
    requirements.backend = IMPASTO_BACKEND_AUTO;
    EXPECT_EQ(impastoQueryRequirements(device().instance, device().physical_device, vkGetInstanceProcAddr,
                                       &requirements), IMPASTO_SUCCESS);
    EXPECT_EQ(requirements.backend, expected);
    EXPECT_EQ(requirements.supported, VK_TRUE);
  };
  expectBackend(is_cpu ? IMPASTO_BACKEND_CPU : IMPASTO_BACKEND_VULKAN);
  info.timeline_points = requirements.timeline_points = VK_FALSE;  // a host that is not made for it
  expectBackend(IMPASTO_BACKEND_VULKAN);
}

TEST_F(HostBackendTest, WithoutTheModuleTheVulkanBackendTakesOver) {
  std::vector<std::string> lines;
  ImpastoContextInfo info = hostContextInfo(IMPASTO_BACKEND_AUTO, false);
  info.timeline_points = VK_TRUE;
  info.module_folder = "/nowhere";
  logTo(info, lines);
  const ContextPtr context = makeContext(info);
  ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
  EXPECT_EQ(impastoContextGetBackend(context.get(), &backend), IMPASTO_SUCCESS);
  EXPECT_EQ(backend, IMPASTO_BACKEND_VULKAN);
  if (isProcessor()) {
    EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("CPU backend not used") != std::string::npos && line.find("/nowhere") != std::string::npos;
    }));
  }

  info.backend = IMPASTO_BACKEND_CPU;
  ImpastoContext none = nullptr;
  EXPECT_EQ(impastoCreateContext(&info, &none), IMPASTO_ERROR_UNSUPPORTED);
  EXPECT_NE(std::string(impastoGetLastError()).find("libimpasto_cpu"), std::string::npos) << impastoGetLastError();
}

TEST_F(HostBackendTest, AnUnknownPrecisionIsRefused) {
  ImpastoContextInfo info = hostContextInfo(IMPASTO_BACKEND_VULKAN, false);
  info.cpu_precision = static_cast<ImpastoCpuPrecision>(3);
  ImpastoContext none = nullptr;
  EXPECT_EQ(impastoCreateContext(&info, &none), IMPASTO_ERROR_INVALID_ARGUMENT);
  EXPECT_NE(std::string(impastoGetLastError()).find("cpu_precision"), std::string::npos);
}

}  // namespace
}  // namespace impasto::test
