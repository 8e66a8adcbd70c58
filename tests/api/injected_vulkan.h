// A vkGetInstanceProcAddr to hand to Impasto that stands between it and the driver: it makes the Nth creating call
// fail, counts what lives, can swallow commands, and can show the device's memory as another device would have it
// (pretended_memory.h). What it stands between follows from the plugin's own table (vulkan/dispatch.h), so that no
// function can be forgotten. One at a time per process; calls may come from any thread.
#pragma once

#include <vulkan/vulkan_core.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace impasto::test {

struct InjectedVulkan {
  // Forgets all counts, fails nothing, passes commands through, shows the device's memory as it is.
  static void reset();

  // Make creating call number `index`, from 0, return `result` without reaching the driver. Creating calls: whatever
  // creates, allocates, binds, maps, flushes or fetches data, and so can fail for lack of memory.
  static void failCall(uint32_t index, VkResult result);
  static bool failed();               // has that call come?
  static std::string failedCall();    // its name
  static uint32_t creatingCalls();    // since reset()
  static int64_t liveObjects();       // created minus destroyed, memory included

  // The next `times` sizes that vkGetPipelineCacheData tells are too small by the time that the data is asked for.
  static void growPipelineCache(uint32_t times);

  // Commands and descriptor updates do nothing, but are counted.
  static void swallowCommands(bool swallow);
  static uint32_t swallowedCommands();

  // The threads that called vkFreeMemory, in order, since reset().
  static std::vector<std::thread::id> threadsThatFreedMemory();

  static PFN_vkVoidFunction VKAPI_CALL getInstanceProcAddr(VkInstance instance, const char* name);

  // Does it stand between Impasto and this function, "vkCreateBuffer"?
  static bool intercepts(const std::string& name);
};

}  // namespace impasto::test
