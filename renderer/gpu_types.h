// The structs of shaders/renderer as the CPU writes them.
#pragma once

#include <array>
#include <cstdint>

#include "renderer/lamp_shadows.h"
#include "renderer/maths.h"
#include "renderer/shadow_fit.h"

namespace impasto::render {

inline constexpr uint32_t kTexturesPerMaterial = 5;  // base colour, emissive, normal, roughness, occlusion
inline constexpr uint32_t kMaxLights = 64;           // the nearest to the camera, if a scene has more

struct GpuFrame {
  glm::mat4 view, view_projection, previous_view_projection, inverse_view_projection;
  std::array<glm::mat4, kShadowCascades> shadow_matrices;
  glm::vec4 camera, to_sun, sun_color, zenith_color, horizon_color, ground_color, times, shadow_texels;
  std::array<glm::vec4, 9> irradiance;
  glm::vec2 extent, tan_half_fov;
  float occlusion_radius, map_intensity;
  uint32_t light_count;
  float map_levels;
  glm::vec2 jitter, pad;
  std::array<glm::mat4, kShadowLamps * kLampTiles> lamp_views;
};
static_assert(sizeof(GpuFrame) == (4 + 3 + 24) * 64 + 17 * 16 + 48);

struct GpuObject {
  glm::mat4 model, previous_model, normal_matrix;
  uint32_t material;
  int32_t joint_offset, previous_joint_offset;
  uint32_t id, first_morph, morph_targets, first_vertex, vertex_count, weights, previous_weights;
  std::array<uint32_t, 2> pad;
};
static_assert(sizeof(GpuObject) == 3 * 64 + 48);

struct GpuMaterial {
  glm::vec4 base_color, emissive;
  std::array<glm::vec4, 2 * kTexturesPerMaterial> uv_rows;
  float roughness, metallic, alpha_cutoff, occlusion_strength;
  uint32_t alpha_mode, shading, deformation, has_normal_map;
};
static_assert(sizeof(GpuMaterial) == 14 * 16);

struct GpuLight {
  glm::vec4 position, color, direction, cone;
};

// Push constants of resolve.frag.
struct ResolveConstants {
  float exposure;
  uint32_t tonemap, occluded;
};

struct GpuMorphDelta {
  glm::vec4 position, normal;
};

}  // namespace impasto::render
