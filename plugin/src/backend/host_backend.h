// A backend whose generators run in host memory, on threads of their own, between two points of timeline semaphores: the
// fp32 reference, slow and exact, with which a host can try what it has to do for backends outside the command buffer; and
// the CPU backend's module (cpu_backend.h).
#pragma once

#include "backend/generator.h"
#include "backend/host_executor.h"
#include "vulkan/device.h"

namespace impasto {

class HostBackend final : public Backend {
 public:
  // `device` outlives the backend and its generators. Throws Error(Unsupported) where it has no timeline semaphores.
  HostBackend(const vulkan::VulkanDevice& device, MakeHostExecutor make_executor);

  std::unique_ptr<Generator> prepare(const Style& style, const GeneratorRequest& request) const override;
  MemoryUse predictMemory(const Style& style, const GeneratorRequest& request) const override;

 private:
  const vulkan::VulkanDevice* device_;
  const MakeHostExecutor make_executor_;
};

}  // namespace impasto
