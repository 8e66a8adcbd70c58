// The host's Vulkan device as the plugin sees it, and RAII owners for what is created on it. A VulkanDevice is built
// once per context, is immutable afterwards and may be used from any thread; it owns nothing of the host's and must
// outlive every handle below. Nothing here submits work or waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include "vulkan/device_traits.h"
#include "vulkan/dispatch.h"
#include "vulkan/kernel_choices.h"

namespace impasto::vulkan {

class PipelineSet;

// Of one dispatch: some 20 ms on an integrated GPU of 1 TFLOP/s.
inline constexpr double kMaxMultiplyAdds = 1e10;

// How the host created its device, and what it wishes.
struct DeviceOptions {
  uint32_t api_version = VK_API_VERSION_1_3;  // that the host uses the device at
  bool half_precision = false;                // storageBuffer16BitAccess is enabled: tensors are fp16
  bool synchronization2 = true;
  bool write_without_format = true;  // shaderStorageImageWriteWithoutFormat
  bool timeline_semaphore = true;
  // VK_KHR_cooperative_matrix with cooperativeMatrix, and vulkanMemoryModel and shaderFloat16: fp16 tensors may be
  // convolved on matrix hardware.
  bool cooperative_matrix = false;
  bool subgroup_size_control = false;  // the features subgroupSizeControl and computeFullSubgroups
  bool external_handles = false;  // VK_KHR_external_memory_fd and VK_KHR_external_semaphore_fd
  bool debug_utils = false;
  const VkAllocationCallbacks* allocator = nullptr;  // copied
  VkPipelineCache pipeline_cache = VK_NULL_HANDLE;   // the caller's
  VkQueue tuning_queue = VK_NULL_HANDLE;  // the caller's, lent to whoever prepares a generator (tuner.h)
};

struct VulkanDevice {
  // Throws Error(Unsupported) when the device lacks Vulkan 1.1, when the queue family has no compute, or when a
  // function is missing.
  VulkanDevice(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance, VkPhysicalDevice physical_device,
               VkDevice device, uint32_t queue_family, const DeviceOptions& options);
  ~VulkanDevice();
  VulkanDevice(const VulkanDevice&) = delete;
  VulkanDevice& operator=(const VulkanDevice&) = delete;

  Dispatch vk;
  VkInstance instance = VK_NULL_HANDLE;
  VkPhysicalDevice physical_device = VK_NULL_HANDLE;
  VkDevice device = VK_NULL_HANDLE;
  uint32_t queue_family = 0;
  uint32_t api_version = VK_API_VERSION_1_1;
  bool half_precision = false;  // tensors are fp16 in memory (sums are fp32 always), else fp32
  bool write_without_format = false;
  VkPipelineCache pipeline_cache = VK_NULL_HANDLE;
  VkQueue tuning_queue = VK_NULL_HANDLE;

  VkPhysicalDeviceProperties properties{};  // limits in properties.limits
  VkPhysicalDeviceMemoryProperties memory{};
  VkDeviceSize max_allocation = 0;   // maxMemoryAllocationSize
  VkDeviceSize max_buffer_size = 0;  // maxBufferSize
  uint32_t subgroup_size = 1;
  bool subgroup_size_control = false;
  MatrixShape matrix;  // of matrix multiplications; none where they are not enabled or not of a shape that is of use

  // Vulkan on a CPU: another variant of the convolution is the fast one (shaders/generator/conv_software.comp).
  bool software = false;
  // As if the host could map no device-local memory: weights go through a staging buffer. For tests on devices that
  // can.
  bool stage_weights = false;
  double max_multiply_adds = kMaxMultiplyAdds;  // likewise, for tests: less
  const char* preferred_kernel = nullptr;       // likewise: DeviceTraits::preferred

  VkDeviceSize bytesPerElement() const noexcept { return half_precision ? 2 : 4; }  // of a tensor
  DeviceTraits traits() const noexcept;
  const VkAllocationCallbacks* allocator() const noexcept { return allocator_ ? &*allocator_ : nullptr; }
  // For tools that show it; nothing where VK_EXT_debug_utils is not enabled.
  void setName(VkObjectType type, uint64_t handle, const char* name) const noexcept;

  // The generators' kernels, shared by all generators on this device (vulkan/pipelines.h). Thread-safe.
  PipelineSet& pipelines() const;
  // Which of them have been found to be fastest. Thread-safe.
  KernelChoices& kernelChoices() const noexcept { return kernel_choices_; }

 private:
  void findMatrices(bool size_control);

