#include "viewer/gpu/panel_renderer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "renderer/frame_runner.h"
#include "renderer/pipelines.h"
#include "shaders/ui.frag.h"
#include "shaders/ui.vert.h"
#include "viewer/gpu/access.h"
#include "viewer/gpu/fullscreen_pass.h"

namespace impasto::app {
namespace {

using render::check;

constexpr uint32_t kMostTextures = 256;
constexpr size_t kFirstVertices = 32768, kFirstIndices = 65536;  // enough for all panels at once
constexpr float kBackground[4] = {0.055f, 0.057f, 0.062f, 1.0f};

struct PanelPush {
  float scale[2], offset[2];
};

render::UniqueSetLayout createSetLayout(const render::Device& device, VkDescriptorType type, VkShaderStageFlags stage) {
  const VkDescriptorSetLayoutBinding binding{0, type, 1, stage, nullptr};
  VkDescriptorSetLayoutCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  info.bindingCount = 1;
  info.pBindings = &binding;
  VkDescriptorSetLayout layout = VK_NULL_HANDLE;
  check(vkCreateDescriptorSetLayout(device.handle(), &info, nullptr, &layout), "vkCreateDescriptorSetLayout");
  return {device.handle(), layout};
}

VkDescriptorSet allocateSet(const render::Device& device, VkDescriptorPool pool, VkDescriptorSetLayout layout) {
  VkDescriptorSetAllocateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
  info.descriptorPool = pool;
  info.descriptorSetCount = 1;
  info.pSetLayouts = &layout;
  VkDescriptorSet set = VK_NULL_HANDLE;
  check(vkAllocateDescriptorSets(device.handle(), &info, &set), "vkAllocateDescriptorSets");
  return set;
}

}  // namespace

PanelRenderer::PanelRenderer(const render::Device& device)
    : device_(device), sampler_(createClampSampler(device, VK_FILTER_LINEAR, "panels")) {
  createLayouts();
  for (Slot& slot : slots_) {
    slot.set = allocateSet(device_, pool_.get(), vertex_layout_.get());
    grow(slot, kFirstVertices, kFirstIndices);
  }
  for (uint32_t i = 0; i < kMostTextures; ++i) {
    free_sets_.push_back(allocateSet(device_, pool_.get(), texture_layout_.get()));
  }
  removed_.reserve(kMostTextures);
  createPipeline();
}

void PanelRenderer::reloadShaders() { createPipeline(); }

void PanelRenderer::createPipeline() {
  render::PipelineInfo info;
  info.name = "panels";
  info.vertex = {"viewer/ui.vert", kUiVert};
  info.fragment = {"viewer/ui.frag", kUiFrag};
  info.layout = layout_.get();
  info.color_formats = {VK_FORMAT_R8G8B8A8_UNORM};
  info.blend_first = true;
  pipeline_ = render::createPipeline(device_, info);
}

void PanelRenderer::createLayouts() {
  texture_layout_ =
      createSetLayout(device_, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, VK_SHADER_STAGE_FRAGMENT_BIT);
  vertex_layout_ = createSetLayout(device_, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_SHADER_STAGE_VERTEX_BIT);
  const std::array sizes = {VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, kMostTextures},
                            VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, kFramesInFlight}};
  VkDescriptorPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
  pool_info.maxSets = kMostTextures + kFramesInFlight;
  pool_info.poolSizeCount = sizes.size();
  pool_info.pPoolSizes = sizes.data();
  VkDescriptorPool pool = VK_NULL_HANDLE;
  check(vkCreateDescriptorPool(device_.handle(), &pool_info, nullptr, &pool), "vkCreateDescriptorPool");
  pool_ = {device_.handle(), pool};

  const std::array set_layouts = {texture_layout_.get(), vertex_layout_.get()};
  const VkPushConstantRange range{VK_SHADER_STAGE_VERTEX_BIT, 0, sizeof(PanelPush)};
  VkPipelineLayoutCreateInfo info{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
  info.setLayoutCount = set_layouts.size();
  info.pSetLayouts = set_layouts.data();
  info.pushConstantRangeCount = 1;
  info.pPushConstantRanges = &range;
  VkPipelineLayout layout = VK_NULL_HANDLE;
  check(vkCreatePipelineLayout(device_.handle(), &info, nullptr, &layout), "vkCreatePipelineLayout");
  layout_ = {device_.handle(), layout};
}

