#include "vulkan/device.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.h"
#include "vulkan/pipelines.h"

namespace impasto::vulkan {
namespace {

std::string mebibytes(VkDeviceSize bytes) { return std::to_string((bytes + (1u << 20) - 1) >> 20) + " MiB"; }

// Types that take a feature which nobody asked the host for: vkAllocateMemory may not be given them.
constexpr VkMemoryPropertyFlags kForeignMemory =
    VK_MEMORY_PROPERTY_PROTECTED_BIT | VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD;

// The types with all of `required`, those with most of `preferred` first.
std::vector<uint32_t> fittingMemoryTypes(const VulkanDevice& device, uint32_t allowed, VkMemoryPropertyFlags required,
                                         VkMemoryPropertyFlags preferred) {
  std::vector<uint32_t> types;
  for (uint32_t i = 0; i < device.memory.memoryTypeCount; ++i) {
    const VkMemoryPropertyFlags flags = device.memory.memoryTypes[i].propertyFlags;
    if ((allowed >> i & 1u) != 0 && (flags & (required | kForeignMemory)) == required) {
      types.push_back(i);
    }
  }
  const auto score = [&](uint32_t i) { return std::popcount(device.memory.memoryTypes[i].propertyFlags & preferred); };
  std::stable_sort(types.begin(), types.end(), [&](uint32_t a, uint32_t b) { return score(a) > score(b); });
  return types;
}

void checkLimit(VkDeviceSize needed, VkDeviceSize most, const char* what, const char* limit) {
  if (needed <= most) return;
  throw Error(ErrorCode::OutOfMemory,
              std::string(what) + " of " + mebibytes(needed) + ": the device's " + limit + " is " + mebibytes(most));
}

RawBuffer createBuffer(const VulkanDevice& device, VkDeviceSize size, VkBufferUsageFlags usage, const char* what,
                       VkExternalMemoryHandleTypeFlags exported = 0) {
  checkLimit(size, device.max_buffer_size, what, "maxBufferSize");
  VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
  info.size = size;
  info.usage = usage;
  VkExternalMemoryBufferCreateInfo external{VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO};
  external.handleTypes = exported;
  if (exported != 0) info.pNext = &external;
  VkBuffer buffer = VK_NULL_HANDLE;
  check(device.vk.CreateBuffer(device.device, &info, device.allocator(), &buffer), "vkCreateBuffer");
  return {device, buffer};
}

}  // namespace

VulkanDevice::VulkanDevice(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance_,
                           VkPhysicalDevice physical_device_, VkDevice device_, uint32_t queue_family_,
                           const DeviceOptions& options)
    : vk(get_instance_proc_addr, instance_, device_),
      instance(instance_),
      physical_device(physical_device_),
      device(device_),
      queue_family(queue_family_),
      api_version(options.api_version),
      half_precision(options.half_precision),
      write_without_format(options.write_without_format),
      pipeline_cache(options.pipeline_cache),
      tuning_queue(options.tuning_queue) {
  if (const char* reason = whyUnsupported(vk, physical_device)) throw Error(ErrorCode::Unsupported, reason);
  if (options.allocator != nullptr) allocator_ = *options.allocator;
  // A loader may know functions of what is not enabled.
  if (!options.synchronization2) vk.CmdPipelineBarrier2 = nullptr;
  if (!options.timeline_semaphore) {
    vk.GetSemaphoreCounterValue = nullptr;
    vk.SignalSemaphore = nullptr;
    vk.WaitSemaphores = nullptr;
  }
  if (!options.external_handles) {
    vk.GetMemoryFdKHR = nullptr;
    vk.GetSemaphoreFdKHR = nullptr;
  }
  if (!options.debug_utils) {
    vk.CmdBeginDebugUtilsLabelEXT = nullptr;
    vk.CmdEndDebugUtilsLabelEXT = nullptr;
    vk.SetDebugUtilsObjectNameEXT = nullptr;
  }

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

  VkPhysicalDeviceMaintenance4Properties maintenance4{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES};
  VkPhysicalDeviceMaintenance3Properties maintenance3{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES};
  maintenance3.pNext = api_version >= VK_API_VERSION_1_3 ? &maintenance4 : nullptr;
  VkPhysicalDeviceSubgroupProperties subgroup{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
  subgroup.pNext = &maintenance3;
  VkPhysicalDeviceProperties2 properties2{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
  properties2.pNext = &subgroup;
  vk.GetPhysicalDeviceProperties2(physical_device, &properties2);
  properties = properties2.properties;
  max_allocation = maintenance3.maxMemoryAllocationSize;
  max_buffer_size = maintenance4.maxBufferSize != 0 ? maintenance4.maxBufferSize : max_allocation;
  subgroup_size = subgroup.subgroupSize;
  // That variant is written for eight lanes and shuffles.
  software = properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU && subgroup_size == 8 &&
             (subgroup.supportedOperations & VK_SUBGROUP_FEATURE_SHUFFLE_BIT) != 0;
  vk.GetPhysicalDeviceMemoryProperties(physical_device, &memory);
  if (IMPASTO_MATRIX_SHADERS && options.cooperative_matrix && half_precision) findMatrices(options.subgroup_size_control);
}

void VulkanDevice::findMatrices(bool size_control) {
  // Subgroups have one size on some devices, on others it must be asked for. Which of them this is, Vulkan 1.3 or the
  // extension tells.
  if (api_version < VK_API_VERSION_1_3 && !size_control) return;
  VkPhysicalDeviceSubgroupSizeControlProperties sizes{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES};
  VkPhysicalDeviceProperties2 properties2{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
  properties2.pNext = &sizes;
  vk.GetPhysicalDeviceProperties2(physical_device, &properties2);
  const bool may_ask = size_control && (sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0;
  const bool varies = sizes.minSubgroupSize != sizes.maxSubgroupSize;
  if (varies && !may_ask) return;
  subgroup_size_control = may_ask;
  matrix = queryMatrixShape(vk, physical_device);
}

DeviceTraits VulkanDevice::traits() const noexcept {
  return {static_cast<uint32_t>(bytesPerElement()), software, matrix, subgroup_size,
          properties.limits.maxComputeSharedMemorySize, &kernel_choices_, preferred_kernel};
}

VulkanDevice::~VulkanDevice() = default;

PipelineSet& VulkanDevice::pipelines() const {
  const std::lock_guard lock(pipelines_mutex_);
  if (pipelines_ == nullptr) pipelines_ = std::make_unique<PipelineSet>(*this);
  return *pipelines_;
}

void VulkanDevice::setName(VkObjectType type, uint64_t handle, const char* name) const noexcept {
  if (vk.SetDebugUtilsObjectNameEXT == nullptr) return;
  VkDebugUtilsObjectNameInfoEXT info{VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT};
  info.objectType = type;
  info.objectHandle = handle;
  info.pObjectName = name;
  vk.SetDebugUtilsObjectNameEXT(device, &info);  // out of memory: then it has no name
}

const char* whyUnsupported(const InstanceDispatch& vk, VkPhysicalDevice physical_device) {
  VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
  vk.GetPhysicalDeviceProperties2(physical_device, &properties);
  return properties.properties.apiVersion < VK_API_VERSION_1_1 ? "the device does not offer Vulkan 1.1" : nullptr;
}

bool offersHalfPrecision(const InstanceDispatch& vk, VkPhysicalDevice physical_device) {
  VkPhysicalDevice16BitStorageFeatures storage{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES};
  VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
  features.pNext = &storage;
  vk.GetPhysicalDeviceFeatures2(physical_device, &features);
  return storage.storageBuffer16BitAccess != VK_FALSE;
}

MatrixShape queryMatrixShape(const InstanceDispatch& vk, VkPhysicalDevice physical_device) {
  const auto query = vk.GetPhysicalDeviceCooperativeMatrixPropertiesKHR;
  uint32_t count = 0;
  if (query == nullptr || query(physical_device, &count, nullptr) != VK_SUCCESS) return {};
  std::vector<VkCooperativeMatrixPropertiesKHR> shapes(count);
  for (auto& shape : shapes) shape.sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
  if (query(physical_device, &count, shapes.data()) < 0) return {};
  shapes.resize(count);
  return chooseMatrixShape(shapes);
}

DescriptorSetLayout createDescriptorSetLayout(const VulkanDevice& device,
                                              std::span<const VkDescriptorSetLayoutBinding> bindings) {
  VkDescriptorSetLayoutCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  info.bindingCount = static_cast<uint32_t>(bindings.size());
  info.pBindings = bindings.data();
  VkDescriptorSetLayout layout = VK_NULL_HANDLE;
  check(device.vk.CreateDescriptorSetLayout(device.device, &info, device.allocator(), &layout), "vkCreateDescriptorSetLayout");
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
  check(device.vk.CreatePipelineLayout(device.device, &info, device.allocator(), &layout), "vkCreatePipelineLayout");
  return {device, layout};
}

DescriptorPool createDescriptorPool(const VulkanDevice& device, uint32_t max_sets,
                                    std::span<const VkDescriptorPoolSize> sizes) {
  VkDescriptorPoolCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
  info.maxSets = max_sets;
  info.poolSizeCount = static_cast<uint32_t>(sizes.size());
  info.pPoolSizes = sizes.data();
  VkDescriptorPool pool = VK_NULL_HANDLE;
  check(device.vk.CreateDescriptorPool(device.device, &info, device.allocator(), &pool), "vkCreateDescriptorPool");
  return {device, pool};
}

QueryPool createQueryPool(const VulkanDevice& device, const VkQueryPoolCreateInfo& info) {
  VkQueryPool pool = VK_NULL_HANDLE;
  check(device.vk.CreateQueryPool(device.device, &info, device.allocator(), &pool), "vkCreateQueryPool");
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
                               std::span<const uint32_t> constants, VkPipelineLayout layout,
                               uint32_t required_subgroup_size) {
  VkShaderModuleCreateInfo module_info{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
  module_info.codeSize = spirv.size_bytes();
  module_info.pCode = spirv.data();
  VkShaderModule raw_module = VK_NULL_HANDLE;
  check(device.vk.CreateShaderModule(device.device, &module_info, device.allocator(), &raw_module), "vkCreateShaderModule");
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
  VkPipelineShaderStageRequiredSubgroupSizeCreateInfo subgroups{
      VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO};
  subgroups.requiredSubgroupSize = required_subgroup_size;
  if (required_subgroup_size != 0) {
    info.stage.pNext = &subgroups;
    info.stage.flags = VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT;
  }
  info.layout = layout;
  VkPipeline pipeline = VK_NULL_HANDLE;
  check(device.vk.CreateComputePipelines(device.device, device.pipeline_cache, 1, &info, device.allocator(), &pipeline),
        "vkCreateComputePipelines");
  return {device, pipeline};
}

VkDeviceSize memoryOf(const VulkanDevice& device, VkDeviceSize size, VkBufferUsageFlags usage, const char* what) {
  const RawBuffer buffer = createBuffer(device, size, usage, what);
  VkMemoryRequirements requirements{};
  device.vk.GetBufferMemoryRequirements(device.device, buffer.get(), &requirements);
  checkLimit(requirements.size, device.max_allocation, what, "maxMemoryAllocationSize");
  return requirements.size;
}

Buffer::Buffer(const VulkanDevice& device, VkDeviceSize size, VkBufferUsageFlags usage, VkMemoryPropertyFlags required,
               VkMemoryPropertyFlags preferred, const char* what, VkExternalMemoryHandleTypeFlags exported)
    : buffer_(createBuffer(device, size, usage, what, exported)), size_(size) {
  VkMemoryRequirements requirements{};
  device.vk.GetBufferMemoryRequirements(device.device, buffer_.get(), &requirements);
  checkLimit(requirements.size, device.max_allocation, what, "maxMemoryAllocationSize");
  const std::vector<uint32_t> types = fittingMemoryTypes(device, requirements.memoryTypeBits, required, preferred);
  if (types.empty()) throw Error(ErrorCode::Unsupported, std::string(what) + ": the device has no fitting memory type");

  VkMemoryAllocateInfo allocation{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
  allocation.allocationSize = requirements.size;
  VkMemoryDedicatedAllocateInfo dedicated{VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO};
  dedicated.buffer = buffer_.get();
  VkExportMemoryAllocateInfo external{VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO};
  external.pNext = &dedicated;
  external.handleTypes = exported;
  if (exported != 0) allocation.pNext = &external;
  VkDeviceMemory memory = VK_NULL_HANDLE;
  VkResult result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
  VkDeviceSize largest_heap = 0;
  for (const uint32_t type : types) {  // a heap may be full, or too small, while another has room
    const VkDeviceSize heap = device.memory.memoryHeaps[device.memory.memoryTypes[type].heapIndex].size;
    largest_heap = std::max(largest_heap, heap);
    if (requirements.size > heap) continue;
    allocation.memoryTypeIndex = type;
    result = device.vk.AllocateMemory(device.device, &allocation, device.allocator(), &memory);
    flags_ = device.memory.memoryTypes[type].propertyFlags;
    if (result != VK_ERROR_OUT_OF_DEVICE_MEMORY && result != VK_ERROR_OUT_OF_HOST_MEMORY) break;
  }
  checkLimit(requirements.size, largest_heap, what, "memory heap");
  if (result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY) {
    throw Error(ErrorCode::OutOfMemory,
                std::string(what) + " of " + mebibytes(requirements.size) + ": vkAllocateMemory: out of memory");
  }
  check(result, "vkAllocateMemory");
  memory_ = Memory(device, memory);
  allocated_ = requirements.size;
  check(device.vk.BindBufferMemory(device.device, buffer_.get(), memory, 0), "vkBindBufferMemory");
  device.setName(VK_OBJECT_TYPE_BUFFER, reinterpret_cast<uint64_t>(buffer_.get()), what);
  device.setName(VK_OBJECT_TYPE_DEVICE_MEMORY, reinterpret_cast<uint64_t>(memory), what);
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

std::byte* Buffer::map(const VulkanDevice& device) {
  void* mapped = nullptr;
  check(device.vk.MapMemory(device.device, memory_.get(), 0, VK_WHOLE_SIZE, 0, &mapped), "vkMapMemory");
  return static_cast<std::byte*>(mapped);
}

void Buffer::flush(const VulkanDevice& device, VkDeviceSize offset, VkDeviceSize bytes) const {
  if ((flags_ & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT) != 0) return;
  VkMappedMemoryRange range{VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE};
  range.memory = memory_.get();
  range.offset = offset;
  range.size = bytes;
  check(device.vk.FlushMappedMemoryRanges(device.device, 1, &range), "vkFlushMappedMemoryRanges");
}

}  // namespace impasto::vulkan
