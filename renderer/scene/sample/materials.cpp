#include "renderer/scene/sample/materials.h"

#include <algorithm>
#include <functional>

#include "renderer/scene/sample/noise.h"

namespace impasto::render::sample {
namespace {

constexpr uint32_t kSize = 256;

// A tileable grey or coloured texture from a function of (u, v) in [0, 1).
int addTexture(Scene& scene, const char* name, const std::function<glm::vec4(glm::vec2)>& shade) {
  Texture texture;
  texture.name = name;
  texture.width = texture.height = kSize;
  texture.srgb = false;  // these multiply linear vertex colours
  texture.rgba.reserve(kSize * kSize * 4);
  for (uint32_t y = 0; y < kSize; ++y) {
    for (uint32_t x = 0; x < kSize; ++x) {
      const glm::vec2 uv = (glm::vec2(x, y) + 0.5f) / static_cast<float>(kSize);
      const glm::vec4 color = glm::clamp(shade(uv), 0.0f, 1.0f) * 255.0f + 0.5f;
      for (int c = 0; c < 4; ++c) texture.rgba.push_back(static_cast<uint8_t>(color[c]));
    }
  }
  scene.textures.push_back(std::move(texture));
  return static_cast<int>(scene.textures.size()) - 1;
}

glm::vec4 grey(float value) { return {value, value, value, 1.0f}; }

glm::vec4 groundShade(glm::vec2 uv) {
  const float broad = fbm(uv * 6.0f, 4, 6, 3), fine = valueNoise(uv * 96.0f, 96, 5);
  return {0.62f + 0.34f * broad + 0.12f * fine, 0.64f + 0.34f * broad + 0.12f * fine, 0.60f + 0.3f * broad, 1.0f};
}

glm::vec4 plasterShade(glm::vec2 uv) {
  const float stain = fbm(glm::vec2(uv.x * 5.0f, uv.y * 3.0f), 4, 0, 9), grain = valueNoise(uv * 64.0f, 64, 11);
  return grey(0.74f + 0.24f * stain + 0.08f * grain);
}

// Curved clay tiles: eight rows of ten, each with its own firing.
glm::vec4 roofShade(glm::vec2 uv) {
  const float row = std::floor(uv.y * 8.0f), along = uv.x * 10.0f + (static_cast<int>(row) % 2 ? 0.5f : 0.0f);
  const float column = std::floor(along), across = along - column, down = uv.y * 8.0f - row;
  const float tint = hash01(static_cast<uint32_t>(column) % 10u, static_cast<uint32_t>(row), 21u);
  const float round = std::sqrt(std::max(1.0f - std::pow(across * 2.0f - 1.0f, 2.0f), 0.0f));
  const float lip = glm::smoothstep(0.0f, 0.16f, down) * (1.0f - 0.25f * glm::smoothstep(0.86f, 1.0f, down));
  const float light = (0.52f + 0.42f * round) * (0.62f + 0.38f * lip) * (0.78f + 0.34f * tint);
  return {light, light * (0.93f + 0.1f * tint), light * (0.88f + 0.18f * tint), 1.0f};
}

glm::vec4 woodShade(glm::vec2 uv) {
  const float plank = std::floor(uv.y * 6.0f), down = uv.y * 6.0f - plank;
  const float tone = hash01(static_cast<uint32_t>(plank), 5u, 31u);
  const float grain = valueNoise(glm::vec2(uv.x * 6.0f, uv.y * 90.0f), 0, 33);
  const float gap = glm::smoothstep(0.0f, 0.07f, down) * glm::smoothstep(1.0f, 0.93f, down);
  return grey((0.55f + 0.25f * tone + 0.22f * grain) * (0.35f + 0.65f * gap));
}

glm::vec4 stoneShade(glm::vec2 uv) {
  const float row = std::floor(uv.y * 6.0f), along = uv.x * 4.0f + (static_cast<int>(row) % 2 ? 0.5f : 0.0f);
  const float column = std::floor(along), across = along - column, down = uv.y * 6.0f - row;
  const float edge = std::min({across * 3.0f, (1.0f - across) * 3.0f, down * 2.0f, (1.0f - down) * 2.0f});
  const float tone = hash01(static_cast<uint32_t>(column) % 4u, static_cast<uint32_t>(row), 41u);
  return grey((0.58f + 0.34f * tone + 0.14f * valueNoise(uv * 40.0f, 40, 43)) *
              (0.6f + 0.4f * glm::smoothstep(0.04f, 0.22f, edge)));
}

// A spray of leaves on a transparent card; RGB shades single leaves.
glm::vec4 leafShade(glm::vec2 uv) {
  glm::vec4 out(0.75f, 0.75f, 0.75f, 0.0f);
  float nearest = 0.0f;
  for (uint32_t i = 0; i < 64; ++i) {
    const float angle = hash01(i, 1u, 51u) * 6.2831853f, out_to = std::sqrt(hash01(i, 2u, 51u)) * 0.40f;
    const glm::vec2 center = glm::vec2(0.5f) + out_to * glm::vec2(std::cos(angle), std::sin(angle));
    const float turn = angle + (hash01(i, 3u, 51u) - 0.5f) * 2.2f;
    const glm::vec2 d = uv - center;
    const glm::vec2 local(d.x * std::cos(turn) + d.y * std::sin(turn), -d.x * std::sin(turn) + d.y * std::cos(turn));
    const float inside = 1.0f - std::pow(local.x / 0.088f, 2.0f) - std::pow(local.y / 0.040f, 2.0f);
    const float order = hash01(i, 4u, 51u) + 0.01f;
    if (inside > 0.0f && order > nearest) {
      nearest = order;
      const float tone = 0.55f + 0.45f * order - (std::abs(local.y) < 0.004f ? 0.12f : 0.0f);
      out = glm::vec4(tone * (0.92f + 0.1f * order), tone, tone * 0.9f, 1.0f);
    }
  }
  return out;
}

glm::vec4 clothShade(glm::vec2 uv) {
  return grey(0.86f + 0.12f * valueNoise(glm::vec2(uv.x * 90.0f, uv.y * 90.0f), 90, 61));
}

}  // namespace

Materials addMaterials(Scene& scene) {
  const auto add = [&](const char* name, int texture, float roughness) -> Material& {
    Material& material = scene.materials.emplace_back();
    material.name = name;
    material.base_color_map.texture = texture;
    material.roughness = roughness;
    return material;
  };
  const auto last = [&] { return static_cast<int>(scene.materials.size()) - 1; };
  Materials out{};
  add("ground", addTexture(scene, "ground", groundShade), 1.0f);
  out.ground = last();
  Material& water = add("water", kNone, 0.1f);
  water.shading = Shading::Water;
  water.deformation = Deformation::Waves;
  out.water = last();
  add("plaster", addTexture(scene, "plaster", plasterShade), 0.95f);
  out.plaster = last();
  add("roof", addTexture(scene, "roof tiles", roofShade), 0.8f);
  out.roof = last();
  const int wood = addTexture(scene, "planks", woodShade);
  add("wood", wood, 0.85f);
  out.wood = last();
  add("stone", addTexture(scene, "stone", stoneShade), 0.95f);
  out.stone = last();
  add("glass", kNone, 0.15f);
  out.glass = last();
  add("plain", kNone, 0.8f);
  out.plain = last();
  add("bark", wood, 1.0f);
  out.bark = last();
  Material& leaves = add("leaves", addTexture(scene, "leaves", leafShade), 1.0f);
  leaves.shading = Shading::Foliage;
  leaves.deformation = Deformation::Wind;
  leaves.alpha_mode = AlphaMode::Mask;
  leaves.alpha_cutoff = 0.4f;
  leaves.double_sided = true;
  out.leaves = last();
  Material& blades = add("grass and flowers", kNone, 1.0f);
  blades.shading = Shading::Foliage;
  blades.deformation = Deformation::Wind;
  blades.double_sided = true;
  out.blades = last();
  const int cloth_texture = addTexture(scene, "cloth", clothShade);
  Material& cloth = add("cloth", cloth_texture, 1.0f);
  cloth.shading = Shading::Foliage;
  cloth.deformation = Deformation::Cloth;
  cloth.double_sided = true;
  out.cloth = last();
  Material& sail = add("sails", cloth_texture, 1.0f);
  sail.shading = Shading::Foliage;
  sail.double_sided = true;
  out.sail = last();
  return out;
}

int addPaint(Scene& scene, const char* name, const glm::vec3& color, float roughness, float metallic,
             const glm::vec3& light, bool double_sided) {
  Material material;
  material.name = name;
  material.base_color = glm::vec4(color, 1.0f);
  material.roughness = roughness;
  material.metallic = metallic;
  material.emissive = light;
  material.double_sided = double_sided;
  scene.materials.push_back(material);
  return static_cast<int>(scene.materials.size()) - 1;
}

}  // namespace impasto::render::sample
