#include "renderer/lamp_shadows.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace impasto::render {
namespace {

// Faces of a cube: +X, -X, +Y, -Y, +Z, -Z, as lamp_shadows.glsl chooses them.
struct Face {
  glm::vec3 along, up;
};
constexpr std::array<Face, kLampTiles> kFaces = {{{{1, 0, 0}, {0, 1, 0}},
                                                  {{-1, 0, 0}, {0, 1, 0}},
                                                  {{0, 1, 0}, {0, 0, 1}},
                                                  {{0, -1, 0}, {0, 0, 1}},
                                                  {{0, 0, 1}, {0, 1, 0}},
                                                  {{0, 0, -1}, {0, 1, 0}}}};

}  // namespace

std::array<int, kShadowLamps> shadowLamps(const Scene& scene) {
  std::vector<std::pair<float, int>> order;
  for (size_t i = 0; i < scene.lights.size(); ++i) {
    const Light& light = scene.lights[i];
    if (light.kind == LightKind::Directional) continue;
    order.emplace_back(-std::max({light.color.r, light.color.g, light.color.b}), static_cast<int>(i));
  }
  std::sort(order.begin(), order.end());
  std::array<int, kShadowLamps> lamps;
  lamps.fill(kNone);
  for (size_t i = 0; i < std::min(order.size(), lamps.size()); ++i) lamps[i] = order[i].second;
  return lamps;
}

uint32_t lampViews(const Light& light, const glm::mat4& world, float reach, std::span<glm::mat4, kLampTiles> views) {
  const float near = reach * 0.01f;
  const bool spot = light.kind == LightKind::Spot;
  const float half = spot ? std::min(light.outer_angle, 1.5f) : glm::radians(45.0f);
  const float scale = 1.0f / std::tan(half);
  glm::mat4 projection(0.0f);  // looks along -Z; Vulkan's, y down
  projection[0][0] = scale;
  projection[1][1] = -scale;
  projection[2][2] = -reach / (reach - near);
  projection[2][3] = -1.0f;
  projection[3][2] = -reach * near / (reach - near);
  const glm::vec3 place(world[3]);
  const auto look = [&](const glm::vec3& along, const glm::vec3& up) {
    return projection * glm::lookAt(place, place + along, up);
  };
  if (!spot) {
    for (size_t i = 0; i < views.size(); ++i) views[i] = look(kFaces[i].along, kFaces[i].up);
    return kLampTiles;
  }
  const glm::vec3 axis = -glm::vec3(world[2]);
  const glm::vec3 along = glm::length(axis) > 0.0f ? glm::normalize(axis) : glm::vec3(0, -1, 0);
  views[0] = look(along, std::abs(along.y) > 0.99f ? glm::vec3(1, 0, 0) : glm::vec3(0, 1, 0));
  return 1;
}

}  // namespace impasto::render
