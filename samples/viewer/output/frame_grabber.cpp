#include "viewer/output/frame_grabber.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "viewer/gpu/access.h"

namespace impasto::app {

FrameGrabber::FrameGrabber(const render::Device& device) : device_(device) {
  for (Slot& slot : slots_) {
    slot.picked = render::createBuffer(device, "picked object", sizeof(uint32_t), VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                       render::MemoryKind::Host);
  }
}

void FrameGrabber::grab(VkCommandBuffer commands, uint32_t slot_index, const render::Image& image,
                        std::function<void(Picture)> taken) {
  std::vector<Buffer>& buffers = slots_[slot_index].buffers;
  // Buffers of another extent are of a window that was resized.
  std::erase_if(buffers, [&](const Buffer& buffer) {
    return !buffer.taken && (buffer.width != image.width || buffer.height != image.height);
  });
  auto free = std::find_if(buffers.begin(), buffers.end(), [](const Buffer& buffer) { return !buffer.taken; });
  if (free == buffers.end()) {
    buffers.push_back({std::make_unique<render::Readback>(device_, image, 4), image.width, image.height, {}});
    free = buffers.end() - 1;
  }
  free->taken = std::move(taken);
  free->readback->record(commands, image, kReadable);
}

void FrameGrabber::pick(VkCommandBuffer commands, uint32_t slot_index, const render::Image& object, VkOffset2D pixel) {
  Slot& slot = slots_[slot_index];
  render::recordBarriers(commands, {render::imageBarrier(object, kReaders, kReadable, kCopyRead,
                                                         VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL)});
  VkBufferImageCopy copy{};
  copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
  copy.imageOffset = {std::clamp(pixel.x, 0, static_cast<int32_t>(object.width) - 1),
                      std::clamp(pixel.y, 0, static_cast<int32_t>(object.height) - 1), 0};
  copy.imageExtent = {1, 1, 1};
  vkCmdCopyImageToBuffer(commands, object.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                         slot.picked.handle.get(), 1, &copy);
  render::recordBarriers(commands, {render::imageBarrier(object, kCopyRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                                                         kReaders, kReadable)});
  VkMemoryBarrier2 to_host{VK_STRUCTURE_TYPE_MEMORY_BARRIER_2};
  to_host.srcStageMask = VK_PIPELINE_STAGE_2_TRANSFER_BIT;
  to_host.srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT;
  to_host.dstStageMask = VK_PIPELINE_STAGE_2_HOST_BIT;
  to_host.dstAccessMask = VK_ACCESS_2_HOST_READ_BIT;
  VkDependencyInfo dependency{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
  dependency.memoryBarrierCount = 1;
  dependency.pMemoryBarriers = &to_host;
  vkCmdPipelineBarrier2(commands, &dependency);
  slot.picking = true;
}

void FrameGrabber::collect(uint32_t slot_index) {
  Slot& slot = slots_[slot_index];
  for (Buffer& buffer : slot.buffers) {
    if (!buffer.taken) continue;
    Picture picture(buffer.width, buffer.height);
    std::memcpy(picture.rgba.data(), buffer.readback->data(), picture.rgba.size());
    const std::function<void(Picture)> taken = std::exchange(buffer.taken, {});
    taken(std::move(picture));
  }
  if (!slot.picking) return;
  slot.picking = false;
  uint32_t id = 0;
  std::memcpy(&id, slot.picked.mapped, sizeof id);
  picked_ = id;
}

std::optional<uint32_t> FrameGrabber::takePicked() { return std::exchange(picked_, std::nullopt); }

}  // namespace impasto::app
