#include "vulkan/device.h"

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.h"
#include "vulkan/pipelines.h"

namespace impasto::vulkan {
namespace {

std::string mebibytes(VkDeviceSize bytes) { return std::to_string((bytes + (1u << 20) - 1) >> 20) + " MiB"; }

// The type with all of `required` and most of `preferred`; memoryTypeCount if there is none.
uint32_t chooseMemoryType(const VulkanDevice& device, uint32_t allowed, VkMemoryPropertyFlags required,
                          VkMemoryPropertyFlags preferred) {
  uint32_t best = device.memory.memoryTypeCount;
  int best_score = -1;
  for (uint32_t i = 0; i < device.memory.memoryTypeCount; ++i) {
    const VkMemoryPropertyFlags flags = device.memory.memoryTypes[i].propertyFlags;
    if ((allowed >> i & 1u) == 0 || (flags & required) != required) continue;
    const int score = std::popcount(flags & preferred);
    if (score > best_score) {
      best = i;
      best_score = score;
    }
  }
  return best;
}

}  // namespace

VulkanDevice::VulkanDevice(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance_,
                           VkPhysicalDevice physical_device_, VkDevice device_, uint32_t queue_family_,
                           bool half_precision_, VkPipelineCache pipeline_cache_)
    : vk(get_instance_proc_addr, instance_, device_),
      instance(instance_),
      physical_device(physical_device_),
      device(device_),
      queue_family(queue_family_),
      half_precision(half_precision_),
      pipeline_cache(pipeline_cache_) {
  if (const char* reason = whyUnsupported(vk, physical_device)) throw Error(ErrorCode::Unsupported, reason);

  uint32_t family_count = 0;
  vk.GetPhysicalDeviceQueueFamilyProperties(physical_device, &family_count, nullptr);
  std::vector<VkQueueFamilyProperties> families(family_count);
  vk.GetPhysicalDeviceQueueFamilyProperties(physical_device, &family_count, families.data());
  if (queue_family >= family_count) {
    throw Error(ErrorCode::InvalidArgument,
                "queue family " + std::to_string(queue_family) + ": the device has " + std::to_string(family_count));
  }
  if ((families[queue_family].queueFlags & VK_QUEUE_COMPUTE_BIT) == 0) {
    throw Error(ErrorCode::InvalidArgument, "queue family " + std::to_string(queue_family) + " has no compute");
  }

  VkPhysicalDeviceVulkan13Properties properties13{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_PROPERTIES};
  VkPhysicalDeviceVulkan11Properties properties11{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES};
  properties11.pNext = &properties13;
  VkPhysicalDeviceProperties2 properties2{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
  properties2.pNext = &properties11;
  vk.GetPhysicalDeviceProperties2(physical_device, &properties2);
  properties = properties2.properties;
  max_allocation = properties11.maxMemoryAllocationSize;
  max_buffer_size = properties13.maxBufferSize;
  subgroup_size = properties11.subgroupSize;
  // That variant is written for eight lanes and shuffles.
  software = properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU && subgroup_size == 8 &&
             (properties11.subgroupSupportedOperations & VK_SUBGROUP_FEATURE_SHUFFLE_BIT) != 0;
  vk.GetPhysicalDeviceMemoryProperties(physical_device, &memory);
}

VulkanDevice::~VulkanDevice() = default;

PipelineSet& VulkanDevice::pipelines() const {
  const std::lock_guard lock(pipelines_mutex_);
  if (pipelines_ == nullptr) pipelines_ = std::make_unique<PipelineSet>(*this);
  return *pipelines_;
}

const char* whyUnsupported(const InstanceDispatch& vk, VkPhysicalDevice physical_device) {
  VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
  vk.GetPhysicalDeviceProperties2(physical_device, &properties);
  if (properties.properties.apiVersion < VK_API_VERSION_1_3) return "the device does not offer Vulkan 1.3";
  VkPhysicalDeviceVulkan13Features features13{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
  VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
  features.pNext = &features13;
  vk.GetPhysicalDeviceFeatures2(physical_device, &features);
  if (!features13.synchronization2) return "the device lacks the feature synchronization2";
  return nullptr;
}

bool offersHalfPrecision(const InstanceDispatch& vk, VkPhysicalDevice physical_device) {
  VkPhysicalDeviceVulkan12Features features12{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
  VkPhysicalDeviceVulkan11Features features11{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES};
  features11.pNext = &features12;
  VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
  features.pNext = &features11;
  vk.GetPhysicalDeviceFeatures2(physical_device, &features);
  return features11.storageBuffer16BitAccess && features12.shaderFloat16;
}

DescriptorSetLayout createDescriptorSetLayout(const VulkanDevice& device,
                                              std::span<const VkDescriptorSetLayoutBinding> bindings) {
  VkDescriptorSetLayoutCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  info.bindingCount = static_cast<uint32_t>(bindings.size());
  info.pBindings = bindings.data();
  VkDescriptorSetLayout layout = VK_NULL_HANDLE;
  check(device.vk.CreateDescriptorSetLayout(device.device, &info, nullptr, &layout), "vkCreateDescriptorSetLayout");
  return {device, layout};
}

PipelineLayout createPipelineLayout(const VulkanDevice& device, VkDescriptorSetLayout set_layout,
                                    uint32_t push_constant_bytes) {
  const VkPushConstantRange range{VK_SHADER_STAGE_COMPUTE_BIT, 0, push_constant_bytes};
  VkPipelineLayoutCreateInfo info{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
  info.setLayoutCount = 1;
  info.pSetLayouts = &set_layout;
  info.pushConstantRangeCount = push_constant_bytes > 0 ? 1 : 0;
  info.pPushConstantRanges = &range;
  VkPipelineLayout layout = VK_NULL_HANDLE;
  check(device.vk.CreatePipelineLayout(device.device, &info, nullptr, &layout), "vkCreatePipelineLayout");
  return {device, layout};
}

DescriptorPool createDescriptorPool(const VulkanDevice& device, uint32_t max_sets,
                                    std::span<const VkDescriptorPoolSize> sizes) {
  VkDescriptorPoolCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
  info.maxSets = max_sets;
  info.poolSizeCount = static_cast<uint32_t>(sizes.size());
  info.pPoolSizes = sizes.data();
  VkDescriptorPool pool = VK_NULL_HANDLE;
  check(device.vk.CreateDescriptorPool(device.device, &info, nullptr, &pool), "vkCreateDescriptorPool");
  return {device, pool};
}

VkDescriptorSet allocateDescriptorSet(const VulkanDevice& device, VkDescriptorPool pool, VkDescriptorSetLayout layout) {
  VkDescriptorSetAllocateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
  info.descriptorPool = pool;
  info.descriptorSetCount = 1;
  info.pSetLayouts = &layout;
  VkDescriptorSet set = VK_NULL_HANDLE;
  check(device.vk.AllocateDescriptorSets(device.device, &info, &set), "vkAllocateDescriptorSets");
  return set;
}

Pipeline createComputePipeline(const VulkanDevice& device, std::span<const uint32_t> spirv,
                               std::span<const uint32_t> constants, VkPipelineLayout layout) {
  VkShaderModuleCreateInfo module_info{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
  module_info.codeSize = spirv.size_bytes();
  module_info.pCode = spirv.data();
  VkShaderModule raw_module = VK_NULL_HANDLE;
  check(device.vk.CreateShaderModule(device.device, &module_info, nullptr, &raw_module), "vkCreateShaderModule");
  const ShaderModule module(device, raw_module);

  std::vector<VkSpecializationMapEntry> entries;
  for (uint32_t i = 0; i < constants.size(); ++i) entries.push_back({i, i * 4, 4});
  VkSpecializationInfo specialization{};
  specialization.mapEntryCount = static_cast<uint32_t>(entries.size());
  specialization.pMapEntries = entries.data();
  specialization.dataSize = constants.size_bytes();
  specialization.pData = constants.data();

  VkComputePipelineCreateInfo info{VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO};
  info.stage = {VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO};
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = raw_module;
  info.stage.pName = "main";
  info.stage.pSpecializationInfo = &specialization;
  info.layout = layout;
  VkPipeline pipeline = VK_NULL_HANDLE;
  check(device.vk.CreateComputePipelines(device.device, device.pipeline_cache, 1, &info, nullptr, &pipeline),
        "vkCreateComputePipelines");
  return {device, pipeline};
}

Buffer::Buffer(const VulkanDevice& device, VkDeviceSize size, VkBufferUsageFlags usage, VkMemoryPropertyFlags required,
               VkMemoryPropertyFlags preferred, const char* what)
    : size_(size) {
  const auto limit = [&](VkDeviceSize needed, VkDeviceSize most, const char* name) {
    if (needed <= most) return;
    throw Error(ErrorCode::OutOfMemory,
                std::string(what) + " of " + mebibytes(needed) + ": the device's " + name + " is " + mebibytes(most));
  };
  limit(size, device.max_buffer_size, "maxBufferSize");

  VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
  info.size = size;
  info.usage = usage;
  VkBuffer buffer = VK_NULL_HANDLE;
  check(device.vk.CreateBuffer(device.device, &info, nullptr, &buffer), "vkCreateBuffer");
  buffer_ = RawBuffer(device, buffer);

  VkMemoryRequirements requirements{};
  device.vk.GetBufferMemoryRequirements(device.device, buffer, &requirements);
  limit(requirements.size, device.max_allocation, "maxMemoryAllocationSize");
  const uint32_t type = chooseMemoryType(device, requirements.memoryTypeBits, required, preferred);
  if (type == device.memory.memoryTypeCount) {
    throw Error(ErrorCode::Unsupported, std::string(what) + ": the device has no fitting memory type");
  }
  flags_ = device.memory.memoryTypes[type].propertyFlags;
  limit(requirements.size, device.memory.memoryHeaps[device.memory.memoryTypes[type].heapIndex].size, "memory heap");

  VkMemoryAllocateInfo allocation{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
  allocation.allocationSize = requirements.size;
  allocation.memoryTypeIndex = type;
  VkDeviceMemory memory = VK_NULL_HANDLE;
  const VkResult result = device.vk.AllocateMemory(device.device, &allocation, nullptr, &memory);
  if (result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY) {
    throw Error(ErrorCode::OutOfMemory,
                std::string(what) + " of " + mebibytes(requirements.size) + ": vkAllocateMemory: out of memory");
  }
  check(result, "vkAllocateMemory");
  memory_ = Memory(device, memory);
  allocated_ = requirements.size;
  check(device.vk.BindBufferMemory(device.device, buffer, memory, 0), "vkBindBufferMemory");
}

void Buffer::write(const VulkanDevice& device, std::span<const std::byte> bytes) {
  void* mapped = nullptr;
  check(device.vk.MapMemory(device.device, memory_.get(), 0, VK_WHOLE_SIZE, 0, &mapped), "vkMapMemory");
  std::memcpy(mapped, bytes.data(), bytes.size());
  VkResult flushed = VK_SUCCESS;
  if ((flags_ & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT) == 0) {
    VkMappedMemoryRange range{VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE};
    range.memory = memory_.get();
    range.size = VK_WHOLE_SIZE;
    flushed = device.vk.FlushMappedMemoryRanges(device.device, 1, &range);
  }
  device.vk.UnmapMemory(device.device, memory_.get());
  check(flushed, "vkFlushMappedMemoryRanges");
}

}  // namespace impasto::vulkan
