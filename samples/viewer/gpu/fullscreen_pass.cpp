#include "viewer/gpu/fullscreen_pass.h"

#include "shaders/fullscreen.vert.h"
#include "viewer/gpu/access.h"

namespace impasto::app {
namespace {

using render::check;

constexpr size_t kMostTargets = 4;

render::UniquePipeline createFullscreenPipeline(const render::Device& device, const FullscreenInfo& info,
                                                VkPipelineLayout layout) {
  render::PipelineInfo pipeline;
  pipeline.name = info.name;
  pipeline.vertex = {"renderer/fullscreen.vert", kFullscreenVert};
  pipeline.fragment = info.fragment;
  pipeline.layout = layout;
  pipeline.color_formats = info.targets;
  return render::createPipeline(device, pipeline);
}

}  // namespace

render::UniqueSampler createClampSampler(const render::Device& device, VkFilter filter, const char* name) {
  VkSamplerCreateInfo info{VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO};
  info.magFilter = info.minFilter = filter;
  info.addressModeU = info.addressModeV = info.addressModeW = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
  VkSampler sampler = VK_NULL_HANDLE;
  check(vkCreateSampler(device.handle(), &info, nullptr, &sampler), "vkCreateSampler");
  device.name(VK_OBJECT_TYPE_SAMPLER, reinterpret_cast<uint64_t>(sampler), name);
  return {device.handle(), sampler};
}

FullscreenPass::FullscreenPass(const render::Device& device, FullscreenInfo info)
    : device_(device),
      info_(std::move(info)),
      nearest_(createClampSampler(device, VK_FILTER_NEAREST, "nearest")),
      linear_(createClampSampler(device, VK_FILTER_LINEAR, "linear")) {
  std::vector<VkDescriptorSetLayoutBinding> bindings;
  for (uint32_t i = 0; i < info_.textures; ++i) {
    bindings.push_back({i, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, VK_SHADER_STAGE_FRAGMENT_BIT, nullptr});
  }
  if (info_.storage_buffer) {
    bindings.push_back(
        {info_.textures, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_FRAGMENT_BIT, nullptr});
  }
  VkDescriptorSetLayoutCreateInfo set_info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  set_info.bindingCount = static_cast<uint32_t>(bindings.size());
  set_info.pBindings = bindings.data();
  VkDescriptorSetLayout set_layout = VK_NULL_HANDLE;
  check(vkCreateDescriptorSetLayout(device.handle(), &set_info, nullptr, &set_layout), "vkCreateDescriptorSetLayout");
  set_layout_ = {device.handle(), set_layout};

  const std::array sizes = {
      VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, info_.textures * kFramesInFlight},
      VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, kFramesInFlight}};
  VkDescriptorPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
  pool_info.maxSets = kFramesInFlight;
  pool_info.poolSizeCount = sizes.size();
  pool_info.pPoolSizes = sizes.data();
  VkDescriptorPool pool = VK_NULL_HANDLE;
  check(vkCreateDescriptorPool(device.handle(), &pool_info, nullptr, &pool), "vkCreateDescriptorPool");
  pool_ = {device.handle(), pool};
  for (VkDescriptorSet& set : sets_) {
    VkDescriptorSetAllocateInfo allocate{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
    allocate.descriptorPool = pool;
    allocate.descriptorSetCount = 1;
    allocate.pSetLayouts = &set_layout;
    check(vkAllocateDescriptorSets(device.handle(), &allocate, &set), "vkAllocateDescriptorSets");
    device.name(VK_OBJECT_TYPE_DESCRIPTOR_SET, reinterpret_cast<uint64_t>(set), info_.name);
  }

  const VkPushConstantRange range{VK_SHADER_STAGE_FRAGMENT_BIT, 0, info_.push_bytes};
  VkPipelineLayoutCreateInfo layout_info{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
  layout_info.setLayoutCount = 1;
  layout_info.pSetLayouts = &set_layout;
  layout_info.pushConstantRangeCount = info_.push_bytes > 0 ? 1 : 0;
  layout_info.pPushConstantRanges = &range;
  VkPipelineLayout layout = VK_NULL_HANDLE;
  check(vkCreatePipelineLayout(device.handle(), &layout_info, nullptr, &layout), "vkCreatePipelineLayout");
  layout_ = {device.handle(), layout};
  pipeline_ = createFullscreenPipeline(device, info_, layout);
}

void FullscreenPass::setTexture(uint32_t slot, uint32_t binding, const render::Image& image, bool linear) {
  const VkDescriptorImageInfo info{linear ? linear_.get() : nearest_.get(), image.view.get(), kReadable};
  VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
  write.dstSet = sets_[slot];
  write.dstBinding = binding;
  write.descriptorCount = 1;
  write.descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
  write.pImageInfo = &info;
  vkUpdateDescriptorSets(device_.handle(), 1, &write, 0, nullptr);
}

void FullscreenPass::setBuffer(uint32_t slot, const render::Buffer& buffer) {
  const VkDescriptorBufferInfo info{buffer.handle.get(), 0, VK_WHOLE_SIZE};
  VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
  write.dstSet = sets_[slot];
  write.dstBinding = info_.textures;
  write.descriptorCount = 1;
  write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
  write.pBufferInfo = &info;
  vkUpdateDescriptorSets(device_.handle(), 1, &write, 0, nullptr);
}

void FullscreenPass::record(VkCommandBuffer commands, uint32_t slot,
                            std::initializer_list<const render::Image*> targets, VkExtent2D extent, const void* push) {
  device_.beginLabel(commands, info_.name);
  std::array<VkRenderingAttachmentInfo, kMostTargets> colors{};
  uint32_t count = 0;
  for (const render::Image* target : targets) {
    render::recordBarriers(commands, {render::imageBarrier(*target, kReaders, VK_IMAGE_LAYOUT_UNDEFINED, kColorOutput,
                                                           VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL)});
    VkRenderingAttachmentInfo& color = colors[count++];
    color.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO;
    color.imageView = target->view.get();
    color.imageLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    color.loadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE;
    color.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
  }
  VkRenderingInfo info{VK_STRUCTURE_TYPE_RENDERING_INFO};
  info.renderArea = {{0, 0}, extent};
  info.layerCount = 1;
  info.colorAttachmentCount = count;
  info.pColorAttachments = colors.data();
  vkCmdBeginRendering(commands, &info);
  const VkViewport viewport{0.0f, 0.0f, static_cast<float>(extent.width), static_cast<float>(extent.height), 0.0f, 1.0f};
  const VkRect2D scissor{{0, 0}, extent};
  vkCmdSetViewport(commands, 0, 1, &viewport);
  vkCmdSetScissor(commands, 0, 1, &scissor);
  vkCmdSetCullMode(commands, VK_CULL_MODE_NONE);
  vkCmdSetFrontFace(commands, VK_FRONT_FACE_COUNTER_CLOCKWISE);
  vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_.get());
  vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, layout_.get(), 0, 1, &sets_[slot], 0, nullptr);
  if (info_.push_bytes > 0) {
    vkCmdPushConstants(commands, layout_.get(), VK_SHADER_STAGE_FRAGMENT_BIT, 0, info_.push_bytes, push);
  }
  vkCmdDraw(commands, 3, 1, 0, 0);
  vkCmdEndRendering(commands);
  for (const render::Image* target : targets) {
    render::recordBarriers(commands, {render::imageBarrier(*target, kColorOutput,
                                                           VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, kReaders,
                                                           kReadable)});
  }
  device_.endLabel(commands);
}

void FullscreenPass::reloadShaders() { pipeline_ = createFullscreenPipeline(device_, info_, layout_.get()); }

}  // namespace impasto::app
