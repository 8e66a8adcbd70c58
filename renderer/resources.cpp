#include "renderer/resources.h"

#include <string>

namespace impasto::render {
namespace {

UniqueMemory allocate(const Device& device, std::string_view name, const VkMemoryRequirements& wanted,
                      VkMemoryPropertyFlags flags) {
  VkMemoryAllocateInfo info{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
  info.allocationSize = wanted.size;
  info.memoryTypeIndex = device.memoryType(wanted.memoryTypeBits, flags);
  VkDeviceMemory memory = VK_NULL_HANDLE;
  const VkResult result = vkAllocateMemory(device.handle(), &info, nullptr, &memory);
  if (result != VK_SUCCESS) {
    throw Error("no " + std::to_string(wanted.size) + " bytes of GPU memory for " + std::string(name) + ": " +
                resultName(result));
  }
  device.name(VK_OBJECT_TYPE_DEVICE_MEMORY, reinterpret_cast<uint64_t>(memory), name);
  return {device.handle(), memory};
}

}  // namespace

Buffer createBuffer(const Device& device, std::string_view name, VkDeviceSize size, VkBufferUsageFlags usage,
                    MemoryKind kind) {
  VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
  info.size = size;
  info.usage = usage;
  VkBuffer handle = VK_NULL_HANDLE;
  check(vkCreateBuffer(device.handle(), &info, nullptr, &handle), "vkCreateBuffer");
  Buffer buffer;
  buffer.handle = {device.handle(), handle};
  buffer.size = size;
  device.name(VK_OBJECT_TYPE_BUFFER, reinterpret_cast<uint64_t>(handle), name);

  VkMemoryRequirements wanted;
  vkGetBufferMemoryRequirements(device.handle(), handle, &wanted);
  const bool host = kind == MemoryKind::Host;
  buffer.memory = allocate(device, name, wanted,
                           host ? VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT
                                : VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
  check(vkBindBufferMemory(device.handle(), handle, buffer.memory.get(), 0), "vkBindBufferMemory");
  if (host) {
    void* mapped = nullptr;
    check(vkMapMemory(device.handle(), buffer.memory.get(), 0, VK_WHOLE_SIZE, 0, &mapped), "vkMapMemory");
    buffer.mapped = static_cast<std::byte*>(mapped);
  }
  return buffer;
}

Image createImage(const Device& device, std::string_view name, const ImageInfo& info) {
  VkImageCreateInfo create{VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO};
  create.imageType = VK_IMAGE_TYPE_2D;
  create.format = info.format;
  create.extent = {info.width, info.height, 1};
  create.mipLevels = info.levels;
  create.arrayLayers = 1;
  create.samples = info.samples;
  create.tiling = VK_IMAGE_TILING_OPTIMAL;
  create.usage = info.usage;
  VkImage handle = VK_NULL_HANDLE;
  check(vkCreateImage(device.handle(), &create, nullptr, &handle), "vkCreateImage");
  Image image;
  image.handle = {device.handle(), handle};
  image.format = info.format;
  image.width = info.width;
  image.height = info.height;
  image.levels = info.levels;
  image.aspect = info.aspect;
  device.name(VK_OBJECT_TYPE_IMAGE, reinterpret_cast<uint64_t>(handle), name);

  VkMemoryRequirements wanted;
  vkGetImageMemoryRequirements(device.handle(), handle, &wanted);
  image.memory = allocate(device, name, wanted, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
  check(vkBindImageMemory(device.handle(), handle, image.memory.get(), 0), "vkBindImageMemory");

  VkImageViewCreateInfo view{VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO};
  view.image = handle;
  view.viewType = VK_IMAGE_VIEW_TYPE_2D;
  view.format = info.format;
  view.subresourceRange = {info.aspect, 0, info.levels, 0, 1};
  VkImageView view_handle = VK_NULL_HANDLE;
  check(vkCreateImageView(device.handle(), &view, nullptr, &view_handle), "vkCreateImageView");
  image.view = {device.handle(), view_handle};
  device.name(VK_OBJECT_TYPE_IMAGE_VIEW, reinterpret_cast<uint64_t>(view_handle), name);
  return image;
}

VkImageMemoryBarrier2 imageBarrier(const Image& image, Access from, VkImageLayout old_layout, Access to,
                                   VkImageLayout new_layout) {
  VkImageMemoryBarrier2 barrier{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2};
  barrier.srcStageMask = from.stages;
  barrier.srcAccessMask = from.access;
  barrier.dstStageMask = to.stages;
  barrier.dstAccessMask = to.access;
  barrier.oldLayout = old_layout;
  barrier.newLayout = new_layout;
  barrier.srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
  barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
  barrier.image = image.handle.get();
  barrier.subresourceRange = {image.aspect, 0, image.levels, 0, 1};
  return barrier;
}

void recordBarriers(VkCommandBuffer commands, std::initializer_list<VkImageMemoryBarrier2> barriers) {
  VkDependencyInfo info{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
  info.imageMemoryBarrierCount = static_cast<uint32_t>(barriers.size());
  info.pImageMemoryBarriers = barriers.begin();
  vkCmdPipelineBarrier2(commands, &info);
}

}  // namespace impasto::render
