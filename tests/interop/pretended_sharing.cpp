#include "interop/pretended_sharing.h"

#include <sys/mman.h>
#include <unistd.h>
#include <vulkan/vulkan.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <vector>

#include "interop/imported_handles.h"

namespace impasto::test {
namespace {

std::atomic<bool> fail_memory, fail_semaphores;

VkResult VKAPI_CALL getSemaphoreFd(VkDevice device, const VkSemaphoreGetFdInfoKHR* info, int* descriptor) {
  if (fail_semaphores || info->handleType != VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT) {
    return VK_ERROR_TOO_MANY_OBJECTS;
  }
  SemaphoreFile file;
  file.device = device;
  file.semaphore = info->semaphore;
  file.value =
      reinterpret_cast<PFN_vkGetSemaphoreCounterValue>(vkGetDeviceProcAddr(device, "vkGetSemaphoreCounterValue"));
  file.signal = reinterpret_cast<PFN_vkSignalSemaphore>(vkGetDeviceProcAddr(device, "vkSignalSemaphore"));
  const int made = memfd_create("impasto semaphore", MFD_CLOEXEC);
  if (made < 0) return VK_ERROR_TOO_MANY_OBJECTS;
  if (pwrite(made, &file, sizeof file, 0) != ssize_t{sizeof file}) {
    close(made);
    return VK_ERROR_TOO_MANY_OBJECTS;
  }
  *descriptor = made;
  return VK_SUCCESS;
}

VkResult VKAPI_CALL getMemoryFd(VkDevice device, const VkMemoryGetFdInfoKHR* info, int* descriptor) {
  if (fail_memory) return VK_ERROR_TOO_MANY_OBJECTS;
  return reinterpret_cast<PFN_vkGetMemoryFdKHR>(vkGetDeviceProcAddr(device, "vkGetMemoryFdKHR"))(device, info,
                                                                                                 descriptor);
}

void VKAPI_CALL getExternalSemaphoreProperties(VkPhysicalDevice, const VkPhysicalDeviceExternalSemaphoreInfo* info,
                                               VkExternalSemaphoreProperties* properties) {
  const auto* type = static_cast<const VkSemaphoreTypeCreateInfo*>(info->pNext);
  const bool known = info->handleType == VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT && type != nullptr &&
                     type->sType == VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO &&
                     type->semaphoreType == VK_SEMAPHORE_TYPE_TIMELINE;
  properties->externalSemaphoreFeatures = known ? VK_EXTERNAL_SEMAPHORE_FEATURE_EXPORTABLE_BIT : 0;
}

VkResult VKAPI_CALL enumerateExtensions(VkPhysicalDevice device, const char* layer, uint32_t* count,
                                        VkExtensionProperties* properties) {
  uint32_t real = 0;
  vkEnumerateDeviceExtensionProperties(device, layer, &real, nullptr);
  std::vector<VkExtensionProperties> all(real);
  vkEnumerateDeviceExtensionProperties(device, layer, &real, all.data());
  VkExtensionProperties added{};
  std::strcpy(added.extensionName, VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME);
  all.push_back(added);
  if (properties == nullptr) {
    *count = static_cast<uint32_t>(all.size());
    return VK_SUCCESS;
  }
  *count = std::min(*count, static_cast<uint32_t>(all.size()));
  std::copy_n(all.begin(), *count, properties);
  return *count < all.size() ? VK_INCOMPLETE : VK_SUCCESS;
}

template <class Function>
PFN_vkVoidFunction erased(Function function) {
  return reinterpret_cast<PFN_vkVoidFunction>(function);
}

PFN_vkVoidFunction VKAPI_CALL getDeviceProcAddr(VkDevice device, const char* name) {
  const std::string_view function = name;
  if (function == "vkGetSemaphoreFdKHR") return erased<PFN_vkGetSemaphoreFdKHR>(getSemaphoreFd);
  if (function == "vkGetMemoryFdKHR") return erased<PFN_vkGetMemoryFdKHR>(getMemoryFd);
  return vkGetDeviceProcAddr(device, name);
}

}  // namespace

PFN_vkVoidFunction VKAPI_CALL PretendedSharing::getInstanceProcAddr(VkInstance instance, const char* name) {
  const std::string_view function = name;
  if (function == "vkGetDeviceProcAddr") return erased<PFN_vkGetDeviceProcAddr>(getDeviceProcAddr);
  if (function == "vkEnumerateDeviceExtensionProperties") {
    return erased<PFN_vkEnumerateDeviceExtensionProperties>(enumerateExtensions);
  }
  if (function == "vkGetPhysicalDeviceExternalSemaphoreProperties") {
    return erased<PFN_vkGetPhysicalDeviceExternalSemaphoreProperties>(getExternalSemaphoreProperties);
  }
  return vkGetInstanceProcAddr(instance, name);
}

void PretendedSharing::failMemory(bool fail) { fail_memory = fail; }
void PretendedSharing::failSemaphores(bool fail) { fail_semaphores = fail; }

size_t openDescriptors() {
  const std::filesystem::directory_iterator descriptors("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(descriptors), end(descriptors))) - 1;  // without the folder's own
}

}  // namespace impasto::test
