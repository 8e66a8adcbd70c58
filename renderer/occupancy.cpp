#include "renderer/occupancy.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace impasto::render {

Occupancy::Occupancy(const Scene& scene, const Pose& pose) : bounds_(worldBounds(scene, pose)) {
  constexpr float kAlongLongest = 96.0f;
  constexpr int kMostSteps = 64;  // across one triangle: huge ones are marked with gaps that rays still rarely pass
  if (bounds_.empty()) return;
  const glm::vec3 extent = bounds_.high - bounds_.low;
  size_ = std::max({extent.x, extent.y, extent.z, 1e-10f}) / kAlongLongest;
  count_ = glm::ivec3(extent / size_) + 1;
  marks_.resize(static_cast<size_t>(count_.x) * static_cast<size_t>(count_.y) * static_cast<size_t>(count_.z));
  for (size_t n = 0; n < scene.nodes.size(); ++n) {
    if (scene.nodes[n].mesh == kNone) continue;
    for (const Primitive& primitive : scene.meshes[static_cast<size_t>(scene.nodes[n].mesh)].primitives) {
      if (primitive.shape != Shape::Triangles) continue;
      for (uint32_t i = 0; i + 2 < primitive.index_count; i += 3) {
        std::array<glm::vec3, 3> corner;
        for (uint32_t c = 0; c < 3; ++c) {
          corner[c] = placedVertex(scene, pose, n, primitive, scene.indices[primitive.first_index + i + c]);
        }
        const glm::vec3 e1 = corner[1] - corner[0], e2 = corner[2] - corner[0];
        const float longest = std::max({glm::length(e1), glm::length(e2), glm::length(e2 - e1)});
        const int steps = std::clamp(static_cast<int>(longest / size_ * 1.5f) + 1, 1, kMostSteps);
        for (int a = 0; a <= steps; ++a) {
          for (int b = 0; a + b <= steps; ++b) {
            const glm::vec3 point =
                corner[0] + (e1 * static_cast<float>(a) + e2 * static_cast<float>(b)) / static_cast<float>(steps);
            const glm::ivec3 cell = glm::clamp(glm::ivec3((point - bounds_.low) / size_), glm::ivec3(0), count_ - 1);
            marks_[static_cast<size_t>((cell.z * count_.y + cell.y) * count_.x + cell.x)] = true;
          }
        }
      }
    }
  }
}

bool Occupancy::marked(const glm::vec3& point) const {
  const glm::vec3 place = (point - bounds_.low) / size_;
  if (!(place.x >= 0.0f && place.y >= 0.0f && place.z >= 0.0f)) return false;
  const glm::ivec3 cell(place);
  if (cell.x >= count_.x || cell.y >= count_.y || cell.z >= count_.z) return false;
  return marks_[static_cast<size_t>((cell.z * count_.y + cell.y) * count_.x + cell.x)];
}

float Occupancy::clearWay(const glm::vec3& from, const glm::vec3& direction, float most) const {
  for (float way = 0.0f; way < most; way += size_ * 0.5f) {
    if (marked(from + direction * way)) return way;
  }
  return most;
}

}  // namespace impasto::render
