// Hosts as they are: devices of every Vulkan version with nothing else enabled, allocation callbacks, a pipeline cache of
// the host's, debug names and labels; and what a pass takes, in memory and in time.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "api/pass_fixture.h"

namespace impasto::test {
namespace {

class HostDeviceTest : public PassTest {
 protected:
  // One frame through a context made as contextInfo() says.
  void paintNegative(const PassSettings& settings = {}) {
    const ContextPtr context = makeContext();
    const StylePtr style = toHandle(makeNegativeStyle());
    const PassPtr pass = makePass(context.get(), style.get(), settings);
    const Pixels source = makePixels(settings.width, settings.height, 1);
    FrameImages images(device(), settings, source);
    paintFrame(pass.get(), images.frame(0));
    paintFrame(pass.get(), images.frame(1));
    EXPECT_TRUE(isNegative(source, images.output.downloadPixels()));
  }
};

class VersionTest : public HostDeviceTest, public ::testing::WithParamInterface<uint32_t> {};

INSTANTIATE_TEST_SUITE_P(, VersionTest, ::testing::Values(VK_API_VERSION_1_1, VK_API_VERSION_1_2, VK_API_VERSION_1_3),
                         [](const auto& version) { return "Vulkan1_" + std::to_string(VK_API_VERSION_MINOR(version.param)); });

TEST_P(VersionTest, PaintsWithNothingElseEnabled) {
  if (!useDevice(TestDeviceOptions::plain(GetParam()))) return;
  paintNegative();
  PassSettings settings;
  settings.output_format = VK_FORMAT_R16G16B16A16_SFLOAT;
  paintNegative(settings);
}

TEST_P(VersionTest, OtherFormatsAreRefusedByNameWithoutTheFeature) {
  if (!useDevice(TestDeviceOptions::plain(GetParam()))) return;
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  PassSettings settings;
  settings.output_format = VK_FORMAT_A2B10G10R10_UNORM_PACK32;
  const ImpastoPassInfo info = passInfo(context.get(), style.get(), settings);
  ImpastoPass pass = nullptr;
  EXPECT_EQ(impastoCreatePass(&info, &pass), IMPASTO_ERROR_UNSUPPORTED);
  EXPECT_NE(std::string(impastoGetLastError()).find("output_format"), std::string::npos) << impastoGetLastError();
}

TEST_F(HostDeviceTest, PaintsWithSynchronization2AsAnExtension) {
  TestDeviceOptions options = TestDeviceOptions::plain(VK_API_VERSION_1_1);
  options.synchronization2 = TestDeviceOptions::Synchronization2::Extension;
  if (!useDevice(options)) return;
  paintNegative();
}

TEST_F(HostDeviceTest, SixteenBitStorageAloneIsEnough) {
  TestDeviceOptions options = TestDeviceOptions::plain(VK_API_VERSION_1_1);
  options.storage_16bit = true;
  if (!useDevice(options)) return;
  if (!device().storage_16bit) GTEST_SKIP() << "the device has no 16-bit storage";
  paintNegative();
}

struct CountedMemory {
  std::atomic<int64_t> living{0}, calls{0};

