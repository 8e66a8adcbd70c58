// What passes of one device share: the host's device, the pipeline cache and the log. Immutable but for the count of
// passes; any thread. Shared by the context's handle and by its passes.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "impasto/impasto.h"
#include "pass/logger.h"
#include "vulkan/backend.h"
#include "vulkan/device.h"

namespace impasto {

class Context {
 public:
  // The handles and the backend in `info` are checked by then. Throws Error(Unsupported, InvalidArgument, OutOfMemory).
  explicit Context(const ImpastoContextInfo& info);

  const vulkan::VulkanDevice& device() const noexcept { return device_; }
  const Backend& backend() const noexcept { return backend_; }
  const Logger& logger() const noexcept { return logger_; }

  // The pipeline cache is written when the last pass goes. It logs: call it with no lock held.
  void passCreated() noexcept;
  void passGone() noexcept;

 private:
  void savePipelineCache();

  Logger logger_;
  std::string pipeline_cache_path_;  // "" for none
  vulkan::VulkanDevice device_;
  vulkan::PipelineCache pipeline_cache_;
  vulkan::VulkanBackend backend_;
  std::mutex pass_count_mutex_;
  uint32_t pass_count_ = 0;
};

// Fills the `out` members of impastoQueryRequirements. Throws Error(Unsupported) when the instance is too old to ask.
void queryRequirements(VkInstance instance, VkPhysicalDevice physical_device,
                       PFN_vkGetInstanceProcAddr get_instance_proc_addr, ImpastoRequirements& requirements);

}  // namespace impasto
