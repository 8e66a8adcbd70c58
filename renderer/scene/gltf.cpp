#include "renderer/scene/gltf.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "renderer/scene/gltf/readers.h"
#include "renderer/scene/pose.h"

namespace impasto::render {
namespace {

constexpr std::array<std::string_view, 5> kExtensions = {"KHR_mesh_quantization", "KHR_texture_transform",
                                                         "KHR_materials_unlit", "KHR_materials_emissive_strength",
                                                         "KHR_materials_pbrSpecularGlossiness"};

void checkExtensions(const gltf::Document& document) {
  const auto required = document.root().find("extensionsRequired");
  if (required == document.root().end()) return;
  if (!required->is_array()) document.fail("extensionsRequired", "not an array");
  for (const gltf::Json& item : *required) {
    const std::string name = item.is_string() ? item.get<std::string>() : gltf::quote(item);
    if (std::find(kExtensions.begin(), kExtensions.end(), name) == kExtensions.end()) {
      document.fail("extensionsRequired", "the scene needs " + name + ", which is not supported");
    }
  }
}

}  // namespace

Scene loadGltf(const std::filesystem::path& path) {
  const gltf::Document document(path);
  checkExtensions(document);
  Scene scene;
  scene.name = path.stem().string();
  const auto notes = gltf::readMaterials(document, scene);
  const auto joint_counts = gltf::readMeshes(document, scene, notes);
  gltf::readNodes(document, scene, joint_counts);

  const Bounds bounds = worldBounds(scene, poseAt(scene, 0.0));
  if (bounds.empty()) document.fail("scene", "there is nothing to show in it");
  // Beyond, squares of distances leave fp32.
  constexpr float kFarthest = 1e12f;
  const glm::vec3 reach = glm::max(glm::abs(bounds.low), glm::abs(bounds.high));
  if (!(std::max({reach.x, reach.y, reach.z}) < kFarthest)) {
    document.fail("scene", "reaches farther than 1e12 units from the origin");
  }
  // A file says nothing of air: a little haze, in proportion to its size.
  scene.environment.haze_distance = bounds.radius() * 40.0f;
  return scene;
}

}  // namespace impasto::render
