// A carousel on a square at dusk: a turning machine with twelve horses that rise and fall, lit by its own bulbs.
#include <array>
#include <cmath>

#include "renderer/scene/sample/materials.h"
#include "renderer/scene/sample/parts.h"
#include "renderer/scene/sample/plants.h"
#include "renderer/scene/sample/shapes.h"

namespace impasto::render {
namespace {

using namespace sample;

constexpr float kTurn = 6.2831853f;
constexpr int kHorses = 12;

glm::vec4 asVector(const glm::quat& q) { return {q.x, q.y, q.z, q.w}; }

struct Paints {
  int gold, bulb, lamp_glass, mirror;
};

Paints addPaints(Scene& scene) {
  const auto add = [&](const char* name, const glm::vec3& color, float roughness, float metallic,
                       const glm::vec3& light) {
    return addPaint(scene, name, color, roughness, metallic, light);
  };
  Paints out{};
  out.gold = add("gold", {1.0f, 0.74f, 0.32f}, 0.32f, 1.0f, glm::vec3(0.0f));
  out.bulb = add("bulb", {1.0f, 0.9f, 0.7f}, 0.6f, 0.0f, {5.2f, 3.5f, 1.7f});
  out.lamp_glass = add("lamp glass", {1.0f, 0.95f, 0.85f}, 0.5f, 0.0f, {4.0f, 2.8f, 1.5f});
  out.mirror = add("mirror", {0.92f, 0.94f, 0.96f}, 0.12f, 1.0f, glm::vec3(0.0f));
  return out;
}

void addLamp(Scene& scene, const glm::vec3& place, const glm::vec3& candela, float range) {
  scene.lights.push_back({"lamp", LightKind::Point, addNode(scene, "lamp light", kNone, place), candela, range});
}

// A horse in full leap, its middle at the origin, looking along +X, with its pole.
int makeHorse(Scene& scene, const Materials& m, const Paints& paints, uint32_t coat, uint32_t mane, uint32_t saddle) {
  MeshBuilder builder;
  const glm::vec3 body = paint(coat), dark = paint(mane), cloth = paint(saddle);
  const auto tilt = [](float angle) { return glm::angleAxis(angle, glm::vec3(0, 0, 1)); };
  addBall(builder, m.plain, {0, 0, 0}, {0.62f, 0.30f, 0.25f}, body, tilt(0.06f), 18);
  addBall(builder, m.plain, {0.42f, 0.06f, 0}, {0.30f, 0.31f, 0.23f}, body, tilt(0.5f), 16);
  addBall(builder, m.plain, {-0.45f, 0.04f, 0}, {0.29f, 0.30f, 0.26f}, body, tilt(-0.2f), 16);
  addBall(builder, m.plain, {0.66f, 0.42f, 0}, {0.17f, 0.42f, 0.14f}, body, tilt(-0.55f), 14);
  addBall(builder, m.plain, {0.98f, 0.66f, 0}, {0.27f, 0.13f, 0.115f}, body, tilt(-0.45f), 14);
  addBall(builder, m.plain, {1.16f, 0.56f, 0}, {0.12f, 0.09f, 0.095f}, body * 0.85f, tilt(-0.4f), 10);
  for (const float side : {-1.0f, 1.0f}) {
    addBall(builder, m.plain, {0.83f, 0.84f, side * 0.06f}, {0.03f, 0.09f, 0.03f}, body, tilt(0.2f), 8);
    addBall(builder, m.plain, {1.0f, 0.72f, side * 0.105f}, {0.028f, 0.03f, 0.018f}, paint(0x1C1512), tilt(0), 8);
    // Fore legs gathered, hind legs stretched.
    const glm::vec3 shoulder(0.46f, -0.1f, side * 0.15f), knee(0.80f, -0.30f + side * 0.05f, side * 0.16f);
    const glm::vec3 hoof = knee + glm::vec3(-0.16f, -0.34f, 0.0f);
    addBar(builder, m.plain, shoulder, knee, 0.11f, 0.065f, body);
    addBar(builder, m.plain, knee, hoof, 0.062f, 0.045f, body);
    addBar(builder, m.plain, hoof, hoof + glm::vec3(-0.03f, -0.09f, 0.0f), 0.05f, 0.066f, dark);
    const glm::vec3 hip(-0.52f, -0.08f, side * 0.16f), hock(-0.86f, -0.36f + side * 0.04f, side * 0.17f);
    const glm::vec3 heel = hock + glm::vec3(-0.10f, -0.36f, 0.0f);
    addBar(builder, m.plain, hip, hock, 0.13f, 0.062f, body);
    addBar(builder, m.plain, hock, heel, 0.06f, 0.044f, body);
    addBar(builder, m.plain, heel, heel + glm::vec3(-0.05f, -0.08f, 0.0f), 0.05f, 0.066f, dark);
  }
  for (int i = 0; i < 9; ++i) {  // mane, then tail
    const float t = static_cast<float>(i) / 8.0f;
    const glm::vec3 at = glm::mix(glm::vec3(0.50f, 0.42f, 0.0f), glm::vec3(0.88f, 0.86f, 0.0f), t);
    addBall(builder, m.plain, at + glm::vec3(-0.07f, 0.0f, 0.03f * std::sin(t * 9.0f)), {0.07f, 0.15f, 0.05f}, dark,
            tilt(0.7f - 0.6f * t), 8);
  }
  for (int i = 0; i < 8; ++i) {
    const float t = static_cast<float>(i) / 7.0f;
    addBall(builder, m.plain, {-0.74f - 0.34f * t, 0.16f - 0.5f * t * t, 0.04f * std::sin(t * 5.0f)},
            glm::vec3(0.10f - 0.04f * t, 0.11f, 0.08f - 0.035f * t), dark, tilt(0.8f), 8);
  }
  addBall(builder, m.plain, {-0.06f, 0.20f, 0}, {0.34f, 0.13f, 0.27f}, cloth, tilt(0.0f), 16);
  addBall(builder, m.plain, {-0.30f, 0.34f, 0}, {0.07f, 0.12f, 0.18f}, cloth * 0.8f, tilt(0.3f), 12);
  addWire(builder, paints.gold,
          {{0.55f, 0.2f, 0.21f}, {0.30f, 0.02f, 0.27f}, {0.0f, -0.03f, 0.28f}, {-0.4f, 0.02f, 0.27f}}, 0.022f,
          glm::vec3(1.0f));
  addWire(builder, paints.gold,
          {{0.55f, 0.2f, -0.21f}, {0.30f, 0.02f, -0.27f}, {0.0f, -0.03f, -0.28f}, {-0.4f, 0.02f, -0.27f}}, 0.022f,
          glm::vec3(1.0f));
  addWire(builder, m.plain, {{1.12f, 0.6f, 0.1f}, {0.8f, 0.5f, 0.16f}, {0.3f, 0.38f, 0.1f}}, 0.014f, cloth);
  addBar(builder, paints.gold, {0.0f, -1.5f, 0.0f}, {0.0f, 3.6f, 0.0f}, 0.032f, 0.032f, glm::vec3(1.0f), 10);
  return builder.finish(scene, "horse");
}

// What turns: deck, drum, canopy, bulbs and horses.
void addMachine(Scene& scene, const Materials& m, const Paints& paints) {
  const int machine = addNode(scene, "machine", kNone);
  animate(scene, machine, Path::Rotation, 40,
          [](float phase) { return asVector(glm::angleAxis(kTurn * phase, glm::vec3(0, 1, 0))); });
  const auto part = [&](const char* name, MeshBuilder& builder) {
    addNode(scene, name, builder.finish(scene, name), glm::vec3(0.0f), 0.0f, 1.0f, machine);
  };
  MeshBuilder builder;
  addLathe(builder, m.wood, {{5.6f, 0.35f}, {5.6f, 0.62f}}, 48, [](float around, float) {
    return std::fmod(around * 24.0f, 2.0f) < 1.0f ? paint(0xB8372C) : paint(0xF3E3C0);
  });
  addLathe(
      builder, m.wood, {{5.6f, 0.62f}, {3.4f, 0.62f}, {1.4f, 0.62f}}, 48,
      [](float, float along) { return paint(0xB98A58) * (0.85f + 0.2f * along); }, 0.6f);
  part("deck", builder);

  addLathe(builder, m.plain, {{1.5f, 0.6f}, {1.5f, 0.95f}}, 12, [](float, float) { return paint(0x8E2F2A); });
  for (int i = 0; i < 12; ++i) {  // mirrors between painted panels
    const float angle = kTurn * (static_cast<float>(i) + 0.5f) / 12.0f;
    builder.transform = glm::rotate(glm::mat4(1.0f), angle, {0, 1, 0});
    const bool mirror = i % 2 == 0;
    builder.box(mirror ? paints.mirror : m.plain, {1.30f, 0.95f, -0.36f}, {1.42f, 3.5f, 0.36f},
                mirror ? glm::vec3(1.0f) : paint(i % 4 == 1 ? 0x2E6E7E : 0xD9A441));
    builder.box(paints.gold, {1.36f, 0.9f, -0.42f}, {1.47f, 3.6f, -0.35f}, glm::vec3(1.0f));
    builder.box(paints.gold, {1.36f, 3.45f, -0.4f}, {1.48f, 3.6f, 0.4f}, glm::vec3(1.0f));
    if (!mirror) addBall(builder, paints.gold, {1.45f, 2.5f, 0.0f}, {0.05f, 0.34f, 0.2f}, glm::vec3(1.0f));
  }
  builder.transform = glm::mat4(1.0f);
  part("drum", builder);

  const auto stripes = [](float around, float) {
    return static_cast<int>(around * 24.0f + 0.01f) % 2 == 0 ? paint(0xC23B2E) : paint(0xF6E7C6);
  };
  addLathe(builder, m.sail, {{5.9f, 4.25f}, {4.4f, 4.72f}, {2.6f, 5.42f}, {1.1f, 6.25f}, {0.35f, 6.95f}, {0.05f, 7.1f}},
           96, stripes);
  addLathe(
      builder, m.wood, {{1.4f, 4.3f}, {5.85f, 4.2f}}, 48, [](float, float) { return paint(0x6E4A34); }, 0.5f);
  addLathe(builder, paints.gold, {{0.05f, 7.0f}, {0.2f, 7.15f}, {0.24f, 7.3f}, {0.12f, 7.5f}, {0.02f, 7.95f}}, 16,
           [](float, float) { return glm::vec3(1.0f); });
  part("canopy", builder);

  for (int i = 0; i < 24; ++i) {  // scalloped boards around the rim
    const float angle = kTurn * (static_cast<float>(i) + 0.5f) / 24.0f;
    builder.transform = glm::rotate(glm::mat4(1.0f), angle, {0, 1, 0});
    const glm::vec3 color = paint(i % 2 ? 0x2F7F86 : 0xD94F36);
    builder.box(m.plain, {5.84f, 3.98f, -0.80f}, {5.92f, 4.5f, 0.80f}, color);
    addBall(builder, m.plain, {5.88f, 3.98f, 0.0f}, {0.045f, 0.26f, 0.66f}, color);
    addBall(builder, paints.gold, {5.93f, 4.18f, 0.0f}, {0.04f, 0.16f, 0.16f}, glm::vec3(1.0f));
    builder.box(paints.gold, {5.86f, 4.46f, -0.80f}, {5.97f, 4.55f, 0.80f}, glm::vec3(1.0f));
  }
  builder.transform = glm::mat4(1.0f);
  part("rim", builder);

  for (int i = 0; i < 48; ++i) {
    const float angle = kTurn * static_cast<float>(i) / 48.0f;
    addBall(builder, paints.bulb, {5.98f * std::cos(angle), 4.62f, 5.98f * std::sin(angle)}, glm::vec3(0.062f),
            glm::vec3(1.0f), glm::quat(1, 0, 0, 0), 8);
  }
  for (int rib = 0; rib < 12; ++rib) {
    for (int i = 0; i < 7; ++i) {
      const float angle = kTurn * (static_cast<float>(rib) + 0.5f) / 12.0f, t = static_cast<float>(i) / 6.0f;
      const float radius = glm::mix(5.3f, 1.5f, t);
      addBall(builder, paints.bulb, {radius * std::cos(angle), 4.13f + 0.06f * t, radius * std::sin(angle)},
              glm::vec3(0.05f), glm::vec3(1.0f), glm::quat(1, 0, 0, 0), 8);
    }
  }
  part("bulbs", builder);

  const std::array<int, 4> horses = {makeHorse(scene, m, paints, 0xF3EEE2, 0xD8B070, 0xB92F36),
                                     makeHorse(scene, m, paints, 0x7A4A2C, 0x2C1A12, 0x2E7F8C),
                                     makeHorse(scene, m, paints, 0x9A9EA6, 0xE8E6E0, 0x6A3F8E),
                                     makeHorse(scene, m, paints, 0x33302E, 0x16120F, 0xD9A02E)};
  for (int i = 0; i < kHorses; ++i) {
    const bool outer = i % 2 == 0;
    const float angle = kTurn * static_cast<float>(i) / kHorses, radius = outer ? 4.75f : 3.15f;
    // They run against the angle, the way the machine turns.
    const int horse = addNode(scene, "horse " + std::to_string(i + 1), horses[static_cast<size_t>(i * 3 % 4)],
                              glm::vec3(0.0f), angle + kTurn * 0.25f, outer ? 1.0f : 0.86f, machine);
    const glm::vec3 place(radius * std::cos(angle), 1.95f, -radius * std::sin(angle));
    animate(scene, horse, Path::Translation, 60, [=](float phase) {
      const float rise = std::sin(kTurn * (3.0f * phase + static_cast<float>(i) * 0.29f));
      return glm::vec4(place + glm::vec3(0.0f, 0.32f * rise, 0.0f), 0.0f);
    });
  }
}

void addSquare(Scene& scene, const Materials& m, const Paints& paints) {
  MeshBuilder builder;
  Random random(901);
  std::vector<Vertex> ground;
  constexpr uint32_t kSide = 41;
  for (uint32_t row = 0; row < kSide; ++row) {
    for (uint32_t column = 0; column < kSide; ++column) {
      Vertex vertex;
      vertex.position = {(static_cast<float>(column) / (kSide - 1) - 0.5f) * 90.0f, 0.0f,
                         (0.5f - static_cast<float>(row) / (kSide - 1)) * 90.0f};
      vertex.position.y = -0.02f * fbm(glm::vec2(vertex.position.x, vertex.position.z) * 0.3f, 3, 0, 903);
      vertex.uv = glm::vec2(vertex.position.x, vertex.position.z) * 0.42f;
      vertex.color = packColor(glm::mix(paint(0xA8927C), paint(0xC9B59A), random.uniform()));
      ground.push_back(vertex);
    }
  }
  builder.grid(m.stone, ground, kSide);
  addLathe(builder, m.stone, {{6.9f, 0.0f}, {6.9f, 0.16f}, {6.3f, 0.17f}, {6.3f, 0.33f}, {5.4f, 0.34f}}, 48,
           [](float, float) { return paint(0xC7B7A0); });
  addNode(scene, "square", builder.finish(scene, "square"));

  // Houses in a ring, lit windows among dark ones.
  for (int i = 0; i < 17; ++i) {
    const float angle = kTurn * (static_cast<float>(i) + 0.5f) / 17.0f, radius = 30.0f + random.uniform(-1.5f, 2.5f);
    const float width = random.uniform(8.4f, 11.2f), height = random.uniform(7.0f, 11.5f);
    constexpr std::array<uint32_t, 6> kWalls = {0xE7C9A0, 0xD9A38A, 0xB9C0B4, 0xE3D7BE, 0xC98F6E, 0xA9B4C4};
    builder.transform = glm::rotate(
        glm::translate(glm::mat4(1.0f), {radius * std::cos(angle), 0.0f, -radius * std::sin(angle)}), angle, {0, 1, 0});
    const float half = width * 0.5f;
    builder.box(m.plaster, {0.0f, -0.2f, -half}, {9.0f, height, half}, paint(kWalls[random.below(6)]), 0.25f, 0.8f);
    const glm::vec3 roof = paint(0xA8553C) * random.uniform(0.8f, 1.15f);
    builder.quad(m.roof, {-0.5f, height - 0.2f, -half - 0.2f}, {-0.5f, height - 0.2f, half + 0.2f},
                 {4.5f, height + 3.4f, half + 0.2f}, {4.5f, height + 3.4f, -half - 0.2f}, roof, {width * 0.35f, 2.0f});
    for (const float z : {-half - 0.2f, half + 0.2f}) {
      Vertex a, b, c;
      a.position = {0.0f, height - 0.2f, z};
      b.position = {9.0f, height - 0.2f, z};
      c.position = {4.5f, height + 3.4f, z};
      for (Vertex* vertex : {&a, &b, &c}) {
        vertex->normal = {0.0f, 0.0f, z < 0.0f ? -1.0f : 1.0f};
        vertex->color = packColor(roof * 0.8f);
      }
      if (z < 0.0f)
        builder.triangle(m.plain, a, c, b);
      else
        builder.triangle(m.plain, a, b, c);
    }
    for (float y = 1.2f; y + 1.6f < height; y += 2.7f) {
      for (int w = 0; w < 4; ++w) {
        const float z = (static_cast<float>(w) - 1.5f) * width * 0.23f;
        const bool lit = random.uniform() < 0.42f;
        builder.box(m.plain, {-0.10f, y - 0.1f, z - 0.66f}, {0.05f, y + 1.6f, z + 0.66f}, paint(0xF0E6D0));
        builder.box(lit ? paints.lamp_glass : m.glass, {-0.14f, y, z - 0.52f}, {0.05f, y + 1.48f, z + 0.52f},
                    lit ? paint(0xFFC878) * random.uniform(0.3f, 0.6f) : paint(0x2A3140));
        builder.box(m.plain, {-0.17f, y, z - 0.03f}, {0.0f, y + 1.48f, z + 0.03f}, paint(0xF0E6D0));
      }
    }
  }
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "houses", builder.finish(scene, "houses"));

