// What the tests put between Impasto and the driver does what they rely on.
#include "api/injected_pass_test.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "api/pretended_memory.h"
#include "vulkan/dispatch.h"

namespace impasto::test {
namespace {

#define IMPASTO_NAME(name) "vk" #name,
#define IMPASTO_OPTIONAL_NAME(name, extension_name) "vk" #name, extension_name,
const std::vector<std::string> kFunctions = {IMPASTO_DEVICE_FUNCTIONS(IMPASTO_NAME)
                                                 IMPASTO_OPTIONAL_DEVICE_FUNCTIONS(IMPASTO_OPTIONAL_NAME)};
#undef IMPASTO_OPTIONAL_NAME
#undef IMPASTO_NAME

TEST(InjectedVulkanTable, HasEveryFunctionThatCreatesTakesOrRecords) {
  uint32_t found = 0;
  for (const std::string& function : kFunctions) {
    for (const char* begin : {"vkCreate", "vkAllocate", "vkBind", "vkMap", "vkFlush", "vkDestroy", "vkCmd"}) {
      if (!function.starts_with(begin)) continue;
      ++found;
      EXPECT_TRUE(InjectedVulkan::intercepts(function)) << function;
    }
    if (function.starts_with("vkGet") && function.ends_with("Data")) {
      EXPECT_TRUE(InjectedVulkan::intercepts(function)) << function;
    }
  }
  EXPECT_GT(found, 25u);
  EXPECT_FALSE(InjectedVulkan::intercepts("vkUnmapMemory"));
  EXPECT_FALSE(InjectedVulkan::intercepts("vkNoSuchFunction"));
}

class InjectedVulkanTest : public InjectedPassTest {
 protected:
  template <class Function>
  Function function(const char* name) const {
    const auto get = reinterpret_cast<PFN_vkGetDeviceProcAddr>(
        InjectedVulkan::getInstanceProcAddr(device().instance, "vkGetDeviceProcAddr"));
    return reinterpret_cast<Function>(get(device().device, name));
  }

  VkPhysicalDeviceMemoryProperties memory() const {
    VkPhysicalDeviceMemoryProperties properties{};
    reinterpret_cast<PFN_vkGetPhysicalDeviceMemoryProperties>(InjectedVulkan::getInstanceProcAddr(
        device().instance, "vkGetPhysicalDeviceMemoryProperties"))(device().physical_device, &properties);
    return properties;
  }

