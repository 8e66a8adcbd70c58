#include "renderer/scene/sample_scene.h"

#include <cmath>

#include "renderer/scene/sample/parts.h"

namespace impasto::render {
namespace {

// A slow swing over the meadow, back where it began after one loop.
void addCamera(Scene& scene) {
  constexpr float kTurn = 6.2831853f;
  const int node = addNode(scene, "camera", kNone);
  const auto position = [](float phase) {
    const float a = kTurn * phase;
    return glm::vec3(-1.6f + 1.5f * std::sin(a), 6.55f + 0.18f * std::sin(2.0f * a),
                     49.0f - 0.9f * (1.0f - std::cos(a)));
  };
  sample::animate(scene, node, Path::Translation, 80, [&](float phase) { return glm::vec4(position(phase), 0.0f); });
  sample::animate(scene, node, Path::Rotation, 80, [&](float phase) {
    const glm::vec3 target(7.5f + 0.6f * std::sin(kTurn * phase + 0.6f), 4.1f, 0.0f);
    const glm::quat q = glm::quatLookAt(glm::normalize(target - position(phase)), glm::vec3(0.0f, 1.0f, 0.0f));
    return glm::vec4(q.x, q.y, q.z, q.w);
  });
  scene.cameras.push_back({"meadow", node, 0.80f, 0.2f});
}

}  // namespace

Scene makeSampleScene() {
  Scene scene;
  scene.name = "village by a bay";
  const sample::Materials materials = sample::addMaterials(scene);
  sample::addTerrain(scene, materials);
  sample::addFarHills(scene, materials);
  sample::addWater(scene, materials);
  sample::addVillage(scene, materials);
  sample::addWindmill(scene, materials);
  sample::addHarbour(scene, materials);
  sample::addTrees(scene, materials);
  sample::addMeadow(scene, materials);
  addCamera(scene);

  Environment& light = scene.environment;
  light.to_sun = {-0.79f, 0.47f, 0.20f};
  light.sun_color = {5.6f, 4.25f, 2.7f};
  light.zenith_color = {0.14f, 0.33f, 0.74f};
  light.horizon_color = {0.66f, 0.74f, 0.82f};
  light.ground_color = {0.42f, 0.36f, 0.24f};
  light.cloud_cover = 0.55f;
  light.haze_distance = 900.0f;
  light.shadow_distance = 110.0f;

  scene.viewpoints = {
      {{-1.6f, 6.5f, 49.0f}, {7.5f, 4.1f, 0.0f}},       {{6.0f, 3.6f, 36.0f}, {5.0f, 1.0f, 12.0f}},
      {{5.2f, 2.8f, 15.0f}, {27.0f, 3.5f, -16.0f}},     {{12.0f, 4.0f, 4.0f}, {30.0f, 4.0f, -22.0f}},
      {{23.5f, 3.0f, 8.0f}, {27.0f, 3.5f, -20.0f}},     {{44.0f, 13.0f, 22.0f}, {34.0f, 4.0f, -30.0f}},
      {{14.0f, 2.2f, -30.0f}, {36.0f, 7.0f, -40.0f}},   {{72.0f, 22.0f, -25.0f}, {20.0f, 2.0f, -30.0f}},
      {{-30.0f, 3.0f, -58.0f}, {-52.0f, 9.0f, -78.0f}}, {{-24.0f, 7.0f, 42.0f}, {6.0f, 3.0f, 18.0f}},
      {{-6.0f, 5.6f, 44.0f}, {-9.0f, 4.6f, 38.0f}},     {{8.0f, 2.0f, 28.0f}, {5.2f, 0.9f, 18.0f}},
      {{-20.0f, 1.6f, -4.0f}, {-13.0f, 3.5f, -14.0f}},  {{18.0f, 6.0f, 27.0f}, {24.0f, 3.5f, 18.0f}},
      {{46.0f, 14.0f, -28.0f}, {58.0f, 15.0f, -45.0f}}, {{33.5f, 6.5f, 3.5f}, {33.0f, 4.5f, -14.0f}},
      {{0.0f, 25.0f, 30.0f}, {24.0f, 0.0f, -25.0f}},    {{-60.0f, 18.0f, -20.0f}, {20.0f, 4.0f, -40.0f}},
      {{3.0f, 5.2f, 45.0f}, {2.0f, 4.2f, 41.0f}},       {{62.0f, 18.0f, 30.0f}, {45.0f, 8.0f, -10.0f}},
      {{10.0f, 3.0f, -95.0f}, {14.0f, 5.0f, -128.0f}},  {{29.0f, 5.0f, -62.0f}, {30.0f, 4.0f, -40.0f}},
      {{-12.0f, 4.5f, 47.0f}, {-15.5f, 8.0f, 33.5f}},   {{44.0f, 10.0f, -60.0f}, {10.0f, 3.0f, 0.0f}}};
  return scene;
}

}  // namespace impasto::render
