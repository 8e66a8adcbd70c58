// Requirements and contexts of the C ABI.
#include <cstdio>
#include <string>

#include "api/checks.h"
#include "api/guard.h"
#include "api/handles.h"
#include "pass/host_enum.h"

using namespace impasto;
using namespace impasto::api;

ImpastoResult impastoQueryRequirements(VkInstance instance, VkPhysicalDevice physical_device,
                                       PFN_vkGetInstanceProcAddr get_instance_proc_addr,
                                       ImpastoRequirements* requirements) {
  return guard(__func__, {}, [&] {
    checkNotNull(instance, "instance");
    checkNotNull(physical_device, "physical_device");
    checkNotNull(get_instance_proc_addr, "get_instance_proc_addr");
    checkStruct(requirements, "requirements");
    try {
      queryRequirements(instance, physical_device, get_instance_proc_addr, *requirements);
    } catch (const Error& error) {  // the answer is "no", and why
      if (error.code() != ErrorCode::Unsupported) throw;
      std::snprintf(requirements->reason, sizeof requirements->reason, "%s", error.what());
    }
  });
}

ImpastoResult impastoCreateContext(const ImpastoContextInfo* info, ImpastoContext* context) {
  // A wrong struct has no callback that could be trusted.
  const bool readable = info && info->size == sizeof *info;
  const Logger logger = readable ? Logger{info->log, info->log_user_data} : Logger{};
  return guard(__func__, logger, [&] {
    checkNotNull(context, "context");
    *context = nullptr;
    checkStruct(info, "info");
    checkNotNull(info->instance, "info->instance");
    checkNotNull(info->physical_device, "info->physical_device");
    checkNotNull(info->device, "info->device");
    checkNotNull(info->get_instance_proc_addr, "info->get_instance_proc_addr");
    switch (hostEnum(info->backend)) {
      case IMPASTO_BACKEND_AUTO:
      case IMPASTO_BACKEND_VULKAN: break;
      case IMPASTO_BACKEND_CUDA: throw Error(ErrorCode::Unsupported, "the CUDA backend is not in this version");
      default: invalid("info->backend is " + std::to_string(hostEnum(info->backend)) + ", no known backend");
    }
    auto handle = std::make_unique<ImpastoContext_T>();
    handle->context = std::make_shared<Context>(*info);
    *context = handle.release();
  });
}

void impastoRetainContext(ImpastoContext context) { retain(context); }
void impastoReleaseContext(ImpastoContext context) { release(context); }

ImpastoResult impastoContextGetBackend(ImpastoContext context, ImpastoBackend* backend) {
  return guard(__func__, context ? context->context->logger() : Logger{}, [&] {
    checkNotNull(context, "context");
    checkNotNull(backend, "backend");
    *backend = IMPASTO_BACKEND_VULKAN;
  });
}
