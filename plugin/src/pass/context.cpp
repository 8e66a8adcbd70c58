#include "pass/context.h"

#include <cstddef>
#include <cstdio>
#include <exception>
#include <vector>

#include "base/error.h"
#include "pass/pipeline_cache_file.h"

namespace impasto {
namespace {

// The pass's shaders write images whose format they do not know.
const char* whyPassUnsupported(const vulkan::InstanceDispatch& vk, VkPhysicalDevice physical_device) {
  if (const char* reason = vulkan::whyUnsupported(vk, physical_device)) return reason;
  VkPhysicalDeviceFeatures2 features = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
  vk.GetPhysicalDeviceFeatures2(physical_device, &features);
  if (!features.features.shaderStorageImageWriteWithoutFormat) {
    return "the device lacks the feature shaderStorageImageWriteWithoutFormat";
  }
  return nullptr;
}

}  // namespace

Context::Context(const ImpastoContextInfo& info)
    : logger_{info.log, info.log_user_data},
      pipeline_cache_path_(info.pipeline_cache_path ? info.pipeline_cache_path : ""),
      device_(info.get_instance_proc_addr, info.instance, info.physical_device, info.device, info.queue_family_index,
              {.half_precision = info.half_precision != VK_FALSE}),
      backend_(device_) {
  if (const char* reason = whyPassUnsupported(device_.vk, device_.physical_device)) {
    throw Error(ErrorCode::Unsupported, reason);
  }
  if (device_.half_precision && !vulkan::offersHalfPrecision(device_.vk, device_.physical_device)) {
    throw Error(ErrorCode::Unsupported, "info->half_precision is set, but the device lacks shaderFloat16 or "
                                        "storageBuffer16BitAccess");
  }
  if (pipeline_cache_path_.empty()) return;
  const PipelineCacheFile file = readPipelineCacheFile(pipeline_cache_path_, device_.properties);
  if (!file.ignored.empty()) {
    logger_.log(IMPASTO_LOG_INFO, ("pipeline cache " + pipeline_cache_path_ + " ignored: " + file.ignored).c_str());
  }
  VkPipelineCacheCreateInfo create = {VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
  create.initialDataSize = file.data.size();
  create.pInitialData = file.data.data();
  VkPipelineCache cache = VK_NULL_HANDLE;
  vulkan::check(device_.vk.CreatePipelineCache(device_.device, &create, nullptr, &cache), "vkCreatePipelineCache");
  pipeline_cache_ = vulkan::PipelineCache(device_, cache);
  device_.pipeline_cache = cache;
}

void Context::passCreated() noexcept {
  const std::lock_guard lock(pass_count_mutex_);
  ++pass_count_;
}

void Context::passGone() noexcept {
  {
    const std::lock_guard lock(pass_count_mutex_);
    if (--pass_count_ > 0) return;
  }
  if (!pipeline_cache_) return;
  try {
    savePipelineCache();
  } catch (const std::exception& error) {  // a cache that is not written costs time at the next start, no more
    char message[1024];
    std::snprintf(message, sizeof message, "pipeline cache not saved: %s", error.what());
    logger_.log(IMPASTO_LOG_WARNING, message);
  }
}

void Context::savePipelineCache() {
  const auto& vk = device_.vk;
  std::vector<std::byte> data;
  // Incomplete when other threads have made the cache larger between the two questions.
  VkResult result = VK_INCOMPLETE;
  for (int attempt = 0; result == VK_INCOMPLETE && attempt < 10; ++attempt) {
    size_t size = 0;
    vulkan::check(vk.GetPipelineCacheData(device_.device, pipeline_cache_.get(), &size, nullptr),
                  "vkGetPipelineCacheData");
    data.resize(size);
    result = vk.GetPipelineCacheData(device_.device, pipeline_cache_.get(), &size, data.data());
    data.resize(size);
  }
  vulkan::check(result, "vkGetPipelineCacheData");
  writePipelineCacheFile(pipeline_cache_path_, device_.properties, data);
}

void queryRequirements(VkInstance instance, VkPhysicalDevice physical_device,
                       PFN_vkGetInstanceProcAddr get_instance_proc_addr, ImpastoRequirements& requirements) {
  requirements = {};
  requirements.size = sizeof requirements;
  requirements.api_version = VK_API_VERSION_1_3;
  requirements.features11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
  requirements.features12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
  requirements.features13.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES;
  requirements.input_usage = VK_IMAGE_USAGE_SAMPLED_BIT;
  requirements.output_usage = VK_IMAGE_USAGE_STORAGE_BIT;

  const vulkan::InstanceDispatch vk(get_instance_proc_addr, instance);
  if (const char* reason = whyPassUnsupported(vk, physical_device)) throw Error(ErrorCode::Unsupported, reason);
  requirements.vulkan_backend = VK_TRUE;
  requirements.features.shaderStorageImageWriteWithoutFormat = VK_TRUE;
  requirements.features13.synchronization2 = VK_TRUE;
  if (vulkan::offersHalfPrecision(vk, physical_device)) {
    requirements.half_precision = VK_TRUE;
    requirements.features11.storageBuffer16BitAccess = VK_TRUE;
    requirements.features12.shaderFloat16 = VK_TRUE;
  }
}

}  // namespace impasto
