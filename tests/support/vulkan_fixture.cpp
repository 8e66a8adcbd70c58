#include "support/vulkan_fixture.h"

#include <cstring>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace impasto::test {
namespace {

std::mutex message_mutex;
std::vector<std::string> messages;

VKAPI_ATTR VkBool32 VKAPI_CALL onMessage(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                                         const VkDebugUtilsMessengerCallbackDataEXT* data, void*) {
  const std::lock_guard lock(message_mutex);
  messages.emplace_back(data->pMessage);
  return VK_FALSE;
}

bool layerInstalled(const char* name) {
  uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vkEnumerateInstanceLayerProperties(&count, layers.data());
  for (const VkLayerProperties& layer : layers) {
    if (std::strcmp(layer.layerName, name) == 0) return true;
  }
  return false;
}

void expect(VkResult result, const char* call) {
  if (result != VK_SUCCESS) throw std::runtime_error(std::string(call) + ": VkResult " + std::to_string(result));
}

bool createInstance(TestDevice& out, std::string& why_not) {
  const char* validation = "VK_LAYER_KHRONOS_validation";
  out.validation = layerInstalled(validation);
  const char* debug_utils = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;

  VkDebugUtilsMessengerCreateInfoEXT messenger{VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT};
  messenger.messageSeverity =
      VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  messenger.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
  messenger.pfnUserCallback = onMessage;

  const VkValidationFeatureEnableEXT enables[] = {VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
  VkValidationFeaturesEXT features{VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT};
  features.pNext = &messenger;
  features.enabledValidationFeatureCount = 1;
  features.pEnabledValidationFeatures = enables;

  VkApplicationInfo application{VK_STRUCTURE_TYPE_APPLICATION_INFO};
  application.pApplicationName = "impasto tests";
  application.apiVersion = VK_API_VERSION_1_3;
  VkInstanceCreateInfo info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
  info.pApplicationInfo = &application;
  if (out.validation) {
    info.pNext = &features;
    info.enabledLayerCount = 1;
    info.ppEnabledLayerNames = &validation;
    info.enabledExtensionCount = 1;
    info.ppEnabledExtensionNames = &debug_utils;
  }
  if (const VkResult result = vkCreateInstance(&info, nullptr, &out.instance); result != VK_SUCCESS) {
    why_not = "vkCreateInstance: VkResult " + std::to_string(result);
    return false;
  }
  if (out.validation) {
    const auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
        vkGetInstanceProcAddr(out.instance, "vkCreateDebugUtilsMessengerEXT"));
    expect(create(out.instance, &messenger, nullptr, &out.messenger), "vkCreateDebugUtilsMessengerEXT");
  }
  return true;
}

bool choosePhysicalDevice(TestDevice& out, std::string& why_not) {
  uint32_t count = 0;
  vkEnumeratePhysicalDevices(out.instance, &count, nullptr);
  std::vector<VkPhysicalDevice> devices(count);
  vkEnumeratePhysicalDevices(out.instance, &count, devices.data());
  for (const VkPhysicalDevice candidate : devices) {
    VkPhysicalDeviceProperties properties{};
    vkGetPhysicalDeviceProperties(candidate, &properties);
    if (properties.apiVersion < VK_API_VERSION_1_3) continue;
    uint32_t family_count = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(candidate, &family_count, nullptr);
    std::vector<VkQueueFamilyProperties> families(family_count);
    vkGetPhysicalDeviceQueueFamilyProperties(candidate, &family_count, families.data());
    constexpr VkQueueFlags kWanted = VK_QUEUE_COMPUTE_BIT | VK_QUEUE_GRAPHICS_BIT;
    for (uint32_t i = 0; i < family_count; ++i) {
      if ((families[i].queueFlags & kWanted) != kWanted) continue;
      out.physical_device = candidate;
      out.queue_family = i;
      out.name = properties.deviceName;
      return true;
    }
  }
  why_not = "no Vulkan 1.3 device with a graphics and compute queue";
  return false;
}

void createDevice(TestDevice& out) {
  VkPhysicalDeviceVulkan12Features offered12{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
  VkPhysicalDeviceVulkan11Features offered11{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES};
  offered11.pNext = &offered12;
  VkPhysicalDeviceFeatures2 offered{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
  offered.pNext = &offered11;
  vkGetPhysicalDeviceFeatures2(out.physical_device, &offered);
  out.half_precision = offered11.storageBuffer16BitAccess && offered12.shaderFloat16;

  VkPhysicalDeviceVulkan13Features features13{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
  features13.synchronization2 = VK_TRUE;
  VkPhysicalDeviceVulkan12Features features12{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
  features12.pNext = &features13;
  features12.shaderFloat16 = out.half_precision;
  features12.timelineSemaphore = VK_TRUE;
  VkPhysicalDeviceVulkan11Features features11{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES};
  features11.pNext = &features12;
  features11.storageBuffer16BitAccess = out.half_precision;
  VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
  features.pNext = &features11;
  features.features.shaderStorageImageWriteWithoutFormat = offered.features.shaderStorageImageWriteWithoutFormat;
  features.features.shaderStorageImageReadWithoutFormat = offered.features.shaderStorageImageReadWithoutFormat;

  const float priority = 1.0f;
  VkDeviceQueueCreateInfo queue{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
  queue.queueFamilyIndex = out.queue_family;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  VkDeviceCreateInfo info{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO};
  info.pNext = &features;
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  expect(vkCreateDevice(out.physical_device, &info, nullptr, &out.device), "vkCreateDevice");
  vkGetDeviceQueue(out.device, out.queue_family, 0, &out.queue);
}

struct Shared {
  std::unique_ptr<TestDevice> device;
  std::string why_not;
};

Shared& shared() {
  static Shared instance = [] {
    Shared made;
    made.device = TestDevice::create(made.why_not);
    return made;
  }();
  return instance;
}

}  // namespace

TestDevice::~TestDevice() {
  if (device != VK_NULL_HANDLE) {
    vkDeviceWaitIdle(device);
    vkDestroyDevice(device, nullptr);
  }
  if (messenger != VK_NULL_HANDLE) {
    const auto destroy = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
        vkGetInstanceProcAddr(instance, "vkDestroyDebugUtilsMessengerEXT"));
    destroy(instance, messenger, nullptr);
  }
  if (instance != VK_NULL_HANDLE) vkDestroyInstance(instance, nullptr);
}

std::unique_ptr<TestDevice> TestDevice::create(std::string& why_not) {
  auto made = std::make_unique<TestDevice>();
  if (!createInstance(*made, why_not) || !choosePhysicalDevice(*made, why_not)) return nullptr;
  createDevice(*made);
  return made;
}

std::vector<std::string> TestDevice::takeMessages() {
  const std::lock_guard lock(message_mutex);
  return std::exchange(messages, {});
}

uint32_t TestDevice::findMemoryType(uint32_t allowed, VkMemoryPropertyFlags required) const {
  VkPhysicalDeviceMemoryProperties memory{};
  vkGetPhysicalDeviceMemoryProperties(physical_device, &memory);
  for (uint32_t i = 0; i < memory.memoryTypeCount; ++i) {
    if ((allowed >> i & 1u) != 0 && (memory.memoryTypes[i].propertyFlags & required) == required) return i;
  }
  throw std::runtime_error("no fitting memory type");
}

void TestDevice::submit(const std::function<void(VkCommandBuffer)>& record) const {
  VkCommandPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  pool_info.queueFamilyIndex = queue_family;
  VkCommandPool pool = VK_NULL_HANDLE;
  expect(vkCreateCommandPool(device, &pool_info, nullptr, &pool), "vkCreateCommandPool");
  VkCommandBufferAllocateInfo allocation{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
  allocation.commandPool = pool;
  allocation.commandBufferCount = 1;
  VkCommandBuffer command_buffer = VK_NULL_HANDLE;
  expect(vkAllocateCommandBuffers(device, &allocation, &command_buffer), "vkAllocateCommandBuffers");
  VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  expect(vkBeginCommandBuffer(command_buffer, &begin), "vkBeginCommandBuffer");
  record(command_buffer);
  expect(vkEndCommandBuffer(command_buffer), "vkEndCommandBuffer");
  VkFenceCreateInfo fence_info{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
  VkFence fence = VK_NULL_HANDLE;
  expect(vkCreateFence(device, &fence_info, nullptr, &fence), "vkCreateFence");
  VkSubmitInfo submit_info{VK_STRUCTURE_TYPE_SUBMIT_INFO};
  submit_info.commandBufferCount = 1;
  submit_info.pCommandBuffers = &command_buffer;
  expect(vkQueueSubmit(queue, 1, &submit_info, fence), "vkQueueSubmit");
  const VkResult waited = vkWaitForFences(device, 1, &fence, VK_TRUE, 60'000'000'000u);
  EXPECT_EQ(waited, VK_SUCCESS) << "the GPU did not finish within a minute";
  if (waited != VK_SUCCESS) vkDeviceWaitIdle(device);
  vkDestroyFence(device, fence, nullptr);
  vkDestroyCommandPool(device, pool, nullptr);
}

HostBuffer::HostBuffer(const TestDevice& device, VkDeviceSize size, VkBufferUsageFlags usage)
    : device_(device), size_(size) {
  VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
  info.size = size;
  info.usage = usage;
  expect(vkCreateBuffer(device.device, &info, nullptr, &buffer_), "vkCreateBuffer");
  VkMemoryRequirements requirements{};
  vkGetBufferMemoryRequirements(device.device, buffer_, &requirements);
  VkMemoryAllocateInfo allocation{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
  allocation.allocationSize = requirements.size;
  allocation.memoryTypeIndex = device.findMemoryType(
      requirements.memoryTypeBits, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
  expect(vkAllocateMemory(device.device, &allocation, nullptr, &memory_), "vkAllocateMemory");
  expect(vkBindBufferMemory(device.device, buffer_, memory_, 0), "vkBindBufferMemory");
  expect(vkMapMemory(device.device, memory_, 0, VK_WHOLE_SIZE, 0, &mapped_), "vkMapMemory");
}

HostBuffer::~HostBuffer() {
  vkDestroyBuffer(device_.device, buffer_, nullptr);
  vkFreeMemory(device_.device, memory_, nullptr);
}

void VulkanTest::SetUpTestSuite() { shared(); }

void VulkanTest::SetUp() {
  if (shared().device == nullptr) GTEST_SKIP() << shared().why_not;
  TestDevice::takeMessages();
}

void VulkanTest::TearDown() {
  for (const std::string& message : TestDevice::takeMessages()) ADD_FAILURE() << message;
}

TestDevice& VulkanTest::device() { return *shared().device; }

}  // namespace impasto::test
