#include "renderer/scene_renderer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <string>

#include "renderer/recording.h"

namespace impasto::render {
namespace {

// Whether what lies in a ball can throw a shadow inside the map: it is not beside it.
bool reachesInto(const ShadowFit& fit, const glm::vec4& ball) {
  const glm::vec3 mapped = fit.matrix * glm::vec4(glm::vec3(ball), 1.0f);
  const float radius = ball.w * 0.5f / fit.half_extent;
  return !(mapped.x + radius < 0.0f || mapped.x - radius > 1.0f || mapped.y + radius < 0.0f || mapped.y - radius > 1.0f);
}

// Targets that a pass has written, to whoever reads them next.
void handToReaders(VkCommandBuffer commands, std::span<const Image* const> targets) {
  for (const Image* target : targets) {
    recordBarriers(commands, {imageBarrier(*target, kColorOutput, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                                           kTargetReaders, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
  }
}

}  // namespace

SceneRenderer::SceneRenderer(const Device& device, const Scene& scene, uint32_t width, uint32_t height, uint32_t slots)
    : device_(device),
      scene_(scene),
      gpu_scene_(device, scene),
      environment_(scene.environment),
      width_(width),
      height_(height) {
  bounds_ = worldBounds(scene, poseAt(scene, 0.0));
  shadow_lamps_ = shadowLamps(scene);
  createLayouts();
  createSlots(slots);
  createPipelines();
  createTargets();
}

void SceneRenderer::resize(uint32_t width, uint32_t height) {
  if (width == width_ && height == height_) return;
  width_ = width;
  height_ = height;
  createTargets();
}

void SceneRenderer::reloadShaders() {
  createPipelines();
  if (smoothing_) smoothing_->reloadShaders();
}

void SceneRenderer::fitShadowMap(const FrameView& now) {
  const float aspect = static_cast<float>(width_) / static_cast<float>(height_);
  shadows_ = fitShadows(bounds_, now.camera, aspect, glm::normalize(environment_.to_sun), environment_.shadow_distance,
                        kShadowResolution);
}

GpuFrame SceneRenderer::frameConstants(const FrameView& now, const FrameView& previous) const {
  const float aspect = static_cast<float>(width_) / static_cast<float>(height_);
  const Environment& environment = environment_;
  const glm::vec3 to_sun = glm::normalize(environment.to_sun);
  GpuFrame frame{};
  frame.view = now.camera.view;
  frame.view_projection = now.camera.projection(aspect) * now.camera.view;
  frame.previous_view_projection = previous.camera.projection(aspect) * previous.camera.view;
  frame.inverse_view_projection = glm::inverse(frame.view_projection);
  for (uint32_t i = 0; i < kShadowCascades; ++i) {
    frame.shadow_matrices[i] = shadows_[i].matrix;
    frame.shadow_texels[static_cast<glm::length_t>(i)] = shadows_[i].texel_size;
  }
  frame.camera = glm::vec4(now.camera.position(), 1.0f);
  frame.to_sun = glm::vec4(to_sun, 0.0f);
  frame.sun_color = glm::vec4(environment.sun_color, 0.0f);
  frame.zenith_color = glm::vec4(environment.zenith_color, environment.cloud_cover);
  const float haze = environment.haze_distance > 0.0f ? 1.0f / environment.haze_distance : 0.0f;
  frame.horizon_color = glm::vec4(environment.horizon_color, haze);
  frame.ground_color = glm::vec4(environment.ground_color, kSkyDepth);
  frame.times = glm::vec4(now.pose->seconds, previous.pose->seconds, 0.0f, 0.0f);
  frame.irradiance = irradiance_;
  frame.extent = glm::vec2(width_, height_);
  frame.tan_half_fov = std::tan(now.camera.vertical_fov * 0.5f) * glm::vec2(aspect, 1.0f);
  frame.occlusion_radius = bounds_.empty() ? 0.0f : bounds_.radius() * 0.12f;
  frame.map_intensity = has_map_ ? 1.0f : 0.0f;
  if (look_.temporal_smoothing) frame.jitter = smoothing_->jitter();
  frame.map_levels = static_cast<float>(environment_map_.levels);
  return frame;
}

void SceneRenderer::writeObjects(Slot& slot, const FrameView& now, const FrameView& previous) const {
  auto* objects = reinterpret_cast<GpuObject*>(slot.objects.mapped);
  slot.mirrored.clear();
  slot.places.clear();
  const auto write = [&](const std::vector<Draw>& draws) {
    for (const Draw& draw : draws) {
      const auto node = static_cast<size_t>(draw.node);
      GpuObject object{};
      object.model = now.pose->world[node];
      object.previous_model = previous.pose->world[node];
      const glm::mat3 linear(object.model);
      const float determinant = glm::determinant(linear);
      object.normal_matrix =
          std::abs(determinant) > 1e-20f ? glm::mat4(glm::transpose(glm::inverse(linear))) : glm::mat4(linear);
      object.material = static_cast<uint32_t>(draw.material);
      object.id = static_cast<uint32_t>(draw.node) + 1;
      object.first_morph = draw.first_morph;
      object.morph_targets = draw.morph_targets;
      object.first_vertex = draw.first_vertex;
      object.vertex_count = draw.vertex_count;
      object.weights = gpu_scene_.jointCount() * 2 * 16 + gpu_scene_.firstWeight(draw.node);
      object.previous_weights = object.weights + gpu_scene_.weightCount();
      object.joint_offset = object.previous_joint_offset = kNone;
      if (draw.skin != kNone) {
        const uint32_t first = gpu_scene_.firstJoint(draw.skin);
        object.joint_offset = static_cast<int32_t>(first);
        object.previous_joint_offset = static_cast<int32_t>(first + gpu_scene_.jointCount());
      }
      *objects++ = object;
      slot.mirrored.push_back(draw.skin == kNone && determinant < 0.0f);
      // The Frobenius norm: nothing grows by more.
      const float grown = std::sqrt(glm::dot(linear[0], linear[0]) + glm::dot(linear[1], linear[1]) + glm::dot(linear[2], linear[2]));
      slot.places.emplace_back(glm::vec3(object.model * glm::vec4(draw.center, 1.0f)), draw.radius * grown);
    }
  };
  write(gpu_scene_.opaque());
  write(gpu_scene_.blended());
}

void SceneRenderer::writePoses(Slot& slot, const FrameView& now, const FrameView& previous) const {
  auto* joints = reinterpret_cast<glm::mat4*>(slot.pose.mapped);
  for (const Pose* pose : {now.pose, previous.pose}) {
    for (const auto& skin : pose->joints) joints = std::copy(skin.begin(), skin.end(), joints);
  }
  auto* weights = reinterpret_cast<float*>(joints);
  for (const Pose* pose : {now.pose, previous.pose}) {
    for (const auto& node : pose->weights) weights = std::copy(node.begin(), node.end(), weights);
  }
}

uint32_t SceneRenderer::writeLights(Slot& slot, const FrameView& now) {
  auto& order = order_;  // nearest first; those from everywhere before all
  order.clear();
  const glm::vec3 eye = now.camera.position();
  for (uint32_t i = 0; i < scene_.lights.size(); ++i) {
    const glm::mat4& world = now.pose->world[static_cast<size_t>(scene_.lights[i].node)];
    const bool everywhere = scene_.lights[i].kind == LightKind::Directional;
    order.emplace_back(everywhere ? -1.0f : glm::length(glm::vec3(world[3]) - eye), i);
  }
  std::sort(order.begin(), order.end());
  if (order.size() > kMaxLights) order.resize(kMaxLights);
  auto* out = reinterpret_cast<GpuLight*>(slot.lights.mapped);
  for (const auto& [distance, i] : order) {
    const Light& light = scene_.lights[i];
    const glm::mat4& world = now.pose->world[static_cast<size_t>(light.node)];
    const glm::vec3 along = -glm::vec3(world[2]);
    const float inner = std::cos(light.inner_angle), outer = std::cos(light.outer_angle);
    GpuLight gpu{};
    gpu.position = glm::vec4(glm::vec3(world[3]), light.range > 0.0f ? 1.0f / light.range : 0.0f);
    gpu.color = glm::vec4(light.color, static_cast<float>(light.kind));
    gpu.direction = glm::vec4(glm::length(along) > 0.0f ? glm::normalize(along) : glm::vec3(0, -1, 0), outer);
    gpu.cone.x = 1.0f / std::max(inner - outer, 1e-3f);
    const auto shadow = std::find(shadow_lamps_.begin(), shadow_lamps_.end(), static_cast<int>(i));
    if (look_.lamp_shadows && shadow != shadow_lamps_.end()) {
      gpu.cone.y = static_cast<float>(shadow - shadow_lamps_.begin() + 1);
      gpu.cone.z = light.kind == LightKind::Spot ? std::tan(std::min(light.outer_angle, 1.5f)) : 1.0f;
    }
    *out++ = gpu;
  }
  return static_cast<uint32_t>(order.size());
}

void SceneRenderer::writeLampViews(GpuFrame& frame, const FrameView& now) const {
  for (size_t i = 0; i < shadow_lamps_.size() && shadow_lamps_[i] != kNone; ++i) {
    const Light& light = scene_.lights[static_cast<size_t>(shadow_lamps_[i])];
    const float reach = light.range > 0.0f ? light.range : std::max(bounds_.radius() * 2.0f, 1e-3f);
    lampViews(light, now.pose->world[static_cast<size_t>(light.node)], reach,
              std::span(frame.lamp_views).subspan(i * kLampTiles).first<kLampTiles>());
  }
}

void SceneRenderer::record(VkCommandBuffer commands, uint32_t slot_index, const FrameView& now,
                           const std::optional<FrameView>& previous) {
  Slot& slot = slots_.at(slot_index);
  if (look_.temporal_smoothing) {
    if (!smoothing_) smoothing_ = std::make_unique<TemporalSmoothing>(device_, targets_);
    smoothing_->begin(!previous || !smoothed_before_);
  }
  smoothed_before_ = look_.temporal_smoothing;
  fitShadowMap(now);
  GpuFrame frame = frameConstants(now, previous.value_or(now));
  frame.light_count = writeLights(slot, now);
  if (look_.lamp_shadows) writeLampViews(frame, now);
  std::memcpy(slot.frame.mapped, &frame, sizeof(frame));
  writeObjects(slot, now, previous.value_or(now));
  writePoses(slot, now, previous.value_or(now));

  const auto ended = [&](const char* stage) {
    if (stage_hook_) stage_hook_(commands, stage);
  };
  recordShadows(commands, slot);
  if (look_.lamp_shadows && shadow_lamps_[0] != kNone) recordLampShadows(commands, slot);
  ended("shadows");
  recordGeometry(commands, slot, now);
  ended("geometry");
  recordOcclusion(commands, slot);
  ended("occlusion");
  recordResolve(commands);
  ended("tonemap");
  if (!look_.temporal_smoothing) return;
  recordGBuffer(commands, slot);
  smoothing_->record(commands, targets_);
  ended("smoothing");
}

void SceneRenderer::bindDraws(VkCommandBuffer commands, const Slot& slot) {
  const VkDeviceSize offset = 0;
  const VkBuffer vertices = gpu_scene_.vertexBuffer();
  vkCmdBindVertexBuffers(commands, 0, 1, &vertices, &offset);
  vkCmdBindIndexBuffer(commands, gpu_scene_.indexBuffer(), 0, VK_INDEX_TYPE_UINT32);
  vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, scene_pipeline_layout_.get(), 0, 1, &slot.set, 0,
                          nullptr);
}

void SceneRenderer::draw(VkCommandBuffer commands, const Slot& slot, const Draw& what, uint32_t object,
                         const ByShape* pipelines, Bound& bound) {
  const auto shape = static_cast<int>(what.shape);
  if (pipelines && shape != bound.shape) {
    vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, (*pipelines)[static_cast<size_t>(shape)].get());
    bound.shape = shape;
  }
  if (what.material != bound.material) {
    const VkDescriptorSet set = gpu_scene_.materialSet(what.material);
    vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, scene_pipeline_layout_.get(), 1, 1, &set, 0,
                            nullptr);
    bound.material = what.material;
  }
  const bool double_sided = scene_.materials[static_cast<size_t>(what.material)].double_sided;
  vkCmdSetCullMode(commands, double_sided ? VK_CULL_MODE_NONE : VK_CULL_MODE_BACK_BIT);
  vkCmdSetFrontFace(commands, slot.mirrored[object] ? VK_FRONT_FACE_CLOCKWISE : VK_FRONT_FACE_COUNTER_CLOCKWISE);
  vkCmdDrawIndexed(commands, what.index_count, 1, what.first_index, 0, object);
}

void SceneRenderer::recordShadows(VkCommandBuffer commands, const Slot& slot) {
  device_.beginLabel(commands, "shadow map");
  recordBarriers(commands, {imageBarrier(shadow_map_, kFragmentSampled, VK_IMAGE_LAYOUT_UNDEFINED, kDepthTests,
                                         VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL)});
  VkClearValue clear{};
  clear.depthStencil.depth = 1.0f;
  const VkRenderingAttachmentInfo depth =
      attachment(shadow_map_, VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL, VK_ATTACHMENT_LOAD_OP_CLEAR, clear);
  const auto drawn = static_cast<uint32_t>(std::count_if(shadows_.begin(), shadows_.end(), [](const ShadowFit& fit) { return fit.texel_size > 0.0f; }));
  beginRendering(commands, kShadowResolution, drawn * kShadowResolution, {}, &depth);
  vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, shadow_.get());
  bindDraws(commands, slot);
  const bool night = environment_.sun_color == glm::vec3(0.0f);  // nobody looks at the map then
  for (uint32_t cascade = 0; cascade < drawn && !night; ++cascade) {
    setTile(commands, {0, static_cast<int32_t>(cascade * kShadowResolution)}, kShadowResolution);
    vkCmdPushConstants(commands, scene_pipeline_layout_.get(), VK_SHADER_STAGE_VERTEX_BIT, 0, sizeof cascade, &cascade);
    drawCasters(commands, slot, &shadows_[cascade]);
  }
  vkCmdEndRendering(commands);
  recordBarriers(commands, {imageBarrier(shadow_map_, kDepthTests, VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL,
                                         kFragmentSampled, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
  device_.endLabel(commands);
}

// Water throws no shadow on itself, and what gives no account of light (unlit) throws none either; nor does what glows,
// such as a bulb or a shade, of lamps (no `sun`). Of the sun, what cannot reach into the map is left out.
void SceneRenderer::drawCasters(VkCommandBuffer commands, const Slot& slot, const ShadowFit* sun) {
  Bound bound;
  uint32_t object = 0;
  for (const Draw& what : gpu_scene_.opaque()) {
    const Material& material = scene_.materials[static_cast<size_t>(what.material)];
    const bool lit = (material.shading == Shading::Standard || material.shading == Shading::Foliage) &&
                     what.shape == Shape::Triangles;
    const bool glows = !sun && material.emissive != glm::vec3(0.0f);
    const bool reaches = !sun || reachesInto(*sun, slot.places[object]);
    if (lit && !glows && reaches) draw(commands, slot, what, object, nullptr, bound);
    ++object;
  }
}

void SceneRenderer::recordLampShadows(VkCommandBuffer commands, const Slot& slot) {
  device_.beginLabel(commands, "shadows of lamps");
  recordBarriers(commands, {imageBarrier(lamp_shadow_map_, kFragmentSampled, VK_IMAGE_LAYOUT_UNDEFINED, kDepthTests,
                                         VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL)});
  VkClearValue clear{};
  clear.depthStencil.depth = 1.0f;
  const VkRenderingAttachmentInfo depth =
      attachment(lamp_shadow_map_, VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL, VK_ATTACHMENT_LOAD_OP_CLEAR, clear);
  beginRendering(commands, lamp_shadow_map_.width, lamp_shadow_map_.height, {}, &depth);
  vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, lamp_shadow_.get());
  bindDraws(commands, slot);
  for (uint32_t lamp = 0; lamp < kShadowLamps && shadow_lamps_[lamp] != kNone; ++lamp) {
    const bool spot = scene_.lights[static_cast<size_t>(shadow_lamps_[lamp])].kind == LightKind::Spot;
    for (uint32_t face = 0; face < (spot ? 1 : kLampTiles); ++face) {
      setTile(commands, {static_cast<int32_t>(face * kLampTileSize), static_cast<int32_t>(lamp * kLampTileSize)},
              kLampTileSize);
      const uint32_t tile = lamp * kLampTiles + face;
      vkCmdPushConstants(commands, scene_pipeline_layout_.get(), VK_SHADER_STAGE_VERTEX_BIT, 0, sizeof tile, &tile);
      drawCasters(commands, slot, nullptr);
    }
  }
  vkCmdEndRendering(commands);
  recordBarriers(commands, {imageBarrier(lamp_shadow_map_, kDepthTests, VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL,
                                         kFragmentSampled, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
  device_.endLabel(commands);
}

void SceneRenderer::recordGeometry(VkCommandBuffer commands, const Slot& slot, const FrameView& now) {
  device_.beginLabel(commands, "geometry");
  const auto discard = [](const Image& image) {
    return imageBarrier(image, kFragmentSampled, VK_IMAGE_LAYOUT_UNDEFINED, kColorOutput,
                        VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL);
  };
  recordBarriers(commands, {discard(samples_[0]), discard(samples_[1]), discard(samples_[2]), discard(samples_[3]),
                            discard(samples_[4]), discard(samples_[5]),
                            imageBarrier(depth_buffer_, kDepthTests, VK_IMAGE_LAYOUT_UNDEFINED, kDepthTests,
                                         VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL)});
  // The sky covers every sample that no surface does, so nothing but depth is cleared.
  std::array<VkRenderingAttachmentInfo, 6> colors{};
  for (size_t i = 0; i < colors.size(); ++i) {
    colors[i] = attachment(samples_[i], VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_ATTACHMENT_LOAD_OP_DONT_CARE, {});
  }
  const VkRenderingAttachmentInfo depth =
      attachment(depth_buffer_, VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL, VK_ATTACHMENT_LOAD_OP_CLEAR, {});
  beginRendering(commands, width_, height_, colors, &depth);

  bindDraws(commands, slot);
  Bound bound;
  uint32_t object = 0;
  for (const Draw& what : gpu_scene_.opaque()) draw(commands, slot, what, object++, &opaque_, bound);

  vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, sky_.get());
  drawFullscreen(commands);

  // Far to near, by the middle of each primitive.
  const auto& blended = gpu_scene_.blended();
  auto& order = order_;
  order.clear();
  for (uint32_t i = 0; i < blended.size(); ++i) {
    const glm::mat4& world = now.pose->world[static_cast<size_t>(blended[i].node)];
    const glm::vec4 view = now.camera.view * world * glm::vec4(blended[i].center, 1.0f);
    order.emplace_back(view.z, i);
  }
  std::sort(order.begin(), order.end());
  for (const ByShape* pipelines : {&blended_, &blended_owners_}) {
    bound.shape = kNone;
    for (const auto& [z, i] : order) draw(commands, slot, blended[i], object + i, pipelines, bound);
  }
  vkCmdEndRendering(commands);
  const auto sampled = [](const Image& image) {
    return imageBarrier(image, kColorOutput, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, kFragmentSampled,
                        VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
  };
  recordBarriers(commands, {sampled(samples_[0]), sampled(samples_[1]), sampled(samples_[2]), sampled(samples_[3]),
                            sampled(samples_[4]), sampled(samples_[5])});
  device_.endLabel(commands);
}

void SceneRenderer::recordOcclusion(VkCommandBuffer commands, const Slot& slot) {
  device_.beginLabel(commands, "ambient occlusion");
  const auto begin = [&](const Image& image) {
    recordBarriers(commands, {imageBarrier(image, kFragmentSampled, VK_IMAGE_LAYOUT_UNDEFINED, kColorOutput,
                                           VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL)});
    const std::array colors = {
        attachment(image, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_ATTACHMENT_LOAD_OP_DONT_CARE, {})};
    beginRendering(commands, image.width, image.height, colors, nullptr);
  };
  const auto end = [&](const Image& image) {
    vkCmdEndRendering(commands);
    recordBarriers(commands, {imageBarrier(image, kColorOutput, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                                           kFragmentSampled, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
  };
  if (look_.ambient_occlusion) {
    begin(noisy_openness_);
    vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, occlusion_.get());
    const std::array sets = {slot.set, resolve_set_};
    vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, occlusion_pipeline_layout_.get(), 0,
                            static_cast<uint32_t>(sets.size()), sets.data(), 0, nullptr);
    drawFullscreen(commands);
    end(noisy_openness_);
  }
  begin(openness_);  // the resolve wants it readable even where it reads nothing of it
  if (look_.ambient_occlusion) {
    vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, blur_.get());
    vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, blur_pipeline_layout_.get(), 0, 1, &blur_set_, 0,
                            nullptr);
    drawFullscreen(commands);
  }
  end(openness_);
  device_.endLabel(commands);
}

void SceneRenderer::recordResolve(VkCommandBuffer commands) {
  device_.beginLabel(commands, "resolve and tonemap");
  const bool smooth = look_.temporal_smoothing;
  const std::array<const Image*, 7> targets = {smooth ? &smoothing_->color() : &targets_.color,
                              &targets_.depth,
                              &targets_.normal,
                              &targets_.motion,
                              &targets_.base_color,
                              &targets_.object,
                              smooth ? &smoothing_->hdr() : &targets_.hdr};
  std::array<VkRenderingAttachmentInfo, targets.size()> colors{};
  for (size_t i = 0; i < targets.size(); ++i) {
    recordBarriers(commands, {imageBarrier(*targets[i], kTargetReaders, VK_IMAGE_LAYOUT_UNDEFINED, kColorOutput,
                                           VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL)});
    colors[i] = attachment(*targets[i], VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_ATTACHMENT_LOAD_OP_DONT_CARE, {});
  }
  beginRendering(commands, width_, height_, colors, nullptr);
  vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, resolve_.get());
  vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, resolve_pipeline_layout_.get(), 0, 1,
                          &resolve_set_, 0, nullptr);
  const ResolveConstants constants{environment_.exposure * std::exp2(look_.exposure_stops),
                                   static_cast<uint32_t>(look_.tonemap), look_.ambient_occlusion ? 1u : 0u};
  vkCmdPushConstants(commands, resolve_pipeline_layout_.get(), VK_SHADER_STAGE_FRAGMENT_BIT, 0, sizeof(constants),
                     &constants);
  drawFullscreen(commands);
  vkCmdEndRendering(commands);
  handToReaders(commands, targets);
  device_.endLabel(commands);
}

// All but colour, at one sample a pixel: what was resolved is of a frame that was drawn beside the pixels' middles.
void SceneRenderer::recordGBuffer(VkCommandBuffer commands, const Slot& slot) {
  device_.beginLabel(commands, "G-buffer");
  // The shader's first output is masked; the smoothing writes what is attached there.
  const std::array targets = {&targets_.hdr,    &targets_.depth,      &targets_.normal,
                              &targets_.motion, &targets_.base_color, &targets_.object};
  std::array<VkRenderingAttachmentInfo, targets.size()> colors{};
  for (size_t i = 0; i < targets.size(); ++i) {
    recordBarriers(commands, {imageBarrier(*targets[i], kTargetReaders, VK_IMAGE_LAYOUT_UNDEFINED, kColorOutput,
                                           VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL)});
    colors[i] = attachment(*targets[i], VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_ATTACHMENT_LOAD_OP_DONT_CARE, {});
  }
  recordBarriers(commands, {imageBarrier(smoothing_->depthBuffer(), kDepthTests, VK_IMAGE_LAYOUT_UNDEFINED, kDepthTests,
                                         VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL)});
  const VkRenderingAttachmentInfo depth =
      attachment(smoothing_->depthBuffer(), VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL, VK_ATTACHMENT_LOAD_OP_CLEAR, {});
  beginRendering(commands, width_, height_, colors, &depth);
  bindDraws(commands, slot);
  Bound bound;
  uint32_t object = 0;
  for (const auto* draws : {&gpu_scene_.opaque(), &gpu_scene_.blended()}) {
    for (const Draw& what : *draws) draw(commands, slot, what, object++, &g_buffer_, bound);
  }
  vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, g_buffer_sky_.get());
  drawFullscreen(commands);
  vkCmdEndRendering(commands);
  handToReaders(commands, targets);
  device_.endLabel(commands);
}

}  // namespace impasto::render
