#include "interop/backend.h"

#include "base/error.h"
#include "interop/sharing.h"

namespace impasto::interop {
namespace {

void checkSharing(const vulkan::VulkanDevice& device) {
  std::string reason;
  if (device.vk.GetSemaphoreCounterValue == nullptr || device.vk.SignalSemaphore == nullptr) {
    reason = "timeline semaphores are not enabled (timeline_semaphore)";
  } else if (device.vk.GetMemoryFdKHR == nullptr || device.vk.GetSemaphoreFdKHR == nullptr) {
    reason = "memory and semaphores cannot be shared: VK_KHR_external_memory_fd and VK_KHR_external_semaphore_fd are not "
             "enabled (external_handles)";
  } else {
    reason = whyNotShared(device.vk, device.physical_device);
  }
  if (!reason.empty()) throw Error(ErrorCode::Unsupported, reason);
}

}  // namespace

InteropBackend::InteropBackend(const vulkan::VulkanDevice& device, const std::string& module,
                               const std::vector<std::string>& folders, const Logger& logger,
                               std::chrono::milliseconds limit) {
  checkSharing(device);
  interop_ = std::make_unique<Interop>(device, module, folders, logger, limit);
}

std::unique_ptr<Generator> InteropBackend::prepare(const Style& style, const GeneratorRequest& request) const {
  return std::make_unique<InteropGenerator>(*interop_, style, request);
}

MemoryUse InteropBackend::predictMemory(const Style& style, const GeneratorRequest& request) const {
  return InteropGenerator::predictMemory(*interop_, style, request);
}

}  // namespace impasto::interop