  const std::array<int, 2> trees = {
      makeLeafyTree(scene, m, "lime", 911, 7.2f, 2.5f, 8, 26, 1.2f, {0x5C7E36, 0x7E963E, 0xB6B458}),
      makeLeafyTree(scene, m, "maple", 912, 6.4f, 2.5f, 8, 26, 1.2f, {0x9A5A2C, 0xC07A34, 0xE0A04A})};
  for (int i = 0; i < 11; ++i) {
    const float angle = kTurn * (static_cast<float>(i) + 0.2f) / 11.0f;
    addNode(scene, "tree", trees[static_cast<size_t>(i % 2)], {22.5f * std::cos(angle), 0.0f, -22.5f * std::sin(angle)},
            random.uniform(0.0f, 6.0f), random.uniform(0.85f, 1.1f));
  }

  // Street lamps, and bunting from one to the next.
  constexpr int kPosts = 8;
  std::array<glm::vec3, kPosts> heads;
  for (int i = 0; i < kPosts; ++i) {
    const float angle = kTurn * (static_cast<float>(i) + 0.35f) / kPosts;
    const glm::vec3 foot(13.5f * std::cos(angle), 0.0f, -13.5f * std::sin(angle));
    heads[static_cast<size_t>(i)] = foot + glm::vec3(0.0f, 4.4f, 0.0f);
    builder.transform = glm::translate(glm::mat4(1.0f), foot);
    const glm::vec3 iron = paint(0x23302E);
    addLathe(builder, m.plain,
             {{0.3f, 0.0f}, {0.28f, 0.3f}, {0.12f, 0.5f}, {0.085f, 1.2f}, {0.07f, 3.9f}, {0.14f, 4.0f}}, 12,
             [&](float, float) { return iron; });
    addBall(builder, paints.lamp_glass, {0.0f, 4.28f, 0.0f}, {0.22f, 0.28f, 0.22f}, glm::vec3(1.0f));
    addBall(builder, m.plain, {0.0f, 4.58f, 0.0f}, {0.16f, 0.07f, 0.16f}, iron);
    addLamp(scene, foot + glm::vec3(0.0f, 4.2f, 0.0f), glm::vec3(20.0f, 12.5f, 6.0f), 16.0f);
  }
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "street lamps", builder.finish(scene, "street lamps"));
  constexpr std::array<uint32_t, 5> kFlags = {0xD9482F, 0xF2C24A, 0x3F8E8C, 0xF3E8D0, 0x5B6FB4};
  for (size_t i = 0; i < kPosts; ++i) {
    const glm::vec3 a = heads[i], b = heads[(i + 1) % kPosts];
    constexpr int kPieces = 26;
    for (int k = 0; k < kPieces; ++k) {
      const auto at = [&](float t) { return glm::mix(a, b, t) - glm::vec3(0.0f, 0.2f + 3.6f * t * (1.0f - t), 0.0f); };
      const float t = static_cast<float>(k) / kPieces;
      const glm::vec3 left = at(t), right = at(t + 0.8f / kPieces);
      Vertex p, q, r;
      p.position = left;
      q.position = right;
      r.position = (left + right) * 0.5f - glm::vec3(0.0f, 0.42f, 0.0f);
      r.sway = 0.16f;
      for (Vertex* vertex : {&p, &q, &r}) {
        vertex->normal = glm::normalize(glm::cross(right - left, glm::vec3(0, 1, 0)));
        vertex->color = packColor(paint(kFlags[(static_cast<size_t>(k) + i) % kFlags.size()]));
      }
      builder.triangle(m.cloth, p, r, q);
    }
  }
  addNode(scene, "bunting", builder.finish(scene, "bunting"));

