#include "viewer/gpu/frames.h"

#include "viewer/gpu/access.h"

namespace impasto::app {
namespace {

using render::check;

constexpr uint64_t kWaitNanoseconds = 60'000'000'000;

VkImageMemoryBarrier2 windowBarrier(VkImage image, render::Access from, VkImageLayout old_layout, render::Access to,
                                    VkImageLayout new_layout) {
  VkImageMemoryBarrier2 barrier{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2};
  barrier.srcStageMask = from.stages;
  barrier.srcAccessMask = from.access;
  barrier.dstStageMask = to.stages;
  barrier.dstAccessMask = to.access;
  barrier.oldLayout = old_layout;
  barrier.newLayout = new_layout;
  barrier.srcQueueFamilyIndex = barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
  barrier.image = image;
  barrier.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
  return barrier;
}

render::UniqueSemaphore createTimeline(const render::Device& device) {
  VkSemaphoreTypeCreateInfo type{VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO};
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  const VkSemaphoreCreateInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, &type};
  VkSemaphore timeline = VK_NULL_HANDLE;
  check(vkCreateSemaphore(device.handle(), &info, nullptr, &timeline), "vkCreateSemaphore");
  device.name(VK_OBJECT_TYPE_SEMAPHORE, reinterpret_cast<uint64_t>(timeline), "frames");
  return {device.handle(), timeline};
}

}  // namespace

Frames::Frames(const render::Device& device, VkExtent2D window_extent)
    : device_(device), swapchain_(device, window_extent, true), timeline_(createTimeline(device)) {
  for (Slot& slot : slots_) {
    VkCommandPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    pool_info.queueFamilyIndex = device_.queueFamily();
    VkCommandPool pool = VK_NULL_HANDLE;
    check(vkCreateCommandPool(device_.handle(), &pool_info, nullptr, &pool), "vkCreateCommandPool");
    slot.pool = {device_.handle(), pool};
    VkCommandBufferAllocateInfo allocate{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    allocate.commandPool = pool;
    allocate.commandBufferCount = 1;
    check(vkAllocateCommandBuffers(device_.handle(), &allocate, &slot.commands), "vkAllocateCommandBuffers");
    device_.name(VK_OBJECT_TYPE_COMMAND_BUFFER, reinterpret_cast<uint64_t>(slot.commands), "viewer frame");
    slot.acquired = createBinarySemaphore(device_, "acquired");
  }
}

// Presentation has no completion to wait for in Vulkan 1.3, other than an idle queue.
Frames::~Frames() { vkQueueWaitIdle(device_.queue()); }

void Frames::waitFor(uint64_t number) {
  const VkSemaphore semaphore = timeline_.get();
  VkSemaphoreWaitInfo wait{VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO};
  wait.semaphoreCount = 1;
  wait.pSemaphores = &semaphore;
  wait.pValues = &number;
  check(vkWaitSemaphores(device_.handle(), &wait, kWaitNanoseconds), "waiting for a frame");
}

uint64_t Frames::finished() const {
  uint64_t number = 0;
  check(vkGetSemaphoreCounterValue(device_.handle(), timeline_.get(), &number), "vkGetSemaphoreCounterValue");
  return number;
}

void Frames::waitIdle() {
  waitFor(submitted_);
  check(vkQueueWaitIdle(device_.queue()), "vkQueueWaitIdle");
}

bool Frames::prepare(VkExtent2D window_extent, bool vsync) {
  if (window_extent.width == 0 || window_extent.height == 0) return false;
  const VkExtent2D chain = swapchain_.extent();
  const bool other = chain.width != window_extent.width || chain.height != window_extent.height || vsync != vsync_;
  if (!stale_ && !other) return true;
  waitIdle();
  vsync_ = vsync;
  swapchain_.recreate(window_extent, vsync);
  const VkExtent2D now = swapchain_.extent();
  stale_ = now.width == 0 || now.height == 0;
  return !stale_;
}

std::optional<Frames::Frame> Frames::begin() {
  const auto index = static_cast<uint32_t>(submitted_ % kFramesInFlight);
  Slot& slot = slots_[index];
  if (slot.number > 0) waitFor(slot.number);
  const auto image = swapchain_.acquire(slot.acquired.get(), stale_);
  if (!image) return std::nullopt;
  check(vkResetCommandPool(device_.handle(), slot.pool.get(), 0), "vkResetCommandPool");
  VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  check(vkBeginCommandBuffer(slot.commands, &begin), "vkBeginCommandBuffer");
  slot.number = ++submitted_;
  return Frame{index, slot.commands, *image, slot.number};
}

void Frames::end(const Frame& frame, const render::Image& canvas) {
  Slot& slot = slots_[frame.slot];
  const VkImage target = swapchain_.image(frame.image);
  device_.beginLabel(frame.commands, "to the window");
  render::recordBarriers(frame.commands,
                         {windowBarrier(target, kCopyWrite, VK_IMAGE_LAYOUT_UNDEFINED, kCopyWrite,
                                        VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL),
                          render::imageBarrier(canvas, kReaders, kReadable, kCopyRead,
                                               VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL)});
  VkImageBlit blit{};  // a blit, because the formats may differ
  blit.srcSubresource = blit.dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
  blit.srcOffsets[1] = blit.dstOffsets[1] = {static_cast<int32_t>(canvas.width), static_cast<int32_t>(canvas.height), 1};
  vkCmdBlitImage(frame.commands, canvas.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, target,
                 VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &blit, VK_FILTER_NEAREST);
  render::recordBarriers(frame.commands, {windowBarrier(target, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, {},
                                                        VK_IMAGE_LAYOUT_PRESENT_SRC_KHR)});
  device_.endLabel(frame.commands);
  check(vkEndCommandBuffer(frame.commands), "vkEndCommandBuffer");

  VkCommandBufferSubmitInfo command_info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO};
  command_info.commandBuffer = frame.commands;
  VkSemaphoreSubmitInfo wait{VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO};
  wait.semaphore = slot.acquired.get();
  wait.stageMask = VK_PIPELINE_STAGE_2_TRANSFER_BIT;
  std::array<VkSemaphoreSubmitInfo, 2> signals{};
  signals[0].sType = signals[1].sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO;
  signals[0].semaphore = timeline_.get();
  signals[0].value = frame.number;
  signals[1].semaphore = swapchain_.renderedSemaphore(frame.image);
  signals[0].stageMask = signals[1].stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT;
  VkSubmitInfo2 info{VK_STRUCTURE_TYPE_SUBMIT_INFO_2};
  info.waitSemaphoreInfoCount = 1;
  info.pWaitSemaphoreInfos = &wait;
  info.commandBufferInfoCount = 1;
  info.pCommandBufferInfos = &command_info;
  info.signalSemaphoreInfoCount = signals.size();
  info.pSignalSemaphoreInfos = signals.data();
  check(vkQueueSubmit2(device_.queue(), 1, &info, VK_NULL_HANDLE), "vkQueueSubmit2");
  stale_ = !swapchain_.present(frame.image) || stale_;
}

}  // namespace impasto::app
