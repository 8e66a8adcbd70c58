// Trees, grass and flowers.
#include "renderer/scene/sample/plants.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "renderer/scene/sample/parts.h"

namespace impasto::render::sample {
namespace {

glm::vec3 onSphere(Random& random) {
  const float y = random.uniform(-1.0f, 1.0f), angle = random.uniform(0.0f, 6.2831853f), r = std::sqrt(1.0f - y * y);
  return {r * std::cos(angle), y, r * std::sin(angle)};
}

// A square card of leaves facing `out`; its corners take the crown's round normals, so that the crown is lit as one.
void addLeafCard(MeshBuilder& builder, int material, Random& random, const glm::vec3& center, float size,
                 const glm::vec3& crown_center, const glm::vec3& out, const glm::vec3& color, float sway) {
  glm::vec3 tangent = glm::cross(out, onSphere(random));
  if (glm::length(tangent) < 0.05f) tangent = glm::cross(out, glm::vec3(0.3f, 1.0f, 0.2f));
  tangent = glm::normalize(tangent) * size * 0.5f;
  const glm::vec3 bitangent = glm::normalize(glm::cross(out, tangent)) * size * 0.5f;
  Vertex v[4];
  for (int corner = 0; corner < 4; ++corner) {
    const float s = corner == 1 || corner == 2 ? 1.0f : -1.0f, t = corner >= 2 ? 1.0f : -1.0f;
    v[corner].position = center + tangent * s + bitangent * t;
    v[corner].normal =
        glm::normalize(glm::normalize(v[corner].position - crown_center) + 0.35f * out + glm::vec3(0.0f, 0.15f, 0.0f));
    v[corner].uv = {s * 0.5f + 0.5f, 0.5f - t * 0.5f};
    v[corner].color = packColor(color);
    v[corner].sway = sway;
  }
  builder.triangle(material, v[0], v[1], v[2]);
  builder.triangle(material, v[0], v[2], v[3]);
}

// A straight limb between two points.
void addLimb(MeshBuilder& builder, int material, const glm::vec3& from, const glm::vec3& to, float r0, float r1,
             const glm::vec3& color) {
  const glm::vec3 along = to - from;
  const float length = glm::length(along);
  const glm::vec3 y = along / length;
  const glm::vec3 x = glm::normalize(glm::cross(std::abs(y.x) < 0.9f ? glm::vec3(1, 0, 0) : glm::vec3(0, 0, 1), y));
  glm::mat4 placed(1.0f);
  placed[0] = glm::vec4(x, 0.0f);
  placed[1] = glm::vec4(y, 0.0f);
  placed[2] = glm::vec4(glm::cross(x, y), 0.0f);
  placed[3] = glm::vec4(from, 1.0f);
  const glm::mat4 before = builder.transform;
  builder.transform = before * placed;
  builder.column(material, 0.0f, r0, length, r1, 8, color, 0.6f);
  builder.transform = before;
}

}  // namespace

int makeLeafyTree(Scene& scene, const Materials& m, const char* name, uint32_t seed, float height, float spread,
                  int clumps, int cards, float card_size, const std::array<uint32_t, 3>& greens) {
  Random random(seed);
  MeshBuilder builder;
  const glm::vec3 fork(random.uniform(-0.2f, 0.2f) * spread * 0.3f, height * 0.38f,
                       random.uniform(-0.2f, 0.2f) * spread * 0.3f);
  const glm::vec3 bark = paint(0x7A6047);
  addLimb(builder, m.bark, {0.0f, -0.6f, 0.0f}, fork, height * 0.045f, height * 0.030f, bark);
  const glm::vec3 crown(0.0f, height * 0.66f, 0.0f);
  for (int i = 0; i < clumps; ++i) {
    const float angle = 2.39996f * static_cast<float>(i),
                up = (static_cast<float>(i) + 0.5f) / static_cast<float>(clumps);
    const float around = spread * 0.62f * std::sqrt(std::max(1.0f - std::pow(up * 1.7f - 0.75f, 2.0f), 0.05f));
    const glm::vec3 center(around * std::cos(angle), height * (0.46f + 0.42f * up), around * std::sin(angle));
    const float radius = spread * random.uniform(0.42f, 0.60f) * (1.05f - 0.3f * up);
    addLimb(builder, m.bark, fork, glm::mix(fork, center, 0.85f), height * 0.016f, height * 0.006f, bark);
    const glm::vec3 clump_tone = glm::mix(paint(greens[0]), paint(greens[1]), random.uniform());
    for (int card = 0; card < cards; ++card) {
      const glm::vec3 out = onSphere(random);
      const glm::vec3 place =
          center + out * radius * std::cbrt(random.uniform(0.35f, 1.0f)) * glm::vec3(1.0f, 0.8f, 1.0f);
      const float lit = 0.55f + 0.45f * glm::smoothstep(-0.9f, 0.7f, out.y + (place.y - crown.y) / height);
      glm::vec3 color = glm::mix(clump_tone, paint(greens[2]),
                                 0.45f * random.uniform() * std::max(out.y, 0.0f) + 0.15f * random.uniform());
      color *= lit * random.uniform(0.85f, 1.15f);
      const glm::vec3 facing = glm::normalize(out + 0.6f * onSphere(random));
      addLeafCard(builder, m.leaves, random, place, card_size * random.uniform(0.8f, 1.25f),
                  glm::mix(crown, center, 0.6f), facing, color, 0.05f + 0.09f * place.y / height);
    }
  }
  return builder.finish(scene, name);
}

int makeCypress(Scene& scene, const Materials& m, uint32_t seed) {
  Random random(seed);
  MeshBuilder builder;
  constexpr float kHeight = 8.5f;
  builder.column(m.bark, -0.5f, 0.17f, 1.2f, 0.13f, 8, paint(0x6B5540), 0.6f);
  for (int card = 0; card < 210; ++card) {
    const float up = std::pow(random.uniform(), 0.85f), angle = random.uniform(0.0f, 6.2831853f);
    const float radius =
        0.98f * std::pow(1.0f - up, 0.62f) * (0.55f + 0.45f * std::min(up * 7.0f, 1.0f)) * random.uniform(0.72f, 1.0f);
    const glm::vec3 place(radius * std::cos(angle), 0.6f + (kHeight - 0.7f) * up, radius * std::sin(angle));
    const glm::vec3 out = glm::normalize(glm::vec3(std::cos(angle), 0.35f, std::sin(angle)));
    const glm::vec3 color = glm::mix(paint(0x3C5A32), paint(0x688446), random.uniform()) * random.uniform(0.8f, 1.2f);
    addLeafCard(builder, m.leaves, random, place, random.uniform(0.85f, 1.25f) * (1.1f - 0.45f * up),
                {0.0f, place.y - 0.2f, 0.0f}, glm::normalize(out + 0.4f * onSphere(random)), color,
                0.04f + 0.16f * up * up);
  }
  return builder.finish(scene, "cypress");
}

int makeBush(Scene& scene, const Materials& m, uint32_t seed, const std::array<uint32_t, 2>& greens) {
  Random random(seed);
  MeshBuilder builder;
  for (int card = 0; card < 46; ++card) {
    glm::vec3 out = onSphere(random);
    out.y = std::abs(out.y);
    const glm::vec3 place = out * glm::vec3(1.0f, 0.95f, 1.0f) * random.uniform(0.55f, 1.0f);
    const glm::vec3 color = glm::mix(paint(greens[0]), paint(greens[1]), random.uniform()) * (0.6f + 0.4f * out.y);
    addLeafCard(builder, m.leaves, random, place, random.uniform(0.7f, 1.1f), glm::vec3(0.0f),
                glm::normalize(out + 0.5f * onSphere(random)), color, 0.04f);
  }
  return builder.finish(scene, "bush");
}

void addBlade(MeshBuilder& builder, int material, const glm::vec3& root, float height, float width, float lean_angle,
              float lean, const glm::vec3& low, const glm::vec3& high) {
  const glm::vec3 side(std::cos(lean_angle + 1.57f) * width, 0.0f, std::sin(lean_angle + 1.57f) * width);
  const glm::vec3 bend(std::cos(lean_angle) * lean, 0.0f, std::sin(lean_angle) * lean);
  const glm::vec3 normal = glm::normalize(glm::vec3(bend.x, 1.2f, bend.z));
  const glm::vec3 middle = root + glm::vec3(0.0f, height * 0.55f, 0.0f) + bend * 0.35f,
                  tip = root + glm::vec3(0.0f, height, 0.0f) + bend;
  const auto at = [&](const glm::vec3& position, float up) {
    Vertex vertex;
    vertex.position = position;
    vertex.normal = normal;
    vertex.color = packColor(glm::mix(low, high, up));
    vertex.sway = 0.32f * height * up * up;
    return vertex;
  };
  const Vertex a = at(root - side, 0.0f), b = at(root + side, 0.0f), c = at(middle + side * 0.7f, 0.55f),
               d = at(middle - side * 0.7f, 0.55f), e = at(tip, 1.0f);
  builder.triangle(material, a, b, c);
  builder.triangle(material, a, c, d);
  builder.triangle(material, d, c, e);
}

void addFlower(MeshBuilder& builder, int material, Random& random, const glm::vec3& at, float size, float sway,
               const glm::vec3& petal, const glm::vec3& heart, int petals) {
  const glm::vec3 up = glm::normalize(glm::vec3(random.uniform(-0.7f, 0.2f), 1.0f, random.uniform(-0.1f, 0.8f)));
  const glm::vec3 x = glm::normalize(glm::cross(up, glm::vec3(0.0f, 0.0f, 1.0f))), z = glm::cross(x, up);
  const auto point = [&](float angle, float radius, float lift, const glm::vec3& color) {
    Vertex vertex;
    vertex.position = at + (x * std::cos(angle) + z * std::sin(angle)) * radius + up * lift;
    vertex.normal = up;
    vertex.color = packColor(color);
    vertex.sway = sway;
    return vertex;
  };
  const float start = random.uniform(0.0f, 6.28f), step = 6.2831853f / static_cast<float>(petals);
  for (int i = 0; i < petals; ++i) {
    const float angle = start + step * static_cast<float>(i);
    const glm::vec3 tone = petal * random.uniform(0.85f, 1.1f);
    builder.triangle(material, point(angle, 0.0f, 0.0f, heart), point(angle + step * 0.55f, size, size * 0.3f, tone),
                     point(angle - step * 0.45f, size, size * 0.3f, tone));
  }
  for (int i = 0; i < 3; ++i) {
    const float angle = start + 2.0944f * static_cast<float>(i);
    builder.triangle(material, point(angle, size * 0.3f, size * 0.16f, heart),
                     point(angle + 2.0944f, size * 0.3f, size * 0.16f, heart),
                     point(angle + 1.0472f, 0.0f, size * 0.2f, heart));
  }
}

void addTrees(Scene& scene, const Materials& m) {
  const std::array<int, 4> leafy = {
      makeLeafyTree(scene, m, "oak", 401, 6.8f, 3.0f, 9, 30, 1.25f, {0x5A7E32, 0x7E9A3C, 0xB9BE52}),
      makeLeafyTree(scene, m, "lime", 402, 7.6f, 2.6f, 9, 30, 1.2f, {0x5C8236, 0x7E9C3E, 0xBFC25A}),
      makeLeafyTree(scene, m, "olive", 403, 4.6f, 2.4f, 7, 28, 1.0f, {0x7A8A62, 0x93A078, 0xBFC49A}),
      makeLeafyTree(scene, m, "maple", 404, 6.2f, 2.7f, 8, 30, 1.2f, {0x9A6A2C, 0xC08A34, 0xE0B04A})};
  const std::array<int, 2> cypress = {makeCypress(scene, m, 411), makeCypress(scene, m, 412)};
  const std::array<int, 3> bush = {makeBush(scene, m, 421, {0x4E7030, 0x86A044}),
                                   makeBush(scene, m, 422, {0x6A7E34, 0xA8A850}),
                                   makeBush(scene, m, 423, {0x3F5E30, 0x6C8A40})};

  const auto plant = [&](const char* name, int mesh, float x, float z, float yaw, float scale) {
    addNode(scene, name, mesh, {x, groundHeight(x, z) - 0.1f, z}, yaw, scale);
  };
  // The tree that frames the picture on the left.
  const int great = makeLeafyTree(scene, m, "great oak", 431, 9.5f, 4.6f, 14, 62, 1.2f, {0x5E8232, 0x86A03C, 0xCACB5C});
  plant("great oak", great, -10.4f, 36.2f, 0.4f, 0.95f);
  plant("lime by the water", leafy[1], -18.5f, 34.5f, 1.9f, 0.9f);

  Random random(441);
  // A cypress row climbs to the windmill; others stand between the houses.
  for (int i = 0; i < 9; ++i) {
    const float t = static_cast<float>(i) / 8.0f;
    plant("cypress", cypress[static_cast<size_t>(i % 2)], glm::mix(43.0f, 57.0f, t),
          glm::mix(-29.5f, -37.0f, t) + random.uniform(-0.6f, 0.6f), random.uniform(0.0f, 6.0f),
          random.uniform(0.8f, 1.15f));
  }
  constexpr std::array<glm::vec2, 9> kCypresses = {{{32.5f, 16.5f},
                                                    {33.5f, -4.0f},
                                                    {32.0f, -12.5f},
                                                    {43.0f, -48.0f},
                                                    {56.0f, -33.5f},
                                                    {44.5f, 13.0f},
                                                    {-56.5f, -72.0f},
                                                    {33.0f, -30.0f},
                                                    {-38.5f, 40.0f}}};
  for (const glm::vec2& place : kCypresses)
    plant("cypress", cypress[random.below(2)], place.x, place.y, random.uniform(0.0f, 6.0f),
          random.uniform(0.75f, 1.2f));

  int planted = 0;
  for (int attempt = 0; attempt < 1500 && planted < 84; ++attempt) {
    const float x = random.uniform(-60.0f, 135.0f), z = random.uniform(-120.0f, 75.0f);
    const float height = groundHeight(x, z);
    const bool meadow = z > 26.0f && x > -24.0f && x < 20.0f;  // the view stays open
    const bool before_camera = z > 24.0f && x < 40.0f;
    if (height < 1.6f || builtUp(x, z) || meadow || (before_camera && random.uniform() < 0.8f)) continue;
    if (x > 52.0f && fbm(glm::vec2(x, z) * 0.04f, 3, 0, 443) < 0.46f) continue;  // groves, and fields between them
    const uint32_t kind = random.below(10);
    const size_t tree = kind < 4 ? 0 : (kind < 7 ? 1 : (kind < 9 ? 2 : 3));
    plant("tree", leafy[tree], x, z, random.uniform(0.0f, 6.28f), random.uniform(0.7f, 1.15f));
    ++planted;
  }
  for (int attempt = 0, bushes = 0; attempt < 4000 && bushes < 210; ++attempt) {
    const bool far_shore = attempt % 3 != 0;
    const float x = far_shore ? random.uniform(-130.0f, 150.0f) : random.uniform(20.0f, 100.0f);
    const float z = far_shore ? random.uniform(-215.0f, -118.0f) : random.uniform(-90.0f, 30.0f);
    if (groundHeight(x, z) < 1.2f || builtUp(x, z)) continue;
    if (fbm(glm::vec2(x, z) * 0.05f, 3, 0, 447) < 0.42f) continue;
    plant("bush", bush[random.below(3)], x, z, random.uniform(0.0f, 6.28f),
          far_shore ? random.uniform(2.2f, 4.2f) : random.uniform(0.7f, 1.5f));
    ++bushes;
  }
  constexpr std::array<glm::vec2, 8> kShoreBushes = {{{-9.5f, 33.0f},
                                                      {-12.0f, 36.2f},
                                                      {10.8f, 33.5f},
                                                      {13.5f, 32.0f},
                                                      {-18.0f, 34.5f},
                                                      {16.5f, 30.0f},
                                                      {1.0f, 32.9f},
                                                      {19.0f, 33.0f}}};
  for (const glm::vec2& place : kShoreBushes)
    plant("bush", bush[random.below(3)], place.x, place.y, random.uniform(0.0f, 6.0f), random.uniform(0.5f, 1.0f));
}

void addMeadow(Scene& scene, const Materials& m) {
  Random random(501);
  MeshBuilder builder;
  // Dense before the camera, sparse away from it; none on the path or in the water.
  for (int i = 0; i < 17000; ++i) {
    const float z = 50.5f - 19.0f * std::pow(random.uniform(), 1.3f), x = random.uniform(-24.0f, 22.0f);
    const float middle = 4.5f + 2.2f * std::sin((z - 30.0f) * 0.16f) - (z - 31.0f) * 0.12f;
    const float height = groundHeight(x, z);
    if (height < 0.9f || std::abs(x - middle) < 0.9f + 0.5f * random.uniform()) continue;
    const float patch = fbm(glm::vec2(x, z) * 0.3f, 3, 0, 503),
                tall = random.uniform(0.22f, 0.55f) * (0.6f + 0.9f * patch);
    const glm::vec3 low = paint(0x46662A), high = glm::mix(paint(0x7FA23C), paint(0xD0C05C),
                                                           glm::smoothstep(0.3f, 0.7f, patch) * random.uniform());
    addBlade(builder, m.blades, {x, height - 0.03f, z}, tall, random.uniform(0.012f, 0.028f),
             random.uniform(0.0f, 6.28f), tall * random.uniform(0.1f, 0.55f), low, high);
  }
  addNode(scene, "grass", builder.finish(scene, "grass"));

  struct Kind {
    uint32_t petal, heart;
    float size;
    int petals;
  };
  constexpr std::array<Kind, 6> kKinds = {{{0xE0402A, 0x3A1A1A, 0.085f, 5},
                                           {0xF7F3E8, 0xF0B92E, 0.062f, 8},
                                           {0x6A7FD8, 0x3A3F8A, 0.055f, 6},
                                           {0xF2C43A, 0xB9802A, 0.058f, 6},
                                           {0xE58BB4, 0xF2D9A0, 0.065f, 5},
                                           {0x9A62B8, 0xF0D070, 0.055f, 6}}};
  for (int i = 0; i < 1500; ++i) {
    const float z = 50.0f - 18.0f * std::pow(random.uniform(), 1.2f), x = random.uniform(-22.0f, 21.0f);
    const float middle = 4.5f + 2.2f * std::sin((z - 30.0f) * 0.16f) - (z - 31.0f) * 0.12f;
    const float height = groundHeight(x, z);
    if (height < 1.1f || std::abs(x - middle) < 1.2f) continue;
    // Drifts of one kind, with strays.
    const float drift = fbm(glm::vec2(x, z) * 0.22f + 3.0f, 3, 0, 507);
    const size_t kind = random.uniform() < 0.3f ? random.below(6)
                                                : static_cast<size_t>(glm::clamp((drift - 0.25f) * 12.0f, 0.0f, 5.0f));
    const float stem = random.uniform(0.3f, 0.62f);
    const glm::vec3 root(x, height - 0.02f, z);
    addBlade(builder, m.blades, root, stem, 0.009f, 0.0f, 0.0f, paint(0x48682C), paint(0x6F8F3A));
    addFlower(builder, m.blades, random, root + glm::vec3(0.0f, stem, 0.0f),
              kKinds[kind].size * random.uniform(0.85f, 1.25f), 0.32f * stem, paint(kKinds[kind].petal),
              paint(kKinds[kind].heart), kKinds[kind].petals);
  }
  addNode(scene, "flowers", builder.finish(scene, "flowers"));

  // Boulders at the water's edge.
  for (int i = 0; i < 26; ++i) {
    const float x = random.uniform(-26.0f, 24.0f);
    float z = 38.0f;
    while (z > 20.0f && groundHeight(x, z) > 0.25f) z -= 0.25f;
    if (std::abs(x - 5.2f) < 1.8f) continue;
    const float size = random.uniform(0.25f, 0.95f);
    builder.transform = glm::scale(
        glm::rotate(glm::translate(glm::mat4(1.0f), {x, groundHeight(x, z), z + random.uniform(-1.0f, 1.4f)}),
                    random.uniform(0.0f, 6.0f), glm::normalize(glm::vec3(0.3f, 1.0f, 0.2f))),
        glm::vec3(size, size * 0.7f, size * 0.85f));
    const glm::vec3 tone = paint(0xA59A88) * random.uniform(0.75f, 1.15f);
    std::vector<Vertex> points;
    for (uint32_t row = 0; row <= 7; ++row) {
      for (uint32_t column = 0; column <= 10; ++column) {
        const float polar = 3.14159265f * static_cast<float>(row) / 7.0f,
                    around = 6.2831853f * static_cast<float>(column % 10) / 10.0f;
        glm::vec3 p(std::sin(polar) * std::cos(around), -std::cos(polar), -std::sin(polar) * std::sin(around));
        p *= 0.8f +
             0.4f * valueNoise(glm::vec2(p.x * 1.7f + static_cast<float>(i) * 5.0f, p.y * 1.7f + p.z * 1.3f), 0, 509);
        Vertex vertex;
        vertex.position = p;
        vertex.uv = glm::vec2(p.x + p.z, p.y) * 0.6f;
        vertex.color = packColor(tone * (0.75f + 0.25f * p.y));
        points.push_back(vertex);
      }
    }
    builder.grid(m.ground, points, 11);
  }
  addNode(scene, "boulders", builder.finish(scene, "boulders"));
}

}  // namespace impasto::render::sample
