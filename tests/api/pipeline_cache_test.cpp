// The pipeline cache file: written whole when the last pass goes, and never believed when damaged or foreign.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "api/injected_vulkan.h"
#include "api/pass_fixture.h"
#include "base/error.h"
#include "pass/pipeline_cache_file.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

std::string readAll(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void writeAll(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

VkPhysicalDeviceProperties someDevice() {
  VkPhysicalDeviceProperties properties{};
  properties.vendorID = 1;
  properties.deviceID = 2;
  properties.driverVersion = 3;
  properties.pipelineCacheUUID[5] = 4;
  return properties;
}

const std::vector<std::byte> kChoices(64, std::byte{7});

TEST(PipelineCacheFile, KeepsItsData) {
  const TempDir folder;
  const std::string path = folder.file("cache");
  const std::vector<std::byte> data(1000, std::byte{42});
  EXPECT_TRUE(readPipelineCacheFile(path, someDevice()).data.empty());
  EXPECT_EQ(readPipelineCacheFile(path, someDevice()).ignored, "");  // no file is no cause for a message
  writePipelineCacheFile(path, someDevice(), data, kChoices);
  EXPECT_EQ(readPipelineCacheFile(path, someDevice()).data, data);
  EXPECT_EQ(readPipelineCacheFile(path, someDevice()).choices, kChoices);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);  // nothing temporary is left
}

TEST(PipelineCacheFile, EveryTruncatedOrFlippedFileIsIgnored) {
  const TempDir folder;
  const std::string path = folder.file("cache");
  writePipelineCacheFile(path, someDevice(), std::vector<std::byte>(100, std::byte{42}), kChoices);
  const std::string good = readAll(path);
  for (size_t size = 0; size < good.size(); ++size) {
    writeAll(path, good.substr(0, size));
    const PipelineCacheFile file = readPipelineCacheFile(path, someDevice());
    ASSERT_TRUE(file.data.empty() && file.choices.empty() && !file.ignored.empty()) << "of " << size << " bytes";
  }
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    writeAll(path, bad);
    const PipelineCacheFile file = readPipelineCacheFile(path, someDevice());
    ASSERT_TRUE(file.data.empty() && file.choices.empty() && !file.ignored.empty()) << "byte " << i;
  }
}

TEST(PipelineCacheFile, ForeignFilesAreIgnored) {
  const TempDir folder;
  const std::string path = folder.file("cache");
  writePipelineCacheFile(path, someDevice(), std::vector<std::byte>(100, std::byte{42}), kChoices);
  VkPhysicalDeviceProperties other = someDevice();
  other.driverVersion = 9;
  EXPECT_TRUE(readPipelineCacheFile(path, other).data.empty());
  EXPECT_NE(readPipelineCacheFile(path, other).ignored, "");
  EXPECT_NE(readPipelineCacheFile(folder.path().string(), someDevice()).ignored, "");  // a folder
}

TEST(PipelineCacheFile, UnwritablePathIsAnError) {
  EXPECT_THROW(writePipelineCacheFile("/nowhere/at/all/cache", someDevice(), {}, {}), Error);
  if (std::filesystem::exists("/dev/full")) {
    EXPECT_THROW(writePipelineCacheFile("/dev/full/cache", someDevice(), {}, {}), Error);
  }
}

// What the library submits itself: nothing but measurements.
uint32_t submissions = 0;

VkResult VKAPI_CALL countSubmit(VkQueue queue, uint32_t count, const VkSubmitInfo* infos, VkFence fence) {
  ++submissions;
  return vkQueueSubmit(queue, count, infos, fence);
}

PFN_vkVoidFunction VKAPI_CALL countingDeviceProcAddr(VkDevice device, const char* name) {
  if (std::string_view(name) == "vkQueueSubmit") return reinterpret_cast<PFN_vkVoidFunction>(countSubmit);
  return vkGetDeviceProcAddr(device, name);
}

PFN_vkVoidFunction VKAPI_CALL countingInstanceProcAddr(VkInstance instance, const char* name) {
  if (std::string_view(name) == "vkGetDeviceProcAddr") return reinterpret_cast<PFN_vkVoidFunction>(countingDeviceProcAddr);
  return vkGetInstanceProcAddr(instance, name);
}

