// What SceneRenderer makes once: layouts, pipelines, buffers and targets.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "renderer/descriptors.h"
#include "renderer/frame_runner.h"
#include "renderer/pipelines.h"
#include "renderer/scene_renderer.h"
#include "shaders/fullscreen.vert.h"
#include "shaders/lamp_shadow.vert.h"
#include "shaders/occlusion.frag.h"
#include "shaders/occlusion_blur.frag.h"
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
constexpr VkFormat kBaseColorFormat = VK_FORMAT_R8G8B8A8_UNORM;
constexpr VkFormat kObjectFormat = VK_FORMAT_R32_UINT;
constexpr VkFormat kOpennessFormat = VK_FORMAT_R16G16_SFLOAT;
constexpr VkFormat kDepthBufferFormat = VK_FORMAT_D32_SFLOAT;
constexpr std::array kSampleFormats = {kHdrFormat,    kDepthFormat,     kNormalFormat,
                                       kMotionFormat, kBaseColorFormat, kObjectFormat};
constexpr uint32_t kMostAttachments = 7;  // of the resolve

}  // namespace

void SceneRenderer::createLayouts() {
  const uint32_t attachments = device_.properties().limits.maxColorAttachments;
  if (attachments < kMostAttachments) {
    throw Error("this device writes " + std::to_string(attachments) + " pictures at once, the renderer " +
                std::to_string(kMostAttachments));
  }
  constexpr VkShaderStageFlags kBoth = VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT;
  constexpr VkShaderStageFlags kFragment = VK_SHADER_STAGE_FRAGMENT_BIT;
  const std::array<VkDescriptorSetLayoutBinding, 9> frame = {{
      {0, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1, kBoth, nullptr},
      {1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_VERTEX_BIT, nullptr},
      {2, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, kBoth, nullptr},
      {3, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_VERTEX_BIT, nullptr},
      {4, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, kFragment, nullptr},
      {5, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_VERTEX_BIT, nullptr},
      {6, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, kFragment, nullptr},
      {7, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, kFragment, nullptr},
      {8, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, kFragment, nullptr},
  }};
  frame_layout_ = createSetLayout(device_, "frame", frame);
  std::array<VkDescriptorSetLayoutBinding, kMostAttachments> resolve{};  // six of samples, one of openness
  for (uint32_t i = 0; i < resolve.size(); ++i) {
    resolve[i] = {i, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, kFragment, nullptr};
  }
  resolve_layout_ = createSetLayout(device_, "resolve", resolve);
  blur_layout_ = createSetLayout(device_, "occlusion blur", std::span(resolve).first(1));

  const std::array scene_sets = {frame_layout_.get(), gpu_scene_.materialSetLayout()};
  scene_pipeline_layout_ = createPipelineLayout(device_, "scene", scene_sets, sizeof(uint32_t), VK_SHADER_STAGE_VERTEX_BIT);
  const std::array occlusion_sets = {frame_layout_.get(), resolve_layout_.get()};
  occlusion_pipeline_layout_ = createPipelineLayout(device_, "ambient occlusion", occlusion_sets, 0);
  const std::array blur_sets = {blur_layout_.get()};
  blur_pipeline_layout_ = createPipelineLayout(device_, "occlusion blur", blur_sets, 0);
  const std::array resolve_sets = {resolve_layout_.get()};
  resolve_pipeline_layout_ = createPipelineLayout(device_, "resolve", resolve_sets, sizeof(ResolveConstants));

  shadow_sampler_ = createSampler(device_, "shadow comparison", VK_FILTER_LINEAR, true);
  point_sampler_ = createSampler(device_, "point", VK_FILTER_NEAREST, false);
  map_sampler_ = createSampler(device_, "environment map", VK_FILTER_LINEAR, false);
}

