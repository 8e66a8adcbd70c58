#include "renderer/temporal_smoothing.h"

#include "renderer/descriptors.h"
#include "renderer/pipelines.h"
#include "renderer/recording.h"
#include "renderer/scene_renderer.h"
#include "shaders/fullscreen.vert.h"
#include "shaders/temporal.frag.h"

namespace impasto::render {
namespace {

constexpr uint32_t kTextures = 7;
constexpr uint32_t kPlaces = 8;  // that frames are drawn at, one after the other

// The four samples of a pixel stand in four columns and four rows of a quarter of a pixel each. So far a frame moves that
// each sample goes through its own: together they see the pixel and nothing of its neighbours, which would blur.
constexpr float kReach = 0.25f;  // pixels, from end to end

constexpr VkFormat kKeptFormat = VK_FORMAT_R16G16B16A16_SFLOAT;

// Halton's sequence: the digits of `index` in `base`, mirrored at the point.
float halton(uint32_t index, uint32_t base) {
  float result = 0.0f, digit = 1.0f;
  for (; index > 0; index /= base) {
    digit /= static_cast<float>(base);
    result += digit * static_cast<float>(index % base);
  }
  return result;
}

}  // namespace

TemporalSmoothing::TemporalSmoothing(const Device& device, const Targets& targets) : device_(device) {
  const auto picture = [&](const char* name, VkFormat format) {
    return createImage(device, name,
                       {.format = format,
                        .width = targets.color.width,
                        .height = targets.color.height,
                        .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT});
  };
  color_ = picture("colour before smoothing", targets.color.format);
  hdr_ = picture("HDR colour before smoothing", targets.hdr.format);
  depth_buffer_ = createImage(device, "depth buffer of the G-buffer",
                              {.format = VK_FORMAT_D32_SFLOAT,
                               .width = targets.color.width,
                               .height = targets.color.height,
                               .usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT,
                               .aspect = VK_IMAGE_ASPECT_DEPTH_BIT});
  for (Image& kept : kept_color_) kept = picture("gathered colour", kKeptFormat);
  for (Image& kept : kept_hdr_) kept = picture("gathered HDR colour", kKeptFormat);

  nearest_ = createSampler(device, "nearest", VK_FILTER_NEAREST, false);
  linear_ = createSampler(device, "linear", VK_FILTER_LINEAR, false);
  std::array<VkDescriptorSetLayoutBinding, kTextures> bindings{};
  for (uint32_t i = 0; i < kTextures; ++i) {
    bindings[i] = {i, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, VK_SHADER_STAGE_FRAGMENT_BIT, nullptr};
  }
  set_layout_ = createSetLayout(device, "temporal smoothing", bindings);
  const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, kTextures * 2};
  VkDescriptorPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
  pool_info.maxSets = 2;
  pool_info.poolSizeCount = 1;
  pool_info.pPoolSizes = &size;
  VkDescriptorPool pool = VK_NULL_HANDLE;
  check(vkCreateDescriptorPool(device.handle(), &pool_info, nullptr, &pool), "vkCreateDescriptorPool");
  pool_ = {device.handle(), pool};
  for (uint32_t i = 0; i < 2; ++i) {
    sets_[i] = allocateSet(device, "temporal smoothing", pool, set_layout_.get());
    uint32_t binding = 0;
    const std::array<const Image*, 5> read = {&color_, &hdr_, &targets.depth, &targets.normal, &targets.motion};
    for (const Image* image : read) {
      writeImage(device, sets_[i], binding++, nearest_.get(), *image);
    }
    writeImage(device, sets_[i], binding++, linear_.get(), kept_color_[1 - i]);
    writeImage(device, sets_[i], binding++, linear_.get(), kept_hdr_[1 - i]);
  }
  const std::array layouts = {set_layout_.get()};
  layout_ = createPipelineLayout(device, "temporal smoothing", layouts, sizeof(float));
  createPipeline();
}

void TemporalSmoothing::createPipeline() {
  PipelineInfo info;
  info.name = "temporal smoothing";
  info.vertex = {"renderer/fullscreen.vert", kFullscreenVert};
  info.fragment = {"renderer/temporal.frag", kTemporalFrag};
  info.layout = layout_.get();
  info.color_formats = {color_.format, hdr_.format, kKeptFormat, kKeptFormat};
  pipeline_ = render::createPipeline(device_, info);
}

void TemporalSmoothing::reloadShaders() { createPipeline(); }

void TemporalSmoothing::begin(bool cut) {
  cut_ = cut;
  frame_ = cut ? 0 : frame_ + 1;
}

glm::vec2 TemporalSmoothing::jitter() const {
  const uint32_t place = frame_ % kPlaces + 1;
  const glm::vec2 pixels = (glm::vec2(halton(place, 2), halton(place, 3)) - 0.5f) * kReach;
  return pixels * 2.0f / glm::vec2(color_.width, color_.height);
}

void TemporalSmoothing::record(VkCommandBuffer commands, const Targets& targets) {
  device_.beginLabel(commands, "temporal smoothing");
  const uint32_t written = frame_ % 2;
  if (cut_) {  // both have to be readable, and nothing is in the other one
    for (const Image* image : {&kept_color_[1 - written], &kept_hdr_[1 - written]}) {
      recordBarriers(commands, {imageBarrier(*image, kFragmentSampled, VK_IMAGE_LAYOUT_UNDEFINED, kFragmentSampled,
                                             VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
    }
  }
  const std::array<const Image*, 4> outputs = {&targets.color, &targets.hdr, &kept_color_[written], &kept_hdr_[written]};
  std::array<VkRenderingAttachmentInfo, outputs.size()> colors{};
  for (size_t i = 0; i < outputs.size(); ++i) {
    recordBarriers(commands, {imageBarrier(*outputs[i], kTargetReaders, VK_IMAGE_LAYOUT_UNDEFINED, kColorOutput,
                                           VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL)});
    colors[i] = attachment(*outputs[i], VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_ATTACHMENT_LOAD_OP_DONT_CARE, {});
  }
  beginRendering(commands, color_.width, color_.height, colors, nullptr);
  vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_.get());
  vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, layout_.get(), 0, 1, &sets_[written], 0, nullptr);
  const float has_before = cut_ ? 0.0f : 1.0f;
  vkCmdPushConstants(commands, layout_.get(), VK_SHADER_STAGE_FRAGMENT_BIT, 0, sizeof has_before, &has_before);
  drawFullscreen(commands);
  vkCmdEndRendering(commands);
  for (const Image* output : outputs) {
    recordBarriers(commands, {imageBarrier(*output, kColorOutput, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                                           kTargetReaders, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
  }
  device_.endLabel(commands);
}

}  // namespace impasto::render
