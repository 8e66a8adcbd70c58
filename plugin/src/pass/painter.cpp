#include "pass/painter.h"

#include <algorithm>
#include <array>
#include <utility>

namespace impasto {
namespace {

// Any row of the high-pass buffer may begin a descriptor: minStorageBufferOffsetAlignment is 256 bytes at most.
constexpr uint32_t kPitchAlignment = 256 / sizeof(float);

uint32_t groups(uint32_t count, uint32_t size) noexcept { return (count + size - 1) / size; }

const ImpastoImage& inputImage(const ImpastoFrame& frame, InputKind kind) noexcept {
  switch (kind) {
    case InputKind::Depth: return frame.depth;
    case InputKind::Normals: return frame.normals;
    default: return frame.color;
  }
}

}  // namespace

Painter::Painter(const vulkan::VulkanDevice& device, const PassPipelines& pipelines, const Backend& backend,
                 const Style& style, const GeneratorRequest& request)
    : device_(&device),
      pipelines_(&pipelines),
      generator_(backend.prepare(style, request)),
      high_pass_pitch_(groups(request.width, kPitchAlignment) * kPitchAlignment) {
  const uint32_t width = request.width, height = request.height;
  high_pass_ = vulkan::Buffer(device, VkDeviceSize{high_pass_pitch_} * height * sizeof(float),
                              VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, 0, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
                              "high-pass buffer");
  for (const auto& input : generator_->inputs(0)) {
    const TensorView& view = input.view;
    for (const TensorBand& band : splitIntoBands(device.properties.limits, view)) {
      pack_steps_.push_back({input.kind, view.buffer, band.offset, band.range,
                             {width, height, view.width, band.first_row, band.rows, view.row_quads, view.quad, 1.0f},
                             {}});
    }
  }
  const TensorView painted = generator_->output(0, 0);
  for (const TensorBand& band : splitIntoBands(device.properties.limits, painted)) {
    if (band.first_row >= height) continue;  // rows of the alignment
    CompositeStep step = {};
    step.painted_buffer = painted.buffer;
    step.painted_offset = band.offset;
    step.painted_range = band.range;
    step.push.frame_width = width;
    step.push.frame_height = height;
    step.push.first_row = band.first_row;
    step.push.rows = std::min(band.rows, height - band.first_row);
    step.push.width = painted.width;
    step.push.row_quads = painted.row_quads;
    step.push.quad = painted.quad;
    step.push.high_pass_pitch = high_pass_pitch_;
    composite_steps_.push_back(std::move(step));
  }
  createDescriptorSets(request.frames_in_flight);
}

void Painter::createDescriptorSets(uint32_t frames_in_flight) {
  const uint32_t pack_sets = static_cast<uint32_t>(pack_steps_.size()) * frames_in_flight;
  const uint32_t composite_sets = static_cast<uint32_t>(composite_steps_.size()) * frames_in_flight;
  const std::array sizes = {
      VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, pack_sets + 2 * composite_sets},
      VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, composite_sets},
      VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, pack_sets + 2 * composite_sets},
  };
  pool_ = vulkan::createDescriptorPool(*device_, pack_sets + composite_sets, sizes);
  for (uint32_t slot = 0; slot < frames_in_flight; ++slot) {
    for (PackStep& step : pack_steps_) {
      step.sets[slot] = vulkan::allocateDescriptorSet(*device_, pool_.get(), pipelines_->pack_set_layout.get());
      bindBuffer(step.sets[slot], 1, step.buffer, step.offset, step.range);
    }
    for (CompositeStep& step : composite_steps_) {
      step.sets[slot] = vulkan::allocateDescriptorSet(*device_, pool_.get(), pipelines_->composite_set_layout.get());
      bindBuffer(step.sets[slot], 3, step.painted_buffer, step.painted_offset, step.painted_range);
      const VkDeviceSize pitch = VkDeviceSize{high_pass_pitch_} * sizeof(float);
      bindBuffer(step.sets[slot], 4, high_pass_.get(), step.push.first_row * pitch, step.push.rows * pitch);
    }
  }
}

bool Painter::wants(InputKind kind) const noexcept {
  return std::any_of(pack_steps_.begin(), pack_steps_.end(), [&](const PackStep& step) { return step.kind == kind; });
}

VkDeviceSize Painter::memoryUsage() const noexcept { const MemoryUse use = generator_->memoryUse();
  return use.own + use.scratch + high_pass_.allocatedBytes(); }

