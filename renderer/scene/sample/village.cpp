// Houses, church, lighthouse, laundry and windmill.
#include <array>
#include <cmath>

#include "renderer/scene/sample/parts.h"

namespace impasto::render::sample {
namespace {

struct House {
  float x, z, yaw, width, depth, height;  // yaw 0: the door looks along +Z
  uint32_t wall, shutter;
};

// The first row stands along the quay, the others climb the slope.
constexpr std::array<House, 24> kHouses = {{
    {29.0f, 12.0f, -1.35f, 7.5f, 6.0f, 3.6f, 0xF1E2C4, 0x3F7F86},
    {27.5f, 1.0f, -1.45f, 6.0f, 6.0f, 5.6f, 0xE8B48A, 0x4C7A4A},
    {27.0f, -8.0f, -1.6f, 7.0f, 6.5f, 4.2f, 0xF6EBD6, 0xA8452F},
    {26.0f, -17.5f, -1.5f, 6.5f, 6.0f, 6.2f, 0xE9C56E, 0x2F5E8C},
    {25.5f, -27.0f, -1.6f, 6.0f, 6.5f, 4.8f, 0xF3D9CC, 0x4E7F76},
    {26.5f, -36.0f, -1.75f, 7.5f, 6.0f, 5.8f, 0xF7F0E2, 0x305D7E},
    {28.0f, -46.0f, -1.7f, 6.5f, 6.0f, 4.4f, 0xE2A27C, 0x5B7B3C},
    {31.0f, -56.0f, -1.9f, 7.0f, 6.0f, 5.2f, 0xF0DDB0, 0x9C3F38},
    {36.0f, -65.0f, -2.0f, 6.5f, 6.0f, 4.6f, 0xF6E9D8, 0x3E6C8A},
    {39.0f, 8.0f, -1.2f, 6.5f, 6.0f, 4.2f, 0xF2CFA8, 0x40706A},
    {38.5f, -2.0f, -1.5f, 7.0f, 6.5f, 5.0f, 0xF8EFDD, 0x8C3B2E},
    {38.0f, -13.0f, -1.7f, 6.0f, 6.0f, 5.4f, 0xE9C9B8, 0x3B688F},
    {37.0f, -23.5f, -1.4f, 7.0f, 6.0f, 4.6f, 0xF4E3BE, 0x567D40},
    {37.5f, -34.0f, -1.6f, 6.0f, 6.5f, 6.0f, 0xE7B27F, 0x2F6A72},
    {39.0f, -54.0f, -1.8f, 6.5f, 6.0f, 4.6f, 0xF5EAD3, 0xA04A33},
    {50.0f, 3.0f, -1.3f, 7.0f, 6.0f, 4.4f, 0xEFD3A0, 0x3D6F85},
    {49.5f, -9.0f, -1.6f, 6.5f, 6.0f, 5.2f, 0xF5E7D2, 0x4B7A52},
    {49.0f, -21.0f, -1.5f, 6.0f, 6.0f, 4.6f, 0xE6B894, 0x93402F},
    {48.5f, -58.0f, -1.9f, 6.5f, 6.5f, 4.8f, 0xF3DDB6, 0x36648A},
    {61.0f, -4.0f, -1.4f, 6.5f, 6.0f, 4.4f, 0xF4E6CB, 0x4A7F77},
    {61.5f, -18.0f, -1.5f, 7.0f, 6.0f, 4.6f, 0xEAC08F, 0x3C6A8D},
    {10.0f, -128.0f, 0.2f, 7.0f, 6.0f, 4.4f, 0xF5E8D0, 0x9A4433},
    {21.0f, -133.0f, -0.2f, 6.5f, 6.0f, 5.2f, 0xE9C08E, 0x3D6A85},
    {-34.0f, 44.0f, 0.5f, 7.0f, 5.5f, 3.2f, 0xF3E4C9, 0x3F7C88},
}};

glm::mat4 place(float x, float y, float z, float yaw) {
  return glm::rotate(glm::translate(glm::mat4(1.0f), {x, y, z}), yaw, {0.0f, 1.0f, 0.0f});
}

// A window or door in the wall z = `z` of the current transform, facing +Z: frame, pane, sill, two shutters.
void addOpening(MeshBuilder& builder, const Materials& m, float x, float y, float z, float width, float height,
                const glm::vec3& shutter, bool door) {
  const float w = width * 0.5f;
  builder.box(m.plain, {x - w - 0.09f, y - (door ? 0.0f : 0.1f), z - 0.05f},
              {x + w + 0.09f, y + height + 0.12f, z + 0.06f}, paint(0xEFE6D2));
  builder.box(door ? m.wood : m.glass, {x - w, y, z}, {x + w, y + height, z + 0.075f},
              door ? shutter * 1.2f : paint(0x31475A), 1.4f);
  if (door) {
    builder.box(m.stone, {x - w - 0.3f, y - 0.5f, z}, {x + w + 0.3f, y, z + 0.7f}, paint(0xC9B99C), 0.6f);
    return;
  }
  builder.box(m.plain, {x - 0.035f, y, z + 0.05f}, {x + 0.035f, y + height, z + 0.095f}, paint(0xF2EBDB));
  builder.box(m.stone, {x - w - 0.18f, y - 0.2f, z}, {x + w + 0.18f, y - 0.08f, z + 0.2f}, paint(0xCFC2A8), 0.6f);
  for (const float side : {-1.0f, 1.0f}) {
    const float inner = x + side * (w + 0.06f), outer = inner + side * w * 0.95f;
    builder.box(m.wood, {std::min(inner, outer), y - 0.04f, z}, {std::max(inner, outer), y + height + 0.04f, z + 0.08f},
                shutter, 1.7f);
  }
}

// A gable roof along X over a box of half sizes (w, d) at height y.
void addRoof(MeshBuilder& builder, const Materials& m, float w, float d, float y, float rise, const glm::vec3& color,
             const glm::vec3& wall) {
  const float eave = 0.55f, gable = 0.4f, slope = rise / d, thick = 0.16f;
  const float x = w + gable, z = d + eave, low = y - eave * slope;
  const float length = std::sqrt(z * z + (y + rise - low) * (y + rise - low));
  const glm::vec2 uv(2.0f * x * 0.22f, length * 0.28f);
  const glm::vec3 up(0.0f, thick, 0.0f);
  const glm::vec3 a(-x, low, z), b(x, low, z), c(x, y + rise, 0.0f), e(-x, y + rise, 0.0f), f(-x, low, -z),
      g(x, low, -z);
  builder.quad(m.roof, a + up, b + up, c + up, e + up, color, uv);
  builder.quad(m.roof, g + up, f + up, e + up, c + up, color * 0.95f, uv);
  for (const auto& [p, q] : {std::pair{b, a}, std::pair{f, g}}) {  // eaves
    builder.quad(m.wood, q, p, p + up, q + up, paint(0x7A4E36));
  }
  for (const float side : {-1.0f, 1.0f}) {  // gables, barge boards
    const glm::vec3 r(side * w, y, side * d), l(side * w, y, -side * d), t(side * w, y + rise, 0.0f);
    Vertex v[3];
    const std::array corners = {r, l, t};
    for (size_t i = 0; i < 3; ++i) {
      v[i].position = corners[i];
      v[i].normal = {side, 0.0f, 0.0f};
      v[i].uv = glm::vec2(corners[i].z, -corners[i].y) * 0.3f;
      v[i].color = packColor(wall);
    }
    builder.triangle(m.plaster, v[0], v[1], v[2]);
    const glm::vec3 front(side * x, low, side * z), back(side * x, low, -side * z), ridge(side * x, y + rise, 0.0f);
    builder.quad(m.wood, front, ridge, ridge + up, front + up, paint(0x7A4E36));
    builder.quad(m.wood, ridge, back, back + up, ridge + up, paint(0x7A4E36));
  }
  builder.quad(m.wood, f, g, c, e, paint(0x6B4A38));  // undersides
  builder.quad(m.wood, b, a, e, c, paint(0x6B4A38));
}

void addHouse(MeshBuilder& builder, const Materials& m, const House& house, uint32_t seed) {
  Random random(seed);
  const float ground = std::max(groundHeight(house.x, house.z), 0.7f);
  builder.transform = place(house.x, ground, house.z, house.yaw);
  const float w = house.width * 0.5f, d = house.depth * 0.5f, h = house.height;
  const glm::vec3 wall = paint(house.wall), shutter = paint(house.shutter);
  builder.box(m.stone, {-w - 0.08f, -3.0f, -d - 0.08f}, {w + 0.08f, 0.5f, d + 0.08f}, paint(0xB8A88C), 0.35f);
  builder.box(m.plaster, {-w, 0.5f, -d}, {w, h, d}, wall, 0.2f, 0.82f);
  const std::array roofs = {paint(0xC8623A), paint(0xB9533A), paint(0xD07A4A), paint(0xA94F3C)};
  const float rise = d * random.uniform(0.62f, 0.85f);
  addRoof(builder, m, w, d, h, rise, roofs[random.below(4)] * random.uniform(0.95f, 1.2f), wall);

  // A chimney that starts inside the roof.
  const float cx = random.uniform(-0.6f, 0.6f) * w, cz = random.uniform(-0.45f, 0.45f) * d;
  builder.box(m.plaster, {cx - 0.35f, h, cz - 0.35f}, {cx + 0.35f, h + rise + 0.9f, cz + 0.35f}, wall * 0.92f, 0.3f);
  builder.box(m.roof, {cx - 0.45f, h + rise + 0.9f, cz - 0.45f}, {cx + 0.45f, h + rise + 1.05f, cz + 0.45f},
              paint(0xB55A3A));

  const int columns = house.width > 6.8f ? 3 : 2;
  const int floors = h > 4.9f ? 2 : 1;
  const int door_column = static_cast<int>(random.below(static_cast<uint32_t>(columns)));
  const glm::mat4 base = builder.transform;
  for (int side = 0; side < 4; ++side) {
    builder.transform = glm::rotate(base, 1.5707963f * static_cast<float>(side), {0.0f, 1.0f, 0.0f});
    const bool gable = side % 2 == 1;
    const float span = gable ? house.depth : house.width, face = gable ? w : d;
    const int count = gable ? 2 : columns;
    for (int floor = 0; floor < floors; ++floor) {
      for (int column = 0; column < count; ++column) {
        const float x = span * ((static_cast<float>(column) + 0.5f) / static_cast<float>(count) - 0.5f);
        const float y = 1.35f + static_cast<float>(floor) * 2.35f;
        if (side == 0 && floor == 0 && column == door_column) {
          addOpening(builder, m, x, 0.5f, face, 1.0f, 2.0f, shutter, true);
        } else if (side == 0 || random.uniform() < 0.75f) {
          addOpening(builder, m, x, y, face, 0.8f, 1.2f, shutter, false);
        }
      }
    }
    if (gable) addOpening(builder, m, 0.0f, h + 0.25f, face, 0.6f, 0.8f, shutter, false);
  }
  builder.transform = base;
  // Flowers under the front windows, not before the door.
  const float door = house.width * ((static_cast<float>(door_column) + 0.5f) / static_cast<float>(columns) - 0.5f);
  for (int i = 0; i < 3; ++i) {
    const float x = random.uniform(-0.8f, 0.8f) * w;
    const std::array petals = {paint(0xD8452E), paint(0xE88AA8), paint(0xF2C14A), paint(0xB04A9C)};
    const glm::vec3 petal = petals[random.below(4)];
    if (std::abs(x - door) < 1.1f) continue;
    builder.box(m.wood, {x - 0.5f, 0.35f, d + 0.25f}, {x + 0.5f, 0.75f, d + 0.65f}, paint(0x8A5A3C), 1.2f);
    builder.box(m.plain, {x - 0.5f, 0.75f, d + 0.22f}, {x + 0.5f, 1.0f, d + 0.68f}, petal);
    builder.box(m.plain, {x - 0.42f, 0.95f, d + 0.28f}, {x + 0.3f, 1.15f, d + 0.6f}, paint(0x5F8A3C));
  }
}

void addChurch(MeshBuilder& builder, const Materials& m) {
  builder.transform = place(50.0f, groundHeight(50.0f, -41.0f), -41.0f, -1.5f);
  const glm::vec3 wall = paint(0xF4EAD4);
  builder.box(m.stone, {-7.1f, -3.0f, -4.1f}, {7.1f, 0.6f, 4.1f}, paint(0xB9A98C), 0.35f);
  builder.box(m.plaster, {-7.0f, 0.6f, -4.0f}, {7.0f, 6.5f, 4.0f}, wall, 0.2f, 0.85f);
  addRoof(builder, m, 7.0f, 4.0f, 6.5f, 4.2f, paint(0xBE5C3C), wall);
  for (int i = 0; i < 4; ++i) {
    addOpening(builder, m, -5.0f + 3.3f * static_cast<float>(i), 2.4f, 4.0f, 0.7f, 2.4f, wall * 0.9f, false);
  }
  // The tower: shaft, cornice, belfry, spire.
  builder.transform = builder.transform * place(-8.4f, 0.0f, 0.0f, 0.0f);
  builder.box(m.plaster, {-2.2f, -3.0f, -2.2f}, {2.2f, 13.0f, 2.2f}, wall, 0.2f, 0.85f);
  builder.box(m.stone, {-2.5f, 13.0f, -2.5f}, {2.5f, 13.5f, 2.5f}, paint(0xD6C6A6), 0.4f);
  builder.box(m.plaster, {-1.9f, 13.5f, -1.9f}, {1.9f, 16.5f, 1.9f}, wall, 0.2f);
  for (int side = 0; side < 4; ++side) {
    const glm::mat4 base = builder.transform;
    builder.transform = glm::rotate(base, 1.5707963f * static_cast<float>(side), {0.0f, 1.0f, 0.0f});
    builder.box(m.glass, {-0.6f, 14.0f, 1.88f}, {0.6f, 16.0f, 1.95f}, paint(0x2A3138));
    builder.box(m.plain, {-0.55f, 9.0f, 2.18f}, {0.55f, 10.1f, 2.26f}, paint(0xE9DDBF));
    builder.box(m.plain, {-0.4f, 9.15f, 2.24f}, {0.4f, 9.95f, 2.3f}, paint(0x3A4650));
    builder.transform = base;
  }
  builder.box(m.stone, {-2.3f, 16.5f, -2.3f}, {2.3f, 16.9f, 2.3f}, paint(0xD6C6A6), 0.4f);
  builder.column(m.roof, 16.9f, 2.75f, 23.5f, 0.0f, 8, paint(0x5E8478), 0.25f);
  builder.box(m.plain, {-0.06f, 23.2f, -0.06f}, {0.06f, 25.2f, 0.06f}, paint(0x3A3430));
  builder.box(m.plain, {-0.5f, 24.3f, -0.05f}, {0.5f, 24.42f, 0.05f}, paint(0x3A3430));
}

void addLighthouse(MeshBuilder& builder, const Materials& m) {
  builder.transform = place(-52.0f, groundHeight(-52.0f, -78.0f) - 0.5f, -78.0f, 0.4f);
  builder.column(m.stone, 0.0f, 3.6f, 1.6f, 3.3f, 24, paint(0xBCAE94), 0.3f);
  const std::array bands = {paint(0xF6EFE2), paint(0xC8452F), paint(0xF6EFE2), paint(0xC8452F), paint(0xF6EFE2)};
  for (int i = 0; i < 5; ++i) {
    const float y = 1.6f + 2.9f * static_cast<float>(i), r = 2.6f - 0.2f * static_cast<float>(i);
    builder.column(m.plaster, y, r, y + 2.9f, r - 0.2f, 24, bands[static_cast<size_t>(i)], 0.2f);
  }
  builder.column(m.stone, 16.1f, 2.3f, 16.5f, 2.3f, 24, paint(0xCFC2A8), 0.3f);
  builder.column(m.glass, 16.5f, 1.1f, 18.5f, 1.1f, 12, paint(0xF7D98A));
  builder.column(m.plain, 18.5f, 1.6f, 20.2f, 0.0f, 16, paint(0xB23C2C));
  for (int i = 0; i < 12; ++i) {
    const float angle = 0.5236f * static_cast<float>(i);
    const float x = 2.15f * std::cos(angle), z = 2.15f * std::sin(angle);
    builder.box(m.plain, {x - 0.04f, 16.5f, z - 0.04f}, {x + 0.04f, 17.4f, z + 0.04f}, paint(0x3A3A3A));
  }
  builder.transform = place(-44.5f, groundHeight(-45.0f, -77.0f), -77.0f, 0.3f);
  builder.box(m.plaster, {-2.6f, -2.0f, -2.0f}, {2.6f, 2.8f, 2.0f}, paint(0xF5ECDA), 0.2f);
  addRoof(builder, m, 2.6f, 2.0f, 2.8f, 1.5f, paint(0xC1603C), paint(0xF5ECDA));
}

// Washing between two posts, in the garden by the first house.
void addLaundry(MeshBuilder& builder, const Materials& m) {
  const glm::vec3 from(19.5f, 0.0f, 21.5f), to(26.5f, 0.0f, 18.5f);
  const float y0 = groundHeight(from.x, from.z) + 2.5f, y1 = groundHeight(to.x, to.z) + 2.5f;
  for (const glm::vec3& foot : {from, to}) {
    const float ground = groundHeight(foot.x, foot.z);
    builder.transform = place(foot.x, ground, foot.z, 0.0f);
    builder.column(m.wood, -0.3f, 0.07f, 2.6f, 0.06f, 8, paint(0x8A6446));
  }
  builder.transform = glm::mat4(1.0f);
  const std::array colors = {0xF8F4EA, 0xD9503A, 0xF3E9D0, 0x3E86B8, 0xF0C24C, 0xF8F4EA, 0x7FB59A};
  const glm::vec3 along = glm::normalize(to - from);
  for (size_t item = 0; item < colors.size(); ++item) {
    const float start = 0.06f + 0.13f * static_cast<float>(item), width = 0.10f, drop = item % 3 == 0 ? 1.5f : 1.0f;
    std::vector<Vertex> points;
    for (int row = 0; row < 7; ++row) {
      for (int column = 0; column < 6; ++column) {
        const float t = start + width * static_cast<float>(column) / 5.0f, down = static_cast<float>(row) / 6.0f;
        Vertex vertex;
        vertex.position = glm::mix(from, to, t);
        vertex.position.y = glm::mix(y0, y1, t) - 0.9f * t * (1.0f - t) - drop * (1.0f - down);
        vertex.uv = {static_cast<float>(column) * 0.2f, down};
        vertex.sway = 0.16f * (1.0f - down);
        vertex.color = packColor(paint(static_cast<uint32_t>(colors[item])));
        points.push_back(vertex);
      }
    }
    builder.grid(m.cloth, points, 6);
  }
  for (int i = 0; i < 12; ++i) {  // the line itself
    const float t0 = static_cast<float>(i) / 12.0f, t1 = static_cast<float>(i + 1) / 12.0f;
    glm::vec3 a = glm::mix(from, to, t0), b = glm::mix(from, to, t1);
    a.y = glm::mix(y0, y1, t0) - 0.9f * t0 * (1.0f - t0);
    b.y = glm::mix(y0, y1, t1) - 0.9f * t1 * (1.0f - t1);
    const glm::vec3 up(0.0f, 0.02f, 0.0f), side = glm::vec3(along.z, 0.0f, -along.x) * 0.02f;
    builder.quad(m.plain, a - up, b - up, b + up, a + up, paint(0x6B6256));
    builder.quad(m.plain, b - side, a - side, a + side, b + side, paint(0x6B6256));
  }
}

void addQuay(MeshBuilder& builder, const Materials& m) {
  // A low wall of stone blocks along the first row of houses, and behind it a paved street up to their doors.
  for (int i = 0; i < 30; ++i) {
    const float z = 14.0f - 2.6f * static_cast<float>(i);
    const float x = 21.8f + 0.0025f * (z + 22.0f) * (z + 22.0f) - 0.9f;
    builder.transform = place(x, 0.0f, z, 0.0f);
    const float tone = 0.85f + 0.3f * hash01(static_cast<uint32_t>(i), 3u, 5u);
    builder.box(m.stone, {-0.6f, -3.0f, -1.35f}, {0.5f, 1.15f, 1.35f}, paint(0xC2B192) * tone, 0.4f);
    builder.box(m.stone, {0.5f, -3.0f, -1.35f}, {5.2f, 0.78f, 1.35f}, paint(0xBFAE8E) * tone, 0.5f);
  }
}

}  // namespace

bool builtUp(float x, float z) {
  for (const House& house : kHouses) {
    const float dx = x - house.x, dz = z - house.z;
    if (dx * dx + dz * dz < 5.4f * 5.4f) return true;
  }
  const float church_x = x - 50.0f, church_z = z + 43.0f, mill_x = x - 62.0f, mill_z = z + 46.0f;
  return church_x * church_x + church_z * church_z < 150.0f || mill_x * mill_x + mill_z * mill_z < 110.0f;
}

void addVillage(Scene& scene, const Materials& materials) {
  MeshBuilder builder;
  uint32_t seed = 7;
  for (const House& house : kHouses) addHouse(builder, materials, house, seed++);
  addNode(scene, "houses", builder.finish(scene, "houses"));
  addChurch(builder, materials);
  addNode(scene, "church", builder.finish(scene, "church"));
  addLighthouse(builder, materials);
  addNode(scene, "lighthouse", builder.finish(scene, "lighthouse"));
  addQuay(builder, materials);
  addNode(scene, "quay", builder.finish(scene, "quay"));
  addLaundry(builder, materials);
  addNode(scene, "laundry", builder.finish(scene, "laundry"));
}

void addWindmill(Scene& scene, const Materials& materials) {
  MeshBuilder builder;
  const glm::vec3 foot(62.0f, groundHeight(62.0f, -46.0f), -46.0f);
  builder.column(materials.stone, -2.0f, 4.2f, 1.2f, 4.0f, 20, paint(0xB9AA8E), 0.3f);
  builder.column(materials.plaster, 1.2f, 3.6f, 11.0f, 2.5f, 20, paint(0xF6EEDD), 0.15f);
  builder.column(materials.wood, 11.0f, 2.9f, 11.5f, 2.9f, 20, paint(0x7A5238), 0.6f);
  builder.column(materials.roof, 11.5f, 2.9f, 14.6f, 0.0f, 16, paint(0x8C4A38), 0.25f);
  for (int i = 0; i < 5; ++i) {
    const float angle = 1.2566f * static_cast<float>(i) + 0.4f, y = 3.5f + 3.4f * static_cast<float>(i % 2);
    builder.transform = glm::rotate(glm::mat4(1.0f), angle, {0.0f, 1.0f, 0.0f});
    addOpening(builder, materials, 0.0f, y, 3.55f - 0.115f * y, 0.7f, 1.1f, paint(0x40706A), false);
  }
  const int body = addNode(scene, "windmill", builder.finish(scene, "windmill"), foot, -0.85f);

  builder.box(materials.wood, {-0.22f, -0.22f, -2.4f}, {0.22f, 0.22f, 0.5f}, paint(0x6B4A34));
  for (int arm = 0; arm < 4; ++arm) {
    builder.transform = glm::rotate(glm::mat4(1.0f), 1.5707963f * static_cast<float>(arm), {0.0f, 0.0f, 1.0f});
    builder.box(materials.wood, {-0.12f, 0.0f, 0.0f}, {0.12f, 8.2f, 0.2f}, paint(0x7C573C), 0.8f);
    for (int rung = 0; rung < 8; ++rung) {
      const float y = 1.5f + 0.9f * static_cast<float>(rung);
      builder.box(materials.wood, {0.1f, y, 0.06f}, {1.8f, y + 0.09f, 0.13f}, paint(0x8A6446));
    }
    builder.box(materials.wood, {1.74f, 1.4f, 0.06f}, {1.84f, 8.0f, 0.14f}, paint(0x8A6446));
    builder.quad(materials.sail, {0.14f, 1.6f, 0.15f}, {1.74f, 1.6f, 0.26f}, {1.74f, 7.8f, 0.26f}, {0.14f, 7.8f, 0.15f},
                 paint(0xF3E6CA), {1.0f, 4.0f});
  }
  const int rotor =
      addNode(scene, "windmill sails", builder.finish(scene, "windmill sails"), {0.0f, 10.6f, 3.6f}, 0.0f, 1.0f, body);
  animate(scene, rotor, Path::Rotation, 8, [](float phase) {
    const glm::quat q = glm::angleAxis(-6.2831853f * phase, glm::vec3(0.0f, 0.0f, 1.0f));
    return glm::vec4(q.x, q.y, q.z, q.w);
  });
}

}  // namespace impasto::render::sample
