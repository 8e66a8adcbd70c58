// The CUDA module as it is shipped, on a driver of the tests' (fake_cuda.h): its kernels run on the shim, over memory that
// lavapipe shares.
#include <cuda.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "interop/fake_cuda.h"
#include "interop/protocol_fixture.h"

namespace impasto::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CudaModuleTest : public ProtocolTest {
 protected:
  void SetUp() override {
    ProtocolTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    VkPhysicalDeviceIDProperties id{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
    VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
    properties.pNext = &id;
    vkGetPhysicalDeviceProperties2(device().physical_device, &properties);
    FakeCuda::reset(id.deviceUUID);
  }
  void TearDown() override {
    EXPECT_EQ(FakeCuda::complaint(), "");
    ProtocolTest::TearDown();
  }

  ImpastoContextInfo cudaInfo(uint32_t limit = 60'000) {
    ImpastoContextInfo info = sharingInfo(limit);
    info.module_folder = IMPASTO_TEST_CUDA_MODULE;
    return info;
  }
};

TEST_F(CudaModuleTest, PaintsAsTheVulkanBackendDoes) {
  const ContextPtr context = makeContext(cudaInfo()), plain = makeContext();
  ASSERT_EQ(backendOf(context), IMPASTO_BACKEND_CUDA);
  for (const Style& made : {makeSmallStyle(3), makeHistoryStyle(), makeTintStyle()}) {
    const StylePtr style = toHandle(made);
    PassSettings settings;
    settings.width = 37;
    settings.height = 21;
    const PassPtr pass = makePass(context.get(), style.get(), settings);
    const PassPtr other = makePass(plain.get(), style.get(), settings);
    FrameImages expected(device(), settings, makePixels(37, 21, 1));
    for (uint32_t frame = 0; frame < 3; ++frame) {
      const Pixels one = paint(pass.get(), makePixels(37, 21, 1), frame % 2);
      paintFrame(other.get(), expected.frame(frame % 2));
      const Pixels two = expected.output.downloadPixels();
      for (size_t i = 0; i < one.rgba.size(); ++i) ASSERT_NEAR(one.rgba[i], two.rgba[i], 2.0f / 255.0f) << i;
    }
  }
  EXPECT_GT(FakeCuda::kernelsRun(), 9u);
  EXPECT_THAT(log_.lines(), IsEmpty());
}

// A graph for each frame in flight, changed where a frame has another extent than the slot's last.
TEST_F(CudaModuleTest, GraphsAreMadeOnceAndChangedWithTheExtent) {
  const ContextPtr context = makeContext(cudaInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const auto paintPart = [&](uint32_t width, uint32_t slot, uint32_t seed) {
    const Pixels source = makePixels(16, 8, seed);
    FrameImages images(device(), {}, source);
    ImpastoFrame frame = images.frame(slot);
    frame.width = width;
    frame.height = 8;
    SplitFrame(device(), pass.get(), frame, *packed_, *painted_, ++value_).wait();
    const Pixels output = images.output.downloadPixels();
    for (uint32_t x = 0; x < width; ++x) EXPECT_NEAR(output.at(x, 3, 0), 1 - source.at(x, 3, 0), 2.0f / 255.0f) << x;
  };
  for (uint32_t i = 0; i < 20; ++i) paintPart(16, i % 2, i);
  EXPECT_EQ(FakeCuda::graphsMade(), 2u);
  EXPECT_EQ(FakeCuda::nodesChanged(), 0u);
  paintPart(9, 0, 1);
  const uint64_t changed = FakeCuda::nodesChanged();
  EXPECT_GT(changed, 0u);
  paintPart(9, 0, 2);
  EXPECT_EQ(FakeCuda::nodesChanged(), changed);
  paintPart(16, 0, 3);
  EXPECT_EQ(FakeCuda::nodesChanged(), 2 * changed);
  EXPECT_EQ(FakeCuda::graphsMade(), 2u);
}

TEST_F(CudaModuleTest, TheDeviceIsFoundByItsUuidAlone) {
  FakeCuda::reset(std::array<uint8_t, 16>{9}.data());
  ImpastoContextInfo info = cudaInfo();
  ImpastoContext none = nullptr;
  EXPECT_EQ(impastoCreateContext(&info, &none), IMPASTO_ERROR_UNSUPPORTED);
  EXPECT_THAT(std::string(impastoGetLastError()), HasSubstr("none of 2 CUDA devices is the Vulkan device"));
  info.backend = IMPASTO_BACKEND_AUTO;
  EXPECT_NE(backendOf(makeContext(info)), IMPASTO_BACKEND_CUDA);  // there may be a CPU module
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("CUDA backend not used")));
  EXPECT_EQ(FakeCuda::liveObjects(), 0);
}

TEST_F(CudaModuleTest, EveryCallThatFailsIsNamedAndLeavesNothingBehind) {
  const ContextPtr context = makeContext(cudaInfo());
  const StylePtr style = toHandle(makeSmallStyle(1));
  makePass(context.get(), style.get());  // kernels are loaded once
  const int live = FakeCuda::liveObjects();
  const size_t descriptors = openDescriptors();
  const ImpastoPassInfo info = passInfo(context.get(), style.get());
  for (const char* call : {"cuStreamCreate", "cuMemAlloc", "cuMemcpyHtoDAsync", "cuImportExternalMemory",
                           "cuExternalMemoryGetMappedBuffer"}) {
    FakeCuda::fail(call, CUDA_ERROR_OUT_OF_MEMORY);
    ImpastoPass pass = nullptr;
    EXPECT_EQ(impastoCreatePass(&info, &pass), IMPASTO_ERROR_OUT_OF_MEMORY) << call;
    EXPECT_THAT(std::string(impastoGetLastError()), AllOf(HasSubstr(call), HasSubstr("CUDA_ERROR_OUT_OF_MEMORY")));
    EXPECT_EQ(FakeCuda::liveObjects(), live) << call;
    EXPECT_EQ(openDescriptors(), descriptors) << call;
  }
}

