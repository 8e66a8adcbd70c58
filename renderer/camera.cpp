#include "renderer/camera.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace impasto::render {
namespace {

// Of a scene that is a single point.
constexpr float kLeastRadius = 1e-10f;

}  // namespace

glm::mat4 CameraView::projection(float aspect) const {
  const float f = 1.0f / std::tan(vertical_fov * 0.5f);
  glm::mat4 p(0.0f);
  p[0][0] = f / aspect;
  p[1][1] = -f;
  p[2][3] = -1.0f;
  p[3][2] = near_plane;
  return p;
}

CameraView lookAt(const glm::vec3& position, const glm::vec3& target, float vertical_fov, float near_plane) {
  const glm::vec3 direction = glm::normalize(target - position);
  const glm::vec3 up = std::abs(direction.y) > 0.999f ? glm::vec3(0.0f, 0.0f, -1.0f) : glm::vec3(0.0f, 1.0f, 0.0f);
  return {glm::lookAt(position, target, up), vertical_fov, near_plane};
}

CameraView sceneCamera(const Scene& scene, const Pose& pose, float aspect, int index) {
  if (index >= 0 && static_cast<size_t>(index) < scene.cameras.size()) {
    const SceneCamera& camera = scene.cameras[static_cast<size_t>(index)];
    glm::mat4 world = pose.world[static_cast<size_t>(camera.node)];
    for (int axis = 0; axis < 3; ++axis) {  // a view does not scale; nor does one whose node is shrunk to nothing
      const float length = glm::length(world[axis]);
      world[axis] = length > 0.0f ? world[axis] / length : glm::mat4(1.0f)[axis];
    }
    return {glm::inverse(world), camera.vertical_fov, camera.near_plane};
  }
  const Bounds bounds = worldBounds(scene, pose);
  const glm::vec3 center = bounds.empty() ? glm::vec3(0.0f) : bounds.center();
  const float radius = bounds.empty() ? 1.0f : std::max(bounds.radius(), kLeastRadius);
  constexpr float kFov = 0.75f;
  const glm::vec3 from = glm::normalize(glm::vec3(0.62f, 0.42f, 1.0f));
  // As near as all eight corners of the box allow.
  const glm::mat3 axes = glm::transpose(glm::mat3(glm::lookAt(from, glm::vec3(0.0f), glm::vec3(0.0f, 1.0f, 0.0f))));
  const glm::vec3 half = bounds.empty() ? glm::vec3(1.0f) : (bounds.high - bounds.low) * 0.5f;
  const float tan_y = std::tan(kFov * 0.5f), tan_x = tan_y * aspect;
  float distance = radius * 0.05f;
  for (int corner = 0; corner < 8; ++corner) {
    const glm::vec3 point =
        half * glm::vec3((corner & 1) ? 1.0f : -1.0f, (corner & 2) ? 1.0f : -1.0f, (corner & 4) ? 1.0f : -1.0f);
    const float across = std::abs(glm::dot(axes[0], point)), up = std::abs(glm::dot(axes[1], point));
    distance = std::max(distance, glm::dot(axes[2], point) + std::max(across / tan_x, up / tan_y));
  }
  return lookAt(center + from * (distance * 1.04f), center, kFov, radius * 0.01f);
}

CameraView tourCamera(const Scene& scene, const Bounds& bounds, uint32_t clip, float t) {
  std::mt19937 random(clip * 2654435761u + 17u);
  const auto uniform = [&](float low, float high) {
    return low + (high - low) * (static_cast<float>(random() >> 8) / 16777216.0f);
  };
  const float radius = bounds.empty() ? 1.0f : std::max(bounds.radius(), kLeastRadius);
  glm::vec3 position, target;
  float reach = radius;  // the size of what is looked at, for how far the camera wanders
  if (!scene.viewpoints.empty()) {
    const Scene::Viewpoint& place = scene.viewpoints[clip % scene.viewpoints.size()];
    position = place.position;
    target = place.target;
    reach = glm::length(target - position) * 0.5f;
    // The same places, seen again, are stood at and looked at a little differently.
    if (clip >= scene.viewpoints.size()) {
      position +=
          glm::vec3(uniform(-1.0f, 1.0f), uniform(0.0f, 0.4f), uniform(-1.0f, 1.0f)) * std::min(reach * 0.15f, 3.0f);
      target += glm::vec3(uniform(-1.0f, 1.0f), uniform(-0.3f, 0.4f), uniform(-1.0f, 1.0f)) * (reach * 0.5f);
    }
  } else {
    const float azimuth = uniform(0.0f, 6.2831853f), height = uniform(0.08f, 0.7f);
    const glm::vec3 from(std::cos(azimuth), height, std::sin(azimuth));
    position = bounds.center() + glm::normalize(from) * radius * uniform(0.7f, 2.2f);
    target = bounds.center() + glm::vec3(uniform(-0.3f, 0.3f), uniform(-0.15f, 0.15f), uniform(-0.3f, 0.3f)) * radius;
  }
  const glm::vec3 drift =
      glm::vec3(uniform(-1.0f, 1.0f), uniform(-0.15f, 0.3f), uniform(-1.0f, 1.0f)) * (reach * 0.08f);
  return lookAt(position + drift * t, target, uniform(0.65f, 1.05f), std::min(radius * 0.002f, 0.2f));
}

}  // namespace impasto::render
