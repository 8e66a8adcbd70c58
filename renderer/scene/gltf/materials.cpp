// Textures and materials.
#include <algorithm>
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
    const Json& webp = document_.object(document_.object(item, "extensions"), "EXT_texture_webp");
    auto image = document_.index(webp, "source", "images", where);
    if (!image) image = document_.index(item, "source", "images", where);
    if (!image) {
      scene_.warnings.push_back(where + " has no PNG, JPEG or WebP picture; left out");
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
      scene_.warnings.push_back(texture.name + ": not a PNG, JPEG or WebP picture that can be read; left out");
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
      constexpr size_t kRepeat = 10497;
      const size_t mode = document_.count(item, key, kRepeat, where);
      if (mode == 33071) return Wrap::Clamp;
      if (mode == 33648) return Wrap::Mirror;
      if (mode != kRepeat) {
        scene_.warnings.push_back(where + ": unknown " + key + " " + std::to_string(mode) + "; the picture repeats");
      }
      return Wrap::Repeat;
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
glm::mat3 uvTransform(const Document& document, const Json& transform, const std::string& where) {
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

class MaterialReader {
 public:
  MaterialReader(const Document& document, Scene& scene)
      : document_(document), scene_(scene), textures_(document, scene) {}

  Material read(const Json& item, const std::string& where, MaterialNotes& notes) {
    sets_.clear();
    Material material;
    material.name = document_.text(item, "name");
    const Json& pbr = document_.object(item, "pbrMetallicRoughness");
    const Json& extensions = document_.object(item, "extensions");
    const Json& glossy = document_.object(extensions, "KHR_materials_pbrSpecularGlossiness");

    std::vector<float> color = document_.numbers(pbr, "baseColorFactor", 4, where);
    const Json* base = &document_.object(pbr, "baseColorTexture");
    material.metallic = document_.number(pbr, "metallicFactor", 1.0f, where);
    material.roughness = document_.number(pbr, "roughnessFactor", 1.0f, where);
    if (pbr.empty() && !glossy.empty()) {
      color = document_.numbers(glossy, "diffuseFactor", 4, where);
      base = &document_.object(glossy, "diffuseTexture");
      material.metallic = 0.0f;
      material.roughness = 1.0f - document_.number(glossy, "glossinessFactor", 1.0f, where);
    }
    if (!color.empty()) material.base_color = {color[0], color[1], color[2], color[3]};
    material.base_color_map = use(*base, true, where);
    material.roughness_map = use(document_.object(pbr, "metallicRoughnessTexture"), false, where);

    const std::vector<float> emissive = document_.numbers(item, "emissiveFactor", 3, where);
    if (!emissive.empty()) material.emissive = {emissive[0], emissive[1], emissive[2]};
    material.emissive *= document_.number(document_.object(extensions, "KHR_materials_emissive_strength"),
                                          "emissiveStrength", 1.0f, where);
    material.emissive_map = use(document_.object(item, "emissiveTexture"), true, where);
    const Json& normal = document_.object(item, "normalTexture");
    material.normal_map = use(normal, false, where);
    material.normal_scale = document_.number(normal, "scale", 1.0f, where);
    const Json& occlusion = document_.object(item, "occlusionTexture");
    material.occlusion_map = use(occlusion, false, where);
    material.occlusion_strength = document_.number(occlusion, "strength", 1.0f, where);

    const std::string mode = document_.text(item, "alphaMode");
    if (mode == "MASK") material.alpha_mode = AlphaMode::Mask;
    if (mode == "BLEND") material.alpha_mode = AlphaMode::Blend;
    if (mode != "MASK" && mode != "BLEND" && mode != "OPAQUE" && !mode.empty()) {
      document_.fail(where, "unknown alphaMode '" + mode + "'");
    }
    material.alpha_cutoff = document_.number(item, "alphaCutoff", 0.5f, where);
    material.double_sided = document_.flag(item, "doubleSided", where);
    if (extensions.contains("KHR_materials_unlit")) material.shading = Shading::Unlit;

    notes.has_normal_map = material.normal_map.texture != kNone;
    for (size_t i = 0; i < sets_.size(); ++i) {
      notes.uv_sets[i] = sets_[i];
      notes.uv_used[i] = true;
    }
    return material;
  }

 private:
  // A textureInfo object. The first two UV sets that a material's textures name are kept.
  TextureUse use(const Json& info, bool srgb, const std::string& where) {
    TextureUse out;
    out.texture = textures_.read(info, srgb, where);
    if (out.texture == kNone) return out;
    const Json& transform = document_.object(document_.object(info, "extensions"), "KHR_texture_transform");
    out.transform = uvTransform(document_, transform, where);
    const size_t set = document_.count(transform, "texCoord", document_.count(info, "texCoord", 0, where), where);
    const auto known = std::find(sets_.begin(), sets_.end(), set);
    out.uv_set = static_cast<int>(known - sets_.begin());
    if (known != sets_.end()) return out;
    if (sets_.size() < 2) {
      sets_.push_back(set);
    } else {
      scene_.warnings.push_back(where + " has textures on more than two UV sets; TEXCOORD_" + std::to_string(set) +
                                " is left out");
      out = {};
    }
    return out;
  }

  const Document& document_;
  Scene& scene_;
  TextureReader textures_;
  std::vector<size_t> sets_;  // of the material that is being read
};

}  // namespace

std::vector<MaterialNotes> readMaterials(const Document& document, Scene& scene) {
  MaterialReader reader(document, scene);
  const auto& items = document.list("materials");
  std::vector<MaterialNotes> notes(items.size() + 1);
  for (size_t i = 0; i < items.size(); ++i) {
    scene.materials.push_back(reader.read(items[i], "material " + std::to_string(i), notes[i]));
  }
  scene.materials.push_back({.name = "default"});
  return notes;
}

int readVariants(const Document& document, Scene& scene, const std::string& name) {
  const Json& extension = document.object(document.object(document.root(), "extensions"), "KHR_materials_variants");
  const auto list = extension.find("variants");
  if (list != extension.end()) {
    if (!list->is_array()) document.fail("KHR_materials_variants", "variants is not an array");
    for (const Json& item : *list) {
      if (!item.is_object()) document.fail("KHR_materials_variants", "a variant that is not an object");
      scene.variants.push_back(document.text(item, "name"));
    }
  }
  if (name.empty()) return kNone;
  const auto found = std::find(scene.variants.begin(), scene.variants.end(), name);
  if (found != scene.variants.end()) return static_cast<int>(found - scene.variants.begin());
  std::string known;
  for (const std::string& variant : scene.variants) known += (known.empty() ? "" : ", ") + variant;
  document.fail("variant", "there is no '" + name + "'" + (known.empty() ? ": it has none" : "; there are " + known));
}

}  // namespace impasto::render::gltf
