// The sun's orthographic view of the part of a scene that the camera sees.
#pragma once

#include "renderer/camera.h"

namespace impasto::render {

struct ShadowFit {
  glm::mat4 matrix{1.0f};   // world to shadow map: xy in [0, 1], z in [0, 1] away from the sun
  float texel_size = 0.0f;  // one texel in world units
};

// Covers everything within `shadow_distance` of the camera, or the whole scene if it is smaller or the distance is 0.
// Snapped to whole texels, so that shadow edges stand still when the camera moves.
ShadowFit fitShadow(const Bounds& scene, const CameraView& camera, float aspect, const glm::vec3& to_sun,
                    float shadow_distance, uint32_t resolution);

}  // namespace impasto::render
