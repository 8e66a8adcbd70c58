// Requirements and contexts of the C ABI.
#include <cstdio>
#include <string>

#include "api/checks.h"
#include "api/guard.h"
#include "api/handles.h"
#include "pass/requirements.h"

using namespace impasto;
using namespace impasto::api;

ImpastoResult impastoQueryRequirements(VkInstance instance, VkPhysicalDevice physical_device,
                                       PFN_vkGetInstanceProcAddr get_instance_proc_addr,
                                       ImpastoRequirements* requirements) {
  return guard(__func__, {}, [&] {
    checkNotNull(instance, "instance");
    checkNotNull(physical_device, "physical_device");
    checkNotNull(get_instance_proc_addr, "get_instance_proc_addr");
    ImpastoRequirements filled = readStruct(requirements, "requirements");
    try {
      queryRequirements(instance, physical_device, get_instance_proc_addr, filled);
    } catch (const Error& error) {  // the answer is "no", and why
      if (error.code() != ErrorCode::Unsupported) throw;
      std::snprintf(filled.reason, sizeof filled.reason, "%s", error.what());
    }
    writeStruct(filled, requirements);
  });
}

ImpastoResult impastoCreateContext(const ImpastoContextInfo* info, ImpastoContext* context) {
  // A wrong struct has no callback that could be trusted.
  const bool readable = info && info->size >= kFirstSize<ImpastoContextInfo> && info->size <= kLargestSize;
  const Logger logger = readable ? Logger{info->log, info->log_user_data} : Logger{};
  return guard(__func__, logger, [&] {
    checkNotNull(context, "context");
    *context = nullptr;
    const ImpastoContextInfo read = readStruct(info, "info");
    checkNotNull(read.instance, "info->instance");
    checkNotNull(read.physical_device, "info->physical_device");
    checkNotNull(read.device, "info->device");
    checkNotNull(read.get_instance_proc_addr, "info->get_instance_proc_addr");
    auto handle = std::make_unique<ImpastoContext_T>();
    handle->context = std::make_shared<Context>(read);
    *context = handle.release();
  });
}

void impastoRetainContext(ImpastoContext context) { retain(context); }
void impastoReleaseContext(ImpastoContext context) { release(context); }

ImpastoResult impastoContextGetBackend(ImpastoContext context, ImpastoBackend* backend) {
  return guard(__func__, context ? context->context->logger() : Logger{}, [&] {
    checkNotNull(context, "context");
    checkNotNull(backend, "backend");
    *backend = context->context->backendKind();
  });
}
