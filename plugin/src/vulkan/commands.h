// What recording into the host's command buffers is made of, for the generator and for the pass alike: barriers, labels
// and descriptor writes; and timeline points signalled by the host. Nothing here allocates or waits.
#pragma once

#include <vulkan/vulkan_core.h>

#include <array>
#include <cstdint>

namespace impasto::vulkan {

struct VulkanDevice;

// The access masks that the plugin's barriers are made of.
inline constexpr VkPipelineStageFlags kComputeStage = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;
inline constexpr VkPipelineStageFlags kTransferStage = VK_PIPELINE_STAGE_TRANSFER_BIT;
inline constexpr VkAccessFlags kShaderReadWrite = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;

// A global memory barrier. By vkCmdPipelineBarrier2 where the host has enabled it, else by vkCmdPipelineBarrier: the
// flags are those whose bits are the same in both.
void recordBarrier(const VulkanDevice& device, VkCommandBuffer command_buffer, VkPipelineStageFlags source_stages,
                   VkAccessFlags source_access, VkPipelineStageFlags destination_stages,
                   VkAccessFlags destination_access) noexcept;

// A buffer goes from one queue family to another, of which one may be VK_QUEUE_FAMILY_EXTERNAL: recorded once as it is
// released and once as it is acquired. The source's access is of the release, the destination's of the acquisition.
struct BufferTransfer {
  VkBuffer buffer = VK_NULL_HANDLE;
  uint32_t from_family = 0, to_family = 0;
  VkPipelineStageFlags stages = 0;
  VkAccessFlags source_access = 0, destination_access = 0;
};
void recordTransfer(const VulkanDevice& device, VkCommandBuffer command_buffer, const BufferTransfer& transfer) noexcept;

// A timeline semaphore reaches `value` now. Throws Error(DeviceLost, OutOfMemory). For devices with timeline semaphores.
void signalFromHost(const VulkanDevice& device, VkSemaphore semaphore, uint64_t value);

// A named region in the command buffer, for tools that show it; nothing where VK_EXT_debug_utils is not enabled.
class CommandLabel {
 public:
  CommandLabel(const VulkanDevice& device, VkCommandBuffer command_buffer, const char* name) noexcept;
  ~CommandLabel();
  CommandLabel(const CommandLabel&) = delete;
  CommandLabel& operator=(const CommandLabel&) = delete;

 private:
  const VulkanDevice& device_;
  VkCommandBuffer command_buffer_;
};

// Collects what a descriptor set shall hold and writes it by one call. The set is not in use by the GPU.
//
//   DescriptorWriter(device, set).sampledImage(0, view, layout).storageBuffer(1, buffer, offset, range).write();
class DescriptorWriter {
 public:
  static constexpr uint32_t kCapacity = 16;  // bindings of one set

  DescriptorWriter(const VulkanDevice& device, VkDescriptorSet set) noexcept : device_(device), set_(set) {}
  DescriptorWriter(const DescriptorWriter&) = delete;
  DescriptorWriter& operator=(const DescriptorWriter&) = delete;

  DescriptorWriter& sampledImage(uint32_t binding, VkImageView view, VkImageLayout layout) noexcept;
  DescriptorWriter& storageImage(uint32_t binding, VkImageView view) noexcept;  // in layout GENERAL
  DescriptorWriter& storageBuffer(uint32_t binding, VkBuffer buffer, VkDeviceSize offset, VkDeviceSize range) noexcept;
  DescriptorWriter& uniformBuffer(uint32_t binding, VkBuffer buffer, VkDeviceSize offset, VkDeviceSize range) noexcept;
  DescriptorWriter& uniformTexelBuffer(uint32_t binding, VkBufferView view) noexcept;
  void write() noexcept;

 private:
  union Info {
    VkDescriptorImageInfo image;
    VkDescriptorBufferInfo buffer;
    VkBufferView texels;
  };

  Info& add(uint32_t binding, VkDescriptorType type) noexcept;

  const VulkanDevice& device_;
  VkDescriptorSet set_;
  uint32_t count_ = 0;
  std::array<VkWriteDescriptorSet, kCapacity> writes_;
  std::array<Info, kCapacity> infos_;
};

}  // namespace impasto::vulkan
