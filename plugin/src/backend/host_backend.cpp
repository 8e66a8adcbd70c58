#include "backend/host_backend.h"

#include <utility>

#include "backend/host_generator.h"
#include "base/error.h"

namespace impasto {

HostBackend::HostBackend(const vulkan::VulkanDevice& device, MakeHostExecutor make_executor)
    : device_(&device), make_executor_(std::move(make_executor)) {
  if (device.vk.WaitSemaphores == nullptr || device.vk.SignalSemaphore == nullptr) {
    throw Error(ErrorCode::Unsupported, "it needs timeline semaphores: the feature is not enabled");
  }
}

std::unique_ptr<Generator> HostBackend::prepare(const Style& style, const GeneratorRequest& request) const {
  return std::make_unique<HostGenerator>(*device_, style.graph, request,
                                         make_executor_(style, {request.width, request.height}));
}

MemoryUse HostBackend::predictMemory(const Style& style, const GeneratorRequest& request) const {
  return HostGenerator::predictMemory(*device_, style.graph, request);
}

}  // namespace impasto
