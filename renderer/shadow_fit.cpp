#include "renderer/shadow_fit.h"

#include <algorithm>
#include <cmath>

namespace impasto::render {

ShadowFit fitShadow(const Bounds& scene, const CameraView& camera, float aspect, const glm::vec3& to_sun,
                    float shadow_distance, uint32_t resolution) {
  const float scene_radius = scene.empty() ? 1.0f : std::max(scene.radius(), 1e-10f);
  glm::vec3 center = scene.empty() ? glm::vec3(0.0f) : scene.center();
  float radius = scene_radius;
  if (shadow_distance > 0.0f) {
    // The smallest sphere around the view cone's slice up to the distance (its axis holds the centre).
    const float tan_y = std::tan(camera.vertical_fov * 0.5f);
    const float tan_2 = tan_y * tan_y * (1.0f + aspect * aspect);
    const float along = std::min(shadow_distance * (1.0f + tan_2) * 0.5f, shadow_distance);
    const float slice_radius =
        std::sqrt((shadow_distance - along) * (shadow_distance - along) + shadow_distance * shadow_distance * tan_2);
    const float enclosing = std::max(slice_radius, along);
    if (enclosing < scene_radius) {
      const glm::mat4 world = glm::inverse(camera.view);
      center = glm::vec3(world[3]) - glm::vec3(world[2]) * along;
      radius = enclosing;
    }
  }
  const glm::vec3 up = std::abs(to_sun.y) > 0.99f ? glm::vec3(1.0f, 0.0f, 0.0f) : glm::vec3(0.0f, 1.0f, 0.0f);
  const glm::mat4 rotation = glm::lookAt(glm::vec3(0.0f), -to_sun, up);
  glm::vec3 placed = glm::vec3(rotation * glm::vec4(center, 1.0f));
  const float texel = 2.0f * radius / static_cast<float>(resolution);
  placed.x = std::floor(placed.x / texel) * texel;
  placed.y = std::floor(placed.y / texel) * texel;

  const float back = std::max(radius, std::min(scene_radius, radius * 2.0f));  // towards the sun: casters outside
  ShadowFit fit;
  fit.texel_size = texel;
  fit.matrix = glm::mat4(0.0f);
  fit.matrix[0][0] = fit.matrix[1][1] = 0.5f / radius;
  fit.matrix[2][2] = -1.0f / (radius + back);
  fit.matrix[3] = glm::vec4(0.5f - placed.x * 0.5f / radius, 0.5f - placed.y * 0.5f / radius,
                            (placed.z + back) / (radius + back), 1.0f);
  fit.matrix = fit.matrix * rotation;
  return fit;
}

}  // namespace impasto::render
