// A garden in the wind on a summer morning: a pond with an arched bridge, flower beds, hedges, trees on all sides.
#include <algorithm>
#include <array>
#include <cmath>

#include "renderer/scene/sample/parts.h"
#include "renderer/scene/sample/plants.h"
#include "renderer/scene/sample/shapes.h"

namespace impasto::render {
namespace {

using namespace sample;

constexpr float kTurn = 6.2831853f;

// How far outside the pond's edge a place is, metres; negative in the water.
float shoreDistance(float x, float z) {
  const float angle = std::atan2(z, x);
  const float reach = 6.6f + 1.3f * std::sin(2.0f * angle + 0.4f) + 0.7f * std::sin(3.0f * angle - 1.0f);
  return std::sqrt(x * x * 0.72f + z * z) - reach;
}

float groundOf(float x, float z) {
  const float shore = shoreDistance(x, z);
  const float hills =
      2.6f * glm::smoothstep(14.0f, 34.0f, std::sqrt(x * x + z * z)) + 0.5f * fbm(glm::vec2(x, z) * 0.12f, 3, 0, 601);
  return shore < 0.0f ? std::max(shore * 0.5f, -1.2f)
                      : 0.10f + std::min(shore * 0.16f, 0.45f) + hills * glm::smoothstep(0.5f, 6.0f, shore);
}

// The gravel path runs from the camera over the bridge to the summer house.
float pathMiddle(float z) { return 0.9f * std::sin(z * 0.22f) * glm::smoothstep(7.5f, 13.0f, std::abs(z)); }
bool onPath(float x, float z) { return std::abs(x - pathMiddle(z)) < 1.05f && std::abs(z) > 5.5f && z > -22.0f; }

void addGround(Scene& scene, const Materials& m) {
  MeshBuilder builder;
  constexpr uint32_t kSide = 121;
  std::vector<Vertex> points;
  for (uint32_t row = 0; row < kSide; ++row) {
    for (uint32_t column = 0; column < kSide; ++column) {
      // Finer in the middle.
      const auto bent = [](uint32_t i) {
        const float t = static_cast<float>(i) / (kSide - 1) * 2.0f - 1.0f;
        return 60.0f * t * (0.35f + 0.65f * t * t);
      };
      const float x = bent(column), z = -bent(row);
      Vertex vertex;
      vertex.position = {x, groundOf(x, z), z};
      vertex.uv = glm::vec2(x, z) * 0.22f;
      const float patch = fbm(glm::vec2(x, z) * 0.25f, 4, 0, 603);
      glm::vec3 color = glm::mix(paint(0x5D7C35), paint(0x8FA24A), patch);
      if (onPath(x, z)) color = paint(0xD8C8A4) * (0.85f + 0.25f * patch);
      color = glm::mix(paint(0x8A7C58), color, glm::smoothstep(0.0f, 0.7f, shoreDistance(x, z)));
      vertex.color = packColor(color);
      points.push_back(vertex);
    }
  }
  builder.grid(m.ground, points, kSide);
  addNode(scene, "ground", builder.finish(scene, "ground"));

  points.clear();
  constexpr uint32_t kWater = 49;
  for (uint32_t row = 0; row < kWater; ++row) {
    for (uint32_t column = 0; column < kWater; ++column) {
      Vertex vertex;
      vertex.position = {(static_cast<float>(column) / (kWater - 1) - 0.5f) * 26.0f, 0.0f,
                         (0.5f - static_cast<float>(row) / (kWater - 1)) * 22.0f};
      vertex.sway = 0.18f;
      const float deep = glm::clamp(-groundOf(vertex.position.x, vertex.position.z) / 1.2f, 0.0f, 1.0f);
      vertex.color = packColor(glm::mix(paint(0x5E8A6A), paint(0x24545C), deep), 0.35f * (1.0f - deep));
      points.push_back(vertex);
    }
  }
  builder.grid(m.water, points, kWater);
  addNode(scene, "pond", builder.finish(scene, "pond"));
}

void addBridge(Scene& scene, const Materials& m) {
  MeshBuilder builder;
  const glm::vec3 red = paint(0xB4372B);
  constexpr int kPlanks = 46;
  const auto arch = [](float t) { return 0.55f + 1.25f * std::sin(t * 3.14159265f); };
  Random random(611);
  for (int i = 0; i < kPlanks; ++i) {
    const float t = (static_cast<float>(i) + 0.5f) / kPlanks, z = glm::mix(8.4f, -8.4f, t);
    const float slope = std::atan2(arch(t + 0.01f) - arch(t - 0.01f), 0.02f * 16.8f);
    builder.transform = glm::rotate(glm::translate(glm::mat4(1.0f), {0.0f, arch(t), z}), slope, {1, 0, 0});
    builder.box(m.wood, {-1.15f, -0.05f, -0.17f}, {1.15f, 0.03f, 0.17f}, paint(0xB98D62) * random.uniform(0.8f, 1.15f),
                0.8f);
  }
  builder.transform = glm::mat4(1.0f);
  for (const float side : {-1.12f, 1.12f}) {
    std::vector<glm::vec3> rail, middle, beam;
    for (int i = 0; i <= 24; ++i) {
      const float t = static_cast<float>(i) / 24.0f, z = glm::mix(8.6f, -8.6f, t);
      rail.emplace_back(side, arch(t) + 0.98f, z);
      middle.emplace_back(side, arch(t) + 0.55f, z);
      beam.emplace_back(side, arch(t) - 0.16f, z);
      if (i % 2 == 0)
        addBar(builder, m.plain, {side, arch(t) - 0.2f, z}, {side, arch(t) + 1.12f, z}, 0.062f, 0.055f, red, 8);
      if (i % 8 == 0) addBall(builder, m.plain, {side, arch(t) + 1.2f, z}, glm::vec3(0.10f), paint(0x3A3230));
    }
    addWire(builder, m.plain, rail, 0.065f, red, 8);
    addWire(builder, m.plain, middle, 0.045f, red, 6);
    addWire(builder, m.plain, beam, 0.12f, red * 0.85f, 8);
  }
  for (const float z : {-3.4f, 3.4f}) {
    for (const float x : {-0.95f, 0.95f})
      addBar(builder, m.bark, {x, -1.4f, z}, {x, 1.6f, z}, 0.16f, 0.13f, paint(0x7A5C46));
  }
  addNode(scene, "bridge", builder.finish(scene, "bridge"));
}

// A summer house with a tiled roof behind the pond, and lanterns of stone by the path.
void addBuildings(Scene& scene, const Materials& m) {
  MeshBuilder builder;
  const glm::vec3 place(pathMiddle(-18.0f), groundOf(0.0f, -18.5f), -18.5f);
  builder.transform = glm::translate(glm::mat4(1.0f), place);
  builder.box(m.stone, {-3.6f, -0.6f, -3.0f}, {3.6f, 0.35f, 3.0f}, paint(0xC4B9A4), 0.7f);
  for (const float x : {-3.0f, -1.0f, 1.0f, 3.0f}) {
    for (const float z : {-2.4f, 2.4f})
      addBar(builder, m.wood, {x, 0.3f, z}, {x, 3.2f, z}, 0.12f, 0.12f, paint(0x8A4A34));
  }
  builder.box(m.plaster, {-3.0f, 0.35f, -2.42f}, {3.0f, 3.1f, -2.3f}, paint(0xF0E4CC), 0.4f);
  builder.box(m.wood, {-3.05f, 0.35f, -2.4f}, {-2.95f, 1.2f, 2.4f}, paint(0xA8653F));
  builder.box(m.wood, {2.95f, 0.35f, -2.4f}, {3.05f, 1.2f, 2.4f}, paint(0xA8653F));
  builder.box(m.wood, {-3.3f, 3.1f, -2.7f}, {3.3f, 3.3f, 2.7f}, paint(0x7A4632));
  const glm::vec3 tiles = paint(0x4F6A6E);
  const glm::vec3 low[4] = {{-4.4f, 3.15f, 3.7f}, {4.4f, 3.15f, 3.7f}, {4.4f, 3.15f, -3.7f}, {-4.4f, 3.15f, -3.7f}};
  const glm::vec3 high[4] = {{-1.5f, 5.1f, 0.3f}, {1.5f, 5.1f, 0.3f}, {1.5f, 5.1f, -0.3f}, {-1.5f, 5.1f, -0.3f}};
  for (int i = 0; i < 4; ++i) {
    const int j = (i + 1) % 4;
    builder.quad(m.roof, low[i], low[j], high[j], high[i], tiles, {i % 2 ? 3.0f : 4.0f, 2.2f});
    addBar(builder, m.plain, low[i], high[i], 0.12f, 0.12f, tiles * 0.7f);
  }
  addBar(builder, m.plain, high[0], high[1], 0.16f, 0.16f, tiles * 0.7f);
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "summer house", builder.finish(scene, "summer house"));

