// A Vulkan 1.3 instance, device and its one queue (graphics, compute and, for a window, present).
//
// A Device is made once per program, on the main thread, and outlives everything made from it. It may be shared by
// threads as Vulkan allows; submissions to the one queue are for the caller to serialise. Code that the renderer does
// not know, such as the painting pass, says what it wants of the device through DeviceOptions::needs.
#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "renderer/error.h"

namespace impasto::render {

// What somebody's code wants enabled, beyond the renderer's own wishes. Features are ORed together; every pNext is
// ignored. Extensions must be supported by the device.
struct DeviceNeeds {
  std::vector<std::string> extensions;
  VkPhysicalDeviceFeatures features{};
  VkPhysicalDeviceVulkan11Features features11{};
  VkPhysicalDeviceVulkan12Features features12{};
  VkPhysicalDeviceVulkan13Features features13{};
  const void* more_features = nullptr;  // a chain of other feature structs, which outlives the device's creation
};

struct DeviceOptions {
  std::string application_name = "impasto";
  std::string device_name;  // part of the wanted device's name, any case; empty: the fastest kind there is
  bool validation = false;  // the Khronos validation layer with synchronization validation; an error if not installed

  // Called for the chosen device before it is created; throws to refuse it.
  std::function<DeviceNeeds(VkInstance, VkPhysicalDevice)> needs;

  // For windows: instance extensions that the window system wants, and how to make the surface. Empty: headless.
  std::vector<std::string> instance_extensions;
  std::function<VkSurfaceKHR(VkInstance)> create_surface;
};

class Device {
 public:
  // Throws Error when there is no loader, no Vulkan 1.3 device, or the device cannot do what is asked.
  explicit Device(const DeviceOptions& options);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  VkInstance instance() const noexcept { return instance_; }
  VkPhysicalDevice physicalDevice() const noexcept { return physical_device_; }
  VkDevice handle() const noexcept { return device_; }
  VkQueue queue() const noexcept { return queue_; }
  uint32_t queueFamily() const noexcept { return queue_family_; }
  VkSurfaceKHR surface() const noexcept { return surface_; }  // VK_NULL_HANDLE when headless

  const VkPhysicalDeviceProperties& properties() const noexcept { return properties_; }
  const VkPhysicalDeviceMemoryProperties& memoryProperties() const noexcept { return memory_properties_; }
  bool keepsTime() const noexcept { return properties_.limits.timestampComputeAndGraphics; }  // GPU timestamps
  double nanosecondsPerTick() const noexcept { return properties_.limits.timestampPeriod; }

  // The index of a memory type among `type_bits` with all of `flags`; throws Error if there is none.
  uint32_t memoryType(uint32_t type_bits, VkMemoryPropertyFlags flags) const;

  // Names an object for debuggers and validation messages; does nothing without VK_EXT_debug_utils.
  void name(VkObjectType type, uint64_t object, std::string_view label) const;

  // Begins and ends a labelled region of a command buffer.
  void beginLabel(VkCommandBuffer command_buffer, const char* label) const;
  void endLabel(VkCommandBuffer command_buffer) const;

  // Warnings and errors of the validation layer so far.
  const std::vector<std::string>& validationMessages() const noexcept;

  // SPIR-V in place of what is compiled in, by the names of the sources below shaders/: for pipelines that are made from
  // now on (reloadShaders() of their owners makes them anew). Returns what was in its place.
  using ShaderWords = std::map<std::string, std::vector<uint32_t>, std::less<>>;
  ShaderWords replaceShaders(ShaderWords shaders) { return std::exchange(shaders_, std::move(shaders)); }
  std::span<const uint32_t> wordsOf(std::string_view name, std::span<const uint32_t> compiled_in) const {
    const auto found = shaders_.find(name);
    return found == shaders_.end() ? compiled_in : std::span<const uint32_t>(found->second);
  }

  struct MessageLog;  // what the validation callback writes to

 private:
  void destroy() noexcept;
  void createInstance(const DeviceOptions& options);
  void choosePhysicalDevice(const DeviceOptions& options);
  void createDevice(const DeviceOptions& options);

  std::unique_ptr<MessageLog> messages_;
  ShaderWords shaders_;
  VkInstance instance_ = VK_NULL_HANDLE;
  VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
  VkSurfaceKHR surface_ = VK_NULL_HANDLE;
  VkPhysicalDevice physical_device_ = VK_NULL_HANDLE;
  VkDevice device_ = VK_NULL_HANDLE;
  VkQueue queue_ = VK_NULL_HANDLE;
  uint32_t queue_family_ = 0;
  VkPhysicalDeviceProperties properties_{};
  VkPhysicalDeviceMemoryProperties memory_properties_{};
  PFN_vkSetDebugUtilsObjectNameEXT set_object_name_ = nullptr;
  PFN_vkCmdBeginDebugUtilsLabelEXT begin_label_ = nullptr;
  PFN_vkCmdEndDebugUtilsLabelEXT end_label_ = nullptr;
};

}  // namespace impasto::render
