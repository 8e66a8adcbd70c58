#include "api/injected_vulkan.h"

#include <vulkan/vulkan.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string_view>
#include <type_traits>

#include "api/pretended_memory.h"
#include "vulkan/dispatch.h"

namespace impasto::test {
namespace {

constexpr uint32_t kNever = UINT32_MAX;

std::atomic<uint32_t> creating_calls;
std::atomic<uint32_t> fail_index = kNever;
std::atomic<VkResult> fail_result = VK_SUCCESS;
std::atomic<const char*> failed_call = nullptr;
std::atomic<int64_t> live_objects;
std::atomic<uint32_t> cache_growths;
std::atomic<bool> swallow_commands;
std::atomic<uint32_t> swallowed_commands;
std::atomic<VkDevice> known_device = VK_NULL_HANDLE;  // the one that was asked last: one lives at a time

std::mutex freeing_mutex;
std::vector<std::thread::id> freeing_threads;

// Whether this creating call is the one to fail.
bool takesFailure(const char* name) {
  if (creating_calls++ != fail_index) return false;
  failed_call = name;
  return true;
}

// By the name in the core or, on devices of earlier versions, in the extension that it came from.
PFN_vkVoidFunction driverFunction(VkDevice device, const std::string& name) {
  for (const char* suffix : {"", "KHR", "EXT"}) {
    if (const PFN_vkVoidFunction function = vkGetDeviceProcAddr(device, (name + suffix).c_str())) return function;
  }
  return nullptr;
}

// "vkCreateBuffer", as a template's argument.
template <size_t N>
struct Name {
  char text[N] = {};
  constexpr Name(const char (&literal)[N]) {
    for (size_t i = 0; i < N; ++i) text[i] = literal[i];
  }
  constexpr std::string_view view() const { return {text, N - 1}; }
  constexpr bool begins(std::string_view word) const { return view().substr(2).starts_with(word); }
  constexpr bool ends(std::string_view word) const { return view().ends_with(word); }
};

template <Name name, class Function>
Function driver(VkDevice device) {
  return reinterpret_cast<Function>(driverFunction(device, name.text));
}

// For each kind of function a wrapper of the same type, made from the function's own type.
template <Name name, class Function>
struct Creating;
template <Name name, class... Arguments>
struct Creating<name, VkResult(VKAPI_PTR*)(VkDevice, Arguments...)> {
  static VkResult VKAPI_CALL call(VkDevice device, Arguments... arguments) {
    if (takesFailure(name.text)) return fail_result;
    const VkResult result = driver<name, VkResult(VKAPI_PTR*)(VkDevice, Arguments...)>(device)(device, arguments...);
    // What comes from a pool goes with it.
    constexpr bool kOwned = name.begins("Create") || name.view() == "vkAllocateMemory";
    if (result == VK_SUCCESS && kOwned) ++live_objects;
    return result;
  }
};

template <Name name, class Function>
struct Destroying;
template <Name name, class Object>
struct Destroying<name, void(VKAPI_PTR*)(VkDevice, Object, const VkAllocationCallbacks*)> {
  static void VKAPI_CALL call(VkDevice device, Object object, const VkAllocationCallbacks* allocator) {
    if (object != VK_NULL_HANDLE) --live_objects;
    driver<name, void(VKAPI_PTR*)(VkDevice, Object, const VkAllocationCallbacks*)>(device)(device, object, allocator);
  }
};

template <Name name, class Function>
struct Command;
template <Name name, class Handle, class... Arguments>
struct Command<name, void(VKAPI_PTR*)(Handle, Arguments...)> {
  static void VKAPI_CALL call(Handle handle, Arguments... arguments) {
    if (swallow_commands) {
      ++swallowed_commands;
      return;
    }
    static std::atomic<VkDevice> of_device = VK_NULL_HANDLE;
    static std::atomic<PFN_vkVoidFunction> function = nullptr;
    if (of_device != known_device) {
      function = driverFunction(known_device, name.text);
      of_device = known_device.load();
    }
    reinterpret_cast<void(VKAPI_PTR*)(Handle, Arguments...)>(function.load())(handle, arguments...);
  }
};

VkResult VKAPI_CALL allocateMemory(VkDevice device, const VkMemoryAllocateInfo* info,
                                   const VkAllocationCallbacks* allocator, VkDeviceMemory* memory) {
  if (PretendedMemory::isFull(info->memoryTypeIndex)) return VK_ERROR_OUT_OF_DEVICE_MEMORY;
  VkMemoryAllocateInfo real = *info;
  real.memoryTypeIndex = PretendedMemory::realType(info->memoryTypeIndex);
  const VkResult result =
      Creating<"vkAllocateMemory", PFN_vkAllocateMemory>::call(device, &real, allocator, memory);
  if (result == VK_SUCCESS) PretendedMemory::allocated(*memory, info->memoryTypeIndex, info->allocationSize);
  return result;
}

void VKAPI_CALL freeMemory(VkDevice device, VkDeviceMemory memory, const VkAllocationCallbacks* allocator) {
  {
    const std::lock_guard lock(freeing_mutex);
    freeing_threads.push_back(std::this_thread::get_id());
  }
  PretendedMemory::freed(memory);
  Destroying<"vkFreeMemory", PFN_vkFreeMemory>::call(device, memory, allocator);
}

VkResult VKAPI_CALL mapMemory(VkDevice device, VkDeviceMemory memory, VkDeviceSize offset, VkDeviceSize size,
                              VkMemoryMapFlags flags, void** data) {
  if (!PretendedMemory::mayMap(memory)) return VK_ERROR_MEMORY_MAP_FAILED;
  return Creating<"vkMapMemory", PFN_vkMapMemory>::call(device, memory, offset, size, flags, data);
}

VkResult VKAPI_CALL getPipelineCacheData(VkDevice device, VkPipelineCache cache, size_t* size, void* data) {
  const VkResult result =
      Creating<"vkGetPipelineCacheData", PFN_vkGetPipelineCacheData>::call(device, cache, size, data);
  if (result == VK_SUCCESS && data == nullptr && cache_growths > 0) {
    --cache_growths;
    --*size;
  }
  return result;
}

template <Name name, class Handle>
void VKAPI_CALL memoryRequirements(VkDevice device, Handle object, VkMemoryRequirements* requirements) {
  driver<name, void(VKAPI_PTR*)(VkDevice, Handle, VkMemoryRequirements*)>(device)(device, object, requirements);
  PretendedMemory::show(*requirements);
}

template <Name name, class Info>
void VKAPI_CALL memoryRequirements2(VkDevice device, const Info* info, VkMemoryRequirements2* requirements) {
  driver<name, void(VKAPI_PTR*)(VkDevice, const Info*, VkMemoryRequirements2*)>(device)(device, info, requirements);
  PretendedMemory::show(requirements->memoryRequirements);
}

void VKAPI_CALL getMemoryProperties(VkPhysicalDevice physical_device, VkPhysicalDeviceMemoryProperties* properties) {
  vkGetPhysicalDeviceMemoryProperties(physical_device, properties);
  PretendedMemory::show(physical_device, *properties);
}

void VKAPI_CALL getMemoryProperties2(VkPhysicalDevice physical_device, VkPhysicalDeviceMemoryProperties2* properties) {
  vkGetPhysicalDeviceMemoryProperties2(physical_device, properties);
  PretendedMemory::show(physical_device, properties->memoryProperties);
}

template <class Function>
PFN_vkVoidFunction erased(Function function) {
  return reinterpret_cast<PFN_vkVoidFunction>(function);
}

// Chosen by what it is called and what it returns; nullptr: the driver's own.
template <Name name, class Function>
PFN_vkVoidFunction wrapperOf() {
  using Result = decltype([]<class R, class... A>(R(VKAPI_PTR*)(A...)) -> R { throw 0; }(Function{}));
  constexpr bool kAsks = (name.begins("Get") && !name.ends("Data")) || name.begins("Wait");
  if constexpr (name.view() == "vkAllocateMemory") {
    return erased<Function>(allocateMemory);
  } else if constexpr (name.view() == "vkFreeMemory") {
    return erased<Function>(freeMemory);
  } else if constexpr (name.view() == "vkMapMemory") {
    return erased<Function>(mapMemory);
  } else if constexpr (name.view() == "vkGetPipelineCacheData") {
    return erased<Function>(getPipelineCacheData);
  } else if constexpr (name.begins("Get") && name.ends("MemoryRequirements")) {
    return erased<Function>(memoryRequirements<name>);
  } else if constexpr (name.begins("Get") && name.ends("MemoryRequirements2")) {
    return erased<Function>(memoryRequirements2<name>);
  } else if constexpr (std::is_same_v<Result, VkResult> && !kAsks && !name.begins("Free") && !name.begins("Set")) {
    return erased<Function>(Creating<name, Function>::call);
  } else if constexpr (name.begins("Destroy") || (std::is_void_v<Result> && name.begins("Free"))) {
    return erased<Function>(Destroying<name, Function>::call);
  } else if constexpr (name.begins("Cmd") || name.begins("UpdateDescriptorSet")) {
    return erased<Function>(Command<name, Function>::call);
  } else {
    return nullptr;
  }
}

const std::map<std::string, PFN_vkVoidFunction>& wrappers() {
#define IMPASTO_WRAP(function) {"vk" #function, wrapperOf<"vk" #function, PFN_vk##function>()},
#define IMPASTO_WRAP_OPTIONAL(function, extension_name) IMPASTO_WRAP(function)
  static const std::map<std::string, PFN_vkVoidFunction> map = {
      IMPASTO_DEVICE_FUNCTIONS(IMPASTO_WRAP) IMPASTO_OPTIONAL_DEVICE_FUNCTIONS(IMPASTO_WRAP_OPTIONAL)};
#undef IMPASTO_WRAP_OPTIONAL
#undef IMPASTO_WRAP
  return map;
}

PFN_vkVoidFunction wrapper(std::string name) {
  auto found = wrappers().find(name);
  if (found == wrappers().end() && (name.ends_with("KHR") || name.ends_with("EXT"))) {
    name.resize(name.size() - 3);
    found = wrappers().find(name);
  }
  return found != wrappers().end() ? found->second : nullptr;
}

PFN_vkVoidFunction VKAPI_CALL getDeviceProcAddr(VkDevice device, const char* name) {
  known_device = device;
  const PFN_vkVoidFunction real = vkGetDeviceProcAddr(device, name);
  const PFN_vkVoidFunction ours = wrapper(name);
  return real != nullptr && ours != nullptr ? ours : real;
}

}  // namespace

void InjectedVulkan::reset() {
  creating_calls = 0;
  fail_index = kNever;
  failed_call = nullptr;
  live_objects = 0;
  cache_growths = 0;
  swallow_commands = false;
  swallowed_commands = 0;
  known_device = VK_NULL_HANDLE;
  PretendedMemory::end();
  const std::lock_guard lock(freeing_mutex);
  freeing_threads.clear();
}

void InjectedVulkan::failCall(uint32_t index, VkResult result) {
  fail_index = index;
  fail_result = result;
}

bool InjectedVulkan::failed() { return failed_call != nullptr; }
std::string InjectedVulkan::failedCall() { return failed_call ? failed_call.load() : "none"; }
uint32_t InjectedVulkan::creatingCalls() { return creating_calls; }
int64_t InjectedVulkan::liveObjects() { return live_objects; }
void InjectedVulkan::growPipelineCache(uint32_t times) { cache_growths = times; }
void InjectedVulkan::swallowCommands(bool swallow) { swallow_commands = swallow; }
uint32_t InjectedVulkan::swallowedCommands() { return swallowed_commands; }

std::vector<std::thread::id> InjectedVulkan::threadsThatFreedMemory() {
  const std::lock_guard lock(freeing_mutex);
  return freeing_threads;
}

PFN_vkVoidFunction VKAPI_CALL InjectedVulkan::getInstanceProcAddr(VkInstance instance, const char* name) {
  const std::string_view function = name;
  if (function == "vkGetDeviceProcAddr") return erased<PFN_vkGetDeviceProcAddr>(getDeviceProcAddr);
  if (function == "vkGetPhysicalDeviceMemoryProperties") {
    return erased<PFN_vkGetPhysicalDeviceMemoryProperties>(getMemoryProperties);
  }
  if (function == "vkGetPhysicalDeviceMemoryProperties2") {
    return erased<PFN_vkGetPhysicalDeviceMemoryProperties2>(getMemoryProperties2);
  }
  return vkGetInstanceProcAddr(instance, name);
}

bool InjectedVulkan::intercepts(const std::string& name) { return wrapper(name) != nullptr; }

}  // namespace impasto::test
