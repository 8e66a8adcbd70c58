// Buffers and images with their memory, freed when they go. Each has a memory allocation of its own: the renderer makes
// a few dozen big ones (one buffer for all vertices of a scene), far below the 4096 allocations that every device has.
// They must not go while the GPU uses them, and not after their Device.
#pragma once

#include <vulkan/vulkan.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "renderer/device.h"

namespace impasto::render {

// Owns one Vulkan handle that is destroyed through the device.
template <typename T, void(VKAPI_PTR* kDestroy)(VkDevice, T, const VkAllocationCallbacks*)>
class Unique {
 public:
  Unique() = default;
  Unique(VkDevice device, T handle) : device_(device), handle_(handle) {}
  Unique(Unique&& other) noexcept : device_(other.device_), handle_(std::exchange(other.handle_, T{})) {}
  Unique& operator=(Unique&& other) noexcept {
    if (this != &other) {
      reset();
      device_ = other.device_;
      handle_ = std::exchange(other.handle_, T{});
    }
    return *this;
  }
  ~Unique() { reset(); }
  T get() const noexcept { return handle_; }
  explicit operator bool() const noexcept { return handle_ != T{}; }

 private:
  void reset() noexcept {
    if (handle_ != T{}) kDestroy(device_, handle_, nullptr);
    handle_ = T{};
  }
  VkDevice device_ = VK_NULL_HANDLE;
  T handle_{};
};

using UniqueMemory = Unique<VkDeviceMemory, vkFreeMemory>;
using UniqueBuffer = Unique<VkBuffer, vkDestroyBuffer>;
using UniqueImage = Unique<VkImage, vkDestroyImage>;
using UniqueImageView = Unique<VkImageView, vkDestroyImageView>;
using UniqueSampler = Unique<VkSampler, vkDestroySampler>;
using UniqueSetLayout = Unique<VkDescriptorSetLayout, vkDestroyDescriptorSetLayout>;
using UniqueDescriptorPool = Unique<VkDescriptorPool, vkDestroyDescriptorPool>;
using UniquePipelineLayout = Unique<VkPipelineLayout, vkDestroyPipelineLayout>;
using UniquePipeline = Unique<VkPipeline, vkDestroyPipeline>;
using UniqueShaderModule = Unique<VkShaderModule, vkDestroyShaderModule>;
using UniqueCommandPool = Unique<VkCommandPool, vkDestroyCommandPool>;
using UniqueSemaphore = Unique<VkSemaphore, vkDestroySemaphore>;
using UniqueQueryPool = Unique<VkQueryPool, vkDestroyQueryPool>;

struct Buffer {
  UniqueMemory memory;  // freed after the buffer
  UniqueBuffer handle;
  VkDeviceSize size = 0;
  std::byte* mapped = nullptr;  // host-visible buffers stay mapped and are coherent
};

enum class MemoryKind { Device, Host };

Buffer createBuffer(const Device& device, std::string_view name, VkDeviceSize size, VkBufferUsageFlags usage,
                    MemoryKind kind);

struct Image {
  UniqueMemory memory;
  UniqueImage handle;
  UniqueImageView view;
  VkFormat format = VK_FORMAT_UNDEFINED;
  uint32_t width = 0, height = 0, levels = 1;
  VkImageAspectFlags aspect = VK_IMAGE_ASPECT_COLOR_BIT;
};

struct ImageInfo {
  VkFormat format = VK_FORMAT_R8G8B8A8_UNORM;
  uint32_t width = 1, height = 1, levels = 1;
  VkImageUsageFlags usage = 0;
  VkSampleCountFlagBits samples = VK_SAMPLE_COUNT_1_BIT;
  VkImageAspectFlags aspect = VK_IMAGE_ASPECT_COLOR_BIT;
};

Image createImage(const Device& device, std::string_view name, const ImageInfo& info);

// What one barrier waits for and what it makes ready.
struct Access {
  VkPipelineStageFlags2 stages = VK_PIPELINE_STAGE_2_NONE;
  VkAccessFlags2 access = VK_ACCESS_2_NONE;
};

VkImageMemoryBarrier2 imageBarrier(const Image& image, Access from, VkImageLayout old_layout, Access to,
                                   VkImageLayout new_layout);
void recordBarriers(VkCommandBuffer commands, std::initializer_list<VkImageMemoryBarrier2> barriers);

}  // namespace impasto::render
