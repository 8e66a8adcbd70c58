#include "renderer/recording.h"

namespace impasto::render {
namespace {

void setViewport(VkCommandBuffer commands, uint32_t width, uint32_t height) {
  const VkViewport viewport{0.0f, 0.0f, static_cast<float>(width), static_cast<float>(height), 0.0f, 1.0f};
  const VkRect2D scissor{{0, 0}, {width, height}};
  vkCmdSetViewport(commands, 0, 1, &viewport);
  vkCmdSetScissor(commands, 0, 1, &scissor);
}

}  // namespace

VkRenderingAttachmentInfo attachment(const Image& image, VkImageLayout layout, VkAttachmentLoadOp load,
                                     VkClearValue clear) {
  VkRenderingAttachmentInfo info{VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO};
  info.imageView = image.view.get();
  info.imageLayout = layout;
  info.loadOp = load;
  info.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
  info.clearValue = clear;
  return info;
}

void setTile(VkCommandBuffer commands, VkOffset2D at, uint32_t side) {
  const VkViewport viewport{static_cast<float>(at.x),   static_cast<float>(at.y), static_cast<float>(side),
                            static_cast<float>(side), 0.0f,                     1.0f};
  const VkRect2D scissor{at, {side, side}};
  vkCmdSetViewport(commands, 0, 1, &viewport);
  vkCmdSetScissor(commands, 0, 1, &scissor);
}

void drawFullscreen(VkCommandBuffer commands) {
  vkCmdSetCullMode(commands, VK_CULL_MODE_NONE);
  vkCmdSetFrontFace(commands, VK_FRONT_FACE_COUNTER_CLOCKWISE);
  vkCmdDraw(commands, 3, 1, 0, 0);
}

void beginRendering(VkCommandBuffer commands, uint32_t width, uint32_t height,
                    std::span<const VkRenderingAttachmentInfo> colors, const VkRenderingAttachmentInfo* depth) {
  VkRenderingInfo info{VK_STRUCTURE_TYPE_RENDERING_INFO};
  info.renderArea = {{0, 0}, {width, height}};
  info.layerCount = 1;
  info.colorAttachmentCount = static_cast<uint32_t>(colors.size());
  info.pColorAttachments = colors.data();
  info.pDepthAttachment = depth;
  vkCmdBeginRendering(commands, &info);
  setViewport(commands, width, height);
}

}  // namespace impasto::render