void Painter::recordInputs(VkCommandBuffer command_buffer, uint32_t slot, const ImpastoFrame& frame,
                           const CompositeSettings& settings) const {
  const vulkan::Dispatch& vk = device_->vk;
  const GeneratorFrame generator_frame{slot, composite_steps_[0].push.frame_width, composite_steps_[0].push.frame_height, 0};
  generator_->beginLayer(command_buffer, generator_frame, 0);
  for (const PackStep& step : pack_steps_) {
    const VkDescriptorSet set = step.sets[slot];
    bindImage(set, 0, VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, inputImage(frame, step.kind));
    PackPush push = step.push;
    push.exposure = settings.exposure;
    vk.CmdBindPipeline(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, pipelines_->pack(step.kind));
    vk.CmdBindDescriptorSets(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, pipelines_->pack_layout.get(), 0, 1, &set,
                             0, nullptr);
    vk.CmdPushConstants(command_buffer, pipelines_->pack_layout.get(), VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof push,
                        &push);
    vk.CmdDispatch(command_buffer, groups(push.width, PassPipelines::kGroupWidth),
                   groups(push.rows, PassPipelines::kGroupHeight), 1);
  }
  generator_->endLayer(command_buffer, generator_frame, 0);
}

void Painter::recordOutputs(VkCommandBuffer command_buffer, uint32_t slot, const ImpastoFrame& frame,
                            const CompositeSettings& settings) const {
  const bool has_mask = frame.mask.image != VK_NULL_HANDLE;
  for (const CompositeStep& step : composite_steps_) {
    const VkDescriptorSet set = step.sets[slot];
    bindImage(set, 0, VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, frame.color);
    bindImage(set, 1, VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, has_mask ? frame.mask : frame.color);
    bindImage(set, 2, VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, frame.output);
  }
  // What earlier commands read of the high-pass buffer and, when it is the output too, of the colour image was read
  // before it is overwritten.
  barrier(command_buffer);
  if (settings.detail > 0.0f && settings.strength > 0.0f) {
    dispatchComposite(command_buffer, pipelines_->high_pass.get(), slot, has_mask, settings);
    barrier(command_buffer);
  }
  dispatchComposite(command_buffer, pipelines_->composite.get(), slot, has_mask, settings);
}

void Painter::dispatchComposite(VkCommandBuffer command_buffer, VkPipeline pipeline, uint32_t slot, bool has_mask,
                                const CompositeSettings& settings) const {
  const vulkan::Dispatch& vk = device_->vk;
  vk.CmdBindPipeline(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  for (const CompositeStep& step : composite_steps_) {
    CompositePush push = step.push;
    push.has_mask = has_mask;
    push.strength = settings.strength;
    push.color_preservation = settings.color_preservation;
    push.detail = settings.detail;
    push.exposure = settings.exposure;
    vk.CmdBindDescriptorSets(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, pipelines_->composite_layout.get(), 0, 1,
                             &step.sets[slot], 0, nullptr);
    vk.CmdPushConstants(command_buffer, pipelines_->composite_layout.get(), VK_SHADER_STAGE_COMPUTE_BIT, 0,
                        sizeof push, &push);
    vk.CmdDispatch(command_buffer, groups(push.frame_width, PassPipelines::kGroupWidth),
                   groups(push.rows, PassPipelines::kGroupHeight), 1);
  }
}

void Painter::bindImage(VkDescriptorSet set, uint32_t binding, VkDescriptorType type,
                        const ImpastoImage& image) const noexcept {
  const VkDescriptorImageInfo info = {VK_NULL_HANDLE, image.view, image.layout};
  VkWriteDescriptorSet write = {VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
  write.dstSet = set;
  write.dstBinding = binding;
  write.descriptorCount = 1;
  write.descriptorType = type;
  write.pImageInfo = &info;
  device_->vk.UpdateDescriptorSets(device_->device, 1, &write, 0, nullptr);
}

void Painter::bindBuffer(VkDescriptorSet set, uint32_t binding, VkBuffer buffer, VkDeviceSize offset,
                         VkDeviceSize range) const noexcept {
  const VkDescriptorBufferInfo info = {buffer, offset, range};
  VkWriteDescriptorSet write = {VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
  write.dstSet = set;
  write.dstBinding = binding;
  write.descriptorCount = 1;
  write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
  write.pBufferInfo = &info;
  device_->vk.UpdateDescriptorSets(device_->device, 1, &write, 0, nullptr);
}

void Painter::barrier(VkCommandBuffer command_buffer) const noexcept {
  VkMemoryBarrier2 memory = {VK_STRUCTURE_TYPE_MEMORY_BARRIER_2};
  memory.srcStageMask = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
  memory.srcAccessMask = VK_ACCESS_2_SHADER_WRITE_BIT;
  memory.dstStageMask = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
  memory.dstAccessMask = VK_ACCESS_2_SHADER_READ_BIT | VK_ACCESS_2_SHADER_WRITE_BIT;
  VkDependencyInfo dependency = {VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
  dependency.memoryBarrierCount = 1;
  dependency.pMemoryBarriers = &memory;
  device_->vk.CmdPipelineBarrier2(command_buffer, &dependency);
}

}  // namespace impasto
