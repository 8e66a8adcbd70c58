#include "interop/sharing.h"

#include <algorithm>

namespace impasto::interop {

std::span<const char* const> sharingExtensions() noexcept {
  static constexpr const char* kNames[] = {VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,
                                           VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME};
  return kNames;
}

std::string whyNotShared(const vulkan::InstanceDispatch& vk, VkPhysicalDevice physical_device) {
  VkPhysicalDeviceExternalBufferInfo buffer_info{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_BUFFER_INFO};
  buffer_info.usage = kSharedUsage;
  buffer_info.handleType = kMemoryHandle;
  VkExternalBufferProperties buffers{VK_STRUCTURE_TYPE_EXTERNAL_BUFFER_PROPERTIES};
  vk.GetPhysicalDeviceExternalBufferProperties(physical_device, &buffer_info, &buffers);
  if ((buffers.externalMemoryProperties.externalMemoryFeatures & VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT) == 0) {
    return "the device does not export memory of buffers as descriptors";
  }
  VkSemaphoreTypeCreateInfo type{VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO};
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  VkPhysicalDeviceExternalSemaphoreInfo semaphore_info{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_SEMAPHORE_INFO};
  semaphore_info.pNext = &type;
  semaphore_info.handleType = kSemaphoreHandle;
  VkExternalSemaphoreProperties semaphores{VK_STRUCTURE_TYPE_EXTERNAL_SEMAPHORE_PROPERTIES};
  vk.GetPhysicalDeviceExternalSemaphoreProperties(physical_device, &semaphore_info, &semaphores);
  if ((semaphores.externalSemaphoreFeatures & VK_EXTERNAL_SEMAPHORE_FEATURE_EXPORTABLE_BIT) == 0) {
    return "the device does not export timeline semaphores as descriptors";
  }
  return {};
}

DeviceUuid deviceUuid(const vulkan::InstanceDispatch& vk, VkPhysicalDevice physical_device) {
  VkPhysicalDeviceIDProperties id{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
  VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
  properties.pNext = &id;
  vk.GetPhysicalDeviceProperties2(physical_device, &properties);
  DeviceUuid uuid{};
  std::copy_n(id.deviceUUID, uuid.size(), uuid.begin());
  return uuid;
}

}  // namespace impasto::interop