void PanelRenderer::grow(Slot& slot, size_t vertices, size_t indices) {
  const size_t vertex_bytes = vertices * sizeof(ImDrawVert), index_bytes = indices * sizeof(ImDrawIdx);
  if (slot.vertices.size < vertex_bytes) {
    slot.vertices = render::createBuffer(device_, "panel vertices", vertex_bytes, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                         render::MemoryKind::Host);
    const VkDescriptorBufferInfo info{slot.vertices.handle.get(), 0, VK_WHOLE_SIZE};
    VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
    write.dstSet = slot.set;
    write.descriptorCount = 1;
    write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    write.pBufferInfo = &info;
    vkUpdateDescriptorSets(device_.handle(), 1, &write, 0, nullptr);
  }
  if (slot.indices.size < index_bytes) {
    slot.indices = render::createBuffer(device_, "panel indices", index_bytes, VK_BUFFER_USAGE_INDEX_BUFFER_BIT,
                                        render::MemoryKind::Host);
  }
}

void PanelRenderer::uploadFonts() {
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  ImGui::GetIO().Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
  const size_t bytes = static_cast<size_t>(width) * static_cast<size_t>(height) * 4;
  render::Image image = render::createImage(device_, "font",
                                            {.format = VK_FORMAT_R8G8B8A8_UNORM,
                                             .width = static_cast<uint32_t>(width),
                                             .height = static_cast<uint32_t>(height),
                                             .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT});
  const render::Buffer staging = render::createBuffer(device_, "staging", bytes, VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
                                                      render::MemoryKind::Host);
  std::memcpy(staging.mapped, pixels, bytes);
  render::runOnce(device_, [&](VkCommandBuffer commands) {
    render::recordBarriers(commands, {render::imageBarrier(image, {}, VK_IMAGE_LAYOUT_UNDEFINED, kCopyWrite,
                                                           VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
    VkBufferImageCopy copy{};
    copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    copy.imageExtent = {image.width, image.height, 1};
    vkCmdCopyBufferToImage(commands, staging.handle.get(), image.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1,
                           &copy);
    render::recordBarriers(commands, {render::imageBarrier(image, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                                           kReaders, kReadable)});
  });
  if (font_set_) free_sets_.push_back(font_set_);
  font_ = std::move(image);
  const ImTextureID texture = addTexture(font_);
  font_set_ = reinterpret_cast<VkDescriptorSet>(texture);
  ImGui::GetIO().Fonts->SetTexID(texture);
}

ImTextureID PanelRenderer::addTexture(const render::Image& image) {
  if (free_sets_.empty()) return nullptr;
  const VkDescriptorSet set = free_sets_.back();
  free_sets_.pop_back();
  const VkDescriptorImageInfo info{sampler_.get(), image.view.get(), kReadable};
  VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
  write.dstSet = set;
  write.descriptorCount = 1;
  write.descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
  write.pImageInfo = &info;
  vkUpdateDescriptorSets(device_.handle(), 1, &write, 0, nullptr);
  return reinterpret_cast<ImTextureID>(set);
}

void PanelRenderer::removeTexture(ImTextureID texture, uint64_t last_frame) {
  if (texture) removed_.push_back({reinterpret_cast<VkDescriptorSet>(texture), last_frame});
}

void PanelRenderer::update(uint64_t finished) {
  std::erase_if(removed_, [&](const Removed& removed) {
    if (removed.last_frame > finished) return false;
    free_sets_.push_back(removed.set);
    return true;
  });
}

void PanelRenderer::resize(VkExtent2D extent) {
  if (canvas_.width == extent.width && canvas_.height == extent.height) return;
  canvas_ = render::createImage(device_, "canvas",
                                {.format = VK_FORMAT_R8G8B8A8_UNORM,
                                 .width = extent.width,
                                 .height = extent.height,
                                 .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT |
                                          VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT});
}

void PanelRenderer::record(VkCommandBuffer commands, uint32_t slot, const render::Image* shown, VkOffset2D place,
                           const ImDrawData* panels) {
  device_.beginLabel(commands, "panels");
  render::recordBarriers(commands, {render::imageBarrier(canvas_, kReaders, VK_IMAGE_LAYOUT_UNDEFINED, kCopyWrite,
                                                         VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
  const bool covers = shown && shown->width >= canvas_.width && shown->height >= canvas_.height;
  if (!covers) {
    VkClearColorValue color{};
    std::copy_n(kBackground, 4, color.float32);
    const VkImageSubresourceRange range{VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    vkCmdClearColorImage(commands, canvas_.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, &color, 1, &range);
    render::recordBarriers(commands, {render::imageBarrier(canvas_, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                                           kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
  }
  if (shown) {
    render::recordBarriers(commands, {render::imageBarrier(*shown, kReaders, kReadable, kCopyRead,
                                                           VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL)});
    VkImageCopy copy{};
    copy.srcSubresource = copy.dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    copy.dstOffset = {place.x, place.y, 0};
    copy.extent = {std::min(shown->width, canvas_.width - static_cast<uint32_t>(place.x)),
                   std::min(shown->height, canvas_.height - static_cast<uint32_t>(place.y)), 1};
    vkCmdCopyImage(commands, shown->handle.get(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, canvas_.handle.get(),
                   VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &copy);
    render::recordBarriers(commands, {render::imageBarrier(*shown, kCopyRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                                                           kReaders, kReadable)});
  }
  render::recordBarriers(commands, {render::imageBarrier(canvas_, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                                         kColorOutput, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL)});
  if (panels && panels->TotalVtxCount > 0) drawPanels(commands, slot, *panels);
  render::recordBarriers(commands,
                         {render::imageBarrier(canvas_, kColorOutput, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                                               kReaders, kReadable)});
  device_.endLabel(commands);
}

void PanelRenderer::drawPanels(VkCommandBuffer commands, uint32_t slot_index, const ImDrawData& panels) {
  Slot& slot = slots_[slot_index];
  const auto vertices = static_cast<size_t>(panels.TotalVtxCount), indices = static_cast<size_t>(panels.TotalIdxCount);
  grow(slot, std::max(vertices, slot.vertices.size / sizeof(ImDrawVert)),
       std::max(indices, slot.indices.size / sizeof(ImDrawIdx)));
  auto* vertex = reinterpret_cast<ImDrawVert*>(slot.vertices.mapped);
  auto* index = reinterpret_cast<ImDrawIdx*>(slot.indices.mapped);
  for (int i = 0; i < panels.CmdListsCount; ++i) {
    const ImDrawList& list = *panels.CmdLists[i];
    vertex = std::copy_n(list.VtxBuffer.Data, list.VtxBuffer.Size, vertex);
    index = std::copy_n(list.IdxBuffer.Data, list.IdxBuffer.Size, index);
  }

  VkRenderingAttachmentInfo color{VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO};
  color.imageView = canvas_.view.get();
  color.imageLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
  color.loadOp = VK_ATTACHMENT_LOAD_OP_LOAD;
  color.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
  VkRenderingInfo info{VK_STRUCTURE_TYPE_RENDERING_INFO};
  info.renderArea = {{0, 0}, {canvas_.width, canvas_.height}};
  info.layerCount = 1;
  info.colorAttachmentCount = 1;
  info.pColorAttachments = &color;
  vkCmdBeginRendering(commands, &info);
  const auto width = static_cast<float>(canvas_.width), height = static_cast<float>(canvas_.height);
  const VkViewport viewport{0.0f, 0.0f, width, height, 0.0f, 1.0f};
  vkCmdSetViewport(commands, 0, 1, &viewport);
  vkCmdSetCullMode(commands, VK_CULL_MODE_NONE);
  vkCmdSetFrontFace(commands, VK_FRONT_FACE_COUNTER_CLOCKWISE);
  vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_.get());
  vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, layout_.get(), 1, 1, &slot.set, 0, nullptr);
  vkCmdBindIndexBuffer(commands, slot.indices.handle.get(), 0,
                       sizeof(ImDrawIdx) == 2 ? VK_INDEX_TYPE_UINT16 : VK_INDEX_TYPE_UINT32);
  const PanelPush push{{2.0f / width, 2.0f / height}, {-1.0f, -1.0f}};
  vkCmdPushConstants(commands, layout_.get(), VK_SHADER_STAGE_VERTEX_BIT, 0, sizeof push, &push);

  VkDescriptorSet bound = VK_NULL_HANDLE;
  uint32_t first_index = 0;
  int32_t first_vertex = 0;
  for (int i = 0; i < panels.CmdListsCount; ++i) {
    const ImDrawList& list = *panels.CmdLists[i];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      const float left = std::max(command.ClipRect.x, 0.0f), top = std::max(command.ClipRect.y, 0.0f);
      const float right = std::min(command.ClipRect.z, width), bottom = std::min(command.ClipRect.w, height);
      if (right <= left || bottom <= top || command.ElemCount == 0) continue;
      const VkRect2D scissor{{static_cast<int32_t>(left), static_cast<int32_t>(top)},
                             {static_cast<uint32_t>(right - std::floor(left)), static_cast<uint32_t>(bottom - std::floor(top))}};
      vkCmdSetScissor(commands, 0, 1, &scissor);
      const auto set = reinterpret_cast<VkDescriptorSet>(command.GetTexID());
      if (set != bound) {
        vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, layout_.get(), 0, 1, &set, 0, nullptr);
        bound = set;
      }
      vkCmdDrawIndexed(commands, command.ElemCount, 1, first_index + command.IdxOffset,
                       first_vertex + static_cast<int32_t>(command.VtxOffset), 0);
    }
    first_index += static_cast<uint32_t>(list.IdxBuffer.Size);
    first_vertex += list.VtxBuffer.Size;
  }
  vkCmdEndRendering(commands);
}

}  // namespace impasto::app
