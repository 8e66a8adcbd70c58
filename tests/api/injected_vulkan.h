// A vkGetInstanceProcAddr to hand to Impasto that stands between it and the driver: it makes the Nth creating call
// fail, counts what lives, and can swallow commands. One at a time per process; calls may come from any thread.
#pragma once

#include <vulkan/vulkan_core.h>

#include <cstdint>
#include <string>

namespace impasto::test {

struct InjectedVulkan {
  // Forgets all counts, fails nothing, passes commands through.
  static void reset();

  // Make creating call number `index`, from 0, return `result` without reaching the driver.
  static void failCall(uint32_t index, VkResult result);
  static bool failed();               // has that call come?
  static std::string failedCall();    // its name
  static uint32_t creatingCalls();    // since reset()
  static int64_t liveObjects();       // created minus destroyed, memory included

  // Commands and descriptor updates do nothing, but are counted.
  static void swallowCommands(bool swallow);
  static uint32_t swallowedCommands();

  static PFN_vkVoidFunction VKAPI_CALL getInstanceProcAddr(VkInstance instance, const char* name);
};

}  // namespace impasto::test
