#include "renderer/scene/gltf.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "renderer/scene/gltf/readers.h"
#include "renderer/scene/pose.h"

namespace impasto::render {
namespace {

// What is read, in the order of docs/scenes.md.
constexpr std::array<std::string_view, 12> kExtensions = {"KHR_draco_mesh_compression",
                                                          "EXT_meshopt_compression",
                                                          "KHR_meshopt_compression",
                                                          "KHR_mesh_quantization",
                                                          "KHR_texture_transform",
                                                          "KHR_materials_unlit",
                                                          "KHR_materials_emissive_strength",
                                                          "KHR_materials_variants",
                                                          "KHR_lights_punctual",
                                                          "KHR_materials_pbrSpecularGlossiness",
                                                          "EXT_texture_webp",
                                                          "KHR_xmp_json_ld"};

bool isKnown(const std::string& name) {
  return std::find(kExtensions.begin(), kExtensions.end(), name) != kExtensions.end();
}

std::vector<std::string> names(const gltf::Document& document, const char* list) {
  std::vector<std::string> out;
  const auto found = document.root().find(list);
  if (found == document.root().end()) return out;
  if (!found->is_array()) document.fail(list, "not an array");
  for (const gltf::Json& item : *found) out.push_back(item.is_string() ? item.get<std::string>() : gltf::quote(item));
  return out;
}

void checkExtensions(const gltf::Document& document, Scene& scene) {
  const std::vector<std::string> required = names(document, "extensionsRequired");
  for (const std::string& name : required) {
    if (name == "KHR_texture_basisu") {
      document.fail("extensionsRequired", "the scene needs " + name + " (KTX2 pictures), which is not supported");
    }
    if (!isKnown(name)) document.fail("extensionsRequired", "the scene needs " + name + ", which is not supported");
  }
  for (const std::string& name : names(document, "extensionsUsed")) {
    if (!isKnown(name)) scene.warnings.push_back("uses " + name.substr(0, 80) + ", which is left out");
  }
}

// The sun and the lamps of a file. Its own lights replace the built-in sun; the first directional one becomes the sun.
// Exporters differ by factors of hundreds in what a candela is, so lamps are dimmed together if they would outshine
// the sky by far where the scene is.
void placeLights(Scene& scene, const Pose& pose, const Bounds& bounds) {
  if (scene.lights.empty()) return;
  constexpr float kLuxPerSunColor = 2.4f;  // what scene.frag makes of Environment::sun_color
  constexpr float kMostLux = 14.0f;
  const float far = std::max(bounds.radius() * 0.3f, 1e-6f);
  float brightest = 0.0f;
  for (const Light& light : scene.lights) {
    const float color = std::max({light.color.r, light.color.g, light.color.b});
    brightest = std::max(brightest, light.kind == LightKind::Directional ? color : color / (far * far));
  }
  if (brightest > kMostLux) {
    for (Light& light : scene.lights) light.color *= kMostLux / brightest;
  }
  scene.environment.sun_color = glm::vec3(0.0f);
  const auto sun = std::find_if(scene.lights.begin(), scene.lights.end(),
                                [](const Light& light) { return light.kind == LightKind::Directional; });
  if (sun == scene.lights.end()) return;
  const glm::vec3 towards = glm::vec3(pose.world[static_cast<size_t>(sun->node)][2]);
  if (!(glm::length(towards) > 0.0f)) return;
  scene.environment.to_sun = glm::normalize(towards);
  scene.environment.sun_color = sun->color / kLuxPerSunColor;
  scene.lights.erase(sun);
}

Scene read(const gltf::Document& document, const std::string& name, const GltfOptions& options) {
  Scene scene;
  scene.name = name;
  checkExtensions(document, scene);
  const int variant = gltf::readVariants(document, scene, options.variant);
  const auto notes = gltf::readMaterials(document, scene);
  const auto joint_counts = gltf::readMeshes(document, scene, notes, variant);
  const gltf::NodePlaces places = gltf::readNodes(document, scene, joint_counts);
  gltf::readCameras(document, scene, places);
  gltf::readLights(document, scene, places);
  gltf::readAnimations(document, scene, places);

  const Pose pose = poseAt(scene, 0.0);
  const Bounds bounds = worldBounds(scene, pose);
  if (bounds.empty()) document.fail("scene", "there is nothing to show in it");
  // Beyond, squares of distances leave fp32.
  constexpr float kFarthest = 1e12f;
  const glm::vec3 reach = glm::max(glm::abs(bounds.low), glm::abs(bounds.high));
  if (!(std::max({reach.x, reach.y, reach.z}) < kFarthest)) {
    document.fail("scene", "reaches farther than 1e12 units from the origin");
  }
  placeLights(scene, pose, bounds);
  // A file says nothing of air: a little haze, in proportion to its size; none where cameras stand behind it (`back`).
  const bool lenses = std::any_of(scene.cameras.begin(), scene.cameras.end(), [](const SceneCamera& c) { return c.back != 0.0f; });
  scene.environment.haze_distance = lenses ? 0.0f : bounds.radius() * 40.0f;
  return scene;
}

}  // namespace

Scene loadGltf(const std::filesystem::path& path, const GltfOptions& options) {
  return read(gltf::Document(path), path.stem().string(), options);
}

Scene loadGltf(const std::filesystem::path& path, std::span<const std::byte> bytes, const GltfOptions& options) {
  return read(gltf::Document(path, bytes), path.stem().string(), options);
}

}  // namespace impasto::render
