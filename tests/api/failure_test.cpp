// Every creating Vulkan call of a pass's life failing in turn: the function that made it returns the right error and
// nothing leaks, what was there before stays usable, and a later try works.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "api/injected_pass_test.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

class FailureTest : public InjectedPassTest {
 protected:
  ImpastoContextInfo cachingInfo() const {
    ImpastoContextInfo info = injectedInfo();
    info.pipeline_cache_path = cache_path.c_str();
    return info;
  }

  // One step that may fail; repeated once after a failure, when it must succeed.
  template <class Step>
  void step(const char* what, ImpastoResult expected, Step&& call, const std::function<void()>& after_failure = [] {}) {
    const bool had_failed = InjectedVulkan::failed();
    const ImpastoResult result = call();
    if (!had_failed && InjectedVulkan::failed() && InjectedVulkan::failedCall() != "vkGetPipelineCacheData") {
      EXPECT_EQ(result, expected) << what << ", " << InjectedVulkan::failedCall();
      EXPECT_NE(std::string(impastoGetLastError()).find(InjectedVulkan::failedCall()), std::string::npos)
          << impastoGetLastError();
      after_failure();
      EXPECT_EQ(call(), IMPASTO_SUCCESS) << what << " again after " << InjectedVulkan::failedCall() << ": "
                                         << impastoGetLastError();
    } else {
      EXPECT_EQ(result, IMPASTO_SUCCESS) << what << ": " << impastoGetLastError();
    }
  }

  void paint(ImpastoPass pass, uint32_t width, uint32_t height) {
    PassSettings settings;
    settings.width = width;
    settings.height = height;
    FrameImages images(device(), settings, makePixels(width, height, 1));
    paintFrame(pass, images.frame());
  }

  // A whole life, every step of which may be the one that fails.
  void live(ImpastoResult expected) {
    const ImpastoContextInfo info = cachingInfo();
    ImpastoContext context = nullptr;
    step("impastoCreateContext", expected, [&] { return impastoCreateContext(&info, &context); });
    ASSERT_NE(context, nullptr);
    ContextPtr own_context(context);
    const StylePtr style = toHandle(makeNegativeStyle());
    const StylePtr other = toHandle(makeDepthStyle());
    ImpastoPass pass = nullptr;
    const ImpastoPassInfo pass_info = passInfo(context, style.get());
    step("impastoCreatePass", expected, [&] { return impastoCreatePass(&pass_info, &pass); });
    ASSERT_NE(pass, nullptr);
    PassPtr own_pass(pass);
    step("impastoPassResize", expected, [&] { return impastoPassResize(pass, 24, 10); },
         [&] { paint(pass, 16, 8); });  // the old extent still works
    step("impastoPassSetStyle", expected, [&] { return impastoPassSetStyle(pass, other.get()); },
         [&] { paint(pass, 24, 10); });  // the old style still does: the other one would want depth
    step("impastoPassSetStyle", expected, [&] { return impastoPassSetStyle(pass, style.get()); });
    paint(pass, 24, 10);
  }

  // Fails call 0, `stride`, 2 * stride, ... until a life needs no more calls than that.
  void failInTurn(VkResult injected, ImpastoResult expected, uint32_t stride) {
    for (uint32_t index = 0;; index += stride) {
      InjectedVulkan::reset();
      InjectedVulkan::failCall(index, injected);
      live(expected);
      EXPECT_EQ(InjectedVulkan::liveObjects(), 0) << "leaked after " << InjectedVulkan::failedCall();
      if (!InjectedVulkan::failed()) {
        EXPECT_GT(index, 20u);
        break;
      }
      ASSERT_LT(index, 1000u);
      ASSERT_FALSE(HasFailure()) << "call " << index << ", " << InjectedVulkan::failedCall();
    }
  }

  TempDir folder;
  const std::string cache_path = folder.file("pipelines");
};

TEST_F(FailureTest, EveryCallOutOfDeviceMemory) {
  failInTurn(VK_ERROR_OUT_OF_DEVICE_MEMORY, IMPASTO_ERROR_OUT_OF_MEMORY, 1);
}

// The way is the same; a sample shows that the results are told apart.
TEST_F(FailureTest, OutOfHostMemory) { failInTurn(VK_ERROR_OUT_OF_HOST_MEMORY, IMPASTO_ERROR_OUT_OF_MEMORY, 29); }
TEST_F(FailureTest, DeviceLost) { failInTurn(VK_ERROR_DEVICE_LOST, IMPASTO_ERROR_DEVICE_LOST, 31); }

}  // namespace
}  // namespace impasto::test
