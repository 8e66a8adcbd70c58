#include "renderer/camera.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <tuple>
#include <vector>

#include "renderer/occupancy.h"

namespace impasto::render {
namespace {

// Of a scene that is a single point.
constexpr float kLeastRadius = 1e-10f;

// Of a camera that frames something by itself.
constexpr float kFramingFov = 0.75f;
const glm::vec3 kFramingSide(0.62f, 0.42f, 1.0f);

// From kFramingSide, as near as all points allow.
CameraView framed(const std::vector<glm::vec3>& points, const glm::vec3& center, float radius, float aspect) {
  const glm::vec3 from = glm::normalize(kFramingSide);
  const glm::mat3 axes = glm::transpose(glm::mat3(glm::lookAt(from, glm::vec3(0.0f), glm::vec3(0.0f, 1.0f, 0.0f))));
  const float tan_y = std::tan(kFramingFov * 0.5f), tan_x = tan_y * aspect;
  float distance = radius * 0.05f;
  for (const glm::vec3& point : points) {
    const glm::vec3 arm = point - center;
    const float across = std::abs(glm::dot(axes[0], arm)), up = std::abs(glm::dot(axes[1], arm));
    distance = std::max(distance, glm::dot(axes[2], arm) + std::max(across / tan_x, up / tan_y));
  }
  return lookAt(center + from * (distance * 1.04f), center, kFramingFov, radius * 0.01f);
}

struct Triangle {
  std::array<glm::vec3, 3> corners;
  float area = 0.0f;
  float middle(int axis) const { return (corners[0][axis] + corners[1][axis] + corners[2][axis]) / 3.0f; }
};

// The interval of an axis that holds all but kStray of the surface at each end.
std::pair<float, float> coreOf(std::vector<Triangle>& triangles, int axis, float whole_area) {
  constexpr float kStray = 0.005f;
  std::sort(triangles.begin(), triangles.end(),
            [&](const Triangle& a, const Triangle& b) { return a.middle(axis) < b.middle(axis); });
  float low = triangles.front().middle(axis), high = triangles.back().middle(axis), area = 0.0f;
  for (const Triangle& triangle : triangles) {
    const float before = area;
    area += triangle.area;
    if (before <= whole_area * kStray) low = triangle.middle(axis);
    if (before <= whole_area * (1.0f - kStray)) high = triangle.middle(axis);
  }
  return {low, high};
}

// The corners of all triangles, without the few that lie far off if there are such.
std::vector<glm::vec3> shownPoints(const Scene& scene, const Pose& pose) {
  std::vector<Triangle> triangles;
  Bounds all;
  float whole_area = 0.0f;
  for (size_t n = 0; n < scene.nodes.size(); ++n) {
    if (scene.nodes[n].mesh == kNone) continue;
    for (const Primitive& primitive : scene.meshes[static_cast<size_t>(scene.nodes[n].mesh)].primitives) {
      const uint32_t corners = 3 - static_cast<uint32_t>(primitive.shape);
      for (uint32_t i = 0; i + corners <= primitive.index_count; i += corners) {
        Triangle triangle;  // lines and points have no area
        for (uint32_t c = 0; c < 3; ++c) {
          const uint32_t index = primitive.first_index + i + std::min(c, corners - 1);
          triangle.corners[c] = placedVertex(scene, pose, n, primitive, scene.indices[index]);
          all.add(triangle.corners[c]);
        }
        triangle.area = 0.5f * glm::length(glm::cross(triangle.corners[1] - triangle.corners[0],
                                                      triangle.corners[2] - triangle.corners[0]));
        whole_area += triangle.area;
        triangles.push_back(triangle);
      }
    }
  }
  std::vector<glm::vec3> points;
  if (triangles.empty()) return points;
  Bounds core;
  for (int axis = 0; axis < 3; ++axis) {
    std::tie(core.low[axis], core.high[axis]) = coreOf(triangles, axis, whole_area);
  }
  // Only what is clearly apart is left out: most scenes have nothing of the kind.
  constexpr float kApart = 0.6f;
  const bool strays = whole_area > 0.0f && triangles.size() >= 100 && core.radius() < all.radius() * kApart;
  const glm::vec3 margin = (core.high - core.low) * 0.15f + core.radius() * 0.05f;
  for (const Triangle& triangle : triangles) {
    for (const glm::vec3& corner : triangle.corners) {
      const bool inside = glm::all(glm::greaterThanEqual(corner, core.low - margin)) &&
                          glm::all(glm::lessThanEqual(corner, core.high + margin));
      if (!strays || inside) points.push_back(corner);
    }
  }
  return points;
}

}  // namespace

namespace {

constexpr float kEnoughRoom = 0.25f;  // of the scene's radius, before a tour's camera

// The least clear way towards the picture's middle and its quarters.
float roomBefore(const Occupancy& occupancy, const glm::vec3& from, const glm::vec3& to, float most) {
  const glm::mat3 axes = glm::mat3(glm::inverse(glm::lookAt(from, to, glm::vec3(0.0f, 1.0f, 0.0f))));
  float least = most;
  for (const glm::vec2 aside : {glm::vec2(0, 0), {0.3f, 0.2f}, {-0.3f, 0.2f}, {0.3f, -0.2f}, {-0.3f, -0.2f}}) {
    const glm::vec3 ray = glm::normalize(axes[0] * aside.x + axes[1] * aside.y - axes[2]);
    least = std::min(least, occupancy.clearWay(from, ray, most));
  }
  return least;
}

}  // namespace

CameraView frameBounds(const Bounds& bounds, float aspect) {
  std::vector<glm::vec3> corners;
  const glm::vec3 half = bounds.empty() ? glm::vec3(1.0f) : (bounds.high - bounds.low) * 0.5f;
  const glm::vec3 center = bounds.empty() ? glm::vec3(0.0f) : bounds.center();
  for (int corner = 0; corner < 8; ++corner) {
    corners.push_back(center + half * glm::vec3((corner & 1) ? 1.0f : -1.0f, (corner & 2) ? 1.0f : -1.0f,
                                                (corner & 4) ? 1.0f : -1.0f));
  }
  return framed(corners, center, std::max(glm::length(half), kLeastRadius), aspect);
}

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
    world[3] += world[2] * camera.back;
    return {glm::inverse(world), camera.vertical_fov, camera.near_plane};
  }
  const std::vector<glm::vec3> points = shownPoints(scene, pose);
  if (points.empty()) return frameBounds({}, aspect);
  Bounds bounds;
  for (const glm::vec3& point : points) bounds.add(point);
  return framed(points, bounds.center(), std::max(bounds.radius(), kLeastRadius), aspect);
}

