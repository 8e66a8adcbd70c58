// The fp32 reference as a backend: it runs on threads of its own, between two points of timeline semaphores, over tensors
// in memory that the host has mapped. Slow and exact; what a host has to do for backends outside the command buffer can be
// tried and tested with it where there is no other.
#pragma once

#include "backend/generator.h"
#include "vulkan/device.h"

namespace impasto {

class ReferenceBackend final : public Backend {
 public:
  // `device` outlives the backend and its generators. Throws Error(Unsupported) where it has no timeline semaphores.
  explicit ReferenceBackend(const vulkan::VulkanDevice& device);

  std::unique_ptr<Generator> prepare(const Style& style, const GeneratorRequest& request) const override;
  MemoryUse predictMemory(const Style& style, const GeneratorRequest& request) const override;

 private:
  const vulkan::VulkanDevice* device_;
};

}  // namespace impasto
