#include "pass/requirements.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "backend/cpu_backend.h"
#include "backend/module.h"
#include "base/error.h"
#include "interop/sharing.h"
#include "pass/choose_backend.h"
#include "pass/host_enum.h"
#include "vulkan/device.h"

namespace impasto {
namespace {

const VkPhysicalDeviceCooperativeMatrixFeaturesKHR kMatrixFeatures = {
    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR, nullptr, VK_TRUE, VK_FALSE};

// What a device offers, at the version that the host uses it at.
class Offer {
 public:
  Offer(const vulkan::InstanceDispatch& vk, VkPhysicalDevice device, uint32_t host_version) : vk_(vk), device_(device) {
    VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
    vk.GetPhysicalDeviceProperties2(device, &properties);
    version_ = std::min(properties.properties.apiVersion, host_version);
    is_processor_ = properties.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
    uint32_t count = 0;
    vk.EnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
    extensions_.resize(count);
    vk.EnumerateDeviceExtensionProperties(device, nullptr, &count, extensions_.data());
    extensions_.resize(count);
  }

  uint32_t version() const noexcept { return version_; }
  bool isProcessor() const noexcept { return is_processor_; }

  bool hasExtension(const char* name) const {
    return std::any_of(extensions_.begin(), extensions_.end(),
                       [&](const VkExtensionProperties& e) { return std::strcmp(e.extensionName, name) == 0; });
  }

  // The features of one struct; all off where neither the version nor the extension has it.
  template <typename Features>
  Features query(VkStructureType type, uint32_t core_version, const char* extension) const {
    Features asked{type};
    if (version_ < core_version && !hasExtension(extension)) return asked;
    VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
    features.pNext = &asked;
    vk_.GetPhysicalDeviceFeatures2(device_, &features);
    asked.pNext = nullptr;
    return asked;
  }

 private:
  const vulkan::InstanceDispatch& vk_;
  VkPhysicalDevice device_;
  uint32_t version_ = 0;
  bool is_processor_ = false;
  std::vector<VkExtensionProperties> extensions_;
};

// Matrix hardware that convolutions can use; also what else its shaders take.
bool offersMatrices(const vulkan::InstanceDispatch& vk, VkPhysicalDevice physical_device, const Offer& offer) {
  constexpr uint32_t kNever = UINT32_MAX;  // in the core
  if (!IMPASTO_MATRIX_SHADERS || offer.version() < VK_API_VERSION_1_3) return false;
  const auto matrix = offer.query<VkPhysicalDeviceCooperativeMatrixFeaturesKHR>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR, kNever,
      VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME);
  const auto features12 = offer.query<VkPhysicalDeviceVulkan12Features>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, VK_API_VERSION_1_2, "");
  const auto features13 = offer.query<VkPhysicalDeviceVulkan13Features>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES, VK_API_VERSION_1_3, "");
  return matrix.cooperativeMatrix && features12.shaderFloat16 && features12.vulkanMemoryModel &&
         features13.subgroupSizeControl && features13.computeFullSubgroups &&
         vulkan::queryMatrixShape(vk, physical_device).m != 0;
}

// Device extensions of backends outside the command buffer. Timeline semaphores are in Vulkan 1.2: without the first then.
constexpr const char* kReferenceExtensions[] = {VK_KHR_TIMELINE_SEMAPHORE_EXTENSION_NAME};
constexpr const char* kSharingExtensions[] = {VK_KHR_TIMELINE_SEMAPHORE_EXTENSION_NAME,
                                              VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,
                                              VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME};

// What `kind` needs besides what every backend does. Throws Error(Unsupported), with nothing filled in.
void requireForBackend(const vulkan::InstanceDispatch& vk, VkPhysicalDevice physical_device, const Offer& offer,
                       ImpastoBackend kind, const std::string& module_folder, ImpastoRequirements& requirements) {
  if (kind == IMPASTO_BACKEND_VULKAN) return;
  if (kind == IMPASTO_BACKEND_CPU) loadCpuExecutors(moduleFolders(module_folder), {});
  const auto timeline = offer.query<VkPhysicalDeviceTimelineSemaphoreFeatures>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES, VK_API_VERSION_1_2, kReferenceExtensions[0]);
  if (!timeline.timelineSemaphore) throw Error(ErrorCode::Unsupported, "the device lacks the feature timelineSemaphore");
  std::span<const char* const> extensions = kReferenceExtensions;
  if (kind == IMPASTO_BACKEND_CUDA) {
    extensions = kSharingExtensions;
    for (const char* name : extensions.subspan(1)) {
      if (!offer.hasExtension(name)) throw Error(ErrorCode::Unsupported, std::string("the device lacks ") + name);
    }
    if (!requirements.half_precision) throw Error(ErrorCode::Unsupported, "the device lacks storageBuffer16BitAccess");
    if (const std::string reason = interop::whyNotShared(vk, physical_device); !reason.empty()) {
      throw Error(ErrorCode::Unsupported, reason);
    }
    interop::ModuleDevice::probe(kCudaModule, moduleFolders(module_folder), interop::deviceUuid(vk, physical_device));
  }
  if (offer.version() >= VK_API_VERSION_1_2) extensions = extensions.subspan(1);
  requirements.features_timeline_semaphore.timelineSemaphore = VK_TRUE;
  requirements.features12.timelineSemaphore = VK_TRUE;
  requirements.device_extension_count = static_cast<uint32_t>(extensions.size());
  requirements.device_extensions = extensions.empty() ? nullptr : extensions.data();
}

}  // namespace