  static void* VKAPI_CALL allocate(void* self, size_t size, size_t alignment, VkSystemAllocationScope) {
    auto* counted = static_cast<CountedMemory*>(self);
    ++counted->living;
    ++counted->calls;
    return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  }
  static void* VKAPI_CALL reallocate(void* self, void* old, size_t size, size_t alignment,
                                     VkSystemAllocationScope scope) {
    void* made = size == 0 ? nullptr : allocate(self, size, alignment, scope);
    if (old == nullptr) return made;
    if (made != nullptr) std::memcpy(made, old, std::min(size, malloc_usable_size(old)));
    free(self, old);
    return made;
  }
  static void VKAPI_CALL free(void* self, void* memory) {
    if (memory == nullptr) return;
    --static_cast<CountedMemory*>(self)->living;
    std::free(memory);
  }
};

TEST_F(HostDeviceTest, AllocationCallbacksAreUsedForEverything) {
  CountedMemory counted;
  const VkAllocationCallbacks callbacks = {&counted, CountedMemory::allocate, CountedMemory::reallocate,
                                           CountedMemory::free, nullptr, nullptr};
  ImpastoContextInfo info = contextInfo();
  info.allocation_callbacks = &callbacks;
  ContextPtr context = makeContext(info);
  const StylePtr negative = toHandle(makeNegativeStyle()), gray = toHandle(makeGrayStyle());
  ImpastoPassInfo pass_info = passInfo(context.get(), negative.get());
  pass_info.timings = VK_TRUE;  // has a query pool
  ImpastoPass raw_pass = nullptr;
  ASSERT_EQ(impastoCreatePass(&pass_info, &raw_pass), IMPASTO_SUCCESS) << impastoGetLastError();
  PassPtr pass(raw_pass);
  EXPECT_GT(counted.living, 5);  // as many as the driver takes
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  paintFrame(pass.get(), images.frame(0));
  ASSERT_EQ(impastoPassSetStyle(pass.get(), gray.get()), IMPASTO_SUCCESS);
  paintFrame(pass.get(), images.frame(0));
  pass.reset();
  context.reset();
  EXPECT_EQ(counted.living, 0);
}

std::vector<std::string>* labels = nullptr;
std::vector<std::string>* names = nullptr;
std::vector<VkPipelineCache>* seen_caches = nullptr;

void VKAPI_CALL beginLabel(VkCommandBuffer, const VkDebugUtilsLabelEXT* label) { labels->push_back(label->pLabelName); }
void VKAPI_CALL endLabel(VkCommandBuffer) {}
VkResult VKAPI_CALL setName(VkDevice, const VkDebugUtilsObjectNameInfoEXT* info) {
  names->push_back(info->pObjectName);
  return VK_SUCCESS;
}
VkResult VKAPI_CALL createPipelines(VkDevice device, VkPipelineCache cache, uint32_t count,
                                    const VkComputePipelineCreateInfo* infos, const VkAllocationCallbacks* allocator,
                                    VkPipeline* pipelines) {
  seen_caches->push_back(cache);
  return vkCreateComputePipelines(device, cache, count, infos, allocator, pipelines);
}
PFN_vkVoidFunction VKAPI_CALL getDeviceProc(VkDevice device, const char* name) {
  const std::string function = name;
  if (function == "vkCmdBeginDebugUtilsLabelEXT") return reinterpret_cast<PFN_vkVoidFunction>(beginLabel);
  if (function == "vkCmdEndDebugUtilsLabelEXT") return reinterpret_cast<PFN_vkVoidFunction>(endLabel);
  if (function == "vkSetDebugUtilsObjectNameEXT") return reinterpret_cast<PFN_vkVoidFunction>(setName);
  if (function == "vkCreateComputePipelines" && seen_caches != nullptr) {
    return reinterpret_cast<PFN_vkVoidFunction>(createPipelines);
  }
  return vkGetDeviceProcAddr(device, name);
}
PFN_vkVoidFunction VKAPI_CALL getInstanceProc(VkInstance instance, const char* name) {
  if (std::string(name) == "vkGetDeviceProcAddr") return reinterpret_cast<PFN_vkVoidFunction>(getDeviceProc);
  return vkGetInstanceProcAddr(instance, name);
}

TEST_F(HostDeviceTest, PipelinesGoThroughTheHostsCache) {
  VkPipelineCacheCreateInfo create{VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
  VkPipelineCache cache = VK_NULL_HANDLE;
  expectSuccess(vkCreatePipelineCache(device().device, &create, nullptr, &cache), "vkCreatePipelineCache");
  std::vector<VkPipelineCache> seen;
  seen_caches = &seen;
  ImpastoContextInfo info = contextInfo();
  info.get_instance_proc_addr = getInstanceProc;
  info.debug_utils = VK_FALSE;
  info.pipeline_cache = cache;
  {
    const ContextPtr context = makeContext(info);
    const StylePtr style = toHandle(makeNegativeStyle());
    makePass(context.get(), style.get());
  }
  seen_caches = nullptr;
  EXPECT_GT(seen.size(), 3u);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), cache), static_cast<ptrdiff_t>(seen.size()));
  vkDestroyPipelineCache(device().device, cache, nullptr);  // the host's to destroy: it is there still
}

TEST_F(HostDeviceTest, ObjectsAreNamedAndCommandsLabelledWhereTheHostSaysSo) {
  for (const bool enabled : {true, false}) {
    std::vector<std::string> seen_labels, seen_names;
    labels = &seen_labels;
    names = &seen_names;
    ImpastoContextInfo info = contextInfo();
    info.get_instance_proc_addr = getInstanceProc;
    info.debug_utils = enabled;
    {
      const ContextPtr context = makeContext(info);
      const StylePtr style = toHandle(makeNegativeStyle());
      const PassPtr pass = makePass(context.get(), style.get());
      FrameImages images(device(), {}, makePixels(16, 8, 1));
      paintFrame(pass.get(), images.frame());
    }
    const auto has = [](const std::vector<std::string>& all, const char* one) {
      return std::find(all.begin(), all.end(), one) != all.end();
    };
    EXPECT_EQ(has(seen_labels, "Impasto inputs"), enabled);
    EXPECT_EQ(has(seen_labels, "Impasto generator"), enabled);
    EXPECT_EQ(has(seen_labels, "Impasto outputs"), enabled);
    EXPECT_EQ(has(seen_names, "the generator's weights"), enabled);
    labels = names = nullptr;
  }
}

