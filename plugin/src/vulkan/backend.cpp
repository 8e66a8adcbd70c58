#include "vulkan/backend.h"

#include "vulkan/generator.h"

namespace impasto::vulkan {

std::unique_ptr<Generator> VulkanBackend::prepare(const Style& style, const GeneratorRequest& request) const {
  return std::make_unique<VulkanGenerator>(*device_, scratch_, style, request);
}

MemoryUse VulkanBackend::predictMemory(const Style& style, const GeneratorRequest& request) const {
  return VulkanGenerator::predictMemory(*device_, style, request);
}

}  // namespace impasto::vulkan
