// Cameras and lamps: what nodes hold beside meshes.
#include <algorithm>
#include <cmath>

#include "renderer/scene/gltf/readers.h"
#include "renderer/scene/pose.h"

namespace impasto::render::gltf {

namespace {

// A lens of a fifth of a degree: across as deep a scene as the picture is high, scale changes by a third of a percent.
// It is to show ymag at the middle of what there is, as far as that lies between its planes.
void readOrthographic(const Document& document, const Json& item, const std::string& name, Scene& scene, SceneCamera& camera) {
  const Json& orthographic = document.object(item, "orthographic");
  if (orthographic.empty()) {
    scene.warnings.push_back(name + " is neither a perspective nor an orthographic camera; left out");
    return;
  }
  constexpr float kFov = 0.0035f, kFarthest = 30000.0f;  // radians; units, for depths must fit into half floats
  const float height = document.number(orthographic, "ymag", 1.0f, name);
  const float near_plane = document.number(orthographic, "znear", 0.0f, name);
  const float far_plane = document.number(orthographic, "zfar", 100.0f, name);
  if (!(std::abs(height) > 1e-6f)) document.fail(name, "ymag is 0");
  if (!(near_plane >= 0.0f && far_plane > near_plane)) document.fail(name, "not 0 <= znear < zfar");
  const Pose pose = poseAt(scene, 0.0);
  const Bounds bounds = worldBounds(scene, pose);
  const glm::mat4& world = pose.world[static_cast<size_t>(camera.node)];
  const glm::vec3 axis(world[2]);
  const float length = glm::length(axis);
  const glm::vec3 backwards = length > 0.0f ? axis / length : glm::vec3(0, 0, 1);
  const float middle = bounds.empty() ? near_plane : glm::dot(glm::vec3(world[3]) - bounds.center(), backwards);
  const float focus = std::clamp(middle, near_plane, far_plane);
  const float distance = std::min(std::abs(height) / std::tan(kFov * 0.5f), kFarthest);
  camera.vertical_fov = 2.0f * std::atan(std::abs(height) / distance);
  camera.back = distance - focus;
  camera.near_plane = std::max(camera.back + near_plane, distance * 1e-3f);
  scene.cameras.push_back(camera);
}

}  // namespace

void readCameras(const Document& document, Scene& scene, const NodePlaces& places) {
  const auto& items = document.list("nodes");
  for (size_t n = 0; n < items.size(); ++n) {
    const std::string where = "node " + std::to_string(n);
    const auto index = document.index(items[n], "camera", "cameras", where);
    if (!index) continue;
    const Json& item = document.list("cameras")[*index];
    const Json& perspective = document.object(item, "perspective");
    SceneCamera camera;
    camera.name = document.text(item, "name");
    camera.node = places[n];
    if (perspective.empty()) {
      readOrthographic(document, item, "camera " + std::to_string(*index), scene, camera);
      continue;
    }
    const float fov = document.number(perspective, "yfov", 0.8f, where);
    const float near_plane = document.number(perspective, "znear", 0.1f, where);
    const std::string name = "camera " + std::to_string(*index);
    if (!(fov > 0.0f && fov < 3.1415f)) document.fail(name, "yfov is not an angle between 0 and pi");
    if (!(near_plane > 0.0f)) document.fail(name, "znear is not above 0");
    camera.vertical_fov = std::clamp(fov, 0.01f, 3.0f);
    camera.near_plane = std::max(near_plane, 1e-6f);
    scene.cameras.push_back(camera);
  }
}

// KHR_lights_punctual.
void readLights(const Document& document, Scene& scene, const NodePlaces& places) {
  const Json& extension = document.object(document.object(document.root(), "extensions"), "KHR_lights_punctual");
  const auto lights = extension.find("lights");
  if (lights == extension.end()) return;
  if (!lights->is_array()) document.fail("KHR_lights_punctual", "lights is not an array");
  const auto& items = document.list("nodes");
  for (size_t n = 0; n < items.size(); ++n) {
    const std::string where = "node " + std::to_string(n);
    const Json& used = document.object(document.object(items[n], "extensions"), "KHR_lights_punctual");
    if (used.empty()) continue;
    const size_t index = document.count(used, "light", 0, where);
    if (index >= lights->size() || !(*lights)[index].is_object()) {
      document.fail(
          where, "light is " + std::to_string(index) + ", but there are " + std::to_string(lights->size()) + " lights");
    }
    const Json& item = (*lights)[index];
    const std::string name = "light " + std::to_string(index), type = document.text(item, "type");
    Light light;
    light.name = document.text(item, "name");
    light.node = places[n];
    if (type == "directional") {
      light.kind = LightKind::Directional;
    } else if (type == "spot") {
      light.kind = LightKind::Spot;
      const Json& spot = document.object(item, "spot");
      light.inner_angle = document.number(spot, "innerConeAngle", 0.0f, name);
      light.outer_angle = document.number(spot, "outerConeAngle", 0.785398f, name);
      if (!(light.inner_angle >= 0.0f && light.inner_angle < light.outer_angle && light.outer_angle <= 1.5707964f)) {
        document.fail(name, "cone angles that are not 0 <= inner < outer <= pi / 2");
      }
    } else if (type != "point") {
      document.fail(name, "unknown type '" + type + "'");
    }
    const std::vector<float> color = document.numbers(item, "color", 3, name);
    if (!color.empty()) light.color = {color[0], color[1], color[2]};
    light.color = glm::max(light.color, 0.0f) * std::max(document.number(item, "intensity", 1.0f, name), 0.0f);
    light.range = std::max(document.number(item, "range", 0.0f, name), 0.0f);
    scene.lights.push_back(light);
  }
}

}  // namespace impasto::render::gltf