TEST_F(HostDeviceTest, MemoryIsToldBeforeItIsTaken) {
  for (const Style& made : {makeNegativeStyle(), makeSmallStyle(1), makeHistoryStyle()}) {
    const StylePtr style = toHandle(made);
    for (const auto& [width, height] : {std::pair{16u, 8u}, {61u, 133u}}) {
      const ContextPtr context = makeContext();  // its own scratch memory
      PassSettings settings;
      settings.width = width;
      settings.height = height;
      const ImpastoPassInfo info = passInfo(context.get(), style.get(), settings);
      auto memory = sized<ImpastoMemory>();
      ASSERT_EQ(impastoQueryMemory(&info, &memory), IMPASTO_SUCCESS) << impastoGetLastError();
      const PassPtr pass = makePass(context.get(), style.get(), settings);
      uint64_t taken = 0;
      ASSERT_EQ(impastoPassGetMemoryUsage(pass.get(), &taken), IMPASTO_SUCCESS);
      EXPECT_EQ(memory.pass_bytes + memory.scratch_bytes, taken) << width << "x" << height;
    }
  }
}

TEST_F(HostDeviceTest, StageTimes) {
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeSmallStyle(1));
  const PassPtr untimed = makePass(context.get(), style.get());
  auto timings = sized<ImpastoTimings>();
  EXPECT_EQ(impastoPassGetTimings(untimed.get(), &timings), IMPASTO_ERROR_INVALID_ARGUMENT);
  ImpastoPassInfo info = passInfo(context.get(), style.get());
  info.timings = VK_TRUE;
  ImpastoPass raw = nullptr;
  ASSERT_EQ(impastoCreatePass(&info, &raw), IMPASTO_SUCCESS) << impastoGetLastError();
  const PassPtr pass(raw);
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  ASSERT_EQ(impastoPassGetTimings(pass.get(), &timings), IMPASTO_SUCCESS);
  EXPECT_FALSE(timings.available);
  paintFrame(pass.get(), images.frame(0));
  paintFrame(pass.get(), images.frame(0));
  ASSERT_EQ(impastoPassGetTimings(pass.get(), &timings), IMPASTO_SUCCESS);
  EXPECT_TRUE(timings.available);
  EXPECT_GT(timings.generator, 0.0f);
  EXPECT_LT(timings.generator, 60'000.0f);
  ASSERT_GT(timings.op_count, 0u);
  auto op = sized<ImpastoOpTiming>();
  ASSERT_EQ(impastoPassGetOpTiming(pass.get(), 0, &op), IMPASTO_SUCCESS) << impastoGetLastError();
  EXPECT_FALSE(op.available) << "not asked for";
}

TEST_F(HostDeviceTest, OpTimes) {
  const ContextPtr context = makeContext();
  const Style made = makeSmallStyle(1);
  const StylePtr style = toHandle(made);
  ImpastoPassInfo info = passInfo(context.get(), style.get());
  info.op_timings = VK_TRUE;
  info.frames_in_flight = 2;
  ImpastoPass raw = nullptr;
  ASSERT_EQ(impastoCreatePass(&info, &raw), IMPASTO_SUCCESS) << impastoGetLastError();
  const PassPtr pass(raw);
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  auto timings = sized<ImpastoTimings>();
  auto op = sized<ImpastoOpTiming>();
  // Neither an unpainted frame nor the first painted one, which nobody knows to be finished, has times.
  auto unpainted = sized<ImpastoControls>();
  impastoDefaultControls(&unpainted);
  unpainted.strength = 0;
  ImpastoFrame frame = images.frame(0);
  frame.controls = &unpainted;
  paintFrame(pass.get(), frame);
  for (const uint32_t slot : {0u, 1u, 0u}) {
    ASSERT_EQ(impastoPassGetOpTiming(pass.get(), 0, &op), IMPASTO_SUCCESS) << impastoGetLastError();
    EXPECT_FALSE(op.available);
    paintFrame(pass.get(), images.frame(slot));
  }
  ASSERT_EQ(impastoPassGetTimings(pass.get(), &timings), IMPASTO_SUCCESS);
  EXPECT_TRUE(timings.available) << "with op_timings come timings";
  double multiply_adds = 0;
  float sum = 0;
  std::vector<std::string> op_names;
  for (uint32_t i = 0; i < timings.op_count; ++i) {
    ASSERT_EQ(impastoPassGetOpTiming(pass.get(), i, &op), IMPASTO_SUCCESS) << impastoGetLastError();
    EXPECT_TRUE(op.available);
    EXPECT_GT(op.milliseconds, 0.0f) << op.name;
    EXPECT_GT(op.bytes, 0.0) << op.name;
    multiply_adds += op.multiply_adds;
    sum += op.milliseconds;
    op_names.push_back(op.name);
  }
  EXPECT_NEAR(sum, timings.generator, 0.2f * timings.generator + 0.1f);
  // Noise's share is computed once; all else each frame.
  EXPECT_LE(multiply_adds, made.graph.multiplyAddsPerPixel() * 16 * 8);
  EXPECT_GE(multiply_adds, made.graph.multiplyAddsPerPixel() * 16 * 8 * 0.8);
  EXPECT_EQ(op_names.back(), made.graph.ops[made.graph.output].name);
  EXPECT_EQ(impastoPassGetOpTiming(pass.get(), timings.op_count, &op), IMPASTO_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(impastoPassGetOpTiming(pass.get(), 0, nullptr), IMPASTO_ERROR_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace impasto::test
