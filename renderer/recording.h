// What drawing into pictures takes: who waits for whom, attachments, viewports.
#pragma once

#include <span>

#include "renderer/resources.h"

namespace impasto::render {

inline constexpr Access kDepthTests{
    VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT | VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT,
    VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT | VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT};
inline constexpr Access kColorOutput{VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
                                     VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT};
inline constexpr Access kFragmentSampled{VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT, VK_ACCESS_2_SHADER_SAMPLED_READ_BIT};
// Who may still be reading a resolved target of the frame before: a compute pass, a copy, a draw.
inline constexpr Access kTargetReaders{
    VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT | VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_2_TRANSFER_BIT,
    VK_ACCESS_2_SHADER_SAMPLED_READ_BIT | VK_ACCESS_2_TRANSFER_READ_BIT};

VkRenderingAttachmentInfo attachment(const Image& image, VkImageLayout layout, VkAttachmentLoadOp load,
                                     VkClearValue clear);

// Dynamic rendering into the top left of the attachments, all of which is the viewport.
void beginRendering(VkCommandBuffer commands, uint32_t width, uint32_t height,
                    std::span<const VkRenderingAttachmentInfo> colors, const VkRenderingAttachmentInfo* depth);

// From now on into a square of a picture that holds several.
void setTile(VkCommandBuffer commands, VkOffset2D at, uint32_t side);

// Of the pipeline that is bound, by fullscreen.vert.
void drawFullscreen(VkCommandBuffer commands);

}  // namespace impasto::render
