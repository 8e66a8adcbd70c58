// What a Vulkan device must offer, and a host must enable, so that memory and timeline semaphores can be shared with
// another API by descriptors; and which device it is.
#pragma once

#include <span>
#include <string>

#include "interop/module_device.h"
#include "vulkan/dispatch.h"

namespace impasto::interop {

// Device extensions that the host enables (and timeline semaphores, which are in Vulkan 1.2).
std::span<const char* const> sharingExtensions() noexcept;

// "", or what the device lacks: it must be able to export storage buffers and timeline semaphores as opaque descriptors.
std::string whyNotShared(const vulkan::InstanceDispatch& vk, VkPhysicalDevice physical_device);

DeviceUuid deviceUuid(const vulkan::InstanceDispatch& vk, VkPhysicalDevice physical_device);

inline constexpr VkExternalMemoryHandleTypeFlagBits kMemoryHandle = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT;
inline constexpr VkExternalSemaphoreHandleTypeFlagBits kSemaphoreHandle =
    VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT;

// Of the shared buffers.
inline constexpr VkBufferUsageFlags kSharedUsage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;

}  // namespace impasto::interop
