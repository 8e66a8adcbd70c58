#include "vulkan/scratch.h"

namespace impasto::vulkan {

VkBufferUsageFlags tensorUsage(const VulkanDevice& device) noexcept {
  // Texel buffers: the software variant of the convolution reads through them. Copies: to look at tensors from outside.
  return VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
         (device.software ? VkBufferUsageFlags{VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT} : 0);
}

std::shared_ptr<const Buffer> ScratchPool::acquire(VkDeviceSize bytes) {
  const std::lock_guard lock(mutex_);
  std::erase_if(buffers_, [](const auto& buffer) { return buffer.expired(); });
  for (const auto& buffer : buffers_) {
    std::shared_ptr<const Buffer> shared = buffer.lock();
    if (shared != nullptr && shared->size() >= bytes && shared->size() / 2 <= bytes) return shared;
  }
  auto shared = std::make_shared<Buffer>(*device_, bytes, tensorUsage(*device_), VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0,
                                    "the generators' tensors");
  buffers_.push_back(shared);
  return shared;
}

}  // namespace impasto::vulkan