  std::optional<VkAllocationCallbacks> allocator_;
  mutable KernelChoices kernel_choices_;
  mutable std::mutex pipelines_mutex_;
  mutable std::unique_ptr<PipelineSet> pipelines_;
};

// What impastoQueryRequirements asks of a device before it is created: nullptr, or why the Vulkan backend cannot run.
const char* whyUnsupported(const InstanceDispatch& vk, VkPhysicalDevice physical_device);
// Does the device offer storageBuffer16BitAccess?
bool offersHalfPrecision(const InstanceDispatch& vk, VkPhysicalDevice physical_device);
// The shape that convolutions use, of those that the device lists; none where it does not offer VK_KHR_cooperative_matrix.
MatrixShape queryMatrixShape(const InstanceDispatch& vk, VkPhysicalDevice physical_device);

// A handle created on a VulkanDevice, destroyed by the member function `Destroy` of its dispatch table.
template <typename T, auto Destroy>
class Handle {
 public:
  Handle() = default;
  Handle(const VulkanDevice& device, T handle) noexcept : device_(&device), handle_(handle) {}
  Handle(Handle&& other) noexcept
      : device_(std::exchange(other.device_, nullptr)), handle_(std::exchange(other.handle_, T{})) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Handle() {
    if (handle_ != T{}) (device_->vk.*Destroy)(device_->device, handle_, device_->allocator());
  }
  T get() const noexcept { return handle_; }
  explicit operator bool() const noexcept { return handle_ != T{}; }

 private:
  const VulkanDevice* device_ = nullptr;
  T handle_{};
};

using DescriptorPool = Handle<VkDescriptorPool, &Dispatch::DestroyDescriptorPool>;
using DescriptorSetLayout = Handle<VkDescriptorSetLayout, &Dispatch::DestroyDescriptorSetLayout>;
using Memory = Handle<VkDeviceMemory, &Dispatch::FreeMemory>;
using Pipeline = Handle<VkPipeline, &Dispatch::DestroyPipeline>;
using PipelineLayout = Handle<VkPipelineLayout, &Dispatch::DestroyPipelineLayout>;
using PipelineCache = Handle<VkPipelineCache, &Dispatch::DestroyPipelineCache>;
using BufferView = Handle<VkBufferView, &Dispatch::DestroyBufferView>;
using RawBuffer = Handle<VkBuffer, &Dispatch::DestroyBuffer>;
using QueryPool = Handle<VkQueryPool, &Dispatch::DestroyQueryPool>;
using ShaderModule = Handle<VkShaderModule, &Dispatch::DestroyShaderModule>;

DescriptorSetLayout createDescriptorSetLayout(const VulkanDevice& device,
                                              std::span<const VkDescriptorSetLayoutBinding> bindings);
PipelineLayout createPipelineLayout(const VulkanDevice& device, VkDescriptorSetLayout set_layout,
                                    uint32_t push_constant_bytes);
DescriptorPool createDescriptorPool(const VulkanDevice& device, uint32_t max_sets,
                                    std::span<const VkDescriptorPoolSize> sizes);
QueryPool createQueryPool(const VulkanDevice& device, const VkQueryPoolCreateInfo& info);
VkDescriptorSet allocateDescriptorSet(const VulkanDevice& device, VkDescriptorPool pool, VkDescriptorSetLayout layout);

// Entry point "main"; specialisation constants 0, 1, 2, ... are `constants`.
// Not 0: subgroups have that size, and all are full (DeviceOptions::subgroup_size_control).
Pipeline createComputePipeline(const VulkanDevice& device, std::span<const uint32_t> spirv,
                               std::span<const uint32_t> constants, VkPipelineLayout layout,
                               uint32_t required_subgroup_size = 0);

// Bytes that a buffer's memory would take. Throws Error(OutOfMemory) where a limit of the device stands in the way.
VkDeviceSize memoryOf(const VulkanDevice& device, VkDeviceSize size, VkBufferUsageFlags usage, const char* what);

// A buffer and the memory it alone lies in.
class Buffer {
 public:
  Buffer() = default;
  // Of the memory types that have all of `required`, the first that has room, those with most of `preferred` first.
  // Throws Error(OutOfMemory), naming `what`, the size and, where one stands in the way, the limit. `what` is also the
  // name that debuggers show. `exported`: as which handles the memory can be exported, which is a dedicated allocation
  // then; 0: as none.
  Buffer(const VulkanDevice& device, VkDeviceSize size, VkBufferUsageFlags usage, VkMemoryPropertyFlags required,
         VkMemoryPropertyFlags preferred, const char* what, VkExternalMemoryHandleTypeFlags exported = 0);

  VkBuffer get() const noexcept { return buffer_.get(); }
  VkDeviceMemory memory() const noexcept { return memory_.get(); }
  VkDeviceSize size() const noexcept { return size_; }
  VkDeviceSize allocatedBytes() const noexcept { return allocated_; }
  bool hostVisible() const noexcept { return (flags_ & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) != 0; }

  // Writes and makes it available to later submissions; for host-visible memory.
  void write(const VulkanDevice& device, std::span<const std::byte> bytes);

  // All of it, until the buffer is gone; for host-visible memory. flush() after writing makes a range available to later
  // submissions: `offset` and `bytes` are multiples of nonCoherentAtomSize.
  std::byte* map(const VulkanDevice& device);
  void flush(const VulkanDevice& device, VkDeviceSize offset, VkDeviceSize bytes) const;

 private:
  RawBuffer buffer_;
  Memory memory_;  // freed before the buffer that is bound to it: allowed, as neither is used then
  VkDeviceSize size_ = 0, allocated_ = 0;
  VkMemoryPropertyFlags flags_ = 0;
};

}  // namespace impasto::vulkan