  VkResult allocate(uint32_t type, VkDeviceMemory* memory) const {
    VkMemoryAllocateInfo info{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
    info.allocationSize = 4096;
    info.memoryTypeIndex = type;
    return function<PFN_vkAllocateMemory>("vkAllocateMemory")(device().device, &info, nullptr, memory);
  }
  VkResult map(VkDeviceMemory memory) const {
    void* data = nullptr;
    const VkResult result =
        function<PFN_vkMapMemory>("vkMapMemory")(device().device, memory, 0, VK_WHOLE_SIZE, 0, &data);
    if (result == VK_SUCCESS) vkUnmapMemory(device().device, memory);
    return result;
  }
  void free(VkDeviceMemory memory) const {
    function<PFN_vkFreeMemory>("vkFreeMemory")(device().device, memory, nullptr);
  }
};

TEST_F(InjectedVulkanTest, PretendsADiscreteDevice) {
  PretendedMemory::pretend({PretendedMemory::kDeviceLocal, PretendedMemory::kHostVisible});
  const VkPhysicalDeviceMemoryProperties properties = memory();
  ASSERT_EQ(properties.memoryTypeCount, 2u);
  EXPECT_EQ(properties.memoryTypes[0].propertyFlags, PretendedMemory::kDeviceLocal);
  EXPECT_EQ(properties.memoryTypes[1].propertyFlags, PretendedMemory::kHostVisible);
  EXPECT_NE(properties.memoryTypes[0].heapIndex, properties.memoryTypes[1].heapIndex);

  const HostBuffer buffer(device(), 64, VK_BUFFER_USAGE_TRANSFER_DST_BIT);
  VkMemoryRequirements requirements{};
  function<PFN_vkGetBufferMemoryRequirements>("vkGetBufferMemoryRequirements")(device().device, buffer.get(),
                                                                               &requirements);
  EXPECT_EQ(requirements.memoryTypeBits, 3u);

  VkDeviceMemory local = VK_NULL_HANDLE, host = VK_NULL_HANDLE;
  ASSERT_EQ(allocate(0, &local), VK_SUCCESS);
  ASSERT_EQ(allocate(1, &host), VK_SUCCESS);
  EXPECT_EQ(map(local), VK_ERROR_MEMORY_MAP_FAILED);
  EXPECT_EQ(map(host), VK_SUCCESS);
  EXPECT_EQ(PretendedMemory::allocatedBytes(0), 4096u);
  free(local);
  EXPECT_EQ(PretendedMemory::allocatedBytes(0), 0u);
  EXPECT_EQ(PretendedMemory::allocatedBytes(1), 4096u);
  free(host);
  EXPECT_EQ(InjectedVulkan::liveObjects(), 0);
}

TEST_F(InjectedVulkanTest, AFullHeapFailsAllocationsOfItsType) {
  PretendedMemory::pretend({PretendedMemory::kDeviceLocal, PretendedMemory::kHostVisible});
  memory();
  PretendedMemory::fill(1u << 0);
  VkDeviceMemory memory = VK_NULL_HANDLE;
  EXPECT_EQ(allocate(0, &memory), VK_ERROR_OUT_OF_DEVICE_MEMORY);
  EXPECT_EQ(PretendedMemory::allocationCalls(0), 1u);
  ASSERT_EQ(allocate(1, &memory), VK_SUCCESS);
  free(memory);
}

TEST_F(InjectedVulkanTest, KnowsWhichThreadFrees) {
  VkDeviceMemory here = VK_NULL_HANDLE, there = VK_NULL_HANDLE;
  ASSERT_EQ(allocate(0, &here), VK_SUCCESS);
  ASSERT_EQ(allocate(0, &there), VK_SUCCESS);
  free(here);
  std::thread thread([&] { free(there); });
  const std::thread::id other = thread.get_id();
  thread.join();
  EXPECT_EQ(InjectedVulkan::threadsThatFreedMemory(), (std::vector{std::this_thread::get_id(), other}));
}

// Whatever the plugin makes of its memory on such devices, it does so without mapping what cannot be mapped.
TEST_F(InjectedVulkanTest, ThePassPaintsOnADiscreteDevice) {
  for (const auto& types : {std::vector{PretendedMemory::kDeviceLocal, PretendedMemory::kHostVisible},
                            std::vector{PretendedMemory::kHostVisible, PretendedMemory::kDeviceLocal,
                                        PretendedMemory::kDeviceLocal | PretendedMemory::kHostVisible}}) {
    PretendedMemory::pretend(types);
    ImpastoContextInfo info = contextInfo();
    info.get_instance_proc_addr = InjectedVulkan::getInstanceProcAddr;
    ImpastoContext raw = nullptr;
    ASSERT_EQ(impastoCreateContext(&info, &raw), IMPASTO_SUCCESS) << impastoGetLastError();
    const ContextPtr context(raw);
    const StylePtr style = toHandle(makeNegativeStyle());
    const PassPtr pass = makePass(context.get(), style.get());
    ASSERT_NE(pass, nullptr);
    FrameImages images(device(), {}, makePixels(16, 8, 1));
    paintFrame(pass.get(), images.frame());
    EXPECT_GT(PretendedMemory::allocationCalls(0) + PretendedMemory::allocationCalls(1), 1u);
  }
}

}  // namespace
}  // namespace impasto::test
