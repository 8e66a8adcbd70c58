// A painter's room in the evening: lamps, a last band of sun through the window, an easel, books, a clock that ticks.
#include <array>
#include <cmath>

#include "renderer/scene/sample/materials.h"
#include "renderer/scene/sample/parts.h"
#include "renderer/scene/sample/shapes.h"

namespace impasto::render {
namespace {

using namespace sample;

constexpr float kTurn = 6.2831853f;
constexpr float kWide = 4.0f, kDeep = 3.2f, kHigh = 3.3f;  // half the width, half the depth, the height of the room

struct Paints {
  int shade, glow, brass, varnish, glass;
};

Paints addPaints(Scene& scene) {
  const auto add = [&](const char* name, const glm::vec3& color, float roughness, float metallic,
                       const glm::vec3& light) {
    return addPaint(scene, name, color, roughness, metallic, light, true);
  };
  Paints out{};
  out.shade = add("lamp shade", {0.96f, 0.86f, 0.66f}, 0.9f, 0.0f, {1.5f, 0.95f, 0.45f});
  out.glow = add("flame", {1.0f, 0.8f, 0.5f}, 0.9f, 0.0f, {7.0f, 4.2f, 1.7f});
  out.brass = add("brass", {0.93f, 0.70f, 0.34f}, 0.3f, 1.0f, glm::vec3(0.0f));
  out.varnish = add("glaze", glm::vec3(1.0f), 0.18f, 0.0f, glm::vec3(0.0f));
  out.glass = add("window pane", {0.95f, 0.85f, 0.7f}, 0.1f, 0.0f, {0.9f, 0.62f, 0.42f});
  return out;
}

// Returns the light's node.
int addLamp(Scene& scene, const glm::vec3& place, const glm::vec3& candela, float range, int parent = kNone) {
  const int node = addNode(scene, "lamp light", kNone, place, 0.0f, 1.0f, parent);
  scene.lights.push_back({"lamp", LightKind::Point, node, candela, range});
  return node;
}

void addShell(Scene& scene, const Materials& m, const Paints& paints) {
  MeshBuilder builder;
  const glm::vec3 wall = paint(0x6F8F86), trim = paint(0xE6D8BC);
  for (int i = 0; i < 20; ++i) {  // floor boards
    const float x = -kWide + static_cast<float>(i) * 0.4f;
    builder.box(m.wood, {x + 0.006f, -0.1f, -kDeep}, {x + 0.394f, 0.0f, kDeep},
                paint(0xA8703F) * (0.8f + 0.35f * hash01(static_cast<uint32_t>(i), 701u)), 0.5f);
  }
  builder.box(m.plaster, {-kWide, kHigh, -kDeep}, {kWide, kHigh + 0.3f, kDeep}, paint(0xEFE4CC), 0.3f);
  for (float x = -3.0f; x < 3.1f; x += 1.5f)
    builder.box(m.wood, {x - 0.09f, kHigh - 0.2f, -kDeep}, {x + 0.09f, kHigh, kDeep}, paint(0x6A452C), 0.6f);
  // The back wall, and the left one with a window in it; the fourth wall is where one looks from.
  builder.box(m.plaster, {-kWide, 0.0f, -kDeep - 0.25f}, {kWide, kHigh, -kDeep}, wall, 0.3f, 0.85f);
  builder.box(m.plaster, {kWide, 0.0f, -kDeep}, {kWide + 0.25f, kHigh, kDeep}, wall, 0.3f, 0.85f);
  builder.box(m.plaster, {-kWide - 0.25f, 0.0f, -kDeep}, {-kWide, 0.9f, kDeep}, wall, 0.3f);
  builder.box(m.plaster, {-kWide - 0.25f, 2.6f, -kDeep}, {-kWide, kHigh, kDeep}, wall, 0.3f);
  builder.box(m.plaster, {-kWide - 0.25f, 0.9f, -kDeep}, {-kWide, 2.6f, -1.5f}, wall, 0.3f);
  builder.box(m.plaster, {-kWide - 0.25f, 0.9f, 0.9f}, {-kWide, 2.6f, kDeep}, wall, 0.3f);
  for (const float y : {0.0f, 1.0f}) {  // skirting and chair rail
    const float height = y > 0.0f ? 0.07f : 0.16f;
    builder.box(m.plain, {-kWide, y, -kDeep}, {kWide, y + height, -kDeep + 0.035f}, trim);
    builder.box(m.plain, {kWide - 0.035f, y, -kDeep}, {kWide, y + height, kDeep}, trim);
  }
  for (int i = 0; i < 9; ++i) {  // panels below the rail
    const float x = -3.85f + static_cast<float>(i) * 0.87f;
    builder.box(m.plain, {x, 0.24f, -kDeep}, {x + 0.74f, 0.92f, -kDeep + 0.025f}, paint(0x5B766E));
  }
  // Window bars and sill; a curtain that the wind moves.
  for (const float z : {-1.5f, -0.7f, 0.1f, 0.84f})
    builder.box(m.plain, {-kWide - 0.12f, 0.9f, z - 0.03f}, {-kWide - 0.05f, 2.6f, z + 0.03f}, trim);
  for (const float y : {0.9f, 1.75f, 2.54f})
    builder.box(m.plain, {-kWide - 0.12f, y, -1.5f}, {-kWide - 0.05f, y + 0.06f, 0.9f}, trim);
  builder.box(m.wood, {-kWide - 0.1f, 0.84f, -1.65f}, {-kWide + 0.22f, 0.9f, 1.05f}, paint(0xC9A878));
  addBar(builder, paints.brass, {-kWide + 0.13f, 2.78f, -1.9f}, {-kWide + 0.13f, 2.78f, 1.3f}, 0.02f, 0.02f,
         glm::vec3(1.0f));
  addNode(scene, "room", builder.finish(scene, "room"));
  for (const float side : {-1.0f, 1.0f}) {
    constexpr uint32_t kColumns = 26, kRows = 14;
    std::vector<Vertex> points;
    for (uint32_t row = 0; row < kRows; ++row) {
      for (uint32_t column = 0; column < kColumns; ++column) {
        const float along = static_cast<float>(column) / (kColumns - 1), up = static_cast<float>(row) / (kRows - 1);
        Vertex vertex;
        vertex.position = {-kWide + 0.13f + 0.06f * std::sin(along * 34.0f), 0.25f + 2.5f * up,
                           (side < 0.0f ? -1.95f : 0.72f) + 0.6f * along};
        vertex.uv = {along * 2.0f, up * 3.0f};
        vertex.sway = 0.07f * (1.0f - up);
        vertex.color = packColor(paint(0xB5563F) * (0.8f + 0.2f * std::cos(along * 34.0f)));
        points.push_back(vertex);
      }
    }
    builder.grid(m.cloth, points, kColumns);
    addNode(scene, "curtain", builder.finish(scene, "curtain"));
  }
}

void addShelves(Scene& scene, const Materials& m, const Paints& paints) {
  MeshBuilder builder;
  Random random(711);
  const glm::vec3 walnut = paint(0x6B4328);
  constexpr float kLeft = 1.25f, kRight = 3.7f, kBack = -kDeep + 0.04f, kFront = -kDeep + 0.38f;
  constexpr std::array<uint32_t, 9> kCovers = {0x8A2F2A, 0x2F4F6A, 0x3F6A4A, 0xC79A3F, 0x5A3F6A,
                                               0xB56A3A, 0x33302E, 0xD9C9A4, 0x9A4A5A};
  for (const float x : {kLeft - 0.06f, kRight})
    builder.box(m.wood, {x, 0.0f, kBack}, {x + 0.06f, 2.65f, kFront}, walnut, 0.8f);
  for (int shelf = 0; shelf < 6; ++shelf) {
    const float y = 0.08f + static_cast<float>(shelf) * 0.5f;
    builder.box(m.wood, {kLeft, y, kBack}, {kRight, y + 0.035f, kFront}, walnut, 0.8f);
    if (shelf == 5) break;
    float x = kLeft + 0.02f;
    while (x < kRight - 0.07f) {
      if (random.uniform() < 0.035f) {
        x += 0.22f;
        continue;
      }
      const float width = random.uniform(0.028f, 0.065f), height = random.uniform(0.25f, 0.41f),
                  depth = random.uniform(0.2f, 0.28f);
      if (x + width > kRight) break;
      const glm::vec3 cover = paint(kCovers[random.below(9)]) * random.uniform(0.75f, 1.2f);
      builder.box(m.plain, {x, y + 0.035f, kBack + 0.02f},
                  {x + width * 0.94f, y + 0.035f + height, kBack + 0.02f + depth}, cover);
      if (random.uniform() < 0.5f) {
        builder.box(paints.brass, {x + 0.002f, y + 0.1f + height * 0.5f, kBack + 0.02f + depth},
                    {x + width * 0.94f - 0.002f, y + 0.115f + height * 0.5f, kBack + 0.022f + depth}, glm::vec3(1.0f));
      }
      x += width;
    }
  }
  addNode(scene, "books", builder.finish(scene, "books"));
}

// Easel with a landscape on it, stool, a pot of brushes.
void addEasel(Scene& scene, const Materials& m) {
  MeshBuilder builder;
  builder.transform = glm::rotate(glm::translate(glm::mat4(1.0f), {-1.75f, 0.0f, -1.1f}), 0.55f, {0, 1, 0});
  const glm::vec3 oak = paint(0xC08F55);
  addBar(builder, m.wood, {-0.48f, 0.0f, 0.25f}, {-0.12f, 2.2f, -0.22f}, 0.035f, 0.028f, oak);
  addBar(builder, m.wood, {0.48f, 0.0f, 0.25f}, {0.12f, 2.2f, -0.22f}, 0.035f, 0.028f, oak);
  addBar(builder, m.wood, {0.0f, 0.0f, -0.75f}, {0.0f, 2.1f, -0.22f}, 0.035f, 0.028f, oak);
  builder.box(m.wood, {-0.62f, 0.82f, 0.02f}, {0.62f, 0.88f, 0.2f}, oak);
  // The canvas leans back; its picture is made of coloured cells, broad as brush strokes.
  const glm::mat4 stand = builder.transform;
  builder.transform = stand * glm::rotate(glm::translate(glm::mat4(1.0f), {0.0f, 0.88f, 0.12f}), -0.2f, {1, 0, 0});
  builder.box(m.plain, {-0.6f, 0.0f, -0.03f}, {0.6f, 0.9f, 0.0f}, paint(0xF2EAD8));
  constexpr uint32_t kColumns = 61, kRows = 46;
  std::vector<Vertex> points;
  for (uint32_t row = 0; row < kRows; ++row) {
    for (uint32_t column = 0; column < kColumns; ++column) {
      const float u = static_cast<float>(column) / (kColumns - 1), v = static_cast<float>(row) / (kRows - 1);
      const float stroke = fbm(glm::vec2(u * 26.0f, v * 12.0f), 3, 0, 721);
      const float hill = 0.42f + 0.12f * std::sin(u * 7.0f) + 0.05f * std::sin(u * 19.0f);
      glm::vec3 color =
          glm::mix(paint(0xF2C27A), paint(0x5F8FC4), glm::clamp(v * 1.8f - 0.7f + 0.5f * stroke, 0.0f, 1.0f));
      if (v < hill) color = glm::mix(paint(0x3F6A52), paint(0x8FA860), stroke);
      if (v < hill - 0.2f) color = glm::mix(paint(0xB98A3F), paint(0xE6C25A), stroke);
      if (glm::length(glm::vec2((u - 0.7f) * 1.3f, v - 0.78f)) < 0.07f) color = paint(0xFFF0C0);
      Vertex vertex;
      vertex.position = {-0.57f + 1.14f * u, 0.03f + 0.84f * v, 0.006f + 0.004f * stroke};
      vertex.color = packColor(color);
      points.push_back(vertex);
    }
  }
  builder.grid(m.plain, points, kColumns);
  builder.transform = glm::translate(glm::mat4(1.0f), {-0.75f, 0.0f, -0.2f});
  for (int leg = 0; leg < 3; ++leg) {
    const float angle = kTurn * static_cast<float>(leg) / 3.0f;
    addBar(builder, m.wood, {0.24f * std::cos(angle), 0.0f, 0.24f * std::sin(angle)},
           {0.1f * std::cos(angle), 0.6f, 0.1f * std::sin(angle)}, 0.024f, 0.02f, oak);
  }
  builder.column(m.wood, 0.6f, 0.2f, 0.65f, 0.2f, 20, paint(0x8A5A34));
  constexpr std::array<uint32_t, 6> kTints = {0xC0392B, 0x2F6FA8, 0xE8B83A, 0x3F8A5A, 0xF2EAD8, 0x6A3F7A};
  builder.column(m.plain, 0.66f, 0.055f, 0.80f, 0.065f, 14, paint(0x4F6A7A));
  for (int i = 0; i < 6; ++i) {
    const float angle = kTurn * static_cast<float>(i) / 6.0f;
    const glm::vec3 tip(0.08f * std::cos(angle), 1.02f + 0.04f * static_cast<float>(i % 3), 0.08f * std::sin(angle));
    addBar(builder, m.wood, {0.02f * std::cos(angle), 0.7f, 0.02f * std::sin(angle)}, tip, 0.007f, 0.007f,
           paint(0xD9B98A), 5);
    addBall(builder, m.plain, tip, {0.014f, 0.034f, 0.014f}, paint(kTints[static_cast<size_t>(i)]),
            glm::quat(1, 0, 0, 0), 8);
  }
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "easel", builder.finish(scene, "easel"));
}

void addTable(Scene& scene, const Materials& m, const Paints& paints) {
  MeshBuilder builder;
  const glm::vec3 cherry = paint(0x8F4F2E);
  builder.transform = glm::translate(glm::mat4(1.0f), {1.3f, 0.0f, 0.15f});
  builder.box(m.wood, {-0.95f, 0.72f, -0.55f}, {0.95f, 0.77f, 0.55f}, cherry, 0.7f);
  for (const float x : {-0.86f, 0.86f}) {
    for (const float z : {-0.46f, 0.46f}) addBar(builder, m.wood, {x, 0.0f, z}, {x, 0.72f, z}, 0.035f, 0.05f, cherry);
  }
  // A jug, a bowl of fruit, a cloth over the corner, an open book.
  addLathe(builder, paints.varnish,
           {{0.07f, 0.77f}, {0.14f, 0.86f}, {0.15f, 0.98f}, {0.08f, 1.1f}, {0.075f, 1.16f}, {0.1f, 1.2f}}, 24,
           [](float, float along) {
             return glm::mix(paint(0x2F5F8A), paint(0xDCE6EA), glm::smoothstep(0.45f, 0.6f, along));
           });
  builder.transform = builder.transform * glm::translate(glm::mat4(1.0f), {0.44f, 0.0f, 0.12f});
  addLathe(builder, paints.varnish, {{0.08f, 0.77f}, {0.2f, 0.81f}, {0.27f, 0.89f}, {0.25f, 0.89f}, {0.16f, 0.82f}}, 28,
           [](float, float) { return paint(0xD9CDB8); });
  constexpr std::array<uint32_t, 5> kFruit = {0xD9402F, 0xE8A02F, 0xC7C24A, 0xB5302F, 0xF0B83F};
  for (int i = 0; i < 7; ++i) {
    const float angle = kTurn * static_cast<float>(i) / 6.0f, out = i == 6 ? 0.0f : 0.13f;
    addBall(builder, paints.varnish, {out * std::cos(angle), i == 6 ? 0.99f : 0.90f, out * std::sin(angle)},
            glm::vec3(0.075f, 0.07f, 0.075f), paint(kFruit[static_cast<size_t>(i % 5)]), glm::quat(1, 0, 0, 0), 14);
  }
  builder.transform = glm::rotate(glm::translate(glm::mat4(1.0f), {0.95f, 0.775f, 0.35f}), 0.4f, {0, 1, 0});
  builder.box(m.plain, {-0.22f, 0.0f, -0.15f}, {-0.005f, 0.022f, 0.15f}, paint(0xF2EAD6));
  builder.box(m.plain, {0.005f, 0.0f, -0.15f}, {0.22f, 0.022f, 0.15f}, paint(0xEFE6D0));
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "table", builder.finish(scene, "table"));

