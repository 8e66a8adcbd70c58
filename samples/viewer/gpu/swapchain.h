// The images that a window shows. Pictures are copied into them, so they need no views.
#pragma once

#include <optional>
#include <vector>

#include "renderer/resources.h"

namespace impasto::app {

class Swapchain {
 public:
  // Throws Error when the surface cannot show 8-bit UNORM images that are copied to.
  Swapchain(const render::Device& device, VkExtent2D wanted, bool vsync);
  ~Swapchain();
  Swapchain(const Swapchain&) = delete;
  Swapchain& operator=(const Swapchain&) = delete;

  // A new chain for the surface's present extent; the GPU must have finished with the old one. Without `vsync` frames are
  // shown as they come, where the surface can do that.
  void recreate(VkExtent2D wanted, bool vsync);

  VkExtent2D extent() const noexcept { return extent_; }
  VkImage image(uint32_t index) const { return images_[index]; }

  // The next image, which may be written once `acquired` is signalled; nullopt: the chain must be made anew, or no
  // image came within a second.
  std::optional<uint32_t> acquire(VkSemaphore acquired, bool& out_of_date);

  // Shows it once its own semaphore, renderedSemaphore(index), is signalled. False: the chain must be made anew.
  bool present(uint32_t index);
  VkSemaphore renderedSemaphore(uint32_t index) const { return rendered_[index].get(); }

 private:
  const render::Device& device_;
  VkSwapchainKHR handle_ = VK_NULL_HANDLE;
  VkExtent2D extent_{};
  std::vector<VkImage> images_;
  std::vector<render::UniqueSemaphore> rendered_;  // one an image: it is free again when the image is
};

render::UniqueSemaphore createBinarySemaphore(const render::Device& device, const char* name);

}  // namespace impasto::app