void SceneRenderer::createSlots(uint32_t count) {
  const std::array<VkDescriptorPoolSize, 3> sizes = {{{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, count},
                                                      {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, count * 5},
                                                      {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, count * 3 + 8}}};
  VkDescriptorPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
  pool_info.maxSets = count + 2;
  pool_info.poolSizeCount = sizes.size();
  pool_info.pPoolSizes = sizes.data();
  VkDescriptorPool pool = VK_NULL_HANDLE;
  check(vkCreateDescriptorPool(device_.handle(), &pool_info, nullptr, &pool), "vkCreateDescriptorPool");
  pool_ = {device_.handle(), pool};
  device_.name(VK_OBJECT_TYPE_DESCRIPTOR_POOL, reinterpret_cast<uint64_t>(pool), "frames");
  resolve_set_ = allocateSet(device_, "resolve", pool, resolve_layout_.get());
  blur_set_ = allocateSet(device_, "occlusion blur", pool, blur_layout_.get());

  ImageInfo shadow;
  shadow.format = kDepthBufferFormat;
  shadow.width = kShadowResolution;
  shadow.height = kShadowCascades * kShadowResolution;  // one cascade below the other
  shadow.usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT;
  shadow.aspect = VK_IMAGE_ASPECT_DEPTH_BIT;
  shadow_map_ = createImage(device_, "shadow map", shadow);

  // Scenes without lamps have an atlas that is only there to be bound.
  if (shadow_lamps_[0] != kNone) {
    shadow.width = kLampTiles * kLampTileSize;
    shadow.height = kShadowLamps * kLampTileSize;
  } else {
    shadow.width = shadow.height = 1;
  }
  lamp_shadow_map_ = createImage(device_, "shadows of lamps", shadow);
  runOnce(device_, [&](VkCommandBuffer commands) {
    recordBarriers(commands, {imageBarrier(lamp_shadow_map_, {}, VK_IMAGE_LAYOUT_UNDEFINED,
                                           {VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT, VK_ACCESS_2_SHADER_SAMPLED_READ_BIT},
                                           VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
  });

  const size_t objects = std::max<size_t>(gpu_scene_.opaque().size() + gpu_scene_.blended().size(), 1);
  // This frame's joints and the previous frame's, then the weights of both, to whole vec4s.
  const size_t pose_bytes = size_t{gpu_scene_.jointCount()} * 2 * sizeof(glm::mat4) +
                            (size_t{gpu_scene_.weightCount()} * 2 / 4 + 1) * sizeof(glm::vec4);
  for (uint32_t i = 0; i < count; ++i) {
    Slot& slot = slots_.emplace_back();
    slot.frame = createBuffer(device_, "frame constants", sizeof(GpuFrame), VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT,
                              MemoryKind::Host);
    slot.objects = createBuffer(device_, "objects", objects * sizeof(GpuObject), VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                MemoryKind::Host);
    slot.pose =
        createBuffer(device_, "joints and weights", pose_bytes, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, MemoryKind::Host);
    slot.lights = createBuffer(device_, "lights", kMaxLights * sizeof(GpuLight), VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                               MemoryKind::Host);
    slot.set = allocateSet(device_, "frame", pool, frame_layout_.get());
    writeBuffer(device_, slot.set, 0, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, slot.frame.handle.get());
    writeBuffer(device_, slot.set, 1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, slot.objects.handle.get());
    writeBuffer(device_, slot.set, 2, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, gpu_scene_.materialBuffer());
    writeBuffer(device_, slot.set, 3, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, slot.pose.handle.get());
    writeImage(device_, slot.set, 4, shadow_sampler_.get(), shadow_map_);
    writeImage(device_, slot.set, 8, shadow_sampler_.get(), lamp_shadow_map_);
    writeBuffer(device_, slot.set, 5, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, gpu_scene_.morphBuffer());
    writeBuffer(device_, slot.set, 7, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, slot.lights.handle.get());
  }
  clearEnvironmentMap();
}

void SceneRenderer::clearEnvironmentMap() {
  EnvironmentMap none;
  none.levels.push_back({1, 1, {glm::u16vec4(0)}});
  setEnvironmentMap(none);
  has_map_ = false;
}

void SceneRenderer::setEnvironmentMap(const EnvironmentMap& map) {
  ImageInfo info;
  info.format = VK_FORMAT_R16G16B16A16_SFLOAT;
  info.width = map.levels.front().width;
  info.height = map.levels.front().height;
  info.levels = static_cast<uint32_t>(map.levels.size());
  info.usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
  Image image = createImage(device_, "environment map", info);
  size_t bytes = 0;
  for (const auto& level : map.levels) bytes += level.pixels.size() * sizeof(glm::u16vec4);
  const Buffer staging = createBuffer(device_, "staging", bytes, VK_BUFFER_USAGE_TRANSFER_SRC_BIT, MemoryKind::Host);
  constexpr Access kWritten{VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT};
  constexpr Access kSampled{VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT, VK_ACCESS_2_SHADER_SAMPLED_READ_BIT};
  runOnce(device_, [&](VkCommandBuffer commands) {
    recordBarriers(
        commands, {imageBarrier(image, {}, VK_IMAGE_LAYOUT_UNDEFINED, kWritten, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
    size_t offset = 0;
    for (uint32_t i = 0; i < info.levels; ++i) {
      const EnvironmentMap::Level& level = map.levels[i];
      std::memcpy(staging.mapped + offset, level.pixels.data(), level.pixels.size() * sizeof(glm::u16vec4));
      VkBufferImageCopy copy{};
      copy.bufferOffset = offset;
      copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, i, 0, 1};
      copy.imageExtent = {level.width, level.height, 1};
      vkCmdCopyBufferToImage(commands, staging.handle.get(), image.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                             1, &copy);
      offset += level.pixels.size() * sizeof(glm::u16vec4);
    }
    recordBarriers(commands, {imageBarrier(image, kWritten, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, kSampled,
                                           VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
  });
  environment_map_ = std::move(image);
  for (const Slot& slot : slots_) writeImage(device_, slot.set, 6, map_sampler_.get(), environment_map_);
  for (size_t i = 0; i < irradiance_.size(); ++i) irradiance_[i] = glm::vec4(map.irradiance[i], 0.0f);
  has_map_ = true;
}

SceneRenderer::ByShape SceneRenderer::createByShape(PipelineInfo info) const {
  constexpr std::array<VkPrimitiveTopology, kShapes> kTopologies = {
      VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST, VK_PRIMITIVE_TOPOLOGY_LINE_LIST, VK_PRIMITIVE_TOPOLOGY_POINT_LIST};
  ByShape pipelines;
  for (size_t i = 0; i < kShapes; ++i) {
    const auto drawn = [&](const Draw& draw) { return static_cast<size_t>(draw.shape) == i; };
    const bool wanted = std::any_of(gpu_scene_.opaque().begin(), gpu_scene_.opaque().end(), drawn) ||
                        std::any_of(gpu_scene_.blended().begin(), gpu_scene_.blended().end(), drawn);
    info.topology = kTopologies[i];
    if (wanted) pipelines[i] = createPipeline(device_, info);
  }
  return pipelines;
}

void SceneRenderer::createPipelines() {
  PipelineInfo info;
  info.name = "opaque";
  info.vertex = {"renderer/scene.vert", kSceneVert};
  info.fragment = {"renderer/scene.frag", kSceneFrag};
  info.layout = scene_pipeline_layout_.get();
  info.color_formats.assign(kSampleFormats.begin(), kSampleFormats.end());
  info.depth_format = kDepthBufferFormat;
  info.samples = kSamples;
  info.scene_vertices = true;
  info.alpha_to_coverage = true;  // opaque surfaces write alpha 1
  opaque_ = createByShape(info);

  info.name = "blended";
  info.alpha_to_coverage = false;
  info.blend_first = true;
  info.depth_write = false;
  blended_ = createByShape(info);

  info.name = "blended, owners";
  info.blend_first = false;
  info.without_first = true;
  info.depth_write = true;
  info.constant = 1;  // kDrawOwners
  blended_owners_ = createByShape(info);

  info.name = "sky";
  info.without_first = false;
  info.depth_write = false;
  info.constant = 0;
  info.vertex = {"renderer/fullscreen.vert", kFullscreenVert};
  info.fragment = {"renderer/sky.frag", kSkyFrag};
  info.scene_vertices = false;
  sky_ = createPipeline(device_, info);

  info.name = "G-buffer, sky";
  info.samples = VK_SAMPLE_COUNT_1_BIT;
  info.without_first = true;
  info.constant = 2;  // kDrawGBuffer
  g_buffer_sky_ = createPipeline(device_, info);

  info.name = "G-buffer";
  info.vertex = {"renderer/scene.vert", kSceneVert};
  info.fragment = {"renderer/scene.frag", kSceneFrag};
  info.scene_vertices = true;
  info.depth_write = true;
  g_buffer_ = createByShape(info);

  PipelineInfo shadow;
  shadow.name = "shadow";
  shadow.vertex = {"renderer/shadow.vert", kShadowVert};
  shadow.fragment = {"renderer/shadow.frag", kShadowFrag};
  shadow.layout = scene_pipeline_layout_.get();
  shadow.depth_format = kDepthBufferFormat;
  shadow.scene_vertices = true;
  shadow.depth_compare = VK_COMPARE_OP_LESS_OR_EQUAL;
  shadow.depth_bias_slope = 1.5f;
  shadow_ = createPipeline(device_, shadow);
  shadow.name = "shadow of a lamp";
  shadow.vertex = {"renderer/lamp_shadow.vert", kLampShadowVert};
  lamp_shadow_ = createPipeline(device_, shadow);

  PipelineInfo occlusion;
  occlusion.name = "ambient occlusion";
  occlusion.vertex = {"renderer/fullscreen.vert", kFullscreenVert};
  occlusion.fragment = {"renderer/occlusion.frag", kOcclusionFrag};
  occlusion.layout = occlusion_pipeline_layout_.get();
  occlusion.color_formats = {kOpennessFormat};
  occlusion_ = createPipeline(device_, occlusion);

  occlusion.name = "occlusion blur";
  occlusion.fragment = {"renderer/occlusion_blur.frag", kOcclusionBlurFrag};
  occlusion.layout = blur_pipeline_layout_.get();
  blur_ = createPipeline(device_, occlusion);

  PipelineInfo resolve;
  resolve.name = "resolve and tonemap";
  resolve.vertex = {"renderer/fullscreen.vert", kFullscreenVert};
  resolve.fragment = {"renderer/resolve.frag", kResolveFrag};
  resolve.layout = resolve_pipeline_layout_.get();
  resolve.color_formats = {kDisplayFormat,   kDepthFormat,  kNormalFormat, kMotionFormat,
                           kBaseColorFormat, kObjectFormat, kHdrFormat};
  resolve_ = createPipeline(device_, resolve);
}

void SceneRenderer::createTargets() {
  if (width_ == 0 || height_ == 0 || width_ > kMaxExtent || height_ > kMaxExtent) {
    throw Error("frame size " + std::to_string(width_) + "x" + std::to_string(height_) + " is outside 1x1 to " +
                std::to_string(kMaxExtent) + "x" + std::to_string(kMaxExtent));
  }
  smoothing_.reset();
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
  constexpr std::array kNames = {"HDR colour, 4 samples", "linear depth, 4 samples", "normals, 4 samples",
                                 "motion, 4 samples",     "base colour, 4 samples",  "objects, 4 samples"};
  for (size_t i = 0; i < samples_.size(); ++i) samples_[i] = multisampled(kNames[i], kSampleFormats[i]);
  targets_.color = resolved("colour", kDisplayFormat);
  targets_.depth = resolved("linear depth", kDepthFormat);
  targets_.normal = resolved("normals", kNormalFormat);
  targets_.motion = resolved("motion", kMotionFormat);
  targets_.base_color = resolved("base colour", kBaseColorFormat);
  targets_.object = resolved("objects", kObjectFormat);
  targets_.hdr = resolved("HDR colour", kHdrFormat);
  info.width = (width_ + 1) / 2;
  info.height = (height_ + 1) / 2;
  noisy_openness_ = resolved("ambient occlusion, raw", kOpennessFormat);
  openness_ = resolved("ambient occlusion", kOpennessFormat);
  info.width = width_;
  info.height = height_;
  info.samples = kSamples;
  info.format = kDepthBufferFormat;
  info.usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT;
  info.aspect = VK_IMAGE_ASPECT_DEPTH_BIT;
  depth_buffer_ = create("depth buffer");

  for (uint32_t i = 0; i < samples_.size(); ++i) {
    writeImage(device_, resolve_set_, i, point_sampler_.get(), samples_[i]);
  }
  writeImage(device_, resolve_set_, kMostAttachments - 1, point_sampler_.get(), openness_);
  writeImage(device_, blur_set_, 0, point_sampler_.get(), noisy_openness_);
}

}  // namespace impasto::render
