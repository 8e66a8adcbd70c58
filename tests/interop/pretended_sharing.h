// Sharing by descriptors on a driver that has only half of it: lavapipe exports memory, but no timeline semaphores. A
// descriptor of a semaphore is a file here that says which semaphore of this process it is, and who imports it waits for it
// and signals it by the functions of the device that it belongs to. What a library does with descriptors, who owns which
// and in which order everything goes, is the same as with a driver that has all of it.
#pragma once

#include <vulkan/vulkan_core.h>

#include <cstddef>

namespace impasto::test {

// A vkGetInstanceProcAddr that adds what the driver lacks.
struct PretendedSharing {
  static PFN_vkVoidFunction VKAPI_CALL getInstanceProcAddr(VkInstance instance, const char* name);

  // Makes the next exports of this kind fail, until it is set back.
  static void failMemory(bool fail);
  static void failSemaphores(bool fail);
};

// How many descriptors this process has open.
size_t openDescriptors();

}  // namespace impasto::test
