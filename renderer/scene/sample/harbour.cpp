// The jetty and its flag, rowing boat, sailing boats, gulls.
#include <algorithm>
#include <array>
#include <cmath>

#include "renderer/scene/sample/parts.h"

namespace impasto::render::sample {
namespace {

constexpr float kTurn = 6.2831853f;

glm::vec4 asVector(const glm::quat& q) { return {q.x, q.y, q.z, q.w}; }

// A boat's hull along Z, bow at -Z: ribs from keel to gunwale, planks inside and out, thwarts.
void addHull(MeshBuilder& builder, const Materials& m, float length, float beam, float height, const glm::vec3& outside,
             const glm::vec3& inside, bool benches) {
  constexpr uint32_t kStations = 13, kRibs = 9;
  for (const bool inner : {false, true}) {
    std::vector<Vertex> points;
    for (uint32_t station = 0; station < kStations; ++station) {
      const float t = static_cast<float>(station) / (kStations - 1);  // 0 bow, 1 stern
      const float fullness = std::pow(std::sin(std::min(t * 1.75f, 1.0f) * 1.5707963f), 0.8f) * (1.0f - 0.22f * t * t);
      const float sheer = height * (1.0f + 0.45f * std::pow(1.0f - t, 3.0f) + 0.12f * t * t);
      for (uint32_t rib = 0; rib < kRibs; ++rib) {
        const float s = static_cast<float>(rib) / (kRibs - 1) * 2.0f - 1.0f;
        const float shrink = inner ? 0.93f : 1.0f;
        Vertex vertex;
        const float side = inner ? -s : s;
        vertex.position = {side * beam * 0.5f * fullness * shrink,
                           sheer * std::pow(std::abs(s), 1.7f) + (inner ? 0.08f : 0.0f),
                           (t - 0.5f) * length * (inner ? 0.97f : 1.0f)};
        if (rib == 0 || rib == kRibs - 1) vertex.position.y = sheer;
        vertex.uv = {t * length * 0.4f, std::abs(s) * 0.8f};
        const bool stripe = !inner && std::abs(s) > 0.85f;
        vertex.color = packColor(inner ? inside : (stripe ? paint(0xF4EEDF) : outside));
        points.push_back(vertex);
      }
    }
    builder.grid(m.wood, points, kRibs);
  }
  const float stern = length * 0.5f, half = beam * 0.5f * 0.76f;
  builder.box(m.wood, {-half, 0.12f, stern - 0.1f}, {half, height * 1.1f, stern}, outside);
  if (benches) {
    for (const float z : {-0.18f, 0.2f}) {
      builder.box(m.wood, {-beam * 0.46f, height * 0.62f, z * length - 0.14f},
                  {beam * 0.46f, height * 0.7f, z * length + 0.14f}, paint(0xC79A62), 1.0f);
    }
  }
}

// A triangular sail between three corners, bellied towards `belly`.
void addSail(MeshBuilder& builder, const Materials& m, const glm::vec3& tack, const glm::vec3& head,
             const glm::vec3& clew, const glm::vec3& belly, const glm::vec3& color) {
  constexpr uint32_t kSide = 9;
  std::vector<Vertex> points;
  for (uint32_t row = 0; row < kSide; ++row) {
    for (uint32_t column = 0; column < kSide; ++column) {
      const float up = static_cast<float>(row) / (kSide - 1), out = static_cast<float>(column) / (kSide - 1);
      const glm::vec3 luff = glm::mix(tack, head, up), leech = glm::mix(clew, head, up);
      Vertex vertex;
      vertex.position = glm::mix(luff, leech, out) + belly * (4.0f * out * (1.0f - out) * (1.0f - up * up) * 0.8f);
      vertex.uv = {out, up * 2.0f};
      vertex.color = packColor(color * (row % 2 ? 0.95f : 1.0f));
      points.push_back(vertex);
    }
  }
  builder.grid(m.sail, points, kSide);
}

void addSailingBoat(Scene& scene, const Materials& m, const glm::vec3& place, float yaw, float phase0, uint32_t hull,
                    uint32_t sail) {
  MeshBuilder builder;
  addHull(builder, m, 7.2f, 2.3f, 0.95f, paint(hull), paint(0xC89B66), false);
  builder.box(m.wood, {-0.95f, 0.7f, -2.0f}, {0.95f, 0.82f, 3.4f}, paint(0xCFA873), 0.6f);
  builder.box(m.plain, {-0.6f, 0.8f, -0.6f}, {0.6f, 1.35f, 1.5f}, paint(0xF2EAD8));
  builder.transform = glm::translate(glm::mat4(1.0f), {0.0f, 0.8f, -0.8f});
  builder.column(m.wood, 0.0f, 0.09f, 8.6f, 0.05f, 8, paint(0x9C7048));
  builder.transform = glm::mat4(1.0f);
  builder.box(m.wood, {-0.05f, 1.75f, -0.75f}, {0.05f, 1.87f, 3.2f}, paint(0x9C7048));
  addSail(builder, m, {0.0f, 1.9f, -0.7f}, {0.0f, 9.2f, -0.75f}, {0.35f, 1.95f, 3.1f}, {0.7f, 0.0f, 0.1f}, paint(sail));
  addSail(builder, m, {0.0f, 1.2f, -3.8f}, {0.0f, 7.8f, -0.9f}, {0.5f, 1.5f, -0.4f}, {0.6f, 0.0f, 0.0f},
          paint(0xF7EEDA));
  const int node = addNode(scene, "sailing boat", builder.finish(scene, "sailing boat"), place, yaw);
  const glm::vec3 heading(std::sin(yaw), 0.0f, std::cos(yaw));
  animate(scene, node, Path::Translation, 40, [=](float phase) {
    const float a = kTurn * (phase + phase0);
    return glm::vec4(place - heading * (1.6f * std::sin(a)) + glm::vec3(0.0f, 0.10f * std::sin(3.0f * a) - 0.12f, 0.0f),
                     0.0f);
  });
  animate(scene, node, Path::Rotation, 40, [=](float phase) {
    const float a = kTurn * (phase + phase0);
    return asVector(glm::angleAxis(yaw, glm::vec3(0, 1, 0)) *
                    glm::angleAxis(-0.10f + 0.04f * std::sin(2.0f * a), glm::vec3(0, 0, 1)) *
                    glm::angleAxis(0.03f * std::sin(3.0f * a + 1.0f), glm::vec3(1, 0, 0)));
  });
}

void addRowingBoat(Scene& scene, const Materials& m, const glm::vec3& place, float yaw, float phase0, uint32_t color) {
  MeshBuilder builder;
  addHull(builder, m, 4.4f, 1.6f, 0.62f, paint(color), paint(0xD2AA72), true);
  for (const float side : {-1.0f, 1.0f}) {  // oars laid inside
    builder.transform = glm::rotate(glm::translate(glm::mat4(1.0f), {side * 0.35f, 0.52f, 0.3f}),
                                    1.5707963f + side * 0.12f, {1.0f, 0.0f, 0.0f});
    builder.column(m.wood, -1.4f, 0.03f, 1.4f, 0.03f, 6, paint(0xDDBB85));
  }
  const int node = addNode(scene, "rowing boat", builder.finish(scene, "rowing boat"), place, yaw);
  animate(scene, node, Path::Translation, 40, [=](float phase) {
    const float a = kTurn * (phase + phase0);
    return glm::vec4(
        place + glm::vec3(0.08f * std::sin(a), 0.06f * std::sin(3.0f * a) - 0.16f, 0.06f * std::cos(2.0f * a)), 0.0f);
  });
  animate(scene, node, Path::Rotation, 40, [=](float phase) {
    const float a = kTurn * (phase + phase0);
    return asVector(glm::angleAxis(yaw + 0.05f * std::sin(a), glm::vec3(0, 1, 0)) *
                    glm::angleAxis(0.05f * std::sin(3.0f * a + 0.7f), glm::vec3(0, 0, 1)));
  });
}

void addJetty(Scene& scene, const Materials& m) {
  MeshBuilder builder;
  constexpr float kX = 5.2f, kFrom = 33.5f, kTo = 13.5f, kDeck = 1.05f;
  Random random(311);
  for (float z = kFrom; z > kTo; z -= 0.34f) {
    const float half = 1.15f + random.uniform(-0.06f, 0.06f), lift = random.uniform(-0.02f, 0.02f);
    const glm::vec3 tone = paint(0xB0906A) * random.uniform(0.75f, 1.2f);
    builder.box(m.wood, {kX - half, kDeck + lift - 0.07f, z - 0.15f}, {kX + half, kDeck + lift, z + 0.15f}, tone, 0.7f);
  }
  for (const float side : {-1.0f, 1.0f}) {
    builder.box(m.wood, {kX + side * 0.8f - 0.08f, kDeck - 0.3f, kTo}, {kX + side * 0.8f + 0.08f, kDeck - 0.07f, kFrom},
                paint(0x7A5C42));
    for (float z = kFrom - 1.0f; z > kTo - 0.5f; z -= 3.1f) {
      builder.transform = glm::translate(glm::mat4(1.0f), {kX + side * 1.15f, 0.0f, z});
      builder.column(m.bark, -4.0f, 0.15f, 1.75f + random.uniform(-0.1f, 0.25f), 0.13f, 10, paint(0x85684C), 0.5f);
      builder.transform = glm::mat4(1.0f);
    }
  }
  // Barrels, a crate and a coil of rope on the deck.
  for (const glm::vec2 place : {glm::vec2(4.5f, 16.2f), glm::vec2(5.2f, 15.4f)}) {
    builder.transform = glm::translate(glm::mat4(1.0f), {place.x, kDeck, place.y});
    builder.column(m.wood, 0.0f, 0.30f, 0.45f, 0.37f, 14, paint(0x9A6A42));
    builder.column(m.wood, 0.45f, 0.37f, 0.9f, 0.30f, 14, paint(0xA87548));
  }
  builder.transform = glm::mat4(1.0f);
  builder.box(m.wood, {5.7f, kDeck, 19.2f}, {6.3f, kDeck + 0.5f, 19.9f}, paint(0xC0925A), 1.4f);
  builder.transform = glm::translate(glm::mat4(1.0f), {4.15f, 0.0f, 14.0f});
  builder.column(m.wood, 0.0f, 0.08f, 6.4f, 0.05f, 10, paint(0xEDE4D0));
  addNode(scene, "jetty", builder.finish(scene, "jetty"));

  // The flag: three stripes, more sway the farther from the pole.
  std::vector<Vertex> points;
  constexpr uint32_t kColumns = 16, kRows = 10;
  for (uint32_t row = 0; row < kRows; ++row) {
    for (uint32_t column = 0; column < kColumns; ++column) {
      const float out = static_cast<float>(column) / (kColumns - 1), up = static_cast<float>(row) / (kRows - 1);
      Vertex vertex;
      vertex.position = {4.2f + 2.1f * out, 4.9f + 1.35f * up - 0.18f * out, 14.0f - 0.3f * out};
      vertex.sway = 0.30f * std::pow(out, 1.2f);
      vertex.uv = {out * 1.5f, up};
      const uint32_t stripe = up < 0.34f ? 0x2F6FA8 : (up < 0.67f ? 0xF7F0E0 : 0xD8482F);
      vertex.color = packColor(paint(stripe));
      points.push_back(vertex);
    }
  }
  builder.grid(m.cloth, points, kColumns);
  addNode(scene, "flag", builder.finish(scene, "flag"));
}

void addGulls(Scene& scene, const Materials& m) {
  MeshBuilder builder;
  builder.transform = glm::rotate(glm::mat4(1.0f), 1.5707963f, {1.0f, 0.0f, 0.0f});
  builder.column(m.plain, -0.32f, 0.02f, 0.1f, 0.09f, 8, paint(0xF4F2EC));
  builder.column(m.plain, 0.1f, 0.09f, 0.34f, 0.02f, 8, paint(0xF4F2EC));
  const int body = builder.finish(scene, "gull");
  std::array<int, 2> wings{};
  for (size_t side = 0; side < 2; ++side) {
    const float s = side == 0 ? -1.0f : 1.0f;
    builder.quad(m.sail, {s * 0.03f, 0.0f, 0.12f}, {s * 0.45f, 0.06f, 0.10f}, {s * 0.42f, 0.06f, -0.12f},
                 {s * 0.03f, 0.0f, -0.12f}, paint(0xE9EBEA));
    builder.quad(m.sail, {s * 0.45f, 0.06f, 0.10f}, {s * 0.86f, -0.02f, 0.16f}, {s * 0.84f, -0.02f, 0.10f},
                 {s * 0.42f, 0.06f, -0.12f}, paint(0x8F979C));
    wings[side] = builder.finish(scene, "gull wing");
  }
  struct Flight {
    glm::vec3 center;
    float radius, phase, flaps;
  };
  constexpr std::array<Flight, 5> kFlights = {{{{-4.0f, 9.5f, 12.0f}, 9.0f, 0.05f, 14.0f},
                                               {{2.0f, 11.5f, -2.0f}, 14.0f, 0.62f, 12.0f},
                                               {{-18.0f, 13.0f, -16.0f}, 16.0f, 0.3f, 13.0f},
                                               {{8.0f, 8.0f, 18.0f}, 6.0f, 0.8f, 15.0f},
                                               {{-30.0f, 16.0f, -40.0f}, 20.0f, 0.45f, 12.0f}}};
  for (const Flight& flight : kFlights) {
    const int node = addNode(scene, "gull", body);
    animate(scene, node, Path::Translation, 60, [=](float phase) {
      const float a = kTurn * (phase + flight.phase);
      return glm::vec4(flight.center + glm::vec3(flight.radius * std::cos(a), 0.8f * std::sin(2.0f * a),
                                                 -flight.radius * std::sin(a)),
                       0.0f);
    });
    animate(scene, node, Path::Rotation, 60, [=](float phase) {
      const float a = kTurn * (phase + flight.phase);
      return asVector(glm::angleAxis(a, glm::vec3(0, 1, 0)) * glm::angleAxis(0.35f, glm::vec3(0, 0, 1)));
    });
    for (size_t side = 0; side < 2; ++side) {
      const float s = side == 0 ? -1.0f : 1.0f;
      const int wing = addNode(scene, "gull wing", wings[side], glm::vec3(0.0f), 0.0f, 1.0f, node);
      animate(scene, wing, Path::Rotation, 240, [=](float phase) {
        return asVector(
            glm::angleAxis(s * (0.15f + 0.42f * std::sin(kTurn * flight.flaps * phase)), glm::vec3(0, 0, 1)));
      });
    }
  }
}

}  // namespace

void addHarbour(Scene& scene, const Materials& materials) {
  addJetty(scene, materials);
  addRowingBoat(scene, materials, {7.9f, 0.0f, 21.5f}, 0.12f, 0.1f, 0x2F7C88);
  addRowingBoat(scene, materials, {2.3f, 0.0f, 17.5f}, 2.9f, 0.55f, 0xC2472F);
  addRowingBoat(scene, materials, {17.8f, 0.0f, -4.0f}, 0.5f, 0.35f, 0xE0B84A);
  addRowingBoat(scene, materials, {18.0f, 0.0f, -14.0f}, -0.3f, 0.8f, 0x4A6FA0);
  addSailingBoat(scene, materials, {-13.0f, 0.0f, -14.0f}, 0.9f, 0.0f, 0x274E6E, 0xC4552F);
  addSailingBoat(scene, materials, {-34.0f, 0.0f, -46.0f}, 2.3f, 0.4f, 0xF0E8D6, 0xF6EBD2);
  addSailingBoat(scene, materials, {5.0f, 0.0f, -62.0f}, -0.7f, 0.7f, 0x7A3A2C, 0xE8C27A);
  addSailingBoat(scene, materials, {12.5f, 0.0f, -26.0f}, 0.1f, 0.25f, 0xF4EEDF, 0xF3DDB0);
  addGulls(scene, materials);
}

}  // namespace impasto::render::sample
