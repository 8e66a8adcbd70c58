#include "api/pretended_memory.h"

#include <map>
#include <mutex>
#include <stdexcept>

namespace impasto::test {
namespace {

struct Allocation {
  uint32_t type = 0;
  VkDeviceSize bytes = 0;
};

struct State {
  std::vector<VkMemoryPropertyFlags> types;  // empty: as the device has them
  std::vector<uint32_t> real_types;          // of each, once the plugin has asked for the device's
  uint32_t full = 0;
  std::map<VkDeviceMemory, Allocation> allocations;
  std::map<uint32_t, uint32_t> calls;
};

std::mutex mutex;
State state;

uint32_t coveringType(const VkPhysicalDeviceMemoryProperties& real, VkMemoryPropertyFlags flags) {
  for (uint32_t i = 0; i < real.memoryTypeCount; ++i) {
    if ((real.memoryTypes[i].propertyFlags & flags) == flags) return i;
  }
  throw std::runtime_error("the device has no memory type to pretend another with");
}

}  // namespace

void PretendedMemory::pretend(std::vector<VkMemoryPropertyFlags> types) {
  const std::lock_guard lock(mutex);
  state.types = std::move(types);
  state.real_types.clear();
}

void PretendedMemory::fill(uint32_t type_mask) {
  const std::lock_guard lock(mutex);
  state.full = type_mask;
}

VkDeviceSize PretendedMemory::allocatedBytes(uint32_t type) {
  const std::lock_guard lock(mutex);
  VkDeviceSize bytes = 0;
  for (const auto& [memory, allocation] : state.allocations) {
    if (allocation.type == type) bytes += allocation.bytes;
  }
  return bytes;
}

uint32_t PretendedMemory::allocationCalls(uint32_t type) {
  const std::lock_guard lock(mutex);
  return state.calls[type];
}

void PretendedMemory::end() {
  const std::lock_guard lock(mutex);
  state = {};
}

void PretendedMemory::show(VkPhysicalDevice, VkPhysicalDeviceMemoryProperties& properties) {
  const std::lock_guard lock(mutex);
  if (state.types.empty()) return;
  const VkPhysicalDeviceMemoryProperties real = properties;
  properties = {};
  state.real_types.clear();
  for (const VkMemoryPropertyFlags flags : state.types) {
    const uint32_t covering = coveringType(real, flags);
    const uint32_t i = properties.memoryTypeCount++;
    state.real_types.push_back(covering);
    properties.memoryTypes[i] = {flags, i};
    properties.memoryHeaps[i] = real.memoryHeaps[real.memoryTypes[covering].heapIndex];
    properties.memoryHeaps[i].flags = (flags & kDeviceLocal) != 0 ? VK_MEMORY_HEAP_DEVICE_LOCAL_BIT : 0;
  }
  properties.memoryHeapCount = properties.memoryTypeCount;
}

void PretendedMemory::show(VkMemoryRequirements& requirements) {
  const std::lock_guard lock(mutex);
  if (state.types.empty()) return;
  uint32_t bits = 0;
  for (uint32_t i = 0; i < state.real_types.size(); ++i) {
    if ((requirements.memoryTypeBits >> state.real_types[i] & 1u) != 0) bits |= 1u << i;
  }
  requirements.memoryTypeBits = bits;
}

bool PretendedMemory::isFull(uint32_t type) {
  const std::lock_guard lock(mutex);
  ++state.calls[type];
  return (state.full >> type & 1u) != 0;
}

uint32_t PretendedMemory::realType(uint32_t type) {
  const std::lock_guard lock(mutex);
  return state.types.empty() ? type : state.real_types.at(type);
}

void PretendedMemory::allocated(VkDeviceMemory memory, uint32_t type, VkDeviceSize bytes) {
  const std::lock_guard lock(mutex);
  state.allocations[memory] = {type, bytes};
}

void PretendedMemory::freed(VkDeviceMemory memory) {
  const std::lock_guard lock(mutex);
  state.allocations.erase(memory);
}

bool PretendedMemory::mayMap(VkDeviceMemory memory) {
  const std::lock_guard lock(mutex);
  if (state.types.empty()) return true;
  const auto found = state.allocations.find(memory);
  return found != state.allocations.end() &&
         (state.types[found->second.type] & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) != 0;
}

}  // namespace impasto::test