  // A bunch of balloons on a cart.
  builder.box(m.wood, {7.2f, 0.45f, 7.4f}, {8.6f, 1.0f, 8.3f}, paint(0x2F6F7A), 0.8f);
  for (const float x : {7.4f, 8.4f}) {
    for (const float z : {7.38f, 8.32f}) {
      builder.transform = glm::rotate(glm::translate(glm::mat4(1.0f), {x, 0.36f, z}), 1.5707963f, {1, 0, 0});
      builder.column(m.wood, -0.04f, 0.36f, 0.04f, 0.36f, 16, paint(0xC79A4A));
    }
  }
  builder.transform = glm::mat4(1.0f);
  addNode(scene, "cart", builder.finish(scene, "cart"));
  for (int i = 0; i < 9; ++i) {
    const glm::vec3 knot(7.9f, 1.0f, 7.85f);
    const float spread = 0.75f * std::sqrt(static_cast<float>(i) / 9.0f), angle = 2.4f * static_cast<float>(i);
    const glm::vec3 top(spread * std::cos(angle), 2.2f + 0.45f * random.uniform(), spread * std::sin(angle));
    addBall(builder, m.plain, top, {0.27f, 0.33f, 0.27f}, paint(kFlags[static_cast<size_t>(i) % kFlags.size()]));
    addBar(builder, m.plain, {0, 0, 0}, top - glm::vec3(0.0f, 0.3f, 0.0f), 0.008f, 0.008f, paint(0xE8E0D0), 4);
    const int balloon = addNode(scene, "balloon", builder.finish(scene, "balloon"), knot);
    animate(scene, balloon, Path::Rotation, 40, [=](float phase) {
      const float a = kTurn * (phase + static_cast<float>(i) * 0.13f);
      return asVector(glm::angleAxis(0.07f * std::sin(a * 2.0f), glm::vec3(0, 0, 1)) *
                      glm::angleAxis(0.06f * std::sin(a * 3.0f), glm::vec3(1, 0, 0)));
    });
  }
}

}  // namespace