TEST_F(CudaModuleTest, EverythingGoesWithTheContext) {
  const size_t descriptors = openDescriptors();
  {
    const ContextPtr context = makeContext(cudaInfo());
    const StylePtr style = toHandle(makeNegativeStyle()), gray = toHandle(makeGrayStyle());
    const PassPtr pass = makePass(context.get(), style.get());
    const Pixels source = makePixels(16, 8, 1);
    EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 0)));
    EXPECT_EQ(impastoPassSetStyle(pass.get(), gray.get()), IMPASTO_SUCCESS);
    EXPECT_TRUE(isGray(source, paint(pass.get(), source, 1)));
    EXPECT_EQ(impastoPassResize(pass.get(), 31, 5), IMPASTO_SUCCESS);
    const Pixels other = makePixels(31, 5, 1);
    EXPECT_TRUE(isGray(other, paint(pass.get(), other, 0)));
  }
  EXPECT_EQ(FakeCuda::liveObjects(), 0);
  EXPECT_EQ(openDescriptors(), descriptors);
}

TEST_F(CudaModuleTest, TheHostsContextStaysCurrent) {
  FakeCuda::pushHostContext();
  {
    const ContextPtr context = makeContext(cudaInfo());
    const StylePtr style = toHandle(makeNegativeStyle());
    const PassPtr pass = makePass(context.get(), style.get());
    const Pixels source = makePixels(16, 8, 1);
    EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 0)));
    FakeCuda::fail("cuGraphLaunch", CUDA_ERROR_OUT_OF_MEMORY);
    expectUnpainted(source, paint(pass.get(), source, 1));
  }
  EXPECT_TRUE(FakeCuda::popHostContext());
}

TEST_F(CudaModuleTest, AFrameWhoseCallsFailPassesThroughAndTheNextIsPainted) {
  const ContextPtr context = makeContext(cudaInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  for (const char* call : {"cuGraphCreate", "cuGraphAddKernelNode", "cuGraphInstantiate", "cuGraphLaunch",
                           "cuWaitExternalSemaphoresAsync", "cuSignalExternalSemaphoresAsync",
                           "cuImportExternalSemaphore"}) {
    const PassPtr pass = makePass(context.get(), style.get());
    const Pixels source = makePixels(16, 8, 1);
    FakeCuda::fail(call, CUDA_ERROR_OUT_OF_MEMORY);
    expectUnpainted(source, paint(pass.get(), source, 0));
    EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 1))) << call;
    EXPECT_TRUE(isNegative(source, paint(pass.get(), source, 0))) << call;
    EXPECT_THAT(log_.lines(), Contains(AllOf(HasSubstr("unpainted"), HasSubstr(call))));
  }
}

TEST_F(CudaModuleTest, AKernelThatFailsInMidFrameEndsThePass) {
  const ContextPtr context = makeContext(cudaInfo());
  const StylePtr style = toHandle(makeSmallStyle(1));
  const PassPtr pass = makePass(context.get(), style.get());
  const Pixels source = makePixels(16, 8, 1);
  EXPECT_NE(source.rgba, paint(pass.get(), source, 0).rgba);
  FakeCuda::failKernel(1);
  expectUnpainted(source, paint(pass.get(), source, 1));
  expectUnpainted(source, paint(pass.get(), source, 0));
  EXPECT_EQ(painted_->value(), value_);
  ASSERT_EQ(log_.lines().size(), 1u);
  EXPECT_THAT(log_.lines()[0], HasSubstr("CUDA_ERROR_LAUNCH_FAILED"));
}

TEST_F(CudaModuleTest, AStreamThatHangsIsGivenUp) {
  {
    const ContextPtr context = makeContext(cudaInfo(200));
    const StylePtr style = toHandle(makeNegativeStyle());
    const PassPtr pass = makePass(context.get(), style.get());
    const Pixels source = makePixels(16, 8, 1);
    FakeCuda::hang(true);
    expectUnpainted(source, paint(pass.get(), source, 0));
    EXPECT_THAT(log_.lines(), Contains(HasSubstr("has not answered within 200 ms")));
  }
  EXPECT_GT(FakeCuda::liveObjects(), 0);  // what hangs is left as it is, and hangs until the program ends
}

TEST_F(CudaModuleTest, APassGoesInTheMiddleOfAFrame) {
  const ContextPtr context = makeContext(cudaInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  FakeCuda::hang(true);
  std::thread later([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    FakeCuda::hang(false);
  });
  {
    const PassPtr pass = makePass(context.get(), style.get());
    FrameImages images(device(), {}, makePixels(16, 8, 1));
    UnfinishedFrame frame(device(), pass.get(), images.frame(), *packed_, *painted_, 1);
    ASSERT_TRUE(packed_->wait(1));
  }
  EXPECT_EQ(painted_->value(), 1u);
  later.join();
  EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_F(CudaModuleTest, TwoPassesAtOnce) {
  const ContextPtr context = makeContext(cudaInfo());
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
}

}  // namespace
}  // namespace impasto::test
