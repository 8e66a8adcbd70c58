// The sun's orthographic views of what the camera sees: the farthest covers all that has shadows, each nearer one a
// quarter of its extent, as long as texels are coarse; so that shadows at the camera's feet are sharp in large scenes too.
#pragma once

#include <array>
#include <cstdint>

#include "renderer/camera.h"

namespace impasto::render {

inline constexpr uint32_t kShadowCascades = 3;  // also in shaders/renderer/lighting.glsl

struct ShadowFit {
  glm::mat4 matrix{1.0f};   // world to shadow map: xy in [0, 1], z in [0, 1] away from the sun
  float texel_size = 0.0f;  // one texel in world units; 0: the map is not drawn
  float half_extent = 0.0f; // of the square that it covers, world units
};

// Farthest first. It covers everything within `shadow_distance` of the camera, or the whole scene if that is smaller or
// the distance is 0; the others begin at the camera. Extents do not depend on where the camera is, and views are snapped
// to whole texels, so that shadow edges stand still when the camera moves.
std::array<ShadowFit, kShadowCascades> fitShadows(const Bounds& scene, const CameraView& camera, float aspect,
                                                  const glm::vec3& to_sun, float shadow_distance, uint32_t resolution);

}  // namespace impasto::render
