// Ground, far hills and water.
#include <algorithm>
#include <array>
#include <cmath>

#include "renderer/scene/sample/parts.h"

namespace impasto::render::sample {
namespace {

float hump(float x, float z, float cx, float cz, float rx, float rz, float height) {
  const float dx = (x - cx) / rx, dz = (z - cz) / rz;
  return height * std::exp(-dx * dx - dz * dz);
}

glm::vec3 groundNormal(float x, float z) {
  constexpr float kStep = 0.5f;
  return glm::normalize(glm::vec3(groundHeight(x - kStep, z) - groundHeight(x + kStep, z), 2.0f * kStep,
                                  groundHeight(x, z - kStep) - groundHeight(x, z + kStep)));
}

// Distance to the footpath from the meadow down to the jetty.
float pathDistance(float x, float z) {
  const float middle = 4.5f + 2.2f * std::sin((z - 30.0f) * 0.16f) - (z - 31.0f) * 0.12f;
  return z > 28.0f ? std::abs(x - middle) : 100.0f;
}

// Fields on the slopes behind the village: wheat, lavender, vines, meadow, in a patchwork of strips.
glm::vec3 fieldColor(float x, float z) {
  const glm::vec2 p(x * 0.83f + z * 0.55f, z * 0.83f - x * 0.55f);
  const glm::vec2 cell = glm::floor(p / glm::vec2(23.0f, 16.0f));
  const float kind = hash01(static_cast<uint32_t>(static_cast<int>(cell.x) + 64),
                            static_cast<uint32_t>(static_cast<int>(cell.y) + 64), 91u);
  const float rows = 0.5f + 0.5f * std::sin(p.y * 2.4f);
  if (kind < 0.24f) return glm::mix(paint(0xC9A54A), paint(0xE3C76E), rows);
  if (kind < 0.44f) return glm::mix(paint(0x6E7F4A), paint(0x8E6BB0), rows);
  if (kind < 0.62f) return glm::mix(paint(0x6F7D33), paint(0x93A548), rows);
  if (kind < 0.8f) return paint(0x9CAA4C);
  return paint(0x7C9A45);
}

glm::vec3 groundColor(float x, float z, float height, const glm::vec3& normal) {
  const float broad = fbm(glm::vec2(x, z) * 0.06f, 4, 0, 71), fine = fbm(glm::vec2(x, z) * 0.45f, 3, 0, 73);
  glm::vec3 color = glm::mix(paint(0x6B8E35), paint(0xA9A84A), glm::smoothstep(0.3f, 0.75f, broad));
  color = glm::mix(color, paint(0x4F7A30), 0.5f * glm::smoothstep(0.45f, 0.75f, fine));
  if (x > 20.0f && z < 20.0f && height > 4.0f) {
    color = glm::mix(color, fieldColor(x, z), 0.85f * glm::smoothstep(4.0f, 6.0f, height));
  }
  const float sand = 1.0f - glm::smoothstep(0.35f, 1.15f + 0.5f * (fine - 0.5f), height);
  color = glm::mix(color, glm::mix(paint(0xD9C08C), paint(0xB99F6C), fine), sand);
  const float rock = glm::smoothstep(0.80f, 0.66f, normal.y + 0.15f * (fine - 0.5f));
  color = glm::mix(color, glm::mix(paint(0x8C7F6E), paint(0xB3A48C), fine), rock);
  const float path = 1.0f - glm::smoothstep(0.7f, 1.5f, pathDistance(x, z) + (fine - 0.5f));
  return glm::mix(color, paint(0xC8AA78), path * 0.9f);
}

}  // namespace

float groundHeight(float x, float z) {
  float height = -3.2f + hump(x, z, -6.0f, 54.0f, 50.0f, 23.0f, 7.6f) + hump(x, z, 80.0f, -30.0f, 44.0f, 64.0f, 16.0f) +
                 hump(x, z, -52.0f, -78.0f, 15.0f, 12.0f, 10.0f) + hump(x, z, 40.0f, -175.0f, 130.0f, 50.0f, 14.0f) +
                 hump(x, z, -150.0f, -150.0f, 60.0f, 70.0f, 16.0f) + hump(x, z, 70.0f, 70.0f, 60.0f, 40.0f, 9.0f);
  const float bumps = fbm(glm::vec2(x, z) * 0.05f, 4, 0, 81) - 0.47f;
  height += bumps * (1.5f + 0.25f * std::max(height, 0.0f));
  if (height > 0.0f && height < 1.2f) height = height * height / 1.2f * 0.6f + height * 0.4f;  // flatter beaches
  return height;
}

void addTerrain(Scene& scene, const Materials& materials) {
  // Rows and columns lie closer together near the meadow, where the camera stands.
  constexpr uint32_t kColumns = 190, kRows = 190;
  const auto spread = [](float t, float middle, float low, float high) {
    const float s = t * 2.0f - 1.0f;
    const float eased = s * (0.3f + 0.7f * s * s);
    return middle + (eased < 0.0f ? eased * (middle - low) : eased * (high - middle));
  };
  std::vector<Vertex> points;
  for (uint32_t row = 0; row < kRows; ++row) {
    for (uint32_t column = 0; column < kColumns; ++column) {
      const float x = spread(static_cast<float>(column) / (kColumns - 1), 12.0f, -240.0f, 260.0f);
      const float z = spread(1.0f - static_cast<float>(row) / (kRows - 1), 14.0f, -290.0f, 110.0f);
      Vertex vertex;
      const float height = groundHeight(x, z);
      vertex.position = {x, std::max(height, -4.0f), z};
      vertex.normal = groundNormal(x, z);
      vertex.uv = glm::vec2(x, z) * 0.11f;
      vertex.color = packColor(groundColor(x, z, height, vertex.normal));
      points.push_back(vertex);
    }
  }
  MeshBuilder builder;
  builder.grid(materials.ground, points, kColumns);
  addNode(scene, "ground", builder.finish(scene, "ground"));
}

void addFarHills(Scene& scene, const Materials& materials) {
  struct Ridge {
    float distance, height, roughness;
    uint32_t color;
  };
  constexpr std::array<Ridge, 4> kRidges = {{{300.0f, 26.0f, 0.016f, 0x6E8A48},
                                             {470.0f, 58.0f, 0.011f, 0x66805A},
                                             {720.0f, 105.0f, 0.008f, 0x5F7868},
                                             {1100.0f, 190.0f, 0.0052f, 0x5D7080}}};
  MeshBuilder builder;
  uint32_t seed = 101;
  for (const Ridge& ridge : kRidges) {
    constexpr uint32_t kColumns = 150, kRows = 6;
    std::vector<Vertex> points;
    for (uint32_t row = 0; row < kRows; ++row) {
      for (uint32_t column = 0; column < kColumns; ++column) {
        const float angle = glm::mix(-2.3f, 2.3f, static_cast<float>(column) / (kColumns - 1));
        const float up = static_cast<float>(row) / (kRows - 1);
        const float distance = ridge.distance * (1.0f + 0.22f * up);
        const glm::vec2 place(distance * std::sin(angle), -distance * std::cos(angle));
        const float crest = fbm(place * ridge.roughness + 7.0f, 5, 0, seed) * 1.5f - 0.25f;
        // The bay opens to the sea on the left.
        const float open = 0.25f + 0.75f * glm::smoothstep(-0.75f, -0.1f, angle);
        Vertex vertex;
        vertex.position = {place.x, ridge.height * crest * open * std::pow(up, 0.75f) - 3.0f, place.y};
        const float tone = fbm(place * 0.03f, 3, 0, seed + 9);
        vertex.color = packColor(paint(ridge.color) * (0.75f + 0.55f * tone));
        vertex.uv = place * 0.02f;
        points.push_back(vertex);
      }
    }
    builder.grid(materials.ground, points, kColumns);
    seed += 20;
  }
  addNode(scene, "far hills", builder.finish(scene, "far hills"));
}

void addWater(Scene& scene, const Materials& materials) {
  // Rings around the meadow, wider with distance, so that waves have vertices where they are seen.
  constexpr uint32_t kRings = 84, kSectors = 160;
  const glm::vec2 center(2.0f, 40.0f);
  std::vector<Vertex> points;
  for (uint32_t ring = 0; ring < kRings; ++ring) {
    const float distance = 3.0f * std::pow(620.0f, static_cast<float>(ring) / (kRings - 1));
    for (uint32_t sector = 0; sector <= kSectors; ++sector) {
      const float angle = 6.2831853f * static_cast<float>(sector) / kSectors;
      const glm::vec2 place = center + distance * glm::vec2(std::cos(angle), std::sin(angle));
      const float depth = -groundHeight(place.x, place.y);
      Vertex vertex;
      vertex.position = {place.x, 0.0f, place.y};
      const float deep = glm::smoothstep(0.2f, 3.0f, depth);
      const float patch = fbm(place * 0.02f, 3, 0, 131);
      glm::vec3 color = glm::mix(paint(0x63B7A6), glm::mix(paint(0x1C5F80), paint(0x2B7A93), patch), deep);
      vertex.color = packColor(color, 1.0f - glm::clamp(depth / 1.1f, 0.0f, 1.0f));
      vertex.sway = (1.0f - glm::smoothstep(60.0f, 190.0f, distance)) * glm::clamp(depth * 0.7f, 0.1f, 1.0f);
      points.push_back(vertex);
    }
  }
  MeshBuilder builder;
  builder.grid(materials.water, points, kSectors + 1);
  addNode(scene, "water", builder.finish(scene, "water"));
}

}  // namespace impasto::render::sample
