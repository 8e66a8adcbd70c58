#include "api/injected_vulkan.h"

#include <vulkan/vulkan.h>

#include <atomic>
#include <map>

namespace impasto::test {
namespace {

constexpr uint32_t kNever = UINT32_MAX;

std::atomic<uint32_t> creating_calls;
std::atomic<uint32_t> fail_index = kNever;
std::atomic<VkResult> fail_result = VK_SUCCESS;
std::atomic<const char*> failed_call = nullptr;
std::atomic<int64_t> live_objects;
std::atomic<bool> swallow_commands;
std::atomic<uint32_t> swallowed_commands;
std::atomic<VkDevice> known_device = VK_NULL_HANDLE;  // the tests' device: one for the whole process

// Whether this creating call is the one to fail.
bool takesFailure(const char* name) {
  if (creating_calls++ != fail_index) return false;
  failed_call = name;
  return true;
}

template <class Function>
Function driver(VkDevice device, const char* name) {
  return reinterpret_cast<Function>(vkGetDeviceProcAddr(device, name));
}

// For each function a wrapper of the same type, made from the function's own type.
template <class Function>
struct Creating;
template <class... Arguments>
struct Creating<VkResult(VKAPI_PTR*)(VkDevice, Arguments...)> {
  template <auto Name, int Objects>
  static VkResult VKAPI_CALL call(VkDevice device, Arguments... arguments) {
    if (takesFailure(Name())) return fail_result;
    const auto function = driver<VkResult(VKAPI_PTR*)(VkDevice, Arguments...)>(device, Name());
    const VkResult result = function(device, arguments...);
    if (result == VK_SUCCESS) live_objects += Objects;
    return result;
  }
};

template <class Function>
struct Destroying;
template <class Object>
struct Destroying<void(VKAPI_PTR*)(VkDevice, Object, const VkAllocationCallbacks*)> {
  template <auto Name>
  static void VKAPI_CALL call(VkDevice device, Object object, const VkAllocationCallbacks* allocator) {
    if (object != VK_NULL_HANDLE) --live_objects;
    driver<void(VKAPI_PTR*)(VkDevice, Object, const VkAllocationCallbacks*)>(device, Name())(device, object, allocator);
  }
};

template <class Function>
struct Command;
template <class Handle, class... Arguments>
struct Command<void(VKAPI_PTR*)(Handle, Arguments...)> {
  template <auto Name>
  static void VKAPI_CALL call(Handle handle, Arguments... arguments) {
    if (swallow_commands) {
      ++swallowed_commands;
      return;
    }
    static std::atomic<PFN_vkVoidFunction> function = nullptr;
    if (!function) function = vkGetDeviceProcAddr(known_device, Name());
    reinterpret_cast<void(VKAPI_PTR*)(Handle, Arguments...)>(function.load())(handle, arguments...);
  }
};

#define NAME(function) [] { return "vk" #function; }
#define CREATING(function, objects)                                                                            \
  {"vk" #function, reinterpret_cast<PFN_vkVoidFunction>(                                                       \
                       static_cast<PFN_vk##function>(Creating<PFN_vk##function>::call<NAME(function), objects>))}
#define DESTROYING(function)                                                          \
  {"vk" #function, reinterpret_cast<PFN_vkVoidFunction>(static_cast<PFN_vk##function>( \
                       Destroying<PFN_vk##function>::call<NAME(function)>))}
#define COMMAND(function)                                                             \
  {"vk" #function, reinterpret_cast<PFN_vkVoidFunction>(static_cast<PFN_vk##function>( \
                       Command<PFN_vk##function>::call<NAME(function)>))}

const std::map<std::string, PFN_vkVoidFunction>& wrappers() {
  static const std::map<std::string, PFN_vkVoidFunction> map = {
      CREATING(AllocateDescriptorSets, 0),  // freed with their pool
      CREATING(AllocateMemory, 1),
      CREATING(BindBufferMemory, 0),
      CREATING(CreateBuffer, 1),
      CREATING(CreateComputePipelines, 1),
      CREATING(CreateDescriptorPool, 1),
      CREATING(CreateDescriptorSetLayout, 1),
      CREATING(CreatePipelineCache, 1),
      CREATING(CreatePipelineLayout, 1),
      CREATING(CreateSampler, 1),
      CREATING(CreateShaderModule, 1),
      CREATING(FlushMappedMemoryRanges, 0),
      CREATING(GetPipelineCacheData, 0),
      CREATING(MapMemory, 0),
      DESTROYING(DestroyBuffer),
      DESTROYING(DestroyDescriptorPool),
      DESTROYING(DestroyDescriptorSetLayout),
      DESTROYING(DestroyPipeline),
      DESTROYING(DestroyPipelineCache),
      DESTROYING(DestroyPipelineLayout),
      DESTROYING(DestroySampler),
      DESTROYING(DestroyShaderModule),
      DESTROYING(FreeMemory),
      COMMAND(CmdBindDescriptorSets),
      COMMAND(CmdBindPipeline),
      COMMAND(CmdCopyBuffer),
      COMMAND(CmdDispatch),
      COMMAND(CmdPipelineBarrier2),
      COMMAND(CmdPushConstants),
      COMMAND(UpdateDescriptorSets),
  };
  return map;
}

PFN_vkVoidFunction VKAPI_CALL getDeviceProcAddr(VkDevice device, const char* name) {
  known_device = device;
  const auto found = wrappers().find(name);
  return found != wrappers().end() ? found->second : vkGetDeviceProcAddr(device, name);
}

}  // namespace

void InjectedVulkan::reset() {
  creating_calls = 0;
  fail_index = kNever;
  failed_call = nullptr;
  live_objects = 0;
  swallow_commands = false;
  swallowed_commands = 0;
}

void InjectedVulkan::failCall(uint32_t index, VkResult result) {
  fail_index = index;
  fail_result = result;
}

bool InjectedVulkan::failed() { return failed_call != nullptr; }
std::string InjectedVulkan::failedCall() { return failed_call ? failed_call.load() : "none"; }
uint32_t InjectedVulkan::creatingCalls() { return creating_calls; }
int64_t InjectedVulkan::liveObjects() { return live_objects; }
void InjectedVulkan::swallowCommands(bool swallow) { swallow_commands = swallow; }
uint32_t InjectedVulkan::swallowedCommands() { return swallowed_commands; }

PFN_vkVoidFunction VKAPI_CALL InjectedVulkan::getInstanceProcAddr(VkInstance instance, const char* name) {
  if (std::string(name) == "vkGetDeviceProcAddr") {
    return reinterpret_cast<PFN_vkVoidFunction>(static_cast<PFN_vkGetDeviceProcAddr>(getDeviceProcAddr));
  }
  return vkGetInstanceProcAddr(instance, name);
}

}  // namespace impasto::test
