#include "vulkan/commands.h"

#include <cassert>

#include "vulkan/device.h"

namespace impasto::vulkan {

void recordBarrier(const VulkanDevice& device, VkCommandBuffer command_buffer, VkPipelineStageFlags source_stages,
                   VkAccessFlags source_access, VkPipelineStageFlags destination_stages,
                   VkAccessFlags destination_access) noexcept {
  if (device.vk.CmdPipelineBarrier2 == nullptr) {
    VkMemoryBarrier memory{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
    memory.srcAccessMask = source_access;
    memory.dstAccessMask = destination_access;
    device.vk.CmdPipelineBarrier(command_buffer, source_stages, destination_stages, 0, 1, &memory, 0, nullptr, 0,
                                 nullptr);
    return;
  }
  VkMemoryBarrier2 memory{VK_STRUCTURE_TYPE_MEMORY_BARRIER_2};
  memory.srcStageMask = source_stages;
  memory.srcAccessMask = source_access;
  memory.dstStageMask = destination_stages;
  memory.dstAccessMask = destination_access;
  VkDependencyInfo dependency{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
  dependency.memoryBarrierCount = 1;
  dependency.pMemoryBarriers = &memory;
  device.vk.CmdPipelineBarrier2(command_buffer, &dependency);
}

void recordTransfer(const VulkanDevice& device, VkCommandBuffer command_buffer, const BufferTransfer& transfer) noexcept {
  const auto fill = [&](auto& barrier) {
    barrier.srcAccessMask = transfer.source_access;
    barrier.dstAccessMask = transfer.destination_access;
    barrier.srcQueueFamilyIndex = transfer.from_family;
    barrier.dstQueueFamilyIndex = transfer.to_family;
    barrier.buffer = transfer.buffer;
    barrier.size = VK_WHOLE_SIZE;
  };
  if (device.vk.CmdPipelineBarrier2 == nullptr) {
    VkBufferMemoryBarrier barrier{VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER};
    fill(barrier);
    device.vk.CmdPipelineBarrier(command_buffer, transfer.stages, transfer.stages, 0, 0, nullptr, 1, &barrier, 0,
                                 nullptr);
    return;
  }
  VkBufferMemoryBarrier2 barrier{VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER_2};
  fill(barrier);
  barrier.srcStageMask = transfer.stages;
  barrier.dstStageMask = transfer.stages;
  VkDependencyInfo dependency{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
  dependency.bufferMemoryBarrierCount = 1;
  dependency.pBufferMemoryBarriers = &barrier;
  device.vk.CmdPipelineBarrier2(command_buffer, &dependency);
}

void signalFromHost(const VulkanDevice& device, VkSemaphore semaphore, uint64_t value) {
  VkSemaphoreSignalInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO};
  info.semaphore = semaphore;
  info.value = value;
  check(device.vk.SignalSemaphore(device.device, &info), "vkSignalSemaphore");
}

CommandLabel::CommandLabel(const VulkanDevice& device, VkCommandBuffer command_buffer, const char* name) noexcept
    : device_(device), command_buffer_(command_buffer) {
  if (device_.vk.CmdBeginDebugUtilsLabelEXT == nullptr) return;
  VkDebugUtilsLabelEXT label{VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT};
  label.pLabelName = name;
  device_.vk.CmdBeginDebugUtilsLabelEXT(command_buffer_, &label);
}

CommandLabel::~CommandLabel() {
  if (device_.vk.CmdBeginDebugUtilsLabelEXT != nullptr) device_.vk.CmdEndDebugUtilsLabelEXT(command_buffer_);
}

DescriptorWriter::Info& DescriptorWriter::add(uint32_t binding, VkDescriptorType type) noexcept {
  assert(count_ < kCapacity);
  VkWriteDescriptorSet& write = writes_[count_];
  write = {VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
  write.dstSet = set_;
  write.dstBinding = binding;
  write.descriptorCount = 1;
  write.descriptorType = type;
  return infos_[count_++];
}

DescriptorWriter& DescriptorWriter::sampledImage(uint32_t binding, VkImageView view, VkImageLayout layout) noexcept {
  Info& info = add(binding, VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE);
  info.image = {VK_NULL_HANDLE, view, layout};
  writes_[count_ - 1].pImageInfo = &info.image;
  return *this;
}

DescriptorWriter& DescriptorWriter::storageImage(uint32_t binding, VkImageView view) noexcept {
  Info& info = add(binding, VK_DESCRIPTOR_TYPE_STORAGE_IMAGE);
  info.image = {VK_NULL_HANDLE, view, VK_IMAGE_LAYOUT_GENERAL};
  writes_[count_ - 1].pImageInfo = &info.image;
  return *this;
}

DescriptorWriter& DescriptorWriter::storageBuffer(uint32_t binding, VkBuffer buffer, VkDeviceSize offset,
                                                  VkDeviceSize range) noexcept {
  Info& info = add(binding, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER);
  info.buffer = {buffer, offset, range};
  writes_[count_ - 1].pBufferInfo = &info.buffer;
  return *this;
}

DescriptorWriter& DescriptorWriter::uniformBuffer(uint32_t binding, VkBuffer buffer, VkDeviceSize offset,
                                                  VkDeviceSize range) noexcept {
  Info& info = add(binding, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER);
  info.buffer = {buffer, offset, range};
  writes_[count_ - 1].pBufferInfo = &info.buffer;
  return *this;
}

DescriptorWriter& DescriptorWriter::uniformTexelBuffer(uint32_t binding, VkBufferView view) noexcept {
  Info& info = add(binding, VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER);
  info.texels = view;
  writes_[count_ - 1].pTexelBufferView = &info.texels;
  return *this;
}

void DescriptorWriter::write() noexcept {
  device_.vk.UpdateDescriptorSets(device_.device, count_, writes_.data(), 0, nullptr);
}

}  // namespace impasto::vulkan
