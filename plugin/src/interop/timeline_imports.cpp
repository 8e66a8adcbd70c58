#include "interop/timeline_imports.h"

#include "interop/sharing.h"

namespace impasto::interop {

TimelineSemaphore* TimelineImports::get(VkSemaphore semaphore) {
  const std::lock_guard lock(mutex_);
  for (const Import& import : imports_) {
    if (import.semaphore == semaphore) return import.timeline;
  }
  VkSemaphoreGetFdInfoKHR info{VK_STRUCTURE_TYPE_SEMAPHORE_GET_FD_INFO_KHR};
  info.semaphore = semaphore;
  info.handleType = kSemaphoreHandle;
  int descriptor = -1;
  imports_.reserve(imports_.size() + 1);
  vulkan::check(device_->vk.GetSemaphoreFdKHR(device_->device, &info, &descriptor), "vkGetSemaphoreFdKHR");
  TimelineSemaphore* timeline = module_->importTimeline(descriptor);
  imports_.push_back({semaphore, timeline});
  return timeline;
}

void TimelineImports::addUser() noexcept {
  const std::lock_guard lock(mutex_);
  ++users_;
}

void TimelineImports::removeUser() noexcept {
  const std::lock_guard lock(mutex_);
  if (--users_ == 0) clear();
}

void TimelineImports::clear() noexcept {
  if (!module_->abandoned()) {
    for (const Import& import : imports_) module_->functions().free_timeline(module_->get(), import.timeline);
  }
  imports_.clear();
}

}  // namespace impasto::interop
