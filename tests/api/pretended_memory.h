// The memory of another device, laid over the one there is: a software driver has one type of memory, which is
// device-local and host-visible at once, and so hides what goes wrong on devices with others. Part of InjectedVulkan,
// whose reset() ends it.
#pragma once

#include <vulkan/vulkan_core.h>

#include <cstdint>
#include <vector>

namespace impasto::test {

struct PretendedMemory {
  static constexpr VkMemoryPropertyFlags kDeviceLocal = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  static constexpr VkMemoryPropertyFlags kHostVisible =
      VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;

  // From now on the device has these types, each with a heap of its own, for every buffer and image. Each must be
  // covered by a type that the device really has. A discrete GPU: {kDeviceLocal, kHostVisible}; with a BAR through which
  // the host reaches the device's memory: {kDeviceLocal, kHostVisible, kDeviceLocal | kHostVisible}.
  static void pretend(std::vector<VkMemoryPropertyFlags> types);

  // Allocations from the types in `type_mask` (bit i: type i) fail with VK_ERROR_OUT_OF_DEVICE_MEMORY, as if their heaps
  // were full. Types as the plugin sees them, pretended or not.
  static void fill(uint32_t type_mask);

  // Of the types that the plugin sees: how many bytes it holds of type `type`, and how often it has asked for some.
  static VkDeviceSize allocatedBytes(uint32_t type);
  static uint32_t allocationCalls(uint32_t type);

  static void end();

  // For InjectedVulkan.
  static void show(VkPhysicalDevice physical_device, VkPhysicalDeviceMemoryProperties& properties);
  static void show(VkMemoryRequirements& requirements);
  static bool isFull(uint32_t type);
  static uint32_t realType(uint32_t type);
  static void allocated(VkDeviceMemory memory, uint32_t type, VkDeviceSize bytes);
  static void freed(VkDeviceMemory memory);
  static bool mayMap(VkDeviceMemory memory);
};

}  // namespace impasto::test
