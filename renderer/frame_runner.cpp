#include "renderer/frame_runner.h"

#include <array>

namespace impasto::render {

FrameRunner::FrameRunner(const Device& device) : device_(device) {
  VkCommandPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  pool_info.queueFamilyIndex = device.queueFamily();
  VkCommandPool pool = VK_NULL_HANDLE;
  check(vkCreateCommandPool(device.handle(), &pool_info, nullptr, &pool), "vkCreateCommandPool");
  pool_ = {device.handle(), pool};
  device.name(VK_OBJECT_TYPE_COMMAND_POOL, reinterpret_cast<uint64_t>(pool), "frame commands");

  VkCommandBufferAllocateInfo allocate{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
  allocate.commandPool = pool;
  allocate.commandBufferCount = 1;
  check(vkAllocateCommandBuffers(device.handle(), &allocate, &commands_), "vkAllocateCommandBuffers");
  device.name(VK_OBJECT_TYPE_COMMAND_BUFFER, reinterpret_cast<uint64_t>(commands_), "frame");

  VkSemaphoreTypeCreateInfo type{VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO};
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  VkSemaphoreCreateInfo semaphore_info{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, &type};
  VkSemaphore semaphore = VK_NULL_HANDLE;
  check(vkCreateSemaphore(device.handle(), &semaphore_info, nullptr, &semaphore), "vkCreateSemaphore");
  timeline_ = {device.handle(), semaphore};
  device.name(VK_OBJECT_TYPE_SEMAPHORE, reinterpret_cast<uint64_t>(semaphore), "frame timeline");

  VkQueryPoolCreateInfo query_info{VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
  query_info.queryType = VK_QUERY_TYPE_TIMESTAMP;
  query_info.queryCount = 3;  // begin, end, lap
  VkQueryPool queries = VK_NULL_HANDLE;
  check(vkCreateQueryPool(device.handle(), &query_info, nullptr, &queries), "vkCreateQueryPool");
  queries_ = {device.handle(), queries};
  device.name(VK_OBJECT_TYPE_QUERY_POOL, reinterpret_cast<uint64_t>(queries), "frame timestamps");
}

double FrameRunner::run(const std::function<void(VkCommandBuffer)>& record) {
  check(vkResetCommandPool(device_.handle(), pool_.get(), 0), "vkResetCommandPool");
  VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  check(vkBeginCommandBuffer(commands_, &begin), "vkBeginCommandBuffer");
  const bool timed = device_.keepsTime();
  vkCmdResetQueryPool(commands_, queries_.get(), 0, 3);
  lapped_ = false;
  lap_milliseconds_ = 0.0;
  if (timed) vkCmdWriteTimestamp2(commands_, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, queries_.get(), 0);
  record(commands_);
  if (timed) vkCmdWriteTimestamp2(commands_, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, queries_.get(), 1);
  check(vkEndCommandBuffer(commands_), "vkEndCommandBuffer");

  ++value_;
  VkCommandBufferSubmitInfo command_info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO};
  command_info.commandBuffer = commands_;
  VkSemaphoreSubmitInfo signal{VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO};
  signal.semaphore = timeline_.get();
  signal.value = value_;
  signal.stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT;
  VkSubmitInfo2 submit{VK_STRUCTURE_TYPE_SUBMIT_INFO_2};
  submit.commandBufferInfoCount = 1;
  submit.pCommandBufferInfos = &command_info;
  submit.signalSemaphoreInfoCount = 1;
  submit.pSignalSemaphoreInfos = &signal;
  check(vkQueueSubmit2(device_.queue(), 1, &submit, VK_NULL_HANDLE), "vkQueueSubmit2");

  const VkSemaphore semaphore = timeline_.get();
  VkSemaphoreWaitInfo wait{VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO};
  wait.semaphoreCount = 1;
  wait.pSemaphores = &semaphore;
  wait.pValues = &value_;
  check(vkWaitSemaphores(device_.handle(), &wait, kFrameTimeoutNanoseconds), "waiting for the frame");

  if (!timed) return 0.0;
  std::array<uint64_t, 3> ticks{};
  const uint32_t count = lapped_ ? 3 : 2;
  check(vkGetQueryPoolResults(device_.handle(), queries_.get(), 0, count, count * sizeof(uint64_t), ticks.data(),
                              sizeof(uint64_t), VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT),
        "vkGetQueryPoolResults");
  const auto milliseconds = [&](uint64_t end) {
    return static_cast<double>(end - ticks[0]) * device_.nanosecondsPerTick() * 1e-6;
  };
  if (lapped_) lap_milliseconds_ = milliseconds(ticks[2]);
  return milliseconds(ticks[1]);
}

void FrameRunner::lap() {
  if (!device_.keepsTime()) return;
  vkCmdWriteTimestamp2(commands_, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, queries_.get(), 2);
  lapped_ = true;
}

Readback::Readback(const Device& device, const Image& image, uint32_t bytes_per_pixel)
    : buffer_(createBuffer(device, "readback", VkDeviceSize{image.width} * image.height * bytes_per_pixel,
                           VK_BUFFER_USAGE_TRANSFER_DST_BIT, MemoryKind::Host)) {}

void Readback::record(VkCommandBuffer commands, const Image& image, VkImageLayout layout) const {
  constexpr Access kCopyRead{VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_READ_BIT};
  constexpr Access kAnybody{VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                            VK_ACCESS_2_MEMORY_READ_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT};
  recordBarriers(commands, {imageBarrier(image, kAnybody, layout, kCopyRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL)});
  VkBufferImageCopy copy{};
  copy.imageSubresource = {image.aspect, 0, 0, 1};
  copy.imageExtent = {image.width, image.height, 1};
  vkCmdCopyImageToBuffer(commands, image.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, buffer_.handle.get(), 1,
                         &copy);
  recordBarriers(commands, {imageBarrier(image, kCopyRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, kAnybody, layout)});
  VkBufferMemoryBarrier2 to_host{VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER_2};
  to_host.srcStageMask = VK_PIPELINE_STAGE_2_TRANSFER_BIT;
  to_host.srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT;
  to_host.dstStageMask = VK_PIPELINE_STAGE_2_HOST_BIT;
  to_host.dstAccessMask = VK_ACCESS_2_HOST_READ_BIT;
  to_host.srcQueueFamilyIndex = to_host.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
  to_host.buffer = buffer_.handle.get();
  to_host.size = VK_WHOLE_SIZE;
  VkDependencyInfo dependency{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
  dependency.bufferMemoryBarrierCount = 1;
  dependency.pBufferMemoryBarriers = &to_host;
  vkCmdPipelineBarrier2(commands, &dependency);
}

}  // namespace impasto::render
