// Which backend a context has.
#pragma once

#include <memory>
#include <string>

#include "backend/cpu_module.h"
#include "backend/generator.h"
#include "backend/logger.h"
#include "impasto/impasto.h"
#include "vulkan/device.h"

namespace impasto {

// Those that AUTO tries, in this order, before the Vulkan backend; of the last one only where the device is a processor:
// beside a GPU it is only what somebody asks for.
inline constexpr ImpastoBackend kOutsideTheCommandBuffer[] = {IMPASTO_BACKEND_CUDA, IMPASTO_BACKEND_CPU};
inline constexpr const char kCudaModule[] = "cuda";

struct BackendRequest {
  int32_t kind = IMPASTO_BACKEND_AUTO;  // as the host wrote it
  bool timeline_points = false;         // the host is made for backends outside the command buffer
  uint32_t answer_limit_ms = 0;         // 0: the usual one
  std::string module_folder;            // "": the usual ones (backend/module.h)
  CpuOptions cpu;
};

struct ChosenBackend {
  std::unique_ptr<Backend> backend;
  ImpastoBackend kind = IMPASTO_BACKEND_VULKAN;
};

// The one that is asked for; for AUTO the first that works, and the log says why those before it do not. `device` outlives
// the backend. Throws Error(Unsupported), Error(InvalidArgument) for a kind that is none.
ChosenBackend chooseBackend(const vulkan::VulkanDevice& device, const BackendRequest& request, const Logger& logger);

}  // namespace impasto
