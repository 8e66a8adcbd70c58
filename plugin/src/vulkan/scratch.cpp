#include "vulkan/scratch.h"

namespace impasto::vulkan {

VkBufferUsageFlags tensorUsage(const VulkanDevice& device) noexcept {
  // Texel buffers: the software variant of the convolution reads through them. Copies: to look at tensors from outside.
  return VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
         (device.software ? VkBufferUsageFlags{VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT} : 0);
}

std::shared_ptr<const Buffer> ScratchPool::acquire(VkDeviceSize bytes) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Buffer> shared = current_.lock();
  if (shared != nullptr && shared->size() >= bytes) return shared;
  shared = std::make_shared<Buffer>(*device_, bytes, tensorUsage(*device_), VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0,
                                    "the generators' tensors");
  current_ = shared;
  return shared;
}

}  // namespace impasto::vulkan
