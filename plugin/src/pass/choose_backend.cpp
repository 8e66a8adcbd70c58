#include "pass/choose_backend.h"

#include <chrono>
#include <utility>

#include "backend/cpu_backend.h"
#include "backend/host_backend.h"
#include "backend/module.h"
#include "backend/reference_executor.h"
#include "base/error.h"
#include "interop/backend.h"
#include "vulkan/backend.h"

namespace impasto {
namespace {

const char* nameOf(ImpastoBackend kind) noexcept {
  switch (kind) {
    case IMPASTO_BACKEND_CUDA: return "CUDA";
    case IMPASTO_BACKEND_CPU: return "CPU";
    default: return "Vulkan";
  }
}

std::unique_ptr<Backend> makeBackend(const vulkan::VulkanDevice& device, const BackendRequest& request,
                                     const Logger& logger, int32_t kind) {
  switch (kind) {
    case IMPASTO_BACKEND_VULKAN: return std::make_unique<vulkan::VulkanBackend>(device);
    case IMPASTO_BACKEND_REFERENCE: return std::make_unique<HostBackend>(device, makeReferenceExecutor);
    case IMPASTO_BACKEND_CUDA: {
      const std::chrono::milliseconds limit(request.answer_limit_ms);
      return std::make_unique<interop::InteropBackend>(device, kCudaModule, moduleFolders(request.module_folder), logger,
                                                       limit.count() != 0 ? limit : interop::kAnswerLimit);
    }
    case IMPASTO_BACKEND_CPU:
      return std::make_unique<HostBackend>(device,
                                           loadCpuExecutors(moduleFolders(request.module_folder), request.cpu));
    default:
      throw Error(ErrorCode::InvalidArgument, "info->backend is " + std::to_string(kind) + ", no known backend");
  }
}

}  // namespace

ChosenBackend chooseBackend(const vulkan::VulkanDevice& device, const BackendRequest& request, const Logger& logger) {
  if (request.kind != IMPASTO_BACKEND_AUTO) {
    std::unique_ptr<Backend> backend = makeBackend(device, request, logger, request.kind);
    return {std::move(backend), static_cast<ImpastoBackend>(request.kind)};
  }
  if (request.timeline_points) {
    for (const ImpastoBackend kind : kOutsideTheCommandBuffer) {
      if (kind == IMPASTO_BACKEND_CPU && device.properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU) continue;
      try {
        return {makeBackend(device, request, logger, kind), kind};
      } catch (const Error& error) {
        logger.log(IMPASTO_LOG_INFO, (std::string(nameOf(kind)) + " backend not used: " + error.what()).c_str());
      }
    }
  }
  return {makeBackend(device, request, logger, IMPASTO_BACKEND_VULKAN), IMPASTO_BACKEND_VULKAN};
}

}  // namespace impasto