  const glm::vec3 stone = paint(0xA8A294);
  for (const glm::vec2 at : {glm::vec2(2.0f, 10.0f), {-2.1f, -9.6f}, {7.6f, -6.4f}}) {
    builder.transform = glm::translate(glm::mat4(1.0f), {at.x, groundOf(at.x, at.y) - 0.05f, at.y});
    const auto grey = [&](float, float along) { return stone * (0.85f + 0.2f * along); };
    addLathe(builder, m.stone,
             {{0.34f, 0.0f}, {0.34f, 0.14f}, {0.15f, 0.22f}, {0.13f, 0.85f}, {0.3f, 0.98f}, {0.3f, 1.06f}}, 12, grey);
    addLathe(builder, m.stone, {{0.2f, 1.06f}, {0.2f, 1.36f}}, 6, grey);
    addLathe(builder, m.stone, {{0.52f, 1.34f}, {0.44f, 1.46f}, {0.1f, 1.66f}, {0.09f, 1.74f}, {0.01f, 1.86f}}, 12,
             grey);
  }
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "stone lanterns", builder.finish(scene, "stone lanterns"));
}

void addPlants(Scene& scene, const Materials& m) {
  Random random(621);
  const std::array<int, 4> trees = {
      makeLeafyTree(scene, m, "maple", 631, 6.6f, 2.9f, 9, 34, 1.15f, {0xA8402A, 0xC8602E, 0xE8963C}),
      makeLeafyTree(scene, m, "lime", 632, 8.2f, 3.0f, 9, 32, 1.25f, {0x56803A, 0x7C9E40, 0xC2C85E}),
      makeLeafyTree(scene, m, "cherry", 633, 5.2f, 2.8f, 9, 34, 1.05f, {0xE8A4B4, 0xF2C2CC, 0xFAE4E4}),
      makeLeafyTree(scene, m, "willow", 634, 6.8f, 3.4f, 10, 34, 1.2f, {0x7E9A48, 0xA0B458, 0xD0D47C})};
  const std::array<int, 3> bushes = {makeBush(scene, m, 641, {0x3F6630, 0x6F9440}),
                                     makeBush(scene, m, 642, {0x9A3F5A, 0xE07A94}),
                                     makeBush(scene, m, 643, {0x5A7A8A, 0x8AA8B8})};
  const auto plant = [&](const char* name, int mesh, float x, float z, float scale) {
    addNode(scene, name, mesh, {x, groundOf(x, z) - 0.08f, z}, random.uniform(0.0f, kTurn), scale);
  };
  plant("cherry", trees[2], -6.8f, 9.6f, 1.0f);
  plant("maple", trees[0], 9.4f, 3.2f, 1.0f);
  plant("willow", trees[3], -10.6f, -2.4f, 1.0f);
  plant("cherry", trees[2], 6.4f, -11.2f, 0.95f);
  plant("maple", trees[0], -5.6f, -13.0f, 0.85f);
  for (int i = 0, planted = 0; i < 600 && planted < 60; ++i) {
    const float angle = random.uniform(0.0f, kTurn), radius = random.uniform(17.0f, 44.0f);
    const float x = radius * std::cos(angle), z = radius * std::sin(angle);
    if (std::abs(x - pathMiddle(z)) < 4.5f && z > -24.0f) continue;
    const uint32_t kind = random.below(8);
    plant("tree", trees[kind < 5 ? 1 : (kind == 5 ? 0 : (kind == 6 ? 3 : 2))], x, z, random.uniform(0.85f, 1.3f));
    ++planted;
  }
  for (int i = 0; i < 64; ++i) {  // along the shore and the path
    const float angle = random.uniform(0.0f, kTurn), radius = random.uniform(8.0f, 15.0f);
    const float x = radius * std::cos(angle), z = radius * std::sin(angle);
    if (shoreDistance(x, z) < 0.7f || std::abs(x - pathMiddle(z)) < 2.0f) continue;
    plant("bush", bushes[random.below(5) < 3 ? 0 : 1 + random.below(2)], x, z, random.uniform(0.5f, 1.0f));
  }

  MeshBuilder builder;
  for (int i = 0; i < 15000; ++i) {
    const float x = random.uniform(-13.0f, 13.0f), z = random.uniform(-11.0f, 19.0f);
    if (shoreDistance(x, z) < 0.15f || onPath(x, z)) continue;
    const float patch = fbm(glm::vec2(x, z) * 0.4f, 3, 0, 645);
    const float tall = random.uniform(0.12f, 0.3f) * (0.6f + 0.8f * patch);
    addBlade(builder, m.blades, {x, groundOf(x, z) - 0.02f, z}, tall, random.uniform(0.012f, 0.024f),
             random.uniform(0.0f, kTurn), tall * random.uniform(0.1f, 0.5f), paint(0x44682C),
             glm::mix(paint(0x7EA23E), paint(0xB9C060), patch));
  }
  for (int i = 0; i < 900; ++i) {  // reeds at the water's edge
    const float angle = random.uniform(0.0f, kTurn), radius = random.uniform(5.5f, 11.0f);
    const float x = radius * std::cos(angle), z = radius * std::sin(angle), shore = shoreDistance(x, z);
    if (std::abs(shore) > 0.35f || std::abs(x) < 1.9f || fbm(glm::vec2(x, z) * 0.5f, 2, 0, 647) < 0.42f) continue;
    addBlade(builder, m.blades, {x, groundOf(x, z) - 0.1f, z}, random.uniform(0.6f, 1.3f), 0.018f,
             random.uniform(0.0f, kTurn), random.uniform(0.05f, 0.3f), paint(0x4A6A34), paint(0xA0A850));
  }
  addNode(scene, "grass and reeds", builder.finish(scene, "grass and reeds"));

  // Beds of flowers on both sides of the path, in bands of one colour.
  constexpr std::array<std::array<uint32_t, 2>, 6> kKinds = {{{0xE04A3A, 0x40201A},
                                                              {0xF4EEE0, 0xF0B92E},
                                                              {0x7A5FC8, 0xF0D070},
                                                              {0xF2B83A, 0x9A5A20},
                                                              {0xE885B0, 0xF6E0B0},
                                                              {0x4F7FD8, 0x28306A}}};
  for (int i = 0; i < 2300; ++i) {
    const float z = random.uniform(7.6f, 18.5f) * (i % 4 == 0 ? -1.0f : 1.0f);
    const float aside = random.uniform(1.25f, 3.1f) * (i % 2 ? 1.0f : -1.0f), x = pathMiddle(z) + aside;
    if (shoreDistance(x, z) < 0.3f || z < -15.0f) continue;
    const auto band =
        static_cast<size_t>(glm::clamp(fbm(glm::vec2(x, z) * 0.45f, 2, 0, 651) * 9.0f - 1.4f, 0.0f, 5.0f));
    const float stem = random.uniform(0.2f, 0.55f) * (1.1f - 0.15f * std::abs(aside));
    const glm::vec3 root(x, groundOf(x, z) - 0.02f, z);
    addBlade(builder, m.blades, root, stem, 0.011f, random.uniform(0.0f, kTurn), 0.02f, paint(0x3F6A2C),
             paint(0x6F9A3A));
    addFlower(builder, m.blades, random, root + glm::vec3(0.0f, stem, 0.0f), random.uniform(0.055f, 0.10f),
              0.32f * stem, paint(kKinds[band][0]), paint(kKinds[band][1]), 5 + static_cast<int>(band) % 3);
  }
  addNode(scene, "flowers", builder.finish(scene, "flowers"));

  // Water lilies.
  for (int i = 0; i < 40; ++i) {
    const float angle = random.uniform(0.0f, kTurn), radius = random.uniform(2.2f, 7.0f);
    const glm::vec3 at(radius * std::cos(angle), 0.035f, radius * std::sin(angle));
    if (shoreDistance(at.x, at.z) > -0.5f || std::abs(at.x) < 1.5f) continue;
    builder.transform = glm::translate(glm::mat4(1.0f), at);
    addLathe(builder, m.plain, {{0.01f, 0.0f}, {random.uniform(0.2f, 0.36f), 0.012f}}, 10,
             [&](float around, float) { return paint(0x5F8F4A) * (0.85f + 0.25f * std::sin(around * kTurn)); });
    builder.transform = glm::mat4(1.0f);
    if (i % 3 == 0) {
      addFlower(builder, m.blades, random, at + glm::vec3(0.05f, 0.06f, 0.0f), 0.13f, 0.0f, paint(0xF6D8E4),
                paint(0xF2C24A), 8);
    }
  }
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "water lilies", builder.finish(scene, "water lilies"));
}

}  // namespace

