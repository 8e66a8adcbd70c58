#include "pass/choose_backend.h"

#include "backend/cpu_backend.h"
#include "backend/host_backend.h"
#include "backend/module.h"
#include "backend/reference_executor.h"
#include "base/error.h"
#include "vulkan/backend.h"

namespace impasto {
namespace {

// Those that AUTO tries, in this order, before the Vulkan backend.
constexpr ImpastoBackend kOutsideTheCommandBuffer[] = {IMPASTO_BACKEND_CUDA, IMPASTO_BACKEND_CPU};

const char* nameOf(ImpastoBackend kind) noexcept {
  switch (kind) {
    case IMPASTO_BACKEND_CUDA: return "CUDA";
    case IMPASTO_BACKEND_CPU: return "CPU";
    default: return "Vulkan";
  }
}

std::unique_ptr<Backend> makeBackend(const vulkan::VulkanDevice& device, const BackendRequest& request, int32_t kind) {
  switch (kind) {
    case IMPASTO_BACKEND_VULKAN: return std::make_unique<vulkan::VulkanBackend>(device);
    case IMPASTO_BACKEND_REFERENCE: return std::make_unique<HostBackend>(device, makeReferenceExecutor);
    case IMPASTO_BACKEND_CUDA: throw Error(ErrorCode::Unsupported, "the CUDA backend is not in this version");
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
    std::unique_ptr<Backend> backend = makeBackend(device, request, request.kind);
    return {std::move(backend), static_cast<ImpastoBackend>(request.kind)};
  }
  if (request.timeline_points) {
    for (const ImpastoBackend kind : kOutsideTheCommandBuffer) {
      // Beside a GPU it is only what somebody asks for.
      if (kind == IMPASTO_BACKEND_CPU && device.properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU) continue;
      try {
        return {makeBackend(device, request, kind), kind};
      } catch (const Error& error) {
        logger.log(IMPASTO_LOG_INFO, (std::string(nameOf(kind)) + " backend not used: " + error.what()).c_str());
      }
    }
  }
  return {makeBackend(device, request, IMPASTO_BACKEND_VULKAN), IMPASTO_BACKEND_VULKAN};
}

}  // namespace impasto
