#include "pass/fill_constants.h"

#include <cmath>

#include "pass/image_formats.h"

namespace impasto {
namespace {

uint32_t extended(uint32_t extent, uint32_t alignment) noexcept {
  return (extent + alignment - 1) / alignment * alignment;
}

shaders::ivec4 pair(const VkOffset2D& first, const VkOffset2D& second) noexcept {
  return {first.x, first.y, second.x, second.y};
}

}  // namespace

CompositeSettings compositeSettings(const PassSettings& pass, const FrameSettings& frame) noexcept {
  CompositeSettings settings;
  settings.input = pass.input_encoding;
  settings.output = pass.output_encoding;
  settings.same_format = pass.input_format == pass.output_format;
  settings.exposure = frame.exposure;
  settings.paper_white = pass.paper_white;
  settings.largest_output = largestValue(pass.output_format);
  settings.strength = frame.controls.strength;
  settings.color_preservation = frame.controls.color_preservation;
  settings.detail = frame.controls.detail;
  return settings;
}

ReprojectSettings reprojectSettings(const PassSettings& pass, const FrameSettings& frame, uint32_t layer,
                                    const PreviousFrame& previous) noexcept {
  ReprojectSettings settings;
  settings.motion_scale = frame.motion_scale;
  const Camera& camera = frame.cameras[layer];
  const Camera& before = previous.cameras[layer];
  if (pass.motion_jittered) {
    settings.motion_offset = {camera.jitter[0] - before.jitter[0], camera.jitter[1] - before.jitter[1]};
  }
  settings.expected = expectedDepth(camera, before, frame.width, frame.height, frame.depth_scale);
  settings.temporal_weight = frame.controls.temporal_weight;
  return settings;
}

shaders::FrameConstants frameConstants(const PassSettings& pass, const FrameSettings& frame, uint32_t layer,
                                       uint32_t alignment, const PreviousFrame* previous,
                                       std::span<const float> style_vector) noexcept {
  const CompositeSettings composite = compositeSettings(pass, frame);
  shaders::FrameConstants constants{};
  constants.extent = {frame.width, frame.height, extended(frame.width, alignment), extended(frame.height, alignment)};
  constants.color_output = pair(frame.color_offset, frame.output_offset);
  constants.mask_depth = pair(frame.mask_offset, frame.depth_offset);
  constants.normals_motion = pair(frame.normals_offset, frame.motion_offset);
  constants.given = {frame.has_mask, 0, 0, 0};
  constants.controls = {frame.controls.strength, frame.controls.color_preservation, frame.controls.detail,
                        frame.controls.temporal_weight};
  constants.color = {composite.inputScale(), composite.outputScale(), std::log2(frame.exposure),
                     composite.largest_output};
  constants.depth = {1.0f, 0.0f, 0.0f, 0.0f};
  if (frame.has_depth) constants.depth = {frame.depth.a, frame.depth.b, frame.depth.c, frame.depth.d};
  const Matrix3 to_view =
      pass.normal_space == NormalSpace::World && frame.has_normals ? rotationOf(frame.cameras[layer].view) : kIdentity3;
  for (size_t row = 0; row < 3 && frame.has_normals; ++row) {
    constants.normal_rows[row] = {to_view[row][0], to_view[row][1], to_view[row][2], 0.0f};
  }
  constants.previous = {-1.0f, -1.0f, -1.0f, -1.0f};
  if (previous) {
    const ReprojectSettings reproject = reprojectSettings(pass, frame, layer, *previous);
    const float width = static_cast<float>(previous->width), height = static_cast<float>(previous->height);
    constants.motion = {reproject.motion_scale[0], reproject.motion_scale[1], reproject.motion_offset[0],
                        reproject.motion_offset[1]};
    constants.previous = {width, height, width / static_cast<float>(frame.width),
                          height / static_cast<float>(frame.height)};
    constants.previous_known = {previous->has_depth && frame.has_depth ? 1.0f : 0.0f, 0.0f, 0.0f, 0.0f};
    const ExpectedDepth& expected = reproject.expected;
    constants.expected_scale = {expected.scale[0], expected.scale[1], expected.scale[2], 0.0f};
    constants.expected_offset = {expected.offset[0], expected.offset[1], expected.offset[2], 0.0f};
  }
  for (size_t i = 0; i < style_vector.size(); i += 4) {
    const auto value = [&](size_t k) { return i + k < style_vector.size() ? style_vector[i + k] : 0.0f; };
    constants.style_vector[i / 4] = {value(0), value(1), value(2), value(3)};
  }
  return constants;
}

}  // namespace impasto
