// A backend that a module brings (interop/module_functions.h): generators run on the host's GPU by another API, over memory
// and timeline semaphores that Vulkan shares with it. Owned by a context.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "backend/generator.h"
#include "backend/logger.h"
#include "interop/generator.h"
#include "vulkan/device.h"

namespace impasto::interop {

// How long a module may take for a frame, unless the host says otherwise.
inline constexpr std::chrono::milliseconds kAnswerLimit{2000};

class InteropBackend final : public Backend {
 public:
  // `device` outlives the backend and its generators. Throws Error(Unsupported): what the host has not enabled, what the
  // device lacks, or why the module is not used.
  InteropBackend(const vulkan::VulkanDevice& device, const std::string& module,
                 const std::vector<std::string>& folders, const Logger& logger, std::chrono::milliseconds limit);

  std::unique_ptr<Generator> prepare(const Style& style, const GeneratorRequest& request) const override;
  MemoryUse predictMemory(const Style& style, const GeneratorRequest& request) const override;

 private:
  std::unique_ptr<Interop> interop_;
};

}  // namespace impasto::interop
