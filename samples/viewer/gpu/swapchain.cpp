#include "viewer/gpu/swapchain.h"

#include <algorithm>
#include <string>

#include "common/error.h"

namespace impasto::app {
namespace {

using render::check;

constexpr uint64_t kAcquireNanoseconds = 1'000'000'000;

VkSurfaceFormatKHR chooseFormat(const render::Device& device) {
  uint32_t count = 0;
  check(vkGetPhysicalDeviceSurfaceFormatsKHR(device.physicalDevice(), device.surface(), &count, nullptr),
        "vkGetPhysicalDeviceSurfaceFormatsKHR");
  std::vector<VkSurfaceFormatKHR> formats(count);
  check(vkGetPhysicalDeviceSurfaceFormatsKHR(device.physicalDevice(), device.surface(), &count, formats.data()),
        "vkGetPhysicalDeviceSurfaceFormatsKHR");
  for (const VkSurfaceFormatKHR& format : formats) {
    // The pictures are sRGB-encoded already: an _SRGB format would encode them twice.
    const bool unorm = format.format == VK_FORMAT_B8G8R8A8_UNORM || format.format == VK_FORMAT_R8G8B8A8_UNORM;
    if (unorm && format.colorSpace == VK_COLOR_SPACE_SRGB_NONLINEAR_KHR) return format;
  }
  throw Error("this window cannot show 8-bit sRGB pictures");
}

// The mode that waits least: FIFO alone is there always.
VkPresentModeKHR freeMode(const render::Device& device) {
  uint32_t count = 0;
  check(vkGetPhysicalDeviceSurfacePresentModesKHR(device.physicalDevice(), device.surface(), &count, nullptr),
        "vkGetPhysicalDeviceSurfacePresentModesKHR");
  std::vector<VkPresentModeKHR> modes(count);
  check(vkGetPhysicalDeviceSurfacePresentModesKHR(device.physicalDevice(), device.surface(), &count, modes.data()),
        "vkGetPhysicalDeviceSurfacePresentModesKHR");
  for (const VkPresentModeKHR wanted : {VK_PRESENT_MODE_MAILBOX_KHR, VK_PRESENT_MODE_IMMEDIATE_KHR}) {
    if (std::find(modes.begin(), modes.end(), wanted) != modes.end()) return wanted;
  }
  return VK_PRESENT_MODE_FIFO_KHR;
}

}  // namespace

render::UniqueSemaphore createBinarySemaphore(const render::Device& device, const char* name) {
  const VkSemaphoreCreateInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
  VkSemaphore semaphore = VK_NULL_HANDLE;
  check(vkCreateSemaphore(device.handle(), &info, nullptr, &semaphore), "vkCreateSemaphore");
  device.name(VK_OBJECT_TYPE_SEMAPHORE, reinterpret_cast<uint64_t>(semaphore), name);
  return {device.handle(), semaphore};
}

Swapchain::Swapchain(const render::Device& device, VkExtent2D wanted, bool vsync) : device_(device) {
  recreate(wanted, vsync);
}

Swapchain::~Swapchain() { vkDestroySwapchainKHR(device_.handle(), handle_, nullptr); }

void Swapchain::recreate(VkExtent2D wanted, bool vsync) {
  VkSurfaceCapabilitiesKHR can;
  check(vkGetPhysicalDeviceSurfaceCapabilitiesKHR(device_.physicalDevice(), device_.surface(), &can),
        "vkGetPhysicalDeviceSurfaceCapabilitiesKHR");
  if (!(can.supportedUsageFlags & VK_IMAGE_USAGE_TRANSFER_DST_BIT))
    throw Error("this window's images cannot be copied to");
  extent_ = can.currentExtent;
  if (extent_.width == UINT32_MAX) {
    extent_.width = std::clamp(wanted.width, can.minImageExtent.width, can.maxImageExtent.width);
    extent_.height = std::clamp(wanted.height, can.minImageExtent.height, can.maxImageExtent.height);
  }
  if (extent_.width == 0 || extent_.height == 0) return;  // minimised: the old chain stays

  const VkSurfaceFormatKHR format = chooseFormat(device_);
  VkSwapchainCreateInfoKHR info{VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR};
  info.surface = device_.surface();
  info.minImageCount = std::max(can.minImageCount + 1, 3u);
  if (can.maxImageCount > 0) info.minImageCount = std::min(info.minImageCount, can.maxImageCount);
  info.imageFormat = format.format;
  info.imageColorSpace = format.colorSpace;
  info.imageExtent = extent_;
  info.imageArrayLayers = 1;
  info.imageUsage = VK_IMAGE_USAGE_TRANSFER_DST_BIT;
  info.preTransform = can.currentTransform;
  info.compositeAlpha = (can.supportedCompositeAlpha & VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR)
                            ? VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR
                            : VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR;
  info.presentMode = vsync ? VK_PRESENT_MODE_FIFO_KHR : freeMode(device_);
  info.clipped = VK_TRUE;
  info.oldSwapchain = handle_;
  VkSwapchainKHR made = VK_NULL_HANDLE;
  check(vkCreateSwapchainKHR(device_.handle(), &info, nullptr, &made), "vkCreateSwapchainKHR");
  vkDestroySwapchainKHR(device_.handle(), handle_, nullptr);
  handle_ = made;
  device_.name(VK_OBJECT_TYPE_SWAPCHAIN_KHR, reinterpret_cast<uint64_t>(made), "window");

  uint32_t count = 0;
  check(vkGetSwapchainImagesKHR(device_.handle(), handle_, &count, nullptr), "vkGetSwapchainImagesKHR");
  images_.resize(count);
  check(vkGetSwapchainImagesKHR(device_.handle(), handle_, &count, images_.data()), "vkGetSwapchainImagesKHR");
  rendered_.clear();
  for (uint32_t i = 0; i < count; ++i) {
    device_.name(VK_OBJECT_TYPE_IMAGE, reinterpret_cast<uint64_t>(images_[i]), "window image " + std::to_string(i));
    rendered_.push_back(createBinarySemaphore(device_, "rendered"));
  }
}

std::optional<uint32_t> Swapchain::acquire(VkSemaphore acquired, bool& out_of_date) {
  uint32_t index = 0;
  const VkResult result =
      vkAcquireNextImageKHR(device_.handle(), handle_, kAcquireNanoseconds, acquired, VK_NULL_HANDLE, &index);
  out_of_date = result == VK_ERROR_OUT_OF_DATE_KHR;
  if (out_of_date || result == VK_TIMEOUT || result == VK_NOT_READY) return std::nullopt;
  if (result != VK_SUBOPTIMAL_KHR) check(result, "vkAcquireNextImageKHR");
  return index;
}

bool Swapchain::present(uint32_t index) {
  const VkSemaphore wait = rendered_[index].get();
  VkPresentInfoKHR info{VK_STRUCTURE_TYPE_PRESENT_INFO_KHR};
  info.waitSemaphoreCount = 1;
  info.pWaitSemaphores = &wait;
  info.swapchainCount = 1;
  info.pSwapchains = &handle_;
  info.pImageIndices = &index;
  const VkResult result = vkQueuePresentKHR(device_.queue(), &info);
  if (result == VK_ERROR_OUT_OF_DATE_KHR || result == VK_SUBOPTIMAL_KHR) return false;
  check(result, "vkQueuePresentKHR");
  return true;
}

}  // namespace impasto::app