Scene makeGardenScene() {
  Scene scene;
  scene.name = "garden in the wind";
  const Materials materials = addMaterials(scene);
  addGround(scene, materials);
  addBridge(scene, materials);
  addBuildings(scene, materials);
  addPlants(scene, materials);

  const int camera = addNode(scene, "camera", kNone);
  const auto position = [](float phase) {
    return glm::vec3(-4.6f + 0.7f * std::sin(kTurn * phase), 2.6f + 0.15f * std::sin(2.0f * kTurn * phase), 15.2f);
  };
  animate(scene, camera, Path::Translation, 60, [&](float phase) { return glm::vec4(position(phase), 0.0f); });
  animate(scene, camera, Path::Rotation, 60, [&](float phase) {
    const glm::quat q =
        glm::quatLookAt(glm::normalize(glm::vec3(1.0f, 1.3f, -3.0f) - position(phase)), glm::vec3(0, 1, 0));
    return glm::vec4(q.x, q.y, q.z, q.w);
  });
  scene.cameras.push_back({"path", camera, 0.82f, 0.1f});

  Environment& light = scene.environment;
  light.to_sun = {0.62f, 0.62f, 0.30f};
  light.sun_color = {5.0f, 4.3f, 3.2f};
  light.zenith_color = {0.16f, 0.36f, 0.76f};
  light.horizon_color = {0.70f, 0.80f, 0.86f};
  light.ground_color = {0.30f, 0.34f, 0.18f};
  light.cloud_cover = 0.3f;
  light.haze_distance = 260.0f;
  light.shadow_distance = 55.0f;
  scene.viewpoints = {{{-4.6f, 2.6f, 15.2f}, {1.0f, 1.3f, -3.0f}}, {{0.6f, 2.0f, 13.5f}, {0.0f, 1.9f, 0.0f}},
                      {{8.5f, 1.7f, 6.8f}, {-1.0f, 1.2f, -1.0f}},  {{0.0f, 2.9f, 2.0f}, {0.2f, 2.2f, -18.0f}},
                      {{-9.0f, 1.4f, 2.4f}, {2.0f, 1.4f, -1.0f}},  {{3.5f, 1.8f, -13.0f}, {-2.0f, 1.6f, 2.0f}},
                      {{0.4f, 1.0f, 11.6f}, {2.2f, 0.4f, 9.4f}},   {{12.0f, 7.0f, 14.0f}, {0.0f, 0.0f, -2.0f}}};
  return scene;
}

}  // namespace impasto::render
