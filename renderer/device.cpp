#include "renderer/device.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>

namespace impasto::render {

struct Device::MessageLog {
  std::mutex mutex;
  std::vector<std::string> messages;
};

namespace {

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";
constexpr const char* kNoDevice =
    "no Vulkan device found; install a driver (without a GPU: package mesa-vulkan-drivers)";

VKAPI_ATTR VkBool32 VKAPI_CALL onMessage(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT types,
                                         const VkDebugUtilsMessengerCallbackDataEXT* data, void* user_data) {
  // The loader's own remarks about files on this machine are "general"; what our calls cause is not.
  if (types == VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT) return VK_FALSE;
  // The layers of 1.3.239 lose sight of a timeline semaphore now and then that one thread signals while another waits for
  // it: after ten seconds they say so, and that it is most likely a bug of their own.
  if (data->pMessageIdName != nullptr && std::strcmp(data->pMessageIdName, "UNASSIGNED-VkSemaphore-state-timeout") == 0) {
    return VK_FALSE;
  }
  auto& log = *static_cast<Device::MessageLog*>(user_data);
  std::fprintf(stderr, "vulkan: %s\n", data->pMessage);
  const std::lock_guard lock(log.mutex);
  log.messages.emplace_back(data->pMessage);
  return VK_FALSE;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

template <typename Info>
bool contains(const std::vector<Info>& infos, std::string_view name) {
  return std::any_of(infos.begin(), infos.end(), [&](const Info& info) {
    if constexpr (requires { info.extensionName; }) {
      return name == info.extensionName;
    } else {
      return name == info.layerName;
    }
  });
}

std::vector<const char*> pointers(const std::vector<std::string>& names) {
  std::vector<const char*> out;
  for (const auto& name : names) out.push_back(name.c_str());
  return out;
}

// ORs the VkBool32 members between `first` and `last` of one feature struct into another's.
void orFeatures(VkBool32* first, VkBool32* last, const VkBool32* wanted) {
  for (; first <= last; ++first, ++wanted) *first |= *wanted;
}

struct Features {
  VkPhysicalDeviceFeatures2 core{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, nullptr, {}};
  VkPhysicalDeviceVulkan11Features v11{};
  VkPhysicalDeviceVulkan12Features v12{};
  VkPhysicalDeviceVulkan13Features v13{};

  Features() {
    v11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
    v12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
    v13.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES;
    core.pNext = &v11;
    v11.pNext = &v12;
    v12.pNext = &v13;
  }
  Features(const Features&) = delete;

  void add(const DeviceNeeds& needs) {
    orFeatures(&core.features.robustBufferAccess, &core.features.inheritedQueries, &needs.features.robustBufferAccess);
    orFeatures(&v11.storageBuffer16BitAccess, &v11.shaderDrawParameters, &needs.features11.storageBuffer16BitAccess);
    orFeatures(&v12.samplerMirrorClampToEdge, &v12.subgroupBroadcastDynamicId,
               &needs.features12.samplerMirrorClampToEdge);
    orFeatures(&v13.robustImageAccess, &v13.maintenance4, &needs.features13.robustImageAccess);
  }
};

// What the renderer itself cannot do without, beyond core 1.3; empty if the device has it all.
std::string missingFeature(VkPhysicalDevice physical_device, const VkPhysicalDeviceProperties& properties) {
  if (properties.apiVersion < VK_API_VERSION_1_3) return "Vulkan 1.3";
  Features have;
  vkGetPhysicalDeviceFeatures2(physical_device, &have.core);
  if (!have.core.features.independentBlend) return "the feature independentBlend";
  if (!have.v12.timelineSemaphore) return "the feature timelineSemaphore";
  if (!have.v13.dynamicRendering) return "the feature dynamicRendering";
  if (!have.v13.synchronization2) return "the feature synchronization2";
  return {};
}

std::optional<uint32_t> findQueueFamily(VkPhysicalDevice physical_device, VkSurfaceKHR surface) {
  uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(physical_device, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(physical_device, &count, families.data());
  constexpr VkQueueFlags kWanted = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
  for (uint32_t i = 0; i < count; ++i) {
    if ((families[i].queueFlags & kWanted) != kWanted) continue;
    VkBool32 presents = VK_TRUE;
    if (surface) vkGetPhysicalDeviceSurfaceSupportKHR(physical_device, i, surface, &presents);
    if (presents) return i;
  }
  return std::nullopt;
}

int rank(VkPhysicalDeviceType type) {
  switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
      return 4;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
      return 3;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
      return 2;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

std::string resultName(VkResult result) {
  switch (result) {
    case VK_SUCCESS:
      return "VK_SUCCESS";
    case VK_TIMEOUT:
      return "VK_TIMEOUT";
    case VK_ERROR_OUT_OF_HOST_MEMORY:
      return "VK_ERROR_OUT_OF_HOST_MEMORY";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
      return "VK_ERROR_OUT_OF_DEVICE_MEMORY";
    case VK_ERROR_INITIALIZATION_FAILED:
      return "VK_ERROR_INITIALIZATION_FAILED";
    case VK_ERROR_DEVICE_LOST:
      return "VK_ERROR_DEVICE_LOST";
    case VK_ERROR_LAYER_NOT_PRESENT:
      return "VK_ERROR_LAYER_NOT_PRESENT";
    case VK_ERROR_EXTENSION_NOT_PRESENT:
      return "VK_ERROR_EXTENSION_NOT_PRESENT";
    case VK_ERROR_FEATURE_NOT_PRESENT:
      return "VK_ERROR_FEATURE_NOT_PRESENT";
    case VK_ERROR_INCOMPATIBLE_DRIVER:
      return "VK_ERROR_INCOMPATIBLE_DRIVER";
    case VK_ERROR_FORMAT_NOT_SUPPORTED:
      return "VK_ERROR_FORMAT_NOT_SUPPORTED";
    case VK_ERROR_SURFACE_LOST_KHR:
      return "VK_ERROR_SURFACE_LOST_KHR";
    case VK_ERROR_OUT_OF_DATE_KHR:
      return "VK_ERROR_OUT_OF_DATE_KHR";
    default:
      return "VkResult " + std::to_string(static_cast<int>(result));
  }
}

Device::Device(const DeviceOptions& options) : messages_(std::make_unique<MessageLog>()) {
  try {
    createInstance(options);
    if (options.create_surface) surface_ = options.create_surface(instance_);
    choosePhysicalDevice(options);
    createDevice(options);
  } catch (...) {
    destroy();
    throw;
  }
}

Device::~Device() { destroy(); }

void Device::destroy() noexcept {
  if (device_) vkDestroyDevice(device_, nullptr);
  if (surface_) vkDestroySurfaceKHR(instance_, surface_, nullptr);
  if (messenger_) {
    const auto destroy_messenger = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
        vkGetInstanceProcAddr(instance_, "vkDestroyDebugUtilsMessengerEXT"));
    destroy_messenger(instance_, messenger_, nullptr);
  }
  if (instance_) vkDestroyInstance(instance_, nullptr);
}

void Device::createInstance(const DeviceOptions& options) {
  uint32_t count = 0;
  vkEnumerateInstanceExtensionProperties(nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> available(count);
  vkEnumerateInstanceExtensionProperties(nullptr, &count, available.data());

  std::vector<std::string> extensions = options.instance_extensions;
  const bool debug_utils = contains(available, VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
  if (debug_utils) extensions.emplace_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);

  std::vector<const char*> layers;
  if (options.validation) {
    vkEnumerateInstanceLayerProperties(&count, nullptr);
    std::vector<VkLayerProperties> installed(count);
    vkEnumerateInstanceLayerProperties(&count, installed.data());
    if (!contains(installed, kValidationLayer)) {
      throw Error(std::string(kValidationLayer) + " is not installed (package vulkan-validationlayers)");
    }
    layers.push_back(kValidationLayer);
  }

  VkApplicationInfo application{VK_STRUCTURE_TYPE_APPLICATION_INFO};
  application.pApplicationName = options.application_name.c_str();
  application.pEngineName = "impasto";
  application.apiVersion = VK_API_VERSION_1_3;

  constexpr VkValidationFeatureEnableEXT kEnables[] = {VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
  VkValidationFeaturesEXT validation{VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT};
  validation.enabledValidationFeatureCount = 1;
  validation.pEnabledValidationFeatures = kEnables;

  VkDebugUtilsMessengerCreateInfoEXT messenger{VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT};
  messenger.messageSeverity =
      VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  messenger.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                          VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT;
  messenger.pfnUserCallback = onMessage;
  messenger.pUserData = messages_.get();

  const auto extension_names = pointers(extensions);
  VkInstanceCreateInfo info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
  info.pApplicationInfo = &application;
  info.enabledExtensionCount = static_cast<uint32_t>(extension_names.size());
  info.ppEnabledExtensionNames = extension_names.data();
  info.enabledLayerCount = static_cast<uint32_t>(layers.size());
  info.ppEnabledLayerNames = layers.data();
  if (options.validation) {
    validation.pNext = &messenger;
    info.pNext = &validation;
  }
  const VkResult created = vkCreateInstance(&info, nullptr, &instance_);
  if (created == VK_ERROR_INCOMPATIBLE_DRIVER) throw Error(kNoDevice);
  check(created, "vkCreateInstance");

  if (debug_utils) {
    const auto load = [&](const char* name) { return vkGetInstanceProcAddr(instance_, name); };
    set_object_name_ = reinterpret_cast<PFN_vkSetDebugUtilsObjectNameEXT>(load("vkSetDebugUtilsObjectNameEXT"));
    begin_label_ = reinterpret_cast<PFN_vkCmdBeginDebugUtilsLabelEXT>(load("vkCmdBeginDebugUtilsLabelEXT"));
    end_label_ = reinterpret_cast<PFN_vkCmdEndDebugUtilsLabelEXT>(load("vkCmdEndDebugUtilsLabelEXT"));
    if (options.validation) {
      const auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(load("vkCreateDebugUtilsMessengerEXT"));
      check(create(instance_, &messenger, nullptr, &messenger_), "vkCreateDebugUtilsMessengerEXT");
    }
  }
}

void Device::choosePhysicalDevice(const DeviceOptions& options) {
  uint32_t count = 0;
  const VkResult listed = vkEnumeratePhysicalDevices(instance_, &count, nullptr);
  if (listed != VK_SUCCESS || count == 0) throw Error(kNoDevice);
  std::vector<VkPhysicalDevice> devices(count);
  check(vkEnumeratePhysicalDevices(instance_, &count, devices.data()), "vkEnumeratePhysicalDevices");

  int best = -1;
  std::string refused;
  for (const VkPhysicalDevice candidate : devices) {
    VkPhysicalDeviceProperties properties;
    vkGetPhysicalDeviceProperties(candidate, &properties);
    const std::string device_name = properties.deviceName;
    if (lowered(device_name).find(lowered(options.device_name)) == std::string::npos) {
      refused += "; " + device_name + " is not the one asked for";
      continue;
    }
    if (const std::string missing = missingFeature(candidate, properties); !missing.empty()) {
      refused += "; " + device_name + " lacks " + missing;
      continue;
    }
    const auto family = findQueueFamily(candidate, surface_);
    if (!family) {
      refused += "; " + device_name + " has no queue for graphics, compute" + (surface_ ? " and this window" : "");
      continue;
    }
    if (rank(properties.deviceType) <= best) continue;
    best = rank(properties.deviceType);
    physical_device_ = candidate;
    queue_family_ = *family;
    properties_ = properties;
  }
  if (!physical_device_) throw Error("no usable Vulkan device" + refused);
  vkGetPhysicalDeviceMemoryProperties(physical_device_, &memory_properties_);
}

void Device::createDevice(const DeviceOptions& options) {
  DeviceNeeds needs;
  if (options.needs) needs = options.needs(instance_, physical_device_);

  Features supported;
  vkGetPhysicalDeviceFeatures2(physical_device_, &supported.core);
  Features enabled;
  enabled.add(needs);
  enabled.core.features.independentBlend = VK_TRUE;
  enabled.core.features.samplerAnisotropy = supported.core.features.samplerAnisotropy;
  enabled.v12.timelineSemaphore = VK_TRUE;
  enabled.v13.dynamicRendering = VK_TRUE;
  enabled.v13.synchronization2 = VK_TRUE;
  enabled.v13.pNext = const_cast<void*>(needs.more_features);

  if (surface_) needs.extensions.emplace_back(VK_KHR_SWAPCHAIN_EXTENSION_NAME);
  std::sort(needs.extensions.begin(), needs.extensions.end());
  needs.extensions.erase(std::unique(needs.extensions.begin(), needs.extensions.end()), needs.extensions.end());
  const auto extension_names = pointers(needs.extensions);

  const float priority = 1.0f;
  VkDeviceQueueCreateInfo queue{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
  queue.queueFamilyIndex = queue_family_;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;

  VkDeviceCreateInfo info{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO};
  info.pNext = &enabled.core;
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  info.enabledExtensionCount = static_cast<uint32_t>(extension_names.size());
  info.ppEnabledExtensionNames = extension_names.data();
  check(vkCreateDevice(physical_device_, &info, nullptr, &device_), "vkCreateDevice");
  vkGetDeviceQueue(device_, queue_family_, 0, &queue_);
  name(VK_OBJECT_TYPE_DEVICE, reinterpret_cast<uint64_t>(device_), "impasto device");
  name(VK_OBJECT_TYPE_QUEUE, reinterpret_cast<uint64_t>(queue_), "main queue");
}

uint32_t Device::memoryType(uint32_t type_bits, VkMemoryPropertyFlags flags) const {
  for (uint32_t i = 0; i < memory_properties_.memoryTypeCount; ++i) {
    if ((type_bits & (1u << i)) && (memory_properties_.memoryTypes[i].propertyFlags & flags) == flags) return i;
  }
  throw Error("the Vulkan device has no memory type with property flags " + std::to_string(flags));
}

void Device::name(VkObjectType type, uint64_t object, std::string_view label) const {
  if (!set_object_name_) return;
  const std::string terminated(label);
  VkDebugUtilsObjectNameInfoEXT info{VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT};
  info.objectType = type;
  info.objectHandle = object;
  info.pObjectName = terminated.c_str();
  set_object_name_(device_, &info);
}

void Device::beginLabel(VkCommandBuffer command_buffer, const char* label) const {
  if (!begin_label_) return;
  VkDebugUtilsLabelEXT info{VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT};
  info.pLabelName = label;
  begin_label_(command_buffer, &info);
}

void Device::endLabel(VkCommandBuffer command_buffer) const {
  if (end_label_) end_label_(command_buffer);
}

const std::vector<std::string>& Device::validationMessages() const noexcept { return messages_->messages; }

}  // namespace impasto::render
