// Where a scene's surfaces are, coarsely: for placing cameras that are not inside of things.
#pragma once

#include <vector>

#include "renderer/scene/pose.h"

namespace impasto::render {

// A grid of cubes over the scene's box, each marked if a triangle passes through it at the pose. Immutable.
class Occupancy {
 public:
  Occupancy(const Scene& scene, const Pose& pose);

  // How far one gets from `from` along `direction` (unit length) before a marked cube, at most `most`. 0 inside of one.
  float clearWay(const glm::vec3& from, const glm::vec3& direction, float most) const;
  float cubeSize() const noexcept { return size_; }

 private:
  bool marked(const glm::vec3& point) const;

  Bounds bounds_;
  float size_ = 1.0f;
  glm::ivec3 count_{0};
  std::vector<bool> marks_;
};

}  // namespace impasto::render