  // A lamp with a shade on the table.
  const glm::vec3 foot(1.9f, 0.77f, -0.2f);
  builder.transform = glm::translate(glm::mat4(1.0f), foot);
  addLathe(builder, paints.brass,
           {{0.13f, 0.0f}, {0.12f, 0.02f}, {0.03f, 0.05f}, {0.045f, 0.14f}, {0.02f, 0.2f}, {0.018f, 0.42f}}, 18,
           [](float, float) { return glm::vec3(1.0f); });
  addLathe(builder, paints.shade, {{0.23f, 0.36f}, {0.13f, 0.62f}}, 28,
           [](float, float along) { return glm::vec3(1.0f - 0.25f * along); });
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "table lamp", builder.finish(scene, "table lamp"));
  addLamp(scene, foot + glm::vec3(0.0f, 0.34f, 0.0f), {3.4f, 2.1f, 1.0f}, 7.0f);
  addLamp(scene, foot + glm::vec3(0.0f, 0.72f, 0.0f), {2.4f, 1.5f, 0.7f}, 7.0f);

  // An armchair, turned to the easel, on a round carpet.
  const glm::vec3 velvet = paint(0x2F5A52);
  builder.transform = glm::rotate(glm::translate(glm::mat4(1.0f), {2.55f, 0.0f, 1.35f}), -2.2f, {0, 1, 0});
  builder.box(m.plain, {-0.42f, 0.14f, -0.4f}, {0.42f, 0.36f, 0.42f}, velvet, 1.0f, 0.7f);
  addBall(builder, m.plain, {0.0f, 0.42f, 0.04f}, {0.40f, 0.12f, 0.40f}, velvet * 1.15f, glm::quat(1, 0, 0, 0), 20);
  addBall(builder, m.plain, {0.0f, 0.72f, -0.36f}, {0.44f, 0.46f, 0.13f}, velvet,
          glm::angleAxis(-0.15f, glm::vec3(1, 0, 0)), 22);
  for (const float x : {-0.45f, 0.45f}) {
    addBall(builder, m.plain, {x, 0.45f, 0.02f}, {0.11f, 0.17f, 0.42f}, velvet, glm::quat(1, 0, 0, 0), 16);
    for (const float z : {-0.32f, 0.34f})
      addBar(builder, m.wood, {x * 0.85f, 0.0f, z}, {x * 0.85f, 0.16f, z}, 0.025f, 0.035f, cherry);
  }
  builder.transform = glm::translate(glm::mat4(1.0f), {0.1f, 0.004f, 0.5f});
  addLathe(
      builder, m.cloth,
      {{1.95f, 0.0f}, {1.7f, 0.008f}, {1.5f, 0.008f}, {1.25f, 0.009f}, {1.0f, 0.009f}, {0.55f, 0.01f}, {0.01f, 0.01f}},
      40, [](float around, float along) {
        const bool band = along < 0.2f || (along > 0.45f && along < 0.7f);
        const glm::vec3 ground = band ? paint(0x8F2F2C) : paint(0xD9B98A);
        return static_cast<int>(around * 20.0f) % 2 ? ground : ground * 0.8f;
      });
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "armchair and carpet", builder.finish(scene, "armchair and carpet"));
}