class PipelineCacheTest : public PassTest {
 protected:
  void SetUp() override {
    PassTest::SetUp();
    log.clear();
  }

  void live(const std::string& path, PFN_vkGetInstanceProcAddr get_instance_proc_addr = vkGetInstanceProcAddr,
            VkQueue tuning_queue = VK_NULL_HANDLE) {
    ImpastoContextInfo info = contextInfo();
    info.get_instance_proc_addr = get_instance_proc_addr;
    info.pipeline_cache_path = path.c_str();
    info.tuning_queue = tuning_queue;
    info.log = [](ImpastoLogLevel level, const char* message, void* user) {
      EXPECT_NE(level, IMPASTO_LOG_ERROR) << message;
      static_cast<std::vector<std::string>*>(user)->push_back(message);
    };
    info.log_user_data = &log;
    ImpastoContext raw = nullptr;
    ASSERT_EQ(impastoCreateContext(&info, &raw), IMPASTO_SUCCESS) << impastoGetLastError();
    const ContextPtr context(raw);
    const StylePtr style = toHandle(makeNegativeStyle());
    PassPtr first = makePass(context.get(), style.get());
    PassPtr second = makePass(context.get(), style.get());
    first.reset();
    second.reset();
  }

  std::vector<std::string> log;
};

TEST_F(PipelineCacheTest, IsWrittenWhenTheLastPassGoesAndReadBack) {
  const TempDir folder;
  const std::string path = folder.file("cache");
  live(path);
  EXPECT_GT(readAll(path).size(), 32u);
  live(path);
  EXPECT_TRUE(log.empty()) << log.front();
}

TEST_F(PipelineCacheTest, KernelsAreMeasuredAtTheFirstStartAlone) {
  VkPhysicalDeviceProperties properties{};
  vkGetPhysicalDeviceProperties(device().physical_device, &properties);
  if (properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU && !device().cooperative_matrix) {
    GTEST_SKIP() << device().name << " has one kernel for each step";
  }
  const TempDir folder;
  const std::string path = folder.file("cache");
  submissions = 0;
  live(path, countingInstanceProcAddr);
  EXPECT_EQ(submissions, 0u);
  live(path, countingInstanceProcAddr, device().queue);
  EXPECT_EQ(submissions, 1u);  // by the first pass of two
  live(path, countingInstanceProcAddr, device().queue);
  EXPECT_EQ(submissions, 1u);
  writeAll(path, "rubbish");
  live(path, countingInstanceProcAddr, device().queue);
  EXPECT_EQ(submissions, 2u);
}

// Another pass may compile pipelines between the question for the size and the one for the data.
TEST_F(PipelineCacheTest, ACacheThatGrowsMeanwhileIsWrittenWhole) {
  InjectedVulkan::reset();
  const TempDir folder;
  const std::string path = folder.file("cache");
  InjectedVulkan::growPipelineCache(3);
  live(path, InjectedVulkan::getInstanceProcAddr);
  InjectedVulkan::reset();
  EXPECT_TRUE(log.empty()) << log.front();
  EXPECT_GT(readAll(path).size(), 32u);
  live(path);
  EXPECT_TRUE(log.empty()) << log.front();
}

TEST_F(PipelineCacheTest, ACacheThatNeverStopsGrowingCostsAWarning) {
  InjectedVulkan::reset();
  const TempDir folder;
  InjectedVulkan::growPipelineCache(1000);
  live(folder.file("cache"), InjectedVulkan::getInstanceProcAddr);
  InjectedVulkan::reset();
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(log[0].find("vkGetPipelineCacheData"), std::string::npos) << log[0];
}

TEST_F(PipelineCacheTest, ADamagedFileIsReplaced) {
  const TempDir folder;
  const std::string path = folder.file("cache");
  live(path);
  const std::string good = readAll(path);
  writeAll(path, "rubbish" + good.substr(7));
  live(path);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(log[0].find(path), std::string::npos);
  live(path);
  EXPECT_EQ(log.size(), 1u);
}

TEST_F(PipelineCacheTest, AFolderThatIsNotThereCostsAWarning) {
  live("/nowhere/at/all/cache");
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(log[0].find("/nowhere/at/all/cache"), std::string::npos);
}

}  // namespace
}  // namespace impasto::test
