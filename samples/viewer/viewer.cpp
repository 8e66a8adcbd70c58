#include "viewer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "common/error.h"

namespace impasto::app {
namespace {

using render::check;

constexpr uint64_t kWaitNanoseconds = 60'000'000'000;
constexpr uint32_t kQueries = 3;  // before rendering, after it, after painting

constexpr render::Access kCopyRead{VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_READ_BIT};
// The painting pass reads the frame, then the window's copy does.
constexpr render::Access kReaders{VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_2_TRANSFER_BIT,
                                  VK_ACCESS_2_SHADER_SAMPLED_READ_BIT | VK_ACCESS_2_TRANSFER_READ_BIT};
constexpr render::Access kCopyWrite{VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT};

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

// Copies columns [from, to) of a picture into the same place of the window; a blit, because the formats may differ.
void copyColumns(VkCommandBuffer commands, const render::Image& source, VkImageLayout layout, VkImage target,
                 int32_t from, int32_t to) {
  if (from >= to) return;
  VkImageBlit blit{};
  blit.srcSubresource = blit.dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
  const auto height = static_cast<int32_t>(source.height);
  blit.srcOffsets[0] = blit.dstOffsets[0] = {from, 0, 0};
  blit.srcOffsets[1] = blit.dstOffsets[1] = {to, height, 1};
  vkCmdBlitImage(commands, source.handle.get(), layout, target, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &blit,
                 VK_FILTER_NEAREST);
}

render::Image createWhite(const render::Device& device) {
  render::Image image = render::createImage(
      device, "white",
      {.format = VK_FORMAT_R8G8B8A8_UNORM,
       .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_SAMPLED_BIT});
  render::runOnce(device, [&](VkCommandBuffer commands) {
    render::recordBarriers(commands, {render::imageBarrier(image, {}, VK_IMAGE_LAYOUT_UNDEFINED, kCopyWrite,
                                                           VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
    const VkClearColorValue white{{1.0f, 1.0f, 1.0f, 1.0f}};
    const VkImageSubresourceRange range{VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    vkCmdClearColorImage(commands, image.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, &white, 1, &range);
    render::recordBarriers(commands, {render::imageBarrier(image, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                                           kCopyRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL)});
  });
  return image;
}

}  // namespace

Viewer::Viewer(const PaintingDevice& painting, const render::Scene& scene, const std::vector<ViewerStyle>& styles,
               VkExtent2D extent)
    : device_(*painting.device),
      swapchain_(device_, extent),
      renderer_(device_, scene, std::max(swapchain_.extent().width, 1u), std::max(swapchain_.extent().height, 1u),
                kFramesInFlight),
      white_(createWhite(device_)) {
  if (!styles.empty()) painted_.emplace(painting, styles, this->extent(), kFramesInFlight);

  VkSemaphoreTypeCreateInfo type{VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO};
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  const VkSemaphoreCreateInfo semaphore_info{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, &type};
  VkSemaphore timeline = VK_NULL_HANDLE;
  check(vkCreateSemaphore(device_.handle(), &semaphore_info, nullptr, &timeline), "vkCreateSemaphore");
  timeline_ = {device_.handle(), timeline};
  device_.name(VK_OBJECT_TYPE_SEMAPHORE, reinterpret_cast<uint64_t>(timeline), "viewer timeline");

  VkQueryPoolCreateInfo query_info{VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
  query_info.queryType = VK_QUERY_TYPE_TIMESTAMP;
  query_info.queryCount = kQueries * kFramesInFlight;
  VkQueryPool queries = VK_NULL_HANDLE;
  check(vkCreateQueryPool(device_.handle(), &query_info, nullptr, &queries), "vkCreateQueryPool");
  queries_ = {device_.handle(), queries};

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
Viewer::~Viewer() { vkQueueWaitIdle(device_.queue()); }

void Viewer::waitFor(uint64_t value) {
  const VkSemaphore semaphore = timeline_.get();
  VkSemaphoreWaitInfo wait{VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO};
  wait.semaphoreCount = 1;
  wait.pSemaphores = &semaphore;
  wait.pValues = &value;
  check(vkWaitSemaphores(device_.handle(), &wait, kWaitNanoseconds), "waiting for a frame");
}

void Viewer::readTimes(uint32_t slot) {
  if (!device_.keepsTime()) return;
  std::array<uint64_t, kQueries> ticks{};
  check(vkGetQueryPoolResults(device_.handle(), queries_.get(), slot * kQueries, kQueries, sizeof(ticks), ticks.data(),
                              sizeof(uint64_t), VK_QUERY_RESULT_64_BIT),
        "vkGetQueryPoolResults");
  const double scale = device_.nanosecondsPerTick() * 1e-6;
  times_ = {static_cast<double>(ticks[1] - ticks[0]) * scale, static_cast<double>(ticks[2] - ticks[1]) * scale};
}

void Viewer::resize(VkExtent2D window_extent) {
  waitFor(frame_);
  check(vkQueueWaitIdle(device_.queue()), "vkQueueWaitIdle");  // for presentation, as above
  swapchain_.recreate(window_extent);
  const VkExtent2D now = swapchain_.extent();
  if (now.width == 0 || now.height == 0) return;
  stale_ = false;
  if (now.width == renderer_.width() && now.height == renderer_.height()) return;
  renderer_.resize(now.width, now.height);
  if (painted_) painted_->resize(now);
  readback_.reset();
}

bool Viewer::show(const ViewerFrame& frame, VkExtent2D window_extent) {
  if (window_extent.width == 0 || window_extent.height == 0) return false;
  const VkExtent2D chain = swapchain_.extent();
  if (stale_ || chain.width != window_extent.width || chain.height != window_extent.height) resize(window_extent);
  if (swapchain_.extent().width == 0 || swapchain_.extent().height == 0) return false;

  const auto index = static_cast<uint32_t>(frame_ % kFramesInFlight);
  Slot& slot = slots_[index];
  if (slot.value > 0) {
    waitFor(slot.value);
    readTimes(index);
  }
  const auto image = swapchain_.acquire(slot.acquired.get(), stale_);
  if (!image) return false;
  if (painted_) painted_->update();
  slot.value = ++frame_;
  record(index, frame, swapchain_.image(*image));
  submit(slot, *image);
  stale_ = !swapchain_.present(*image) || stale_;
  return true;
}

void Viewer::record(uint32_t index, const ViewerFrame& frame, VkImage target) {
  const Slot& slot = slots_[index];
  const VkCommandBuffer commands = slot.commands;
  check(vkResetCommandPool(device_.handle(), slot.pool.get(), 0), "vkResetCommandPool");
  VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  check(vkBeginCommandBuffer(commands, &begin), "vkBeginCommandBuffer");
  const auto stamp = [&](uint32_t which) {
    if (!device_.keepsTime()) return;
    vkCmdWriteTimestamp2(commands, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, queries_.get(), index * kQueries + which);
  };
  vkCmdResetQueryPool(commands, queries_.get(), index * kQueries, kQueries);
  stamp(0);
  renderer_.record(commands, index, {frame.camera, &frame.pose}, previous_);
  previous_pose_ = frame.pose;
  previous_ = render::FrameView{frame.camera, &previous_pose_};
  stamp(1);
  const render::Image& plain = renderer_.targets().color;
  if (painted_) {
    device_.beginLabel(commands, "painting");
    painted_->record(commands, index, renderer_.targets(), frame.controls);
    device_.endLabel(commands);
  }
  stamp(2);

  device_.beginLabel(commands, "to the window");
  const auto width = static_cast<int32_t>(plain.width);
  const int32_t split =
      painted_ ? std::clamp(static_cast<int32_t>(std::lround(frame.split * static_cast<float>(width))), 0, width)
               : width;
  constexpr VkImageLayout kRead = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
                          kSource = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL;
  render::recordBarriers(commands, {windowBarrier(target, kCopyWrite, VK_IMAGE_LAYOUT_UNDEFINED, kCopyWrite,
                                                  VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL),
                                    render::imageBarrier(plain, kReaders, kRead, kCopyRead, kSource)});
  copyColumns(commands, plain, kSource, target, 0, split);
  if (painted_) copyColumns(commands, painted_->image(), kSource, target, split, width);
  if (painted_ && split > 0 && split < width) {
    render::recordBarriers(commands, {windowBarrier(target, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                                    kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
    VkImageBlit line{};
    line.srcSubresource = line.dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    line.srcOffsets[1] = {1, 1, 1};
    line.dstOffsets[0] = {std::max(split - 1, 0), 0, 0};
    line.dstOffsets[1] = {std::min(split + 1, width), static_cast<int32_t>(plain.height), 1};
    vkCmdBlitImage(commands, white_.handle.get(), kSource, target, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &line,
                   VK_FILTER_NEAREST);
  }
  render::recordBarriers(commands, {windowBarrier(target, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, {},
                                                  VK_IMAGE_LAYOUT_PRESENT_SRC_KHR),
                                    render::imageBarrier(plain, kCopyRead, kSource, kCopyRead, kRead)});
  if (frame.screenshot) {
    // The painted picture, or the plain one where nothing is painted.
    if (!readback_) readback_.emplace(device_, plain, 4);
    if (painted_) {
      readback_->record(commands, painted_->image(), kSource);
    } else {
      readback_->record(commands, plain, kRead);
    }
  }
  device_.endLabel(commands);
  check(vkEndCommandBuffer(commands), "vkEndCommandBuffer");
}

void Viewer::submit(const Slot& slot, uint32_t image) {
  VkCommandBufferSubmitInfo command_info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO};
  command_info.commandBuffer = slot.commands;
  VkSemaphoreSubmitInfo wait{VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO};
  wait.semaphore = slot.acquired.get();
  wait.stageMask = VK_PIPELINE_STAGE_2_TRANSFER_BIT;
  std::array<VkSemaphoreSubmitInfo, 2> signals{};
  signals[0].sType = signals[1].sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO;
  signals[0].semaphore = timeline_.get();
  signals[0].value = slot.value;
  signals[1].semaphore = swapchain_.renderedSemaphore(image);
  signals[0].stageMask = signals[1].stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT;
  VkSubmitInfo2 info{VK_STRUCTURE_TYPE_SUBMIT_INFO_2};
  info.waitSemaphoreInfoCount = 1;
  info.pWaitSemaphoreInfos = &wait;
  info.commandBufferInfoCount = 1;
  info.pCommandBufferInfos = &command_info;
  info.signalSemaphoreInfoCount = signals.size();
  info.pSignalSemaphoreInfos = signals.data();
  check(vkQueueSubmit2(device_.queue(), 1, &info, VK_NULL_HANDLE), "vkQueueSubmit2");
}

Picture Viewer::screenshot() {
  waitFor(frame_);
  Picture picture(renderer_.width(), renderer_.height());
  std::memcpy(picture.rgba.data(), readback_->data(), picture.rgba.size());
  return picture;
}

}  // namespace impasto::app
