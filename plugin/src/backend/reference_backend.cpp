#include "backend/reference_backend.h"

#include "backend/reference_generator.h"
#include "base/error.h"

namespace impasto {

ReferenceBackend::ReferenceBackend(const vulkan::VulkanDevice& device) : device_(&device) {
  if (device.vk.WaitSemaphores == nullptr || device.vk.SignalSemaphore == nullptr) {
    throw Error(ErrorCode::Unsupported, "the reference backend needs timeline semaphores: the feature is not enabled");
  }
}

std::unique_ptr<Generator> ReferenceBackend::prepare(const Style& style, const GeneratorRequest& request) const {
  return std::make_unique<ReferenceGenerator>(*device_, style, request);
}

MemoryUse ReferenceBackend::predictMemory(const Style& style, const GeneratorRequest& request) const {
  return ReferenceGenerator::predictMemory(*device_, style, request);
}

}  // namespace impasto
