// Cameras and lamps: what nodes hold beside meshes.
#include <algorithm>

#include "renderer/scene/gltf/readers.h"

namespace impasto::render::gltf {

void readCameras(const Document& document, Scene& scene, const NodePlaces& places) {
  const auto& items = document.list("nodes");
  for (size_t n = 0; n < items.size(); ++n) {
    const std::string where = "node " + std::to_string(n);
    const auto index = document.index(items[n], "camera", "cameras", where);
    if (!index) continue;
    const Json& item = document.list("cameras")[*index];
    const Json& perspective = document.object(item, "perspective");
    if (perspective.empty()) {
      scene.warnings.push_back("camera " + std::to_string(*index) + " is not a perspective camera; left out");
      continue;
    }
    SceneCamera camera;
    camera.name = document.text(item, "name");
    camera.node = places[n];
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
