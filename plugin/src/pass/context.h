// What passes of one queue share: the host's device, the backend and its scratch memory, the pipeline cache, the log, and
// the thread that frees what styles leave behind. Immutable but for the count of passes; any thread. Shared by the context's handle and by its passes.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "backend/generator.h"
#include "impasto/impasto.h"
#include "backend/logger.h"
#include "pass/reaper.h"
#include "vulkan/device.h"

namespace impasto {

class Context {
 public:
  // The handles and the backend in `info` are checked by then. Throws Error(Unsupported, InvalidArgument, OutOfMemory).
  explicit Context(const ImpastoContextInfo& info);

  const vulkan::VulkanDevice& device() const noexcept { return device_; }
  const Backend& backend() const noexcept { return *backend_; }
  ImpastoBackend backendKind() const noexcept { return backend_kind_; }
  // The host gives timeline points with every backend.
  bool timelinePoints() const noexcept { return timeline_points_; }
  Reaper& reaper() noexcept { return reaper_; }
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
  std::unique_ptr<Backend> backend_;
  ImpastoBackend backend_kind_ = IMPASTO_BACKEND_VULKAN;
  bool timeline_points_;
  Reaper reaper_;  // goes before the device
  std::mutex pass_count_mutex_;
  uint32_t pass_count_ = 0;
};

}  // namespace impasto