// Pictures, a clock with a pendulum, a lamp that swings from the ceiling, a globe that turns, candles that flicker.
void addThingsThatMove(Scene& scene, const Materials& m, const Paints& paints) {
  MeshBuilder builder;
  const auto frame = [&](float x, float y, float width, float height, uint32_t low, uint32_t high, uint32_t sun) {
    const float z = -kDeep + 0.03f;
    builder.box(paints.brass, {x - width - 0.06f, y - height - 0.06f, z},
                {x + width + 0.06f, y + height + 0.06f, z + 0.035f}, glm::vec3(1.0f));
    builder.quad(m.plain, {x - width, y - height, z + 0.038f}, {x + width, y - height, z + 0.038f},
                 {x + width, y, z + 0.038f}, {x - width, y, z + 0.038f}, paint(low));
    builder.quad(m.plain, {x - width, y, z + 0.038f}, {x + width, y, z + 0.038f}, {x + width, y + height, z + 0.038f},
                 {x - width, y + height, z + 0.038f}, paint(high));
    addBall(builder, m.plain, {x + width * 0.3f, y + height * 0.45f, z + 0.036f}, {width * 0.2f, width * 0.2f, 0.006f},
            paint(sun));
  };
  frame(-2.7f, 2.05f, 0.36f, 0.28f, 0x2F5F6A, 0xE8A05A, 0xFFE8B0);
  frame(-1.45f, 2.2f, 0.26f, 0.34f, 0x4A6A3A, 0x9ABFD0, 0xF7F0D8);
  frame(-0.55f, 1.95f, 0.3f, 0.22f, 0x7A3F2F, 0xD0708A, 0xF2D27A);
  addNode(scene, "pictures", builder.finish(scene, "pictures"));

  builder.transform = glm::translate(glm::mat4(1.0f), {0.55f, 0.0f, -kDeep + 0.02f});
  builder.box(m.wood, {-0.2f, 0.0f, 0.0f}, {0.2f, 2.1f, 0.26f}, paint(0x6A3A22), 0.8f);
  builder.box(m.glass, {-0.13f, 0.45f, 0.26f}, {0.13f, 1.45f, 0.265f}, paint(0x1E1612));
  builder.box(m.wood, {-0.26f, 1.55f, 0.0f}, {0.26f, 2.2f, 0.3f}, paint(0x7A4628), 0.8f);
  addBall(builder, m.plain, {0.0f, 1.87f, 0.3f}, {0.19f, 0.19f, 0.012f}, paint(0xF4ECD8), glm::quat(1, 0, 0, 0), 24);
  addBar(builder, m.plain, {0.0f, 1.87f, 0.32f}, {0.0f, 2.0f, 0.32f}, 0.009f, 0.006f, paint(0x201814), 5);
  addBar(builder, m.plain, {0.0f, 1.87f, 0.32f}, {0.09f, 1.84f, 0.32f}, 0.01f, 0.007f, paint(0x201814), 5);
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "clock", builder.finish(scene, "clock"));
  addBar(builder, paints.brass, {0, 0, 0}, {0.0f, -0.8f, 0.0f}, 0.009f, 0.009f, glm::vec3(1.0f), 6);
  addBall(builder, paints.brass, {0.0f, -0.82f, 0.0f}, {0.09f, 0.09f, 0.02f}, glm::vec3(1.0f));
  const auto turning = [](const glm::quat& q) { return glm::vec4(q.x, q.y, q.z, q.w); };
  const int pendulum = addNode(scene, "pendulum", builder.finish(scene, "pendulum"), {0.55f, 1.4f, -kDeep + 0.31f});
  animate(scene, pendulum, Path::Rotation, 160, [&](float phase) {
    return turning(glm::angleAxis(0.13f * std::sin(kTurn * 10.0f * phase), glm::vec3(0, 0, 1)));
  });

  addBar(builder, m.plain, {0, 0, 0}, {0.0f, -0.95f, 0.0f}, 0.008f, 0.008f, paint(0x2A2420), 6);
  builder.transform = glm::translate(glm::mat4(1.0f), {0.0f, -1.25f, 0.0f});
  addLathe(builder, paints.brass, {{0.36f, 0.0f}, {0.33f, 0.08f}, {0.2f, 0.22f}, {0.06f, 0.3f}, {0.03f, 0.34f}}, 28,
           [](float, float) { return glm::vec3(1.0f); });
  addBall(builder, paints.glow, {0.0f, 0.06f, 0.0f}, glm::vec3(0.085f), glm::vec3(1.0f));
  builder.transform = glm::mat4(1.0f);
  const int hanging =
      addNode(scene, "hanging lamp", builder.finish(scene, "hanging lamp"), {-0.55f, kHigh - 0.1f, 0.1f});
  animate(scene, hanging, Path::Rotation, 80, [&](float phase) {
    return turning(glm::angleAxis(0.09f * std::sin(kTurn * 4.0f * phase), glm::vec3(0, 0, 1)) *
                   glm::angleAxis(0.05f * std::sin(kTurn * 3.0f * phase), glm::vec3(1, 0, 0)));
  });
  addLamp(scene, {0.0f, -1.3f, 0.0f}, {7.5f, 5.0f, 2.7f}, 9.0f, hanging);

  builder.transform = glm::translate(glm::mat4(1.0f), {3.45f, 0.0f, -0.4f});
  builder.box(m.wood, {-0.3f, 0.0f, -0.3f}, {0.3f, 0.7f, 0.3f}, paint(0x7A4A2C), 0.8f);
  addBar(builder, paints.brass, {0.0f, 0.7f, 0.0f}, {0.0f, 0.82f, 0.0f}, 0.09f, 0.02f, glm::vec3(1.0f), 14);
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "globe stand", builder.finish(scene, "globe stand"));
  std::vector<Vertex> points;
  constexpr uint32_t kColumns = 49, kRows = 25;
  for (uint32_t row = 0; row < kRows; ++row) {
    for (uint32_t column = 0; column < kColumns; ++column) {
      const float polar = 3.14159265f * static_cast<float>(row) / (kRows - 1),
                  around = kTurn * static_cast<float>(column % (kColumns - 1)) / (kColumns - 1);
      const glm::vec3 unit(std::sin(polar) * std::cos(around), -std::cos(polar), -std::sin(polar) * std::sin(around));
      const float land = fbm(glm::vec2(unit.x * 2.2f + 7.0f, unit.y * 2.2f + unit.z * 1.9f + 3.0f), 4, 0, 731);
      Vertex vertex;
      vertex.position = unit * 0.24f;
      vertex.color = packColor(land > 0.5f ? paint(0xC9A45A) : paint(0x4F86A0));
      points.push_back(vertex);
    }
  }
  builder.grid(paints.varnish, points, kColumns);
  const int globe = addNode(scene, "globe", builder.finish(scene, "globe"), {3.45f, 1.06f, -0.4f});
  animate(scene, globe, Path::Rotation, 40, [&](float phase) {
    return turning(glm::angleAxis(0.4f, glm::vec3(0, 0, 1)) * glm::angleAxis(kTurn * phase, glm::vec3(0, 1, 0)));
  });

  for (int i = 0; i < 3; ++i) {  // candles on the window sill
    const glm::vec3 at(-kWide + 0.1f, 0.9f, -1.0f + 0.2f * static_cast<float>(i));
    builder.transform = glm::translate(glm::mat4(1.0f), at);
    builder.column(m.plain, 0.0f, 0.035f, 0.16f + 0.05f * static_cast<float>(i), 0.033f, 12, paint(0xF6EEDC));
    builder.transform = glm::mat4(1.0f);
    addNode(scene, "candle", builder.finish(scene, "candle"));
    addBall(builder, paints.glow, {0.0f, 0.035f, 0.0f}, {0.016f, 0.042f, 0.016f}, glm::vec3(1.0f),
            glm::quat(1, 0, 0, 0), 10);
    const int flame = addNode(scene, "flame", builder.finish(scene, "flame"),
                              at + glm::vec3(0.0f, 0.17f + 0.05f * static_cast<float>(i), 0.0f));
    animate(scene, flame, Path::Scale, 120, [=](float phase) {
      const float a = kTurn * (phase + 0.3f * static_cast<float>(i));
      return glm::vec4(1.0f + 0.1f * std::sin(a * 17.0f),
                       1.0f + 0.22f * std::sin(a * 11.0f) + 0.1f * std::sin(a * 23.0f), 1.0f, 0.0f);
    });
  }
  addLamp(scene, {-kWide + 0.3f, 1.25f, -0.8f}, {0.9f, 0.5f, 0.2f}, 3.0f);
}

}  // namespace