void queryRequirements(VkInstance instance, VkPhysicalDevice physical_device,
                       PFN_vkGetInstanceProcAddr get_instance_proc_addr, ImpastoRequirements& requirements) {
  const uint32_t host_version =
      requirements.host_api_version != 0 ? requirements.host_api_version : VK_API_VERSION_1_3;
  const int32_t asked = hostEnum(requirements.backend);
  if (asked < IMPASTO_BACKEND_AUTO || asked > IMPASTO_BACKEND_CPU) {
    throw Error(ErrorCode::InvalidArgument, "requirements->backend is " + std::to_string(asked) + ", no known backend");
  }
  const bool timeline_points = requirements.timeline_points != VK_FALSE;
  const char* const host_folder = requirements.module_folder;
  const std::string module_folder = host_folder != nullptr ? host_folder : "";
  requirements = {};
  requirements.size = sizeof requirements;
  requirements.host_api_version = host_version;
  requirements.timeline_points = timeline_points;
  requirements.module_folder = host_folder;
  requirements.backend = asked == IMPASTO_BACKEND_AUTO ? IMPASTO_BACKEND_VULKAN : static_cast<ImpastoBackend>(asked);
  requirements.api_version = VK_API_VERSION_1_1;
  requirements.features11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
  requirements.features12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
  requirements.features13.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES;
  requirements.features_16bit_storage.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES;
  requirements.features_synchronization2.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SYNCHRONIZATION_2_FEATURES;
  requirements.features_timeline_semaphore.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES;
  requirements.input_usage = VK_IMAGE_USAGE_SAMPLED_BIT;
  requirements.output_usage = VK_IMAGE_USAGE_STORAGE_BIT;

  const vulkan::InstanceDispatch vk(get_instance_proc_addr, instance);
  if (const char* reason = vulkan::whyUnsupported(vk, physical_device)) throw Error(ErrorCode::Unsupported, reason);
  const Offer offer(vk, physical_device, host_version);
  if (offer.version() < VK_API_VERSION_1_1) {
    throw Error(ErrorCode::Unsupported, "requirements->host_api_version is below Vulkan 1.1");
  }
  requirements.vulkan_backend = VK_TRUE;

  VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
  vk.GetPhysicalDeviceFeatures2(physical_device, &features);
  requirements.features.shaderStorageImageWriteWithoutFormat = features.features.shaderStorageImageWriteWithoutFormat;

  const auto storage = offer.query<VkPhysicalDevice16BitStorageFeatures>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES, VK_API_VERSION_1_1, "");
  requirements.half_precision = storage.storageBuffer16BitAccess;
  requirements.features11.storageBuffer16BitAccess = storage.storageBuffer16BitAccess;
  requirements.features_16bit_storage.storageBuffer16BitAccess = storage.storageBuffer16BitAccess;

  const auto synchronization = offer.query<VkPhysicalDeviceSynchronization2Features>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SYNCHRONIZATION_2_FEATURES, VK_API_VERSION_1_3,
      VK_KHR_SYNCHRONIZATION_2_EXTENSION_NAME);
  requirements.features_synchronization2.synchronization2 = synchronization.synchronization2;
  if (offer.version() >= VK_API_VERSION_1_3) {
    requirements.features13.synchronization2 = synchronization.synchronization2;
  }

  const auto require = [&](ImpastoBackend kind) {
    requireForBackend(vk, physical_device, offer, kind, module_folder, requirements);
    requirements.backend = kind;
  };
  bool chosen = false;
  for (const ImpastoBackend kind : kOutsideTheCommandBuffer) {
    if (chosen || asked != IMPASTO_BACKEND_AUTO || !timeline_points) break;
    if (kind == IMPASTO_BACKEND_CPU && !offer.isProcessor()) continue;
    try {
      require(kind);
      chosen = true;
    } catch (const Error&) {  // the next one; a context's log says why
    }
  }
  if (!chosen) require(requirements.backend);
  if (requirements.backend != IMPASTO_BACKEND_REFERENCE && requirements.half_precision &&
      offersMatrices(vk, physical_device, offer)) {
    requirements.cooperative_matrix = VK_TRUE;
    requirements.cooperative_matrix_extension = VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME;
    requirements.cooperative_matrix_features = &kMatrixFeatures;
    requirements.features12.shaderFloat16 = VK_TRUE;
    requirements.features12.vulkanMemoryModel = VK_TRUE;
    requirements.features13.subgroupSizeControl = VK_TRUE;
    requirements.features13.computeFullSubgroups = VK_TRUE;
  }
  requirements.supported = VK_TRUE;
}

}  // namespace impasto