Scene makeCarouselScene() {
  Scene scene;
  scene.name = "carousel at dusk";
  const Materials materials = addMaterials(scene);
  const Paints paints = addPaints(scene);
  addSquare(scene, materials, paints);
  addMachine(scene, materials, paints);
  for (int i = 0; i < 4; ++i) {  // the bulbs' light, gathered
    const float angle = kTurn * (static_cast<float>(i) + 0.5f) / 4.0f;
    addLamp(scene, {3.6f * std::cos(angle), 3.9f, 3.6f * std::sin(angle)}, glm::vec3(15.0f, 10.0f, 5.0f), 14.0f);
  }

  const int camera = addNode(scene, "camera", kNone);
  const auto position = [](float phase) {
    return glm::vec3(-9.3f + 1.0f * std::sin(kTurn * phase), 2.3f + 0.2f * std::sin(kTurn * phase), 12.4f);
  };
  animate(scene, camera, Path::Translation, 60, [&](float phase) { return glm::vec4(position(phase), 0.0f); });
  animate(scene, camera, Path::Rotation, 60, [&](float phase) {
    return asVector(glm::quatLookAt(glm::normalize(glm::vec3(0.6f, 3.1f, 0.0f) - position(phase)), glm::vec3(0, 1, 0)));
  });
  scene.cameras.push_back({"square", camera, 0.78f, 0.1f});

  Environment& light = scene.environment;
  light.to_sun = {-0.75f, 0.20f, -0.45f};
  light.sun_color = {1.5f, 0.72f, 0.36f};
  light.zenith_color = {0.10f, 0.15f, 0.36f};
  light.horizon_color = {0.92f, 0.52f, 0.40f};
  light.ground_color = {0.26f, 0.20f, 0.19f};
  light.cloud_cover = 0.45f;
  light.haze_distance = 220.0f;
  light.shadow_distance = 45.0f;
  light.exposure = 1.25f;
  scene.viewpoints = {{{-9.3f, 2.3f, 12.4f}, {0.6f, 3.1f, 0.0f}},  {{7.2f, 1.6f, 6.0f}, {1.0f, 2.4f, 0.0f}},
                      {{0.0f, 1.7f, 17.0f}, {0.0f, 3.8f, 0.0f}},   {{14.0f, 8.0f, 12.0f}, {0.0f, 2.0f, 0.0f}},
                      {{-4.0f, 1.5f, -9.5f}, {-1.0f, 2.6f, 0.0f}}, {{16.0f, 2.0f, -4.0f}, {8.0f, 3.5f, 2.0f}},
                      {{-17.0f, 3.0f, 3.0f}, {0.0f, 3.0f, 0.0f}},  {{5.0f, 1.9f, 10.8f}, {8.0f, 2.4f, 7.8f}}};
  return scene;
}

}  // namespace impasto::render
