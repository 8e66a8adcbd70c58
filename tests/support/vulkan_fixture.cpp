#include "support/vulkan_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "vulkan/cooperative_matrix.h"

namespace impasto::test {
namespace {

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";

std::mutex message_mutex;
std::vector<std::string> messages;

VKAPI_ATTR VkBool32 VKAPI_CALL onMessage(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                                         const VkDebugUtilsMessengerCallbackDataEXT* data, void*) {
  // The layers of 1.3.239 lose sight of a timeline semaphore now and then that one thread signals while another waits for
  // it: after ten seconds they say so, and that it is most likely a bug of their own.
  const char* id = data->pMessageIdName;
  if (id != nullptr && std::strcmp(id, "UNASSIGNED-VkSemaphore-state-timeout") == 0) return VK_FALSE;
  const std::lock_guard lock(message_mutex);
  messages.emplace_back(data->pMessage);
  return VK_FALSE;
}

// 0 where it is not installed.
uint32_t layerVersion(const char* name) {
  uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vkEnumerateInstanceLayerProperties(&count, layers.data());
  for (const VkLayerProperties& layer : layers) {
    if (std::strcmp(layer.layerName, name) == 0) return layer.specVersion;
  }
  return 0;
}

bool createInstance(TestDevice& out, std::string& why_not) {
  out.validation = out.options.validation && layerVersion(kValidationLayer) != 0;
  const char* debug_utils = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;

  VkDebugUtilsMessengerCreateInfoEXT messenger{VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT};
  messenger.messageSeverity =
      VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  messenger.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
  messenger.pfnUserCallback = onMessage;

  const VkValidationFeatureEnableEXT enables[] = {VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
  VkValidationFeaturesEXT features{VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT};
  features.pNext = &messenger;
  features.enabledValidationFeatureCount = out.options.validate_synchronization ? 1 : 0;
  features.pEnabledValidationFeatures = enables;

  VkApplicationInfo application{VK_STRUCTURE_TYPE_APPLICATION_INFO};
  application.pApplicationName = "impasto tests";
  application.apiVersion = out.options.api_version;
  VkInstanceCreateInfo info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
  info.pApplicationInfo = &application;
  if (out.validation) {
    info.pNext = &features;
    info.enabledLayerCount = 1;
    info.ppEnabledLayerNames = &kValidationLayer;
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
    expectSuccess(create(out.instance, &messenger, nullptr, &out.messenger), "vkCreateDebugUtilsMessengerEXT");
  }
  return true;
}

// A feature that came as an extension and is in the core since a version.
struct CoreSince {
  const char* name;
  uint32_t core_since;
};
constexpr CoreSince kTimeline = {VK_KHR_TIMELINE_SEMAPHORE_EXTENSION_NAME, VK_API_VERSION_1_2};
constexpr CoreSince kFloat16 = {VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME, VK_API_VERSION_1_2};

// The extensions without which there is no such device.
std::vector<const char*> extensionsFor(const TestDeviceOptions& options) {
  std::vector<const char*> names = options.extensions;
  if (options.timeline_semaphore && options.api_version < kTimeline.core_since) names.push_back(kTimeline.name);
  if (options.synchronization2 == TestDeviceOptions::Synchronization2::Extension) {
    names.push_back(VK_KHR_SYNCHRONIZATION_2_EXTENSION_NAME);
  }
  return names;
}

// The first of `names` that the device does not offer; "" if it offers all.
std::string lackingExtension(VkPhysicalDevice physical_device, const std::vector<const char*>& names) {
  uint32_t count = 0;
  vkEnumerateDeviceExtensionProperties(physical_device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> offered(count);
  vkEnumerateDeviceExtensionProperties(physical_device, nullptr, &count, offered.data());
  for (const char* name : names) {
    const auto is_name = [name](const VkExtensionProperties& e) { return std::strcmp(e.extensionName, name) == 0; };
    if (std::none_of(offered.begin(), offered.end(), is_name)) return name;
  }
  return {};
}

bool offersExtensionOf(VkPhysicalDevice physical_device, uint32_t api_version, const CoreSince& feature) {
  return api_version >= feature.core_since || lackingExtension(physical_device, {feature.name}).empty();
}

std::string driverOf(VkPhysicalDevice physical_device, uint32_t api_version) {
  if (api_version < VK_API_VERSION_1_2) return "unknown";
  VkPhysicalDeviceDriverProperties driver{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
  VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
  properties.pNext = &driver;
  vkGetPhysicalDeviceProperties2(physical_device, &properties);
  return std::string(driver.driverName) + " " + driver.driverInfo;
}

bool choosePhysicalDevice(TestDevice& out, std::string& why_not) {
  uint32_t count = 0;
  vkEnumeratePhysicalDevices(out.instance, &count, nullptr);
  std::vector<VkPhysicalDevice> devices(count);
  vkEnumeratePhysicalDevices(out.instance, &count, devices.data());
  for (const VkPhysicalDevice candidate : devices) {
    VkPhysicalDeviceProperties properties{};
    vkGetPhysicalDeviceProperties(candidate, &properties);
    if (properties.apiVersion < out.options.api_version) continue;
    if (const std::string lacking = lackingExtension(candidate, extensionsFor(out.options)); !lacking.empty()) {
      why_not = std::string(properties.deviceName) + " has no " + lacking;
      continue;
    }
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
      out.driver = driverOf(candidate, properties.apiVersion);
      return true;
    }
  }
  if (why_not.empty()) {
    why_not = "no Vulkan 1." + std::to_string(VK_API_VERSION_MINOR(out.options.api_version)) +
              " device with a graphics and compute queue";
  }
  return false;
}

// What a device is created with for kernels on matrix hardware, beside fp16 storage and arithmetic.
struct MatrixFeatures {
  VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrix{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR};
  VkPhysicalDeviceVulkanMemoryModelFeatures memory_model{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES};
  VkPhysicalDeviceSubgroupSizeControlFeatures size_control{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES};

  // Are all there? Then they are what it offers.
  bool offeredBy(VkPhysicalDevice physical_device) {
    if (!lackingExtension(physical_device, {VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME}).empty()) return false;
    VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
    features.pNext = &matrix;
    matrix.pNext = &memory_model;
    memory_model.pNext = &size_control;
    vkGetPhysicalDeviceFeatures2(physical_device, &features);
    matrix.cooperativeMatrixRobustBufferAccess = VK_FALSE;
    memory_model.vulkanMemoryModelDeviceScope = memory_model.vulkanMemoryModelAvailabilityVisibilityChains = VK_FALSE;
    return matrix.cooperativeMatrix && memory_model.vulkanMemoryModel && size_control.subgroupSizeControl &&
           size_control.computeFullSubgroups;
  }
};

// Each feature by its own struct, which every version takes: core or by extension.
void createDevice(TestDevice& out) {
  const TestDeviceOptions& options = out.options;
  VkPhysicalDevice16BitStorageFeatures storage{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES};
  VkPhysicalDeviceShaderFloat16Int8Features float16{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES};
  VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
  const auto chain = [&features](auto& feature) {
    feature.pNext = features.pNext;
    features.pNext = &feature;
  };
  chain(storage);
  const bool ask_float16 = options.shader_float16 && offersExtensionOf(out.physical_device, options.api_version,
                                                                       kFloat16);
  if (ask_float16) chain(float16);
  vkGetPhysicalDeviceFeatures2(out.physical_device, &features);
  out.storage_16bit = options.storage_16bit && storage.storageBuffer16BitAccess;
  out.half_precision = out.storage_16bit && ask_float16 && float16.shaderFloat16;
  const VkPhysicalDeviceFeatures offered = features.features;
  MatrixFeatures matrices;
  out.cooperative_matrix = options.cooperative_matrix && options.api_version >= VK_API_VERSION_1_3 &&
                           out.half_precision && matrices.offeredBy(out.physical_device);

  features = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
  features.pNext = const_cast<void*>(options.features);
  storage = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES};
  storage.storageBuffer16BitAccess = VK_TRUE;
  if (out.storage_16bit) chain(storage);
  VkPhysicalDeviceTimelineSemaphoreFeatures timeline{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES};
  timeline.timelineSemaphore = VK_TRUE;
  if (options.timeline_semaphore) chain(timeline);
  VkPhysicalDeviceSynchronization2Features synchronization2{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SYNCHRONIZATION_2_FEATURES};
  synchronization2.synchronization2 = VK_TRUE;
  if (options.synchronization2 != TestDeviceOptions::Synchronization2::Off) chain(synchronization2);
  std::vector<const char*> extensions = extensionsFor(options);
  if (ask_float16 && float16.shaderFloat16) {
    float16 = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES};
    float16.shaderFloat16 = VK_TRUE;
    chain(float16);
    if (options.api_version < kFloat16.core_since) extensions.push_back(kFloat16.name);
  }
  if (out.cooperative_matrix) {
    chain(matrices.matrix);
    chain(matrices.memory_model);
    chain(matrices.size_control);
    extensions.push_back(VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME);
  }
  if (options.write_without_format) {
    features.features.shaderStorageImageWriteWithoutFormat = offered.shaderStorageImageWriteWithoutFormat;
    features.features.shaderStorageImageReadWithoutFormat = offered.shaderStorageImageReadWithoutFormat;
  }

  const float priority = 1.0f;
  VkDeviceQueueCreateInfo queue{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
  queue.queueFamilyIndex = out.queue_family;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  VkDeviceCreateInfo info{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO};
  info.pNext = &features;
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  info.enabledExtensionCount = static_cast<uint32_t>(extensions.size());
  info.ppEnabledExtensionNames = extensions.data();
  expectSuccess(vkCreateDevice(out.physical_device, &info, nullptr, &out.device), "vkCreateDevice");
  vkGetDeviceQueue(out.device, out.queue_family, 0, &out.queue);
}

std::unique_ptr<TestDevice> own_device;  // of the test that runs

struct Shared {
  bool asked = false;
  std::unique_ptr<TestDevice> device;
  std::string why_not;
};
Shared shared_once;

Shared& shared() {
  if (!shared_once.asked) {
    shared_once.asked = true;
    shared_once.device = TestDevice::create(shared_once.why_not);
  }
  return shared_once;
}

// The shared device goes when the last test has run: at the program's end the layers' own globals may be gone already.
class SharedDeviceEnvironment : public ::testing::Environment {
 public:
  void TearDown() override {
    shared_once = {};
    for (const std::string& message : TestDevice::takeMessages()) ADD_FAILURE() << message;
  }
};

[[maybe_unused]] const auto* const shared_device_environment =
    ::testing::AddGlobalTestEnvironment(new SharedDeviceEnvironment);

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

std::unique_ptr<TestDevice> TestDevice::create(std::string& why_not, const TestDeviceOptions& options) {
  auto made = std::make_unique<TestDevice>();
  made->options = options;
  if (!createInstance(*made, why_not) || !choosePhysicalDevice(*made, why_not)) return nullptr;
  createDevice(*made);
  return made;
}

uint32_t TestDevice::validationVersion() { return layerVersion(kValidationLayer); }

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

void TestDevice::submit(const std::function<void(VkCommandBuffer)>& record) const { Submission(*this, record).wait(); }

std::unique_ptr<Submission> TestDevice::submitAsync(const std::function<void(VkCommandBuffer)>& record,
                                                    const SubmitOrder& order) const {
  return std::make_unique<Submission>(*this, record, order);
}

void expectSuccess(VkResult result, const char* call) {
  if (result != VK_SUCCESS) throw std::runtime_error(std::string(call) + ": VkResult " + std::to_string(result));
}

HostBuffer::HostBuffer(const TestDevice& device, VkDeviceSize size, VkBufferUsageFlags usage)
    : device_(device), size_(size) {
  VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
  info.size = size;
  info.usage = usage;
  expectSuccess(vkCreateBuffer(device.device, &info, nullptr, &buffer_), "vkCreateBuffer");
  VkMemoryRequirements requirements{};
  vkGetBufferMemoryRequirements(device.device, buffer_, &requirements);
  VkMemoryAllocateInfo allocation{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
  allocation.allocationSize = requirements.size;
  allocation.memoryTypeIndex = device.findMemoryType(
      requirements.memoryTypeBits, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
  expectSuccess(vkAllocateMemory(device.device, &allocation, nullptr, &memory_), "vkAllocateMemory");
  expectSuccess(vkBindBufferMemory(device.device, buffer_, memory_, 0), "vkBindBufferMemory");
  expectSuccess(vkMapMemory(device.device, memory_, 0, VK_WHOLE_SIZE, 0, &mapped_), "vkMapMemory");
}

HostBuffer::~HostBuffer() {
  vkDestroyBuffer(device_.device, buffer_, nullptr);
  vkFreeMemory(device_.device, memory_, nullptr);
}

VulkanTest::~VulkanTest() {
  if (own_device == nullptr) return;
  own_device.reset();
  for (const std::string& message : TestDevice::takeMessages()) ADD_FAILURE() << message;
}

void VulkanTest::SetUp() {
  if (shared().device == nullptr) GTEST_SKIP() << shared().why_not;
  const char* allowed = std::getenv("IMPASTO_ALLOW_NO_VALIDATION");
  if (!shared().device->validation && (allowed == nullptr || std::strcmp(allowed, "1") != 0)) {
    FAIL() << kValidationLayer << " is not installed, and without it this test could not see what is wrong: install "
           << "vulkan-validationlayers (scripts/setup does), or set IMPASTO_ALLOW_NO_VALIDATION=1";
  }
  if (const char* expected = std::getenv("IMPASTO_EXPECT_DRIVER");
      expected != nullptr && shared().device->driver.find(expected) == std::string::npos) {
    FAIL() << "the driver is " << shared().device->driver << ", IMPASTO_EXPECT_DRIVER is " << expected;
  }
  TestDevice::takeMessages();
}

void VulkanTest::TearDown() {
  for (const std::string& message : TestDevice::takeMessages()) ADD_FAILURE() << message;
}

TestDevice& VulkanTest::device() { return own_device != nullptr ? *own_device : *shared().device; }

bool VulkanTest::useDevice(const TestDeviceOptions& options) {
  std::string why_not;
  own_device = TestDevice::create(why_not, options);
  if (own_device != nullptr) return true;
  [&] { GTEST_SKIP() << why_not; }();
  return false;
}

}  // namespace impasto::test
