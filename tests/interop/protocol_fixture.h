// A host that shares memory and timelines with the reference module (reference_module.h), which stands in for CUDA's.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/split_frame.h"
#include "backend/module_abi.h"
#include "interop/pretended_sharing.h"
#include "interop/reference_module.h"

namespace impasto::test {

inline constexpr const char kReferenceFolder[] = IMPASTO_TEST_MODULES "/reference";

// The module's own controls: the library loads the same file.
inline ReferenceModuleControls& module() {
  static ReferenceModuleControls& controls = *[] {
    void* library = dlopen((std::string(kReferenceFolder) + "/libimpasto_cuda.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(dlerror());
    const auto entry = reinterpret_cast<ImpastoGetModule>(dlsym(library, kModuleEntry));
    return static_cast<const ReferenceModuleFunctions*>(entry()->functions)->controls;
  }();
  return controls;
}

// What the host's log was told.
class Log {
 public:
  static void callback(ImpastoLogLevel level, const char* message, void* user_data) {
    auto& log = *static_cast<Log*>(user_data);
    const std::lock_guard lock(log.mutex_);
    if (level != IMPASTO_LOG_INFO || std::string(message).find("pipeline cache") == std::string::npos) {
      log.lines_.emplace_back(message);
    }
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// The frame as it came.
inline void expectUnpainted(const Pixels& source, const Pixels& output) {
  EXPECT_EQ(encodePixels(source, VK_FORMAT_R8G8B8A8_UNORM), encodePixels(output, VK_FORMAT_R8G8B8A8_UNORM));
}

class ProtocolTest : public PassTest {
 protected:
  void SetUp() override {
    PassTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    module().reset();
    TestDeviceOptions options;
    options.validation = withLayers();
    // Layers 1.4.309 corrupt their heap where one thread signals and another submits (Khronos' validation layers, pull
    // requests 11925 and 11931, mended in March 2026). 1.4.350 is later than that; which release is the first was not tried.
    options.validate_synchronization = TestDevice::validationVersion() >= VK_MAKE_API_VERSION(0, 1, 4, 350);
    options.extensions = {VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME};
    if (!useDevice(options)) return;
    if (device().driver.find("llvmpipe") == std::string::npos) {
      GTEST_SKIP() << "for lavapipe, whose exported memory a process can map: this is " << device().driver;
    }
    if (!device().storage_16bit) GTEST_SKIP() << "no storageBuffer16BitAccess";
    painted_.emplace(device());
    packed_.emplace(device());
  }
  // Validation layers before 1.4 lose their way where a host signals what a queue waits for, and are ten seconds late each
  // time: with such the tests run without, and with others under scripts/newest-mesa.
  static bool layersCanFollow() { return TestDevice::validationVersion() >= VK_MAKE_API_VERSION(0, 1, 4, 0); }
  virtual bool withLayers() const { return layersCanFollow(); }
  void TearDown() override {
    packed_.reset();
    painted_.reset();
    PretendedSharing::failMemory(false);
    PretendedSharing::failSemaphores(false);
    PassTest::TearDown();
  }

  // `limit`: milliseconds for an answer.
  ImpastoContextInfo sharingInfo(uint32_t limit = 20'000) {
    ImpastoContextInfo info = contextInfo();
    info.get_instance_proc_addr = PretendedSharing::getInstanceProcAddr;
    info.backend = IMPASTO_BACKEND_CUDA;
    info.external_handles = VK_TRUE;
    info.timeline_points = VK_TRUE;
    info.module_folder = kReferenceFolder;
    info.answer_limit_ms = limit;
    info.log = Log::callback;
    info.log_user_data = &log_;
    return info;
  }

  static ImpastoBackend backendOf(const ContextPtr& context) {
    ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
    EXPECT_EQ(impastoContextGetBackend(context.get(), &backend), IMPASTO_SUCCESS);
    return backend;
  }

  // One frame from end to end; what came out.
  Pixels paint(ImpastoPass pass, const Pixels& source, uint32_t slot) {
    PassSettings settings;
    settings.width = source.width;
    settings.height = source.height;
    FrameImages images(device(), settings, source);
    SplitFrame(device(), pass, images.frame(slot), *packed_, *painted_, ++value_).wait();
    return images.output.downloadPixels();
  }

  Log log_;
  std::optional<Timeline> packed_, painted_;
  uint64_t value_ = 0;
};

}  // namespace impasto::test
