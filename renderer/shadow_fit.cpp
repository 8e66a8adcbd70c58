#include "renderer/shadow_fit.h"

#include <algorithm>
#include <cmath>

namespace impasto::render {
namespace {

constexpr float kCascadeRatio = 0.25f;  // of one cascade's extent to that of the next farther one
constexpr float kFineEnough = 0.025f;   // metres: a map with such texels needs no finer one before it

struct Sphere {
  glm::vec3 center{0.0f};
  float radius = 1.0f;
};

// The smallest sphere around the view cone up to a distance, its centre on the axis: how far along, and how large, both
// for a distance of 1.
struct ConeSphere {
  float along = 0.0f, radius = 0.0f;
};
ConeSphere aroundCone(const CameraView& camera, float aspect) {
  const float tan_y = std::tan(camera.vertical_fov * 0.5f);
  const float tan_2 = tan_y * tan_y * (1.0f + aspect * aspect);  // to the corner
  if (tan_2 > 1.0f) return {1.0f, std::sqrt(tan_2)};
  return {0.5f * (1.0f + tan_2), 0.5f * (1.0f + tan_2)};
}

bool touches(const Bounds& box, const Sphere& sphere) {
  return glm::length(glm::clamp(sphere.center, box.low, box.high) - sphere.center) < sphere.radius;
}

// Across as the sphere, along the sun's rays through the whole scene: the corners of a large triangle that the map sees
// only a part of must keep their depths. (32-bit depths tell a 16 millionth of that apart.)
ShadowFit fitSphere(const Sphere& sphere, const Sphere& whole, const glm::mat4& rotation, uint32_t resolution) {
  constexpr float kMargin = 1.1f;  // what moves may leave the box
  glm::vec3 placed = glm::vec3(rotation * glm::vec4(sphere.center, 1.0f));
  ShadowFit fit;
  fit.half_extent = sphere.radius;
  fit.texel_size = 2.0f * sphere.radius / static_cast<float>(resolution);
  placed.x = std::floor(placed.x / fit.texel_size) * fit.texel_size;
  placed.y = std::floor(placed.y / fit.texel_size) * fit.texel_size;
  fit.matrix = glm::mat4(0.0f);
  fit.matrix[0][0] = fit.matrix[1][1] = 0.5f / sphere.radius;
  const float middle = (rotation * glm::vec4(whole.center, 1.0f)).z;
  const float reach = std::max(whole.radius, sphere.radius) * kMargin;
  fit.matrix[2][2] = -0.5f / reach;
  fit.matrix[3] = glm::vec4(0.5f - placed.x * 0.5f / sphere.radius, 0.5f - placed.y * 0.5f / sphere.radius,
                            0.5f + middle * 0.5f / reach, 1.0f);
  fit.matrix = fit.matrix * rotation;
  return fit;
}

}  // namespace

std::array<ShadowFit, kShadowCascades> fitShadows(const Bounds& scene, const CameraView& camera, float aspect,
                                                  const glm::vec3& to_sun, float shadow_distance, uint32_t resolution) {
  const glm::vec3 up = std::abs(to_sun.y) > 0.99f ? glm::vec3(1.0f, 0.0f, 0.0f) : glm::vec3(0.0f, 1.0f, 0.0f);
  const glm::mat4 rotation = glm::lookAt(glm::vec3(0.0f), -to_sun, up);
  const Sphere whole{scene.empty() ? glm::vec3(0.0f) : scene.center(),
                     scene.empty() ? 1.0f : std::max(scene.radius(), 1e-10f)};
  const ConeSphere cone = aroundCone(camera, aspect);
  const glm::mat4 world = glm::inverse(camera.view);
  const auto before = [&](float radius) {
    return Sphere{glm::vec3(world[3]) - glm::vec3(world[2]) * (radius * cone.along / cone.radius), radius};
  };
  const auto fitted = [&](const Sphere& sphere) { return fitSphere(sphere, whole, rotation, resolution); };

  Sphere farthest = whole;
  const float reached = shadow_distance * cone.radius;
  if (shadow_distance > 0.0f && reached < whole.radius) farthest = before(reached);
  std::array<ShadowFit, kShadowCascades> fits;
  fits[0] = fitted(farthest);
  float radius = farthest.radius;
  for (uint32_t i = 1; i < kShadowCascades; ++i) {
    radius *= kCascadeRatio;
    const Sphere sphere = before(radius);
    const bool fine = fits[i - 1].texel_size <= kFineEnough;  // or not there at all
    if (!fine && !scene.empty() && touches(scene, sphere)) {
      fits[i] = fitted(sphere);
    } else {
      fits[i].matrix = glm::mat4(0.0f);
      fits[i].matrix[3] = glm::vec4(-1.0f, -1.0f, -1.0f, 1.0f);  // nothing is inside
    }
  }
  return fits;
}

}  // namespace impasto::render
