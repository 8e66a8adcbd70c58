// The Vulkan compute backend. Owned by a context.
#pragma once

#include "backend/generator.h"
#include "vulkan/device.h"
#include "vulkan/scratch.h"

namespace impasto::vulkan {

class VulkanBackend final : public Backend {
 public:
  // `device` outlives the backend and its generators.
  explicit VulkanBackend(const VulkanDevice& device) : device_(&device), scratch_(device) {}

  std::unique_ptr<Generator> prepare(const Style& style, const GeneratorRequest& request) const override;
  MemoryUse predictMemory(const Style& style, const GeneratorRequest& request) const override;

 private:
  const VulkanDevice* device_;
  mutable ScratchPool scratch_;
};

}  // namespace impasto::vulkan
