// The Vulkan functions that the plugin calls, loaded through the host's vkGetInstanceProcAddr: the library links no
// loader and holds no global. A function that is new to the plugin is one more line in a list below. Those of the
// optional list are null where the host's device has not enabled what they belong to; the others are always there.
//
// Calls that return a VkResult go through check(), which throws.
#pragma once

#include <vulkan/vulkan_core.h>

#include "vulkan/cooperative_matrix.h"

namespace impasto::vulkan {

#define IMPASTO_INSTANCE_FUNCTIONS(X) \
  X(EnumerateDeviceExtensionProperties) \
  X(GetDeviceProcAddr)                \
  X(GetPhysicalDeviceExternalBufferProperties) \
  X(GetPhysicalDeviceExternalSemaphoreProperties) \
  X(GetPhysicalDeviceFeatures2)       \
  X(GetPhysicalDeviceFormatProperties2) \
  X(GetPhysicalDeviceMemoryProperties) \
  X(GetPhysicalDeviceProperties2)     \
  X(GetPhysicalDeviceQueueFamilyProperties)

// Of an instance, or of an extension of the device that the host may not have enabled: null where the loader has none.
#define IMPASTO_OPTIONAL_INSTANCE_FUNCTIONS(X) X(GetPhysicalDeviceCooperativeMatrixPropertiesKHR)

#define IMPASTO_DEVICE_FUNCTIONS(X) \
  X(AllocateDescriptorSets)         \
  X(AllocateMemory)                 \
  X(BindBufferMemory)               \
  X(CmdBindDescriptorSets)          \
  X(CmdBindPipeline)                \
  X(CmdCopyBuffer)                  \
  X(CmdDispatch)                    \
  X(CmdPipelineBarrier)             \
  X(CmdPushConstants)               \
  X(CmdResetQueryPool)              \
  X(CmdWriteTimestamp)              \
  X(CreateBuffer)                   \
  X(CreateBufferView)               \
  X(CreateComputePipelines)         \
  X(CreateDescriptorPool)           \
  X(CreateDescriptorSetLayout)      \
  X(CreatePipelineCache)            \
  X(CreatePipelineLayout)           \
  X(CreateQueryPool)                \
  X(CreateShaderModule)             \
  X(DestroyBuffer)                  \
  X(DestroyBufferView)              \
  X(DestroyDescriptorPool)          \
  X(DestroyDescriptorSetLayout)     \
  X(DestroyPipeline)                \
  X(DestroyPipelineCache)           \
  X(DestroyPipelineLayout)          \
  X(DestroyQueryPool)               \
  X(DestroyShaderModule)            \
  X(FlushMappedMemoryRanges)        \
  X(FreeMemory)                     \
  X(GetBufferMemoryRequirements)    \
  X(GetPipelineCacheData)           \
  X(GetQueryPoolResults)            \
  X(MapMemory)                      \
  X(UnmapMemory)                    \
  X(UpdateDescriptorSets)

// By the name in core Vulkan or, where that is unknown, by the name in the extension that it came from.
#define IMPASTO_OPTIONAL_DEVICE_FUNCTIONS(X)                     \
  X(CmdBeginDebugUtilsLabelEXT, "vkCmdBeginDebugUtilsLabelEXT")  \
  X(CmdEndDebugUtilsLabelEXT, "vkCmdEndDebugUtilsLabelEXT")      \
  X(CmdPipelineBarrier2, "vkCmdPipelineBarrier2KHR")             \
  X(GetMemoryFdKHR, "vkGetMemoryFdKHR")                          \
  X(GetSemaphoreCounterValue, "vkGetSemaphoreCounterValueKHR")   \
  X(GetSemaphoreFdKHR, "vkGetSemaphoreFdKHR")                    \
  X(SetDebugUtilsObjectNameEXT, "vkSetDebugUtilsObjectNameEXT")  \
  X(SignalSemaphore, "vkSignalSemaphoreKHR")                     \
  X(WaitSemaphores, "vkWaitSemaphoresKHR")

// Functions of an instance: `dispatch.GetPhysicalDeviceProperties2(...)`.
struct InstanceDispatch {
#define IMPASTO_DECLARE(name) PFN_vk##name name = nullptr;
  IMPASTO_INSTANCE_FUNCTIONS(IMPASTO_DECLARE)
  IMPASTO_OPTIONAL_INSTANCE_FUNCTIONS(IMPASTO_DECLARE)
#undef IMPASTO_DECLARE

  InstanceDispatch() = default;
  // Throws Error(Unsupported), naming the function that the host's loader does not know.
  InstanceDispatch(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance);
};

// The same and the functions of a device.
struct Dispatch : InstanceDispatch {
#define IMPASTO_DECLARE(name) PFN_vk##name name = nullptr;
  IMPASTO_DEVICE_FUNCTIONS(IMPASTO_DECLARE)
#undef IMPASTO_DECLARE
#define IMPASTO_DECLARE(name, extension_name) PFN_vk##name name = nullptr;
  IMPASTO_OPTIONAL_DEVICE_FUNCTIONS(IMPASTO_DECLARE)
#undef IMPASTO_DECLARE

  Dispatch() = default;
  Dispatch(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance, VkDevice device);
};

// Throws Error(OutOfMemory, DeviceLost or Internal) "vkCreateBuffer: out of device memory" unless `result` is VK_SUCCESS.
void check(VkResult result, const char* call);

}  // namespace impasto::vulkan
