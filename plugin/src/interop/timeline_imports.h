// The host's timeline semaphores, as a module knows them: each is exported and imported when it is seen first, and known
// by its handle from then on. All are let go of when the last user goes; until then a host keeps its semaphores.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "interop/module_device.h"
#include "vulkan/device.h"

namespace impasto::interop {

class TimelineImports {
 public:
  // Both outlive this.
  TimelineImports(const vulkan::VulkanDevice& device, const ModuleDevice& module) : device_(&device), module_(&module) {}
  ~TimelineImports() { clear(); }
  TimelineImports(const TimelineImports&) = delete;
  TimelineImports& operator=(const TimelineImports&) = delete;

  // Any thread. Throws Error: the semaphore cannot be exported, or not be imported.
  TimelineSemaphore* get(VkSemaphore semaphore);

  void addUser() noexcept;
  void removeUser() noexcept;

 private:
  struct Import {
    VkSemaphore semaphore;
    TimelineSemaphore* timeline;
  };
  void clear() noexcept;

  const vulkan::VulkanDevice* device_;
  const ModuleDevice* module_;
  std::mutex mutex_;
  std::vector<Import> imports_;
  uint32_t users_ = 0;
};

}  // namespace impasto::interop
