// The structs of shaders/renderer/frame.glsl as the CPU writes them.
#pragma once

#include <cstdint>

#include "renderer/maths.h"

namespace impasto::render {

struct GpuFrame {
  glm::mat4 view, view_projection, previous_view_projection, inverse_view_projection, shadow_matrix;
  glm::vec4 camera, to_sun, sun_color, zenith_color, horizon_color, ground_color, times;
  glm::vec2 extent, pad;
};
static_assert(sizeof(GpuFrame) == 5 * 64 + 7 * 16 + 16);

struct GpuObject {
  glm::mat4 model, previous_model, normal_matrix;
  uint32_t material;
  int32_t joint_offset, previous_joint_offset;
  uint32_t pad;
};
static_assert(sizeof(GpuObject) == 3 * 64 + 16);

struct GpuMaterial {
  glm::vec4 base_color, emissive, uv_row0, uv_row1;
  float roughness, metallic, alpha_cutoff;
  uint32_t alpha_mode, shading, deformation, has_normal_map, pad;
};
static_assert(sizeof(GpuMaterial) == 96);

}  // namespace impasto::render
