// What SceneRenderer makes once: layouts, pipelines, buffers and targets.
#include <algorithm>
#include <array>
#include <string>

#include "renderer/pipelines.h"
#include "renderer/scene_renderer.h"
#include "shaders/fullscreen.vert.h"
#include "shaders/resolve.frag.h"
#include "shaders/scene.frag.h"
#include "shaders/scene.vert.h"
#include "shaders/shadow.frag.h"
#include "shaders/shadow.vert.h"
#include "shaders/sky.frag.h"

namespace impasto::render {
namespace {

constexpr VkSampleCountFlagBits kSamples = VK_SAMPLE_COUNT_4_BIT;  // every Vulkan device has 4
constexpr VkFormat kHdrFormat = VK_FORMAT_R16G16B16A16_SFLOAT;
constexpr VkFormat kDepthFormat = VK_FORMAT_R32_SFLOAT;
constexpr VkFormat kNormalFormat = VK_FORMAT_R16G16B16A16_SFLOAT;
constexpr VkFormat kMotionFormat = VK_FORMAT_R32G32_SFLOAT;
constexpr VkFormat kDisplayFormat = VK_FORMAT_R8G8B8A8_UNORM;
constexpr VkFormat kDepthBufferFormat = VK_FORMAT_D32_SFLOAT;

UniqueSetLayout createSetLayout(const Device& device, const char* name,
                                std::span<const VkDescriptorSetLayoutBinding> bindings) {
  VkDescriptorSetLayoutCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  info.bindingCount = static_cast<uint32_t>(bindings.size());
  info.pBindings = bindings.data();
  VkDescriptorSetLayout layout = VK_NULL_HANDLE;
  check(vkCreateDescriptorSetLayout(device.handle(), &info, nullptr, &layout), "vkCreateDescriptorSetLayout");
  device.name(VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT, reinterpret_cast<uint64_t>(layout), name);
  return {device.handle(), layout};
}

UniquePipelineLayout createPipelineLayout(const Device& device, const char* name,
                                          std::span<const VkDescriptorSetLayout> sets, uint32_t push_bytes) {
  const VkPushConstantRange range{VK_SHADER_STAGE_FRAGMENT_BIT, 0, push_bytes};
  VkPipelineLayoutCreateInfo info{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
  info.setLayoutCount = static_cast<uint32_t>(sets.size());
  info.pSetLayouts = sets.data();
  info.pushConstantRangeCount = push_bytes > 0 ? 1 : 0;
  info.pPushConstantRanges = &range;
  VkPipelineLayout layout = VK_NULL_HANDLE;
  check(vkCreatePipelineLayout(device.handle(), &info, nullptr, &layout), "vkCreatePipelineLayout");
  device.name(VK_OBJECT_TYPE_PIPELINE_LAYOUT, reinterpret_cast<uint64_t>(layout), name);
  return {device.handle(), layout};
}

UniqueSampler createSampler(const Device& device, const char* name, VkFilter filter, bool compare) {
  VkSamplerCreateInfo info{VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO};
  info.magFilter = info.minFilter = filter;
  info.addressModeU = info.addressModeV = info.addressModeW = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
  info.compareEnable = compare;
  info.compareOp = VK_COMPARE_OP_LESS_OR_EQUAL;
  VkSampler sampler = VK_NULL_HANDLE;
  check(vkCreateSampler(device.handle(), &info, nullptr, &sampler), "vkCreateSampler");
  device.name(VK_OBJECT_TYPE_SAMPLER, reinterpret_cast<uint64_t>(sampler), name);
  return {device.handle(), sampler};
}

VkDescriptorSet allocateSet(const Device& device, const char* name, VkDescriptorPool pool,
                            VkDescriptorSetLayout layout) {
  VkDescriptorSetAllocateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
  info.descriptorPool = pool;
  info.descriptorSetCount = 1;
  info.pSetLayouts = &layout;
  VkDescriptorSet set = VK_NULL_HANDLE;
  check(vkAllocateDescriptorSets(device.handle(), &info, &set), "vkAllocateDescriptorSets");
  device.name(VK_OBJECT_TYPE_DESCRIPTOR_SET, reinterpret_cast<uint64_t>(set), name);
  return set;
}

void writeBuffer(const Device& device, VkDescriptorSet set, uint32_t binding, VkDescriptorType type, VkBuffer buffer) {
  const VkDescriptorBufferInfo info{buffer, 0, VK_WHOLE_SIZE};
  VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
  write.dstSet = set;
  write.dstBinding = binding;
  write.descriptorCount = 1;
  write.descriptorType = type;
  write.pBufferInfo = &info;
  vkUpdateDescriptorSets(device.handle(), 1, &write, 0, nullptr);
}

void writeImage(const Device& device, VkDescriptorSet set, uint32_t binding, VkSampler sampler, const Image& image) {
  const VkDescriptorImageInfo info{sampler, image.view.get(), VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
  VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
  write.dstSet = set;
  write.dstBinding = binding;
  write.descriptorCount = 1;
  write.descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
  write.pImageInfo = &info;
  vkUpdateDescriptorSets(device.handle(), 1, &write, 0, nullptr);
}

}  // namespace

void SceneRenderer::createLayouts() {
  constexpr VkShaderStageFlags kBoth = VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT;
  constexpr VkShaderStageFlags kFragment = VK_SHADER_STAGE_FRAGMENT_BIT;
  const std::array<VkDescriptorSetLayoutBinding, 5> frame = {{
      {0, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1, kBoth, nullptr},
      {1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_VERTEX_BIT, nullptr},
      {2, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, kBoth, nullptr},
      {3, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_VERTEX_BIT, nullptr},
      {4, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, kFragment, nullptr},
  }};
  frame_layout_ = createSetLayout(device_, "frame", frame);
  std::array<VkDescriptorSetLayoutBinding, 4> resolve{};
  for (uint32_t i = 0; i < resolve.size(); ++i) {
    resolve[i] = {i, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, kFragment, nullptr};
  }
  resolve_layout_ = createSetLayout(device_, "resolve", resolve);

  const std::array scene_sets = {frame_layout_.get(), gpu_scene_.materialSetLayout()};
  scene_pipeline_layout_ = createPipelineLayout(device_, "scene", scene_sets, 0);
  const std::array resolve_sets = {resolve_layout_.get()};
  resolve_pipeline_layout_ = createPipelineLayout(device_, "resolve", resolve_sets, sizeof(float));

  shadow_sampler_ = createSampler(device_, "shadow comparison", VK_FILTER_LINEAR, true);
  point_sampler_ = createSampler(device_, "point", VK_FILTER_NEAREST, false);
}

void SceneRenderer::createSlots(uint32_t count) {
  const std::array<VkDescriptorPoolSize, 3> sizes = {{{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, count},
                                                      {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, count * 3},
                                                      {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, count + 4}}};
  VkDescriptorPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
  pool_info.maxSets = count + 1;
  pool_info.poolSizeCount = sizes.size();
  pool_info.pPoolSizes = sizes.data();
  VkDescriptorPool pool = VK_NULL_HANDLE;
  check(vkCreateDescriptorPool(device_.handle(), &pool_info, nullptr, &pool), "vkCreateDescriptorPool");
  pool_ = {device_.handle(), pool};
  device_.name(VK_OBJECT_TYPE_DESCRIPTOR_POOL, reinterpret_cast<uint64_t>(pool), "frames");
  resolve_set_ = allocateSet(device_, "resolve", pool, resolve_layout_.get());

  ImageInfo shadow;
  shadow.format = kDepthBufferFormat;
  shadow.width = shadow.height = kShadowResolution;
  shadow.usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT;
  shadow.aspect = VK_IMAGE_ASPECT_DEPTH_BIT;
  shadow_map_ = createImage(device_, "shadow map", shadow);

  const size_t objects = std::max<size_t>(gpu_scene_.opaque().size() + gpu_scene_.blended().size(), 1);
  const size_t joints = std::max<size_t>(size_t{gpu_scene_.jointCount()} * 2, 1);  // this frame's, then the previous
  for (uint32_t i = 0; i < count; ++i) {
    Slot& slot = slots_.emplace_back();
    slot.frame = createBuffer(device_, "frame constants", sizeof(GpuFrame), VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT,
                              MemoryKind::Host);
    slot.objects = createBuffer(device_, "objects", objects * sizeof(GpuObject), VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                MemoryKind::Host);
    slot.joints = createBuffer(device_, "joints", joints * sizeof(glm::mat4), VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                               MemoryKind::Host);
    slot.set = allocateSet(device_, "frame", pool, frame_layout_.get());
    writeBuffer(device_, slot.set, 0, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, slot.frame.handle.get());
    writeBuffer(device_, slot.set, 1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, slot.objects.handle.get());
    writeBuffer(device_, slot.set, 2, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, gpu_scene_.materialBuffer());
    writeBuffer(device_, slot.set, 3, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, slot.joints.handle.get());
    writeImage(device_, slot.set, 4, shadow_sampler_.get(), shadow_map_);
  }
}

void SceneRenderer::createPipelines() {
  PipelineInfo info;
  info.name = "opaque";
  info.vertex = kSceneVert;
  info.fragment = kSceneFrag;
  info.layout = scene_pipeline_layout_.get();
  info.color_formats = {kHdrFormat, kDepthFormat, kNormalFormat, kMotionFormat};
  info.depth_format = kDepthBufferFormat;
  info.samples = kSamples;
  info.scene_vertices = true;
  info.alpha_to_coverage = true;  // opaque surfaces write alpha 1
  opaque_ = createPipeline(device_, info);

  info.name = "blended";
  info.alpha_to_coverage = false;
  info.blend_first = true;
  info.depth_write = false;
  blended_ = createPipeline(device_, info);

  info.name = "sky";
  info.vertex = kFullscreenVert;
  info.fragment = kSkyFrag;
  info.scene_vertices = false;
  info.blend_first = false;
  sky_ = createPipeline(device_, info);

  PipelineInfo shadow;
  shadow.name = "shadow";
  shadow.vertex = kShadowVert;
  shadow.fragment = kShadowFrag;
  shadow.layout = scene_pipeline_layout_.get();
  shadow.depth_format = kDepthBufferFormat;
  shadow.scene_vertices = true;
  shadow.depth_compare = VK_COMPARE_OP_LESS_OR_EQUAL;
  shadow.depth_bias_slope = 1.5f;
  shadow_ = createPipeline(device_, shadow);

  PipelineInfo resolve;
  resolve.name = "resolve and tonemap";
  resolve.vertex = kFullscreenVert;
  resolve.fragment = kResolveFrag;
  resolve.layout = resolve_pipeline_layout_.get();
  resolve.color_formats = {kDisplayFormat, kDepthFormat, kNormalFormat, kMotionFormat};
  resolve_ = createPipeline(device_, resolve);
}

void SceneRenderer::createTargets() {
  if (width_ == 0 || height_ == 0 || width_ > kMaxExtent || height_ > kMaxExtent) {
    throw Error("frame size " + std::to_string(width_) + "x" + std::to_string(height_) + " is outside 1x1 to " +
                std::to_string(kMaxExtent) + "x" + std::to_string(kMaxExtent));
  }
  ImageInfo info;
  info.width = width_;
  info.height = height_;
  const auto create = [&](const char* name) {
    try {
      return createImage(device_, name, info);
    } catch (const Error& error) {
      throw Error("frames of " + std::to_string(width_) + "x" + std::to_string(height_) + " pixels: " + error.what());
    }
  };
  const auto multisampled = [&](const char* name, VkFormat format) {
    info.samples = kSamples;
    info.format = format;
    info.usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT;
    return create(name);
  };
  const auto resolved = [&](const char* name, VkFormat format) {
    info.samples = VK_SAMPLE_COUNT_1_BIT;
    info.format = format;
    info.usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT;
    return create(name);
  };
  color_samples_ = multisampled("HDR colour, 4 samples", kHdrFormat);
  depth_samples_ = multisampled("linear depth, 4 samples", kDepthFormat);
  normal_samples_ = multisampled("normals, 4 samples", kNormalFormat);
  motion_samples_ = multisampled("motion, 4 samples", kMotionFormat);
  targets_.color = resolved("colour", kDisplayFormat);
  targets_.depth = resolved("linear depth", kDepthFormat);
  targets_.normal = resolved("normals", kNormalFormat);
  targets_.motion = resolved("motion", kMotionFormat);
  info.samples = kSamples;
  info.format = kDepthBufferFormat;
  info.usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT;
  info.aspect = VK_IMAGE_ASPECT_DEPTH_BIT;
  depth_buffer_ = create("depth buffer");

  writeImage(device_, resolve_set_, 0, point_sampler_.get(), color_samples_);
  writeImage(device_, resolve_set_, 1, point_sampler_.get(), depth_samples_);
  writeImage(device_, resolve_set_, 2, point_sampler_.get(), normal_samples_);
  writeImage(device_, resolve_set_, 3, point_sampler_.get(), motion_samples_);
}

}  // namespace impasto::render
