// Textures and materials.
#include <cmath>
#include <map>

#include "renderer/scene/gltf/readers.h"

namespace impasto::render::gltf {
namespace {

// Reads textures when a material first asks for them, once for colour and once for data.
class TextureReader {
 public:
  TextureReader(const Document& document, Scene& scene) : document_(document), scene_(scene) {}

  // The scene's texture for a textureInfo object, kNone if it is missing or cannot be read.
  int read(const Json& info, bool srgb, const std::string& where) {
    const auto texture = document_.index(info, "index", "textures", where);
    if (!texture) return kNone;
    const auto [known, is_new] = read_.try_emplace({*texture, srgb}, kNone);
    if (is_new) known->second = load(*texture, srgb);
    return known->second;
  }

 private:
  int load(size_t index, bool srgb) {
    const std::string where = "texture " + std::to_string(index);
    const Json& item = document_.list("textures")[index];
    const auto image = document_.index(item, "source", "images", where);
    if (!image) {
      scene_.warnings.push_back(where + " has no PNG or JPEG picture; left out");
      return kNone;
    }
    Texture texture;
    texture.srgb = srgb;
    if (!decode(*image, texture)) return kNone;
    texture.sampler = sampler(item, where);
    scene_.textures.push_back(std::move(texture));
    return static_cast<int>(scene_.textures.size()) - 1;
  }

  bool decode(size_t index, Texture& texture) {
    const std::string where = "image " + std::to_string(index);
    const Json& item = document_.list("images")[index];
    const std::string uri = document_.text(item, "uri");
    texture.name = uri.empty() || uri.size() > 200 || uri.rfind("data:", 0) == 0 ? where : uri;
    try {
      if (const auto view = document_.index(item, "bufferView", "bufferViews", where)) {
        if (decodeImage(document_.bufferView(*view, where), texture)) return true;
      } else if (!uri.empty()) {
        if (decodeImage(document_.fetch(uri, where), texture)) return true;
      }
      scene_.warnings.push_back(texture.name + ": not a PNG or JPEG picture that can be read; left out");
    } catch (const Error& error) {
      scene_.warnings.push_back(std::string(error.what()) + "; left out");
    }
    return false;
  }

  Sampler sampler(const Json& texture, const std::string& where) const {
    Sampler out;
    const auto index = document_.index(texture, "sampler", "samplers", where);
    if (!index) return out;
    const Json& item = document_.list("samplers")[*index];
    const auto wrap = [&](const char* key) {
      switch (document_.count(item, key, 10497, where)) {
        case 33071:
          return Wrap::Clamp;
        case 33648:
          return Wrap::Mirror;
        default:
          return Wrap::Repeat;
      }
    };
    out.wrap_u = wrap("wrapS");
    out.wrap_v = wrap("wrapT");
    const size_t smaller = document_.count(item, "minFilter", 9987, where);
    out.nearest = document_.count(item, "magFilter", 9729, where) == 9728;
    out.mipmaps = smaller != 9728 && smaller != 9729;
    return out;
  }

  const Document& document_;
  Scene& scene_;
  std::map<std::pair<size_t, bool>, int> read_;
};

// KHR_texture_transform: translation * rotation * scale.
glm::mat3 uvTransform(const Document& document, const Json& info, const std::string& where, size_t& uv_set) {
  uv_set = document.count(info, "texCoord", 0, where);
  const Json& transform = document.object(document.object(info, "extensions"), "KHR_texture_transform");
  uv_set = document.count(transform, "texCoord", uv_set, where);
  const std::vector<float> offset = document.numbers(transform, "offset", 2, where);
  const std::vector<float> scale = document.numbers(transform, "scale", 2, where);
  const float angle = document.number(transform, "rotation", 0.0f, where);
  const float c = std::cos(angle), s = std::sin(angle);
  glm::mat3 translated(1.0f), rotated(c, -s, 0.0f, s, c, 0.0f, 0.0f, 0.0f, 1.0f), scaled(1.0f);
  if (!offset.empty()) translated[2] = glm::vec3(offset[0], offset[1], 1.0f);
  if (!scale.empty()) {
    scaled[0][0] = scale[0];
    scaled[1][1] = scale[1];
  }
  return translated * rotated * scaled;
}

Material readMaterial(const Document& document, const Json& item, const std::string& where, TextureReader& textures,
                      MaterialNotes& notes) {
  Material material;
  material.name = document.text(item, "name");
  const Json& pbr = document.object(item, "pbrMetallicRoughness");
  const Json& extensions = document.object(item, "extensions");
  const Json& glossy = document.object(extensions, "KHR_materials_pbrSpecularGlossiness");

  std::vector<float> color = document.numbers(pbr, "baseColorFactor", 4, where);
  const Json* base = &document.object(pbr, "baseColorTexture");
  material.metallic = document.number(pbr, "metallicFactor", 1.0f, where);
  material.roughness = document.number(pbr, "roughnessFactor", 1.0f, where);
  if (pbr.empty() && !glossy.empty()) {
    color = document.numbers(glossy, "diffuseFactor", 4, where);
    base = &document.object(glossy, "diffuseTexture");
    material.metallic = 0.0f;
    material.roughness = 1.0f - document.number(glossy, "glossinessFactor", 1.0f, where);
  }
  if (!color.empty()) material.base_color = {color[0], color[1], color[2], color[3]};
  material.base_color_texture = textures.read(*base, true, where);
  material.uv_transform = uvTransform(document, *base, where, notes.uv_set);
  material.roughness_texture = textures.read(document.object(pbr, "metallicRoughnessTexture"), false, where);

  const std::vector<float> emissive = document.numbers(item, "emissiveFactor", 3, where);
  if (!emissive.empty()) material.emissive = {emissive[0], emissive[1], emissive[2]};
  material.emissive *=
      document.number(document.object(extensions, "KHR_materials_emissive_strength"), "emissiveStrength", 1.0f, where);
  material.emissive_texture = textures.read(document.object(item, "emissiveTexture"), true, where);
  const Json& normal = document.object(item, "normalTexture");
  material.normal_texture = textures.read(normal, false, where);
  material.normal_scale = document.number(normal, "scale", 1.0f, where);

  const std::string mode = document.text(item, "alphaMode");
  if (mode == "MASK") material.alpha_mode = AlphaMode::Mask;
  if (mode == "BLEND") material.alpha_mode = AlphaMode::Blend;
  material.alpha_cutoff = document.number(item, "alphaCutoff", 0.5f, where);
  const auto sides = item.find("doubleSided");
  material.double_sided = sides != item.end() && sides->is_boolean() && sides->get<bool>();
  if (extensions.contains("KHR_materials_unlit")) material.shading = Shading::Unlit;
  return material;
}

}  // namespace

std::vector<MaterialNotes> readMaterials(const Document& document, Scene& scene) {
  TextureReader textures(document, scene);
  const auto& items = document.list("materials");
  std::vector<MaterialNotes> notes(items.size() + 1);
  for (size_t i = 0; i < items.size(); ++i) {
    scene.materials.push_back(readMaterial(document, items[i], "material " + std::to_string(i), textures, notes[i]));
  }
  scene.materials.push_back({.name = "default"});
  return notes;
}

}  // namespace impasto::render::gltf