CameraView tourCamera(const Scene& scene, const Bounds& bounds, uint32_t clip, float t, const Occupancy* occupancy) {
  std::mt19937 random(clip * 2654435761u + 17u);
  const auto uniform = [&](float low, float high) {
    return low + (high - low) * (static_cast<float>(random() >> 8) / 16777216.0f);
  };
  const float radius = bounds.empty() ? 1.0f : std::max(bounds.radius(), kLeastRadius);
  glm::vec3 position(0.0f), target(0.0f);
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
    constexpr int kTries = 24;
    float most_room = -1.0f;
    for (int i = 0; i < (occupancy ? kTries : 1); ++i) {
      const float azimuth = uniform(0.0f, 6.2831853f), height = uniform(0.08f, 0.7f);
      const glm::vec3 side(std::cos(azimuth), height, std::sin(azimuth));
      const glm::vec3 from = bounds.center() + glm::normalize(side) * radius * uniform(0.7f, 2.2f);
      const glm::vec3 to =
          bounds.center() + glm::vec3(uniform(-0.3f, 0.3f), uniform(-0.15f, 0.15f), uniform(-0.3f, 0.3f)) * radius;
      const float room = occupancy ? roomBefore(*occupancy, from, to, radius * kEnoughRoom) : 0.0f;
      if (room <= most_room) continue;
      most_room = room;
      position = from;
      target = to;
      if (room >= radius * kEnoughRoom) break;
    }
  }
  const glm::vec3 drift =
      glm::vec3(uniform(-1.0f, 1.0f), uniform(-0.15f, 0.3f), uniform(-1.0f, 1.0f)) * (reach * 0.08f);
  return lookAt(position + drift * t, target, uniform(0.65f, 1.05f), std::min(radius * 0.002f, 0.2f));
}

}  // namespace impasto::render
