// Scratch memory that the generators of one queue share: their frames run one after another there, and each begins with
// a barrier, so that nobody's intermediate tensors are in use when another's are written. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "vulkan/device.h"

namespace impasto::vulkan {

class ScratchPool {
 public:
  explicit ScratchPool(const VulkanDevice& device) : device_(&device) {}

  // Memory of at least so many bytes: what others use already, if that is large enough and not more than twice as large (or
  // a pass that was made smaller would keep what it had), else new memory, which later callers share. It is freed when
  // the last that uses it lets it go. Throws Error(OutOfMemory).
  std::shared_ptr<const Buffer> acquire(VkDeviceSize bytes);

 private:
  const VulkanDevice* device_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<const Buffer>> buffers_;
};

// How the generators' buffers are used.
VkBufferUsageFlags tensorUsage(const VulkanDevice& device) noexcept;

}  // namespace impasto::vulkan
