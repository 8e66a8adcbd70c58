#include "vulkan/dispatch.h"

#include <string>

#include "base/error.h"

namespace impasto::vulkan {
namespace {

template <typename Function>
void require(Function& function, PFN_vkVoidFunction address, const char* name) {
  if (address == nullptr) throw Error(ErrorCode::Unsupported, std::string("the Vulkan loader has no ") + name);
  function = reinterpret_cast<Function>(address);
}

std::string describe(VkResult result) {
  switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY: return "out of host memory";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY: return "out of device memory";
    case VK_ERROR_OUT_OF_POOL_MEMORY: return "out of descriptor pool memory";
    case VK_ERROR_FRAGMENTATION: return "descriptor pool too fragmented";
    case VK_ERROR_FRAGMENTED_POOL: return "descriptor pool too fragmented";
    case VK_ERROR_DEVICE_LOST: return "device lost";
    case VK_ERROR_INITIALIZATION_FAILED: return "initialisation failed";
    case VK_ERROR_MEMORY_MAP_FAILED: return "memory could not be mapped";
    case VK_ERROR_TOO_MANY_OBJECTS: return "too many allocations";
    default: return "VkResult " + std::to_string(static_cast<int>(result));
  }
}

ErrorCode classify(VkResult result) {
  switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_OUT_OF_POOL_MEMORY:
    case VK_ERROR_FRAGMENTATION:
    case VK_ERROR_FRAGMENTED_POOL:
    case VK_ERROR_MEMORY_MAP_FAILED:
    case VK_ERROR_TOO_MANY_OBJECTS: return ErrorCode::OutOfMemory;
    case VK_ERROR_DEVICE_LOST: return ErrorCode::DeviceLost;
    default: return ErrorCode::Internal;
  }
}

}  // namespace

InstanceDispatch::InstanceDispatch(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance) {
#define IMPASTO_LOAD(name) require(name, get_instance_proc_addr(instance, "vk" #name), "vk" #name);
  IMPASTO_INSTANCE_FUNCTIONS(IMPASTO_LOAD)
#undef IMPASTO_LOAD
#define IMPASTO_LOAD(name) name = reinterpret_cast<PFN_vk##name>(get_instance_proc_addr(instance, "vk" #name));
  IMPASTO_OPTIONAL_INSTANCE_FUNCTIONS(IMPASTO_LOAD)
#undef IMPASTO_LOAD
}

Dispatch::Dispatch(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance, VkDevice device)
    : InstanceDispatch(get_instance_proc_addr, instance) {
#define IMPASTO_LOAD(name) require(name, GetDeviceProcAddr(device, "vk" #name), "vk" #name);
  IMPASTO_DEVICE_FUNCTIONS(IMPASTO_LOAD)
#undef IMPASTO_LOAD
#define IMPASTO_LOAD(name, extension_name)                                          \
  name = reinterpret_cast<PFN_vk##name>(GetDeviceProcAddr(device, "vk" #name));     \
  if (name == nullptr) name = reinterpret_cast<PFN_vk##name>(GetDeviceProcAddr(device, extension_name));
  IMPASTO_OPTIONAL_DEVICE_FUNCTIONS(IMPASTO_LOAD)
#undef IMPASTO_LOAD
}

void check(VkResult result, const char* call) {
  if (result != VK_SUCCESS) throw Error(classify(result), std::string(call) + ": " + describe(result));
}

}  // namespace impasto::vulkan
