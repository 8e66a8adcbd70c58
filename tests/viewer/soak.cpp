// The viewer for a while, and what it took: viewer_soak SCRIPT RESULT.json [--validation] FILES...
//
// Between `mark steady` and `mark moving` of the script every frame is held to allocate nothing: neither host memory in
// the viewer's own part of a frame (operator new on its thread; Dear ImGui, which has malloc of its own, and the panels'
// layout are left out), nor Vulkan objects. `mark begin` and `mark end` are where memory is compared.
#include <malloc.h>
#include <vulkan/vulkan.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/message.h"
#include "support/allocations.h"
#include "viewer/app.h"

namespace {

std::atomic<int64_t> device_memories{0}, device_objects{0};

// Once the heap has given back what nobody uses.
int64_t residentKilobytes() {
  malloc_trim(0);
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    long long kilobytes = 0;
    if (std::sscanf(line.c_str(), "VmRSS: %lld", &kilobytes) == 1) return kilobytes;
  }
  return -1;
}

}  // namespace

// What the renderer and the viewer ask of Vulkan; the pass is counted in its own tests.
extern "C" {
VkResult __real_vkAllocateMemory(VkDevice, const VkMemoryAllocateInfo*, const VkAllocationCallbacks*, VkDeviceMemory*);
VkResult __wrap_vkAllocateMemory(VkDevice device, const VkMemoryAllocateInfo* info, const VkAllocationCallbacks* callbacks,
                                 VkDeviceMemory* memory) {
  ++device_memories;
  ++device_objects;
  return __real_vkAllocateMemory(device, info, callbacks, memory);
}
void __real_vkFreeMemory(VkDevice, VkDeviceMemory, const VkAllocationCallbacks*);
void __wrap_vkFreeMemory(VkDevice device, VkDeviceMemory memory, const VkAllocationCallbacks* callbacks) {
  if (memory) --device_memories;
  __real_vkFreeMemory(device, memory, callbacks);
}
VkResult __real_vkCreateImage(VkDevice, const VkImageCreateInfo*, const VkAllocationCallbacks*, VkImage*);
VkResult __wrap_vkCreateImage(VkDevice device, const VkImageCreateInfo* info, const VkAllocationCallbacks* callbacks,
                              VkImage* image) {
  ++device_objects;
  return __real_vkCreateImage(device, info, callbacks, image);
}
VkResult __real_vkCreateBuffer(VkDevice, const VkBufferCreateInfo*, const VkAllocationCallbacks*, VkBuffer*);
VkResult __wrap_vkCreateBuffer(VkDevice device, const VkBufferCreateInfo* info, const VkAllocationCallbacks* callbacks,
                               VkBuffer* buffer) {
  ++device_objects;
  return __real_vkCreateBuffer(device, info, callbacks, buffer);
}
VkResult __real_vkCreateGraphicsPipelines(VkDevice, VkPipelineCache, uint32_t, const VkGraphicsPipelineCreateInfo*,
                                          const VkAllocationCallbacks*, VkPipeline*);
VkResult __wrap_vkCreateGraphicsPipelines(VkDevice device, VkPipelineCache cache, uint32_t count,
                                          const VkGraphicsPipelineCreateInfo* infos,
                                          const VkAllocationCallbacks* callbacks, VkPipeline* pipelines) {
  ++device_objects;
  return __real_vkCreateGraphicsPipelines(device, cache, count, infos, callbacks, pipelines);
}
}

int main(int argc, char** argv) {
  using namespace impasto;
  app::AppOptions options;
  options.width = 160;
  options.height = 96;
  options.plain_font = true;
  options.script = argv[1];
  for (int i = 3; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--validation") {
      options.validation = true;
    } else if (argument.ends_with(".safetensors")) {
      options.styles.push_back(argument);
    } else {
      options.scene = argument;
    }
  }
  nlohmann::json result;
  int64_t frames = 0, steady_frames = 0, steady_host = 0, steady_device = 0, objects_before = 0;
  bool steady = false;
  std::optional<test::AllocationWatch> watch;
  app::FrameHooks hooks;
  hooks.begin = [&] {
    objects_before = device_objects;
    watch.emplace();
  };
  hooks.end = [&] {
    const int64_t host = watch->stop();
    watch.reset();
    ++frames;
    if (!steady) return;
    ++steady_frames;
    steady_host += host;
    steady_device += device_objects - objects_before;
  };
  hooks.mark = [&](const std::string& name) {
    steady = name == "steady";
    if (name != "begin" && name != "end") return;
    result[name] = {{"device_memories", device_memories.load()}, {"resident_kilobytes", residentKilobytes()},
                    {"heap_bytes", mallinfo2().uordblks}};
  };
  try {
    app::App(options, hooks).run();
  } catch (const std::exception& error) {
    app::complain("viewer_soak", error.what());
    return 1;
  }
  result["frames"] = frames;
  result["steady_frames"] = steady_frames;
  result["steady_host_allocations"] = steady_host;
  result["steady_device_objects"] = steady_device;
  std::ofstream(argv[2]) << result.dump(2) << "\n";
  return 0;
}
