// Every function of the C ABI called wrongly: it says so, with a message, and changes nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <thread>

#include "api/pass_fixture.h"

namespace impasto::test {
namespace {

// The result, and that it comes with a message of one line that names the function.
#define EXPECT_FAILS(code, call)                                             \
  do {                                                                       \
    EXPECT_EQ(call, code);                                                   \
    const std::string message = impastoGetLastError();                       \
    EXPECT_EQ(message.rfind("impasto", 0), 0u) << "message: " << message;    \
    EXPECT_EQ(message.find('\n'), std::string::npos) << "message: " << message; \
  } while (false)
#define EXPECT_INVALID(call) EXPECT_FAILS(IMPASTO_ERROR_INVALID_ARGUMENT, call)

class ArgumentsTest : public PassTest {
 protected:
  void SetUp() override {
    PassTest::SetUp();
    if (IsSkipped()) return;
    context = makeContext();
    style = toHandle(makeNegativeStyle());
  }
  void TearDown() override {
    style.reset();
    context.reset();
    PassTest::TearDown();
  }

  ContextPtr context;
  StylePtr style;
};

TEST_F(ArgumentsTest, LastErrorIsPerThreadAndClearedBySuccess) {
  EXPECT_INVALID(impastoCreateStyleFromMemory(nullptr, 0, nullptr));
  std::thread([] { EXPECT_STREQ(impastoGetLastError(), ""); }).join();
  EXPECT_STRNE(impastoGetLastError(), "");
  auto info = sized<ImpastoStyleInfo>();
  EXPECT_EQ(impastoStyleGetInfo(style.get(), &info), IMPASTO_SUCCESS);
  EXPECT_STREQ(impastoGetLastError(), "");
}

TEST_F(ArgumentsTest, ResultStringsAndVersion) {
  EXPECT_STREQ(impastoResultString(IMPASTO_SUCCESS), "success");
  EXPECT_STREQ(impastoResultString(static_cast<ImpastoResult>(-99)), "unknown result");
  EXPECT_EQ(impastoGetVersion(), VK_MAKE_API_VERSION(0, 0, 3, 0));
}

TEST_F(ArgumentsTest, RetainAndReleaseOfNullDoNothing) {
  impastoRetainContext(nullptr);
  impastoReleaseContext(nullptr);
  impastoRetainStyle(nullptr);
  impastoReleaseStyle(nullptr);
  impastoRetainPass(nullptr);
  impastoReleasePass(nullptr);
  impastoDefaultControls(nullptr);
}

TEST_F(ArgumentsTest, Requirements) {
  auto r = sized<ImpastoRequirements>();
  const auto instance = device().instance;
  const auto physical = device().physical_device;
  EXPECT_INVALID(impastoQueryRequirements(nullptr, physical, vkGetInstanceProcAddr, &r));
  EXPECT_INVALID(impastoQueryRequirements(instance, nullptr, vkGetInstanceProcAddr, &r));
  EXPECT_INVALID(impastoQueryRequirements(instance, physical, nullptr, &r));
  EXPECT_INVALID(impastoQueryRequirements(instance, physical, vkGetInstanceProcAddr, nullptr));
  r.size = 8;
  EXPECT_INVALID(impastoQueryRequirements(instance, physical, vkGetInstanceProcAddr, &r));
  r = sized<ImpastoRequirements>();
  r.next = &r;
  EXPECT_INVALID(impastoQueryRequirements(instance, physical, vkGetInstanceProcAddr, &r));

  r = sized<ImpastoRequirements>();
  ASSERT_EQ(impastoQueryRequirements(instance, physical, vkGetInstanceProcAddr, &r), IMPASTO_SUCCESS);
  EXPECT_TRUE(r.vulkan_backend) << r.reason;
  EXPECT_STREQ(r.reason, "");
  EXPECT_TRUE(r.supported);
  EXPECT_EQ(r.backend, IMPASTO_BACKEND_VULKAN);
  EXPECT_EQ(r.api_version, static_cast<uint32_t>(VK_API_VERSION_1_1));
  EXPECT_EQ(r.half_precision, static_cast<VkBool32>(device().storage_16bit));
  EXPECT_EQ(r.features11.storageBuffer16BitAccess, r.half_precision);
  EXPECT_EQ(r.features_16bit_storage.storageBuffer16BitAccess, r.half_precision);
  // All that kernels for matrix hardware take, or nothing of it.
  EXPECT_EQ(r.cooperative_matrix, static_cast<VkBool32>(device().cooperative_matrix && IMPASTO_MATRIX_SHADERS));
  EXPECT_EQ(r.features12.shaderFloat16, r.cooperative_matrix);
  EXPECT_EQ(r.features12.vulkanMemoryModel, r.cooperative_matrix);
  EXPECT_EQ(r.features13.subgroupSizeControl, r.cooperative_matrix);
  EXPECT_EQ(r.features13.computeFullSubgroups, r.cooperative_matrix);
  EXPECT_EQ(r.cooperative_matrix_extension != nullptr, r.cooperative_matrix == VK_TRUE);
  EXPECT_EQ(r.cooperative_matrix_features != nullptr, r.cooperative_matrix == VK_TRUE);
  EXPECT_TRUE(r.features13.synchronization2);
  EXPECT_FALSE(r.features12.timelineSemaphore);
  EXPECT_EQ(r.device_extension_count, 0u);
  EXPECT_EQ(r.input_usage, static_cast<VkImageUsageFlags>(VK_IMAGE_USAGE_SAMPLED_BIT));
  EXPECT_EQ(r.output_usage, static_cast<VkImageUsageFlags>(VK_IMAGE_USAGE_STORAGE_BIT));
}

TEST_F(ArgumentsTest, RequirementsOfEachBackendAndVersion) {
  const auto ask = [&](ImpastoBackend backend, uint32_t version) {
    auto r = sized<ImpastoRequirements>();
    r.backend = backend;
    r.host_api_version = version;
    EXPECT_EQ(impastoQueryRequirements(device().instance, device().physical_device, vkGetInstanceProcAddr, &r),
              IMPASTO_SUCCESS);
    return r;
  };
  const ImpastoRequirements reference = ask(IMPASTO_BACKEND_REFERENCE, VK_API_VERSION_1_3);
  EXPECT_TRUE(reference.supported) << reference.reason;
  EXPECT_TRUE(reference.features12.timelineSemaphore);
  EXPECT_EQ(reference.device_extension_count, 0u);
  const ImpastoRequirements old_reference = ask(IMPASTO_BACKEND_REFERENCE, VK_API_VERSION_1_1);
  EXPECT_TRUE(old_reference.supported) << old_reference.reason;
  ASSERT_EQ(old_reference.device_extension_count, 1u);
  EXPECT_STREQ(old_reference.device_extensions[0], "VK_KHR_timeline_semaphore");
  const ImpastoRequirements old = ask(IMPASTO_BACKEND_AUTO, VK_API_VERSION_1_1);
  EXPECT_TRUE(old.supported) << old.reason;
  EXPECT_FALSE(old.features13.synchronization2);
  const ImpastoRequirements cuda = ask(IMPASTO_BACKEND_CUDA, 0);
  EXPECT_FALSE(cuda.supported);
  EXPECT_EQ(cuda.backend, IMPASTO_BACKEND_CUDA);
  EXPECT_STRNE(cuda.reason, "");
  auto unknown = sized<ImpastoRequirements>();
  unknown.backend = static_cast<ImpastoBackend>(9);
  EXPECT_INVALID(
      impastoQueryRequirements(device().instance, device().physical_device, vkGetInstanceProcAddr, &unknown));
}

TEST_F(ArgumentsTest, RequirementsSayWhatALoaderLacks) {
  auto r = sized<ImpastoRequirements>();
  const PFN_vkGetInstanceProcAddr empty = [](VkInstance, const char*) -> PFN_vkVoidFunction { return nullptr; };
  ASSERT_EQ(impastoQueryRequirements(device().instance, device().physical_device, empty, &r), IMPASTO_SUCCESS);
  EXPECT_FALSE(r.vulkan_backend);
  EXPECT_NE(std::string(r.reason).find("vk"), std::string::npos) << r.reason;
}

TEST_F(ArgumentsTest, CreateContext) {
  ImpastoContext made = context.get();
  ImpastoContextInfo info = contextInfo();
  EXPECT_INVALID(impastoCreateContext(&info, nullptr));
  EXPECT_INVALID(impastoCreateContext(nullptr, &made));
  EXPECT_EQ(made, nullptr);
  const auto with = [&](auto change, ImpastoResult expected = IMPASTO_ERROR_INVALID_ARGUMENT) {
    ImpastoContextInfo changed = contextInfo();
    change(changed);
    EXPECT_FAILS(expected, impastoCreateContext(&changed, &made));
    EXPECT_EQ(made, nullptr);
  };
  with([](auto& i) { i.size = 0; });
  with([](auto& i) { i.size = SIZE_MAX; });
  with([](auto& i) { i.next = &i; });
  with([](auto& i) { i.instance = nullptr; });
  with([](auto& i) { i.physical_device = nullptr; });
  with([](auto& i) { i.device = nullptr; });
  with([](auto& i) { i.get_instance_proc_addr = nullptr; });
  with([](auto& i) { i.queue_family_index = 1000; });
  with([](auto& i) { i.backend = static_cast<ImpastoBackend>(77); });
  with([](auto& i) { i.backend = static_cast<ImpastoBackend>(-1); });
  with([](auto& i) { i.backend = IMPASTO_BACKEND_CUDA; }, IMPASTO_ERROR_UNSUPPORTED);
  with([](auto& i) {
    i.cooperative_matrix = VK_TRUE;
    i.api_version = VK_API_VERSION_1_2;
  });
  with([](auto& i) {
    i.backend = IMPASTO_BACKEND_REFERENCE;
    i.timeline_semaphore = VK_FALSE;
  }, IMPASTO_ERROR_UNSUPPORTED);
  with([](auto& i) { i.api_version = VK_API_VERSION_1_0; });
  with([](auto& i) {
    i.pipeline_cache = reinterpret_cast<VkPipelineCache>(1);
    i.pipeline_cache_path = "cache";
  });
  with([](auto& i) {
    i.get_instance_proc_addr = [](VkInstance, const char*) -> PFN_vkVoidFunction { return nullptr; };
  }, IMPASTO_ERROR_UNSUPPORTED);
}

TEST_F(ArgumentsTest, ContextGetBackend) {
  ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
  EXPECT_INVALID(impastoContextGetBackend(nullptr, &backend));
  EXPECT_INVALID(impastoContextGetBackend(context.get(), nullptr));
  EXPECT_EQ(impastoContextGetBackend(context.get(), &backend), IMPASTO_SUCCESS);
  EXPECT_EQ(backend, IMPASTO_BACKEND_VULKAN);
}

TEST_F(ArgumentsTest, CreateStyle) {
  ImpastoStyle made = style.get();
  const char garbage[64] = "not a style";
  EXPECT_INVALID(impastoCreateStyleFromMemory(garbage, sizeof garbage, nullptr));
  EXPECT_INVALID(impastoCreateStyleFromMemory(nullptr, 64, &made));
  EXPECT_EQ(made, nullptr);
  EXPECT_FAILS(IMPASTO_ERROR_INVALID_STYLE, impastoCreateStyleFromMemory(garbage, 0, &made));
  EXPECT_FAILS(IMPASTO_ERROR_INVALID_STYLE, impastoCreateStyleFromMemory(garbage, sizeof garbage, &made));
  EXPECT_INVALID(impastoCreateStyleFromFile("x", nullptr));
  EXPECT_INVALID(impastoCreateStyleFromFile(nullptr, &made));
  EXPECT_FAILS(IMPASTO_ERROR_IO, impastoCreateStyleFromFile("/nowhere/no.safetensors", &made));
  EXPECT_NE(std::string(impastoGetLastError()).find("/nowhere/no.safetensors"), std::string::npos);
  EXPECT_EQ(made, nullptr);
}

TEST_F(ArgumentsTest, StyleGetInfo) {
  auto info = sized<ImpastoStyleInfo>();
  EXPECT_INVALID(impastoStyleGetInfo(nullptr, &info));
  EXPECT_INVALID(impastoStyleGetInfo(style.get(), nullptr));
  info.size = offsetof(ImpastoStyleInfo, needs_depth) - 1;  // less than 0.1 had
  EXPECT_INVALID(impastoStyleGetInfo(style.get(), &info));
  info = sized<ImpastoStyleInfo>();
  info.next = &info;
  EXPECT_INVALID(impastoStyleGetInfo(style.get(), &info));
  info = sized<ImpastoStyleInfo>();
  ASSERT_EQ(impastoStyleGetInfo(style.get(), &info), IMPASTO_SUCCESS);
  EXPECT_STREQ(info.title, "Linear");
  EXPECT_STREQ(info.painter, "Nobody");
  EXPECT_STREQ(info.year, "");
  EXPECT_FALSE(info.wants_depth || info.wants_normals || info.wants_history);
  EXPECT_EQ(info.parameter_count, 12u);
  EXPECT_DOUBLE_EQ(info.multiply_adds_per_pixel, 9.0);
  const StylePtr history = toHandle(makeHistoryStyle());
  ASSERT_EQ(impastoStyleGetInfo(history.get(), &info), IMPASTO_SUCCESS);
  EXPECT_TRUE(info.wants_history);
}

TEST_F(ArgumentsTest, CreatePass) {
  ImpastoPass made = nullptr;
  const ImpastoPassInfo good = passInfo(context.get(), style.get());
  EXPECT_INVALID(impastoCreatePass(&good, nullptr));
  EXPECT_INVALID(impastoCreatePass(nullptr, &made));
  const auto with = [&](auto change, ImpastoResult expected = IMPASTO_ERROR_INVALID_ARGUMENT) {
    ImpastoPassInfo changed = good;
    change(changed);
    EXPECT_FAILS(expected, impastoCreatePass(&changed, &made));
    EXPECT_EQ(made, nullptr);
  };
  with([](auto& i) { i.size = 4; });
  with([](auto& i) { i.next = &i; });
  with([](auto& i) { i.context = nullptr; });
  with([](auto& i) { i.style = nullptr; });
  with([](auto& i) { i.width = 0; });
  with([](auto& i) { i.height = 0; });
  with([](auto& i) { i.width = 16385; });
  with([](auto& i) { i.height = 0xFFFFFFFFu; });
  with([](auto& i) { i.frames_in_flight = 0; });
  with([](auto& i) { i.frames_in_flight = 9; });
  with([](auto& i) { i.input_encoding = static_cast<ImpastoColorEncoding>(5); });
  with([](auto& i) { i.output_encoding = static_cast<ImpastoColorEncoding>(-1); });
  with([](auto& i) { i.input_format = VK_FORMAT_UNDEFINED; });
  with([](auto& i) { i.input_format = VK_FORMAT_R8G8B8A8_UINT; });
  with([](auto& i) { i.input_format = VK_FORMAT_D32_SFLOAT; });
  with([](auto& i) { i.input_format = static_cast<VkFormat>(123456); });
  with([](auto& i) { i.input_format = VK_FORMAT_R8G8B8A8_SRGB; });  // with encoding SRGB: linearised when read
  with([](auto& i) { i.output_format = VK_FORMAT_R8G8B8A8_SRGB; });
  with([](auto& i) { i.output_format = VK_FORMAT_R8_UNORM; });
  with([](auto& i) { i.output_format = VK_FORMAT_E5B9G9R9_UFLOAT_PACK32; }, IMPASTO_ERROR_UNSUPPORTED);
}

TEST_F(ArgumentsTest, PassFunctionsWithNull) {
  auto frame = sized<ImpastoFrame>();
  auto execute = sized<ImpastoExecuteInfo>();
  uint64_t bytes = 0;
  const PassPtr pass = makePass(context.get(), style.get());
  EXPECT_INVALID(impastoPassResize(nullptr, 4, 4));
  EXPECT_INVALID(impastoPassSetStyle(nullptr, style.get()));
  EXPECT_INVALID(impastoPassSetStyle(pass.get(), nullptr));
  EXPECT_INVALID(impastoPassGetMemoryUsage(nullptr, &bytes));
  EXPECT_INVALID(impastoPassGetMemoryUsage(pass.get(), nullptr));
  EXPECT_INVALID(impastoCmdRecordInputs(nullptr, nullptr, &frame));
  EXPECT_INVALID(impastoCmdRecordInputs(pass.get(), nullptr, &frame));
  EXPECT_INVALID(impastoCmdRecordOutputs(nullptr, nullptr, &frame));
  EXPECT_INVALID(impastoCmdRecordOutputs(pass.get(), nullptr, &frame));
  EXPECT_INVALID(impastoExecute(nullptr, &execute));
  EXPECT_INVALID(impastoExecute(pass.get(), nullptr));
  execute.size = 1;
  EXPECT_INVALID(impastoExecute(pass.get(), &execute));
}

TEST_F(ArgumentsTest, ResizeOutOfRangeAndNoStyleKeepThePassUsable) {
  const PassSettings settings;
  const PassPtr pass = makePass(context.get(), style.get(), settings);
  EXPECT_INVALID(impastoPassResize(pass.get(), 0, 8));
  EXPECT_INVALID(impastoPassResize(pass.get(), 16, 20000));
  EXPECT_INVALID(impastoPassSetStyle(pass.get(), nullptr));
  FrameImages images(device(), settings, makePixels(16, 8, 1));
  paintFrame(pass.get(), images.frame());
}

TEST_F(ArgumentsTest, RecordingWithAWrongFrame) {
  const PassSettings settings;
  const PassPtr pass = makePass(context.get(), style.get(), settings);
  FrameImages images(device(), settings, makePixels(16, 8, 1));
  auto controls = sized<ImpastoControls>();
  impastoDefaultControls(&controls);
  device().submit([&](VkCommandBuffer cmd) {
    const auto with = [&](auto change) {
      ImpastoFrame changed = images.frame();
      impastoDefaultControls(&controls);
      changed.controls = &controls;
      change(changed);
      EXPECT_INVALID(impastoCmdRecordInputs(pass.get(), cmd, &changed));
      EXPECT_INVALID(impastoCmdRecordOutputs(pass.get(), cmd, &changed));
    };
    EXPECT_INVALID(impastoCmdRecordInputs(pass.get(), cmd, nullptr));
    with([](auto& f) { f.size = 0; });
    with([](auto& f) { f.next = &f; });
    with([](auto& f) { f.frame_index = 2; });
    with([](auto& f) { f.frame_index = 0xFFFFFFFFu; });
    with([](auto& f) { f.color = {}; });
    with([](auto& f) { f.output = {}; });
    with([](auto& f) { f.color.view = VK_NULL_HANDLE; });
    with([](auto& f) { f.color.image = VK_NULL_HANDLE; });
    with([](auto& f) { f.color.layout = VK_IMAGE_LAYOUT_UNDEFINED; });
    with([](auto& f) { f.output.layout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL; });
    with([](auto& f) { f.output.image = f.color.image; });  // one image, two layouts
    with([](auto& f) { f.mask.image = f.color.image; });    // without its view
    with([](auto& f) { f.depth = {f.color.image, f.color.view, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL}; });
    with([](auto& f) { f.exposure = -1; });
    with([](auto& f) { f.exposure = NAN; });
    with([](auto& f) { f.exposure = INFINITY; });
    with([&](auto&) { controls.size = 1; });
    with([&](auto&) { controls.next = &controls; });
    with([&](auto&) { controls.strength = 1.5f; });
    with([&](auto&) { controls.strength = NAN; });
    with([&](auto&) { controls.color_preservation = -0.1f; });
    with([&](auto&) { controls.detail = 2; });
    with([&](auto&) { controls.stroke_scale = 0; });
    with([&](auto&) { controls.temporal_weight = std::numeric_limits<float>::infinity(); });
  });
}

TEST_F(ArgumentsTest, CallsOutOfOrder) {
  const PassSettings settings;
  const PassPtr pass = makePass(context.get(), style.get(), settings);
  FrameImages images(device(), settings, makePixels(16, 8, 1));
  const ImpastoFrame frame = images.frame();
  const ImpastoFrame other = images.frame(1);
  auto execute = sized<ImpastoExecuteInfo>();
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_INVALID(impastoCmdRecordOutputs(pass.get(), cmd, &frame));
    EXPECT_INVALID(impastoExecute(pass.get(), &execute));
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
    EXPECT_INVALID(impastoCmdRecordOutputs(pass.get(), cmd, &other));  // another slot
    execute.frame_index = 1;
    EXPECT_INVALID(impastoExecute(pass.get(), &execute));
    execute.frame_index = 7;
    EXPECT_INVALID(impastoExecute(pass.get(), &execute));
    execute.frame_index = 0;
    execute.wait_semaphore = reinterpret_cast<VkSemaphore>(uintptr_t{16});  // never dereferenced
    EXPECT_INVALID(impastoExecute(pass.get(), &execute));
    execute.wait_semaphore = VK_NULL_HANDLE;
    EXPECT_EQ(impastoExecute(pass.get(), &execute), IMPASTO_SUCCESS);
    EXPECT_INVALID(impastoExecute(pass.get(), &execute));  // once
    EXPECT_EQ(impastoCmdRecordOutputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
    EXPECT_INVALID(impastoCmdRecordOutputs(pass.get(), cmd, &frame));  // once
  });
}

TEST_F(ArgumentsTest, StylesThatWantDepthOrNormalsMustBeGivenThem) {
  const PassSettings settings;
  FrameImages images(device(), settings, makePixels(16, 8, 1));
  const ImpastoFrame frame = images.frame();
  for (const Style& wanting : {makeDepthStyle(), makeNormalsStyle()}) {
    const StylePtr handle = toHandle(wanting);
    const PassPtr pass = makePass(context.get(), handle.get(), settings);
    device().submit([&](VkCommandBuffer cmd) {
      EXPECT_INVALID(impastoCmdRecordInputs(pass.get(), cmd, &frame));
      EXPECT_INVALID(impastoCmdRecordOutputs(pass.get(), cmd, &frame));
    });
  }
}

// The callback hears of failures, outside all locks: it may call Impasto on the same pass.
TEST_F(ArgumentsTest, LogCallbackMayCallBack) {
  struct Log {
    ImpastoPass pass = nullptr;
    int errors = 0;
  } log;
  ImpastoContextInfo info = contextInfo();
  info.log_user_data = &log;
  info.log = [](ImpastoLogLevel level, const char* message, void* user) {
    auto& l = *static_cast<Log*>(user);
    if (level == IMPASTO_LOG_ERROR) ++l.errors;
    EXPECT_EQ(std::string(message).rfind("impasto", 0), 0u) << message;
    uint64_t bytes = 0;
    if (l.pass) {
      EXPECT_EQ(impastoPassGetMemoryUsage(l.pass, &bytes), IMPASTO_SUCCESS);
    }
  };
  ImpastoContext raw = nullptr;
  ASSERT_EQ(impastoCreateContext(&info, &raw), IMPASTO_SUCCESS);
  const ContextPtr own(raw);
  const PassPtr pass = makePass(own.get(), style.get());
  log.pass = pass.get();
  EXPECT_INVALID(impastoPassResize(pass.get(), 0, 0));  // and the message survives the callback's own calls
  EXPECT_INVALID(impastoPassSetStyle(pass.get(), nullptr));
  EXPECT_EQ(log.errors, 2);
}

}  // namespace
}  // namespace impasto::test
