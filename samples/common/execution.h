// What a program does between the inputs and the outputs of painted frames, whatever backend paints them: nothing, where the
// generator is in the command buffer; else it runs here, once the commands with the inputs have.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/impasto_device.h"

namespace impasto::app {

// "vulkan", "cpu", ...
std::string nameOf(ImpastoBackend backend);

// The values of --backend, and what they say of themselves.
const std::map<std::string, ImpastoBackend>& backendNames();
inline constexpr const char* kBackendHelp =
    "vulkan; cuda; cpu: oneDNN on the processor; reference: exact and slow, without Vulkan; auto: the fastest that works";

class Execution {
 public:
  // Of passes of this context, on the device it was made on.
  Execution(const PaintingDevice& painting, ImpastoContext context);

  ImpastoBackend backend() const noexcept { return backend_; }
  // Inputs, impastoExecute and outputs belong into one command buffer: recordPainting().
  bool inCommandBuffer() const noexcept { return backend_ == IMPASTO_BACKEND_VULKAN; }

  // Otherwise: runs a frame whose inputs have run, and waits for it. Throws Error.
  void run(ImpastoPass pass, uint32_t slot);

 private:
  VkDevice device_;
  ImpastoBackend backend_ = IMPASTO_BACKEND_VULKAN;
  render::UniqueSemaphore packed_, painted_;  // timelines
  uint64_t value_ = 0;
};

}  // namespace impasto::app
