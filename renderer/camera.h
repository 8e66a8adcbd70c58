// Where the picture is taken from.
#pragma once

#include <cstdint>

#include "renderer/scene/pose.h"
#include "renderer/scene/scene.h"

namespace impasto::render {

class Occupancy;

struct CameraView {
  glm::mat4 view{1.0f};  // world to view, looking down -Z
  float vertical_fov = 0.9f;
  float near_plane = 0.1f;

  glm::vec3 position() const { return glm::vec3(glm::inverse(view)[3]); }

  // View to clip: Vulkan's Y down, depth reversed (1 at the near plane) and infinite, so that precision follows scale.
  glm::mat4 projection(float aspect) const;
};

CameraView lookAt(const glm::vec3& position, const glm::vec3& target, float vertical_fov, float near_plane);

// As near as all of a box can be seen in a picture of this aspect (width / height), from the front, above and the
// right.
CameraView frameBounds(const Bounds& bounds, float aspect);

// The scene's camera `index` if it has one; otherwise one that frames what the scene shows, as near as every vertex
// allows. A hundredth of the surface that lies far away from the rest (a stray plane, a backdrop's rim) is not waited
// for.
CameraView sceneCamera(const Scene& scene, const Pose& pose, float aspect, int index = 0);

// A walk through the scene's viewpoints (or around what it shows): a new place for every `clip`, a slow move within it
// as `t` goes from 0 to 1. Of places around a scene, one is taken that has room before it: not inside or behind a wall.
// The same numbers give the same view.
CameraView tourCamera(const Scene& scene, const Bounds& bounds, uint32_t clip, float t,
                      const Occupancy* occupancy = nullptr);

}  // namespace impasto::render