Scene makeAtelierScene() {
  Scene scene;
  scene.name = "painter's room in the evening";
  const Materials materials = addMaterials(scene);
  const Paints paints = addPaints(scene);
  addShell(scene, materials, paints);
  addShelves(scene, materials, paints);
  addEasel(scene, materials);
  addTable(scene, materials, paints);
  addThingsThatMove(scene, materials, paints);

  const int camera = addNode(scene, "camera", kNone);
  const auto position = [](float phase) {
    return glm::vec3(0.5f * std::sin(kTurn * phase), 1.62f + 0.05f * std::sin(2.0f * kTurn * phase), 4.3f);
  };
  animate(scene, camera, Path::Translation, 60, [&](float phase) { return glm::vec4(position(phase), 0.0f); });
  animate(scene, camera, Path::Rotation, 60, [&](float phase) {
    const glm::quat q =
        glm::quatLookAt(glm::normalize(glm::vec3(0.1f, 1.28f, -1.4f) - position(phase)), glm::vec3(0, 1, 0));
    return glm::vec4(q.x, q.y, q.z, q.w);
  });
  scene.cameras.push_back({"room", camera, 0.88f, 0.05f});

  Environment& light = scene.environment;  // what little comes in
  light.to_sun = {-0.86f, 0.30f, -0.12f};
  light.sun_color = {3.6f, 1.9f, 0.8f};
  light.zenith_color = {0.12f, 0.14f, 0.22f};
  light.horizon_color = {0.52f, 0.34f, 0.24f};
  light.ground_color = {0.20f, 0.14f, 0.10f};
  light.cloud_cover = 0.0f;
  light.exposure = 1.5f;
  scene.viewpoints = {{{0.0f, 1.62f, 4.3f}, {0.1f, 1.28f, -1.4f}}, {{-0.2f, 1.5f, 1.6f}, {-2.2f, 1.3f, -1.4f}},
                      {{0.2f, 1.3f, 1.8f}, {1.6f, 0.95f, 0.0f}},   {{-2.6f, 1.7f, 1.6f}, {1.6f, 1.2f, -2.2f}},
                      {{2.6f, 1.6f, 2.2f}, {-1.2f, 1.3f, -1.2f}},  {{0.4f, 1.6f, -0.6f}, {2.6f, 1.4f, -3.0f}},
                      {{-1.6f, 1.4f, 0.8f}, {-4.0f, 1.5f, -0.5f}}, {{1.2f, 2.4f, 2.6f}, {0.4f, 0.6f, -0.4f}}};
  return scene;
}

}  // namespace impasto::render
