// Meshes: attributes to vertices, any topology to triangles, lines or points, flat normals where there are none, morph
// targets.
#include <algorithm>
#include <map>
#include <numeric>

#include "renderer/scene/gltf/compression.h"
#include "renderer/scene/gltf/readers.h"

namespace impasto::render::gltf {
namespace {

constexpr size_t kMaxVertices = 200'000'000;
constexpr size_t kMaxMorphs = 20'000'000;  // records of Scene::morphs
constexpr size_t kMaxTargets = 1024;       // of one mesh

struct Attributes {
  Values position, normal, tangent, color;
  std::array<Values, 2> uv, joints, weights;
};

glm::vec3 threeOf(const Values& values, size_t i) { return {values.at(i, 0), values.at(i, 1), values.at(i, 2)}; }

glm::u16vec4 unorm(const glm::vec4& v) { return glm::u16vec4(glm::clamp(v, 0.0f, 1.0f) * 65535.0f + 0.5f); }

// The four strongest of four or eight joints, their weights adding up to 1.
void setJoints(const Attributes& from, size_t i, Vertex& vertex) {
  std::array<std::pair<float, float>, 8> influences{};  // weight, joint
  size_t count = 0;
  for (size_t set = 0; set < 2; ++set) {
    if (from.joints[set].count == 0 || from.weights[set].count == 0) continue;
    for (size_t c = 0; c < 4; ++c) {
      influences[count++] = {std::max(from.weights[set].at(i, c), 0.0f), from.joints[set].at(i, c)};
    }
  }
  if (count > 4) {
    std::stable_sort(influences.begin(), influences.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
  }
  glm::vec4 weights, joints;
  for (glm::length_t c = 0; c < 4; ++c) {
    weights[c] = influences[static_cast<size_t>(c)].first;
    joints[c] = influences[static_cast<size_t>(c)].second;
  }
  const float sum = weights.x + weights.y + weights.z + weights.w;
  weights = sum > 0.0f ? weights / sum : glm::vec4(1.0f, 0.0f, 0.0f, 0.0f);
  for (glm::length_t c = 0; c < 4; ++c) {
    if (weights[c] <= 0.0f) joints[c] = 0.0f;  // what has no weight may point anywhere
  }
  vertex.weights = unorm(weights);
  vertex.joints = glm::u16vec4(glm::clamp(joints, 0.0f, 65535.0f));
}

Vertex vertexAt(const Attributes& from, size_t i, bool skinned) {
  Vertex vertex;
  vertex.position = threeOf(from.position, i);
  if (from.normal.count) {
    const glm::vec3 normal = threeOf(from.normal, i);
    const float length = glm::length(normal);
    vertex.normal = length > 0.0f ? normal / length : normal;
  }
  if (from.tangent.count && from.normal.count) {
    const glm::vec3 tangent = threeOf(from.tangent, i);
    const float length = glm::length(tangent);
    const glm::vec4 unit(length > 0.0f ? tangent / length : tangent, from.tangent.at(i, 3) < 0.0f ? -1.0f : 1.0f);
    vertex.tangent = glm::i16vec4(unit * 32767.0f);
  }
  if (from.uv[0].count) vertex.uv = {from.uv[0].at(i, 0), from.uv[0].at(i, 1)};
  if (from.uv[1].count) vertex.uv1 = {from.uv[1].at(i, 0), from.uv[1].at(i, 1)};
  if (from.color.count) {
    vertex.color = unorm({from.color.at(i, 0), from.color.at(i, 1), from.color.at(i, 2),
                          from.color.components == 4 ? from.color.at(i, 3) : 1.0f});
  }
  if (skinned) setJoints(from, i, vertex);
  return vertex;
}

// glTF's numbers for `mode`.
constexpr size_t kPoints = 0, kLines = 1, kLineLoop = 2, kLineStrip = 3, kTriangles = 4, kStrip = 5, kFan = 6;

Shape shapeOf(size_t mode) {
  if (mode == kPoints) return Shape::Points;
  return mode <= kLineStrip ? Shape::Lines : Shape::Triangles;
}

// Whole triangles, lines or points as positions in the vertex list; empty where there are none.
std::vector<uint32_t> shapes(std::vector<uint32_t> indices, size_t mode) {
  if (mode == kPoints) return indices;
  if (mode == kTriangles || mode == kLines) {
    const size_t corners = mode == kLines ? 2 : 3;
    indices.resize(indices.size() / corners * corners);
    return indices;
  }
  std::vector<uint32_t> out;
  if (mode == kLineLoop || mode == kLineStrip) {
    for (size_t i = 1; i < indices.size(); ++i) out.insert(out.end(), {indices[i - 1], indices[i]});
    if (mode == kLineLoop && indices.size() > 2) out.insert(out.end(), {indices.back(), indices.front()});
    return out;
  }
  for (size_t i = 2; i < indices.size(); ++i) {
    if (mode == kStrip) {
      const bool odd = i % 2 == 1;
      out.insert(out.end(), {indices[i - 2], indices[odd ? i : i - 1], indices[odd ? i - 1 : i]});
    } else if (mode == kFan) {
      out.insert(out.end(), {indices[0], indices[i - 1], indices[i]});
    }
  }
  return out;
}

// Reads one primitive after the other into the scene.
class PrimitiveReader {
 public:
  PrimitiveReader(const Document& document, Scene& scene, const std::vector<MaterialNotes>& notes, int variant)
      : document_(document), scene_(scene), notes_(notes), variant_(variant) {}

  // `joint_count` becomes how many joints the vertices refer to, if that is more.
  void read(const Json& item, const std::string& where, Mesh& mesh, size_t& joint_count) {
    draco_.clear();
    draco_indices_.reset();
    size_t material = materialOf(item, where);
    const MaterialNotes& notes = notes_[material];
    decodeDracoAttributes(item, where);
    const Attributes attributes = readAttributes(item, notes, where);
    const size_t count = attributes.position.count;
    if (count == 0) {
      scene_.warnings.push_back(where + " has no positions; left out");
      return;
    }
    const size_t mode = document_.count(item, "mode", kTriangles, where);
    const Shape shape = shapeOf(mode);
    std::vector<uint32_t> indices = shapes(indicesOf(item, count, where), mode);
    if (indices.empty()) {
      scene_.warnings.push_back(where + " has no triangles, lines or points; left out");
      return;
    }

    const bool skinned = attributes.joints[0].count > 0 && attributes.weights[0].count > 0;
    std::vector<uint32_t> source(count);  // by new vertex: the file's
    std::iota(source.begin(), source.end(), 0u);
    const bool bare = attributes.normal.count == 0, flat = bare && shape == Shape::Triangles;
    if (flat) {  // the specification asks for flat normals, so no vertex is shared
      source = indices;
      std::iota(indices.begin(), indices.end(), 0u);
    }
    if (scene_.vertices.size() + source.size() > kMaxVertices) document_.fail(where, "too many vertices");
    std::vector<Vertex> vertices;
    vertices.reserve(source.size());
    for (const uint32_t i : source) vertices.push_back(vertexAt(attributes, i, skinned));
    if (flat) giveFlatNormals(vertices);
    if (bare && !flat) {  // the specification asks for no light on them
      for (Vertex& vertex : vertices) vertex.normal = glm::vec3(0.0f);  // towards the eye
      material = unlit(material);
    }
    if (shape == Shape::Triangles && notes.has_normal_map && (flat || attributes.tangent.count == 0)) {
      makeTangents(vertices, indices, source, scene_.materials[material].normal_map.uv_set);
    }

    Primitive& primitive = mesh.primitives.emplace_back();
    primitive.shape = shape;
    primitive.material = static_cast<int>(material);
    primitive.first_index = static_cast<uint32_t>(scene_.indices.size());
    primitive.index_count = static_cast<uint32_t>(indices.size());
    const auto first = static_cast<uint32_t>(scene_.vertices.size());
    for (const uint32_t index : indices) scene_.indices.push_back(first + index);
    for (const Vertex& vertex : vertices) {
      primitive.bounds.add(vertex.position);
      if (!skinned) continue;
      for (glm::length_t c = 0; c < 4; ++c) joint_count = std::max(joint_count, size_t{vertex.joints[c]} + 1);
    }
    scene_.vertices.insert(scene_.vertices.end(), vertices.begin(), vertices.end());
    primitive.first_vertex = first;
    primitive.vertex_count = static_cast<uint32_t>(vertices.size());
    readTargets(item, source, count, where, primitive);
  }

 private:
  size_t materialOf(const Json& item, const std::string& where) const {
    size_t material = document_.index(item, "material", "materials", where).value_or(notes_.size() - 1);
    const Json& extension = document_.object(document_.object(item, "extensions"), "KHR_materials_variants");
    const auto mappings = extension.find("mappings");
    if (variant_ == kNone || mappings == extension.end()) return material;
    if (!mappings->is_array()) document_.fail(where, "mappings is not an array");
    for (const Json& mapping : *mappings) {
      const auto variants = mapping.is_object() ? mapping.find("variants") : mapping.end();
      if (!mapping.is_object() || variants == mapping.end() || !variants->is_array()) {
        document_.fail(where, "a mapping without variants");
      }
      for (const Json& variant : *variants) {
        if (!variant.is_number_unsigned() || variant.get<uint64_t>() != static_cast<uint64_t>(variant_)) continue;
        material = document_.index(mapping, "material", "materials", where).value_or(material);
      }
    }
    return material;
  }

  // The same material without light.
  size_t unlit(size_t material) {
    const auto [known, fresh] = unlit_.try_emplace(material, scene_.materials.size());
    if (fresh) {
      Material copy = scene_.materials[material];
      copy.shading = Shading::Unlit;
      copy.normal_map = {};
      scene_.materials.push_back(std::move(copy));
    }
    return known->second;
  }

  // What KHR_draco_mesh_compression holds of the attributes that are read here.
  void decodeDracoAttributes(const Json& item, const std::string& where) {
    const Json& extension = document_.object(document_.object(item, "extensions"), "KHR_draco_mesh_compression");
    if (extension.empty()) return;
    const auto view = document_.index(extension, "bufferView", "bufferViews", where);
    if (!view) document_.fail(where, "a Draco mesh without a bufferView");
    const Json &ids = document_.object(extension, "attributes"), &names = document_.object(item, "attributes");
    std::vector<std::string> wanted;
    std::vector<DracoAttribute> attributes;
    size_t vertices = 0;
    for (const auto& [name, id] : ids.items()) {
      const auto accessor = document_.index(names, name.c_str(), "accessors", where);
      if (!accessor) document_.fail(where, "no accessor describes the Draco attribute " + name.substr(0, 80));
      const Json& described = document_.list("accessors")[*accessor];
      DracoAttribute attribute;
      attribute.id = static_cast<uint32_t>(document_.count(ids, name.c_str(), 0, where));
      const std::string type = document_.text(described, "type");
      attribute.components = type == "SCALAR" ? 1 : (type == "VEC2" ? 2 : (type == "VEC3" ? 3 : 4));
      if (document_.flag(described, "normalized", where)) {
        attribute.scale = normalizedScale(document_.count(described, "componentType", 0, where));
      }
      vertices = document_.count(described, "count", 0, where);
      wanted.push_back(name);
      attributes.push_back(attribute);
    }
    DracoMesh mesh;
    std::string why;
    if (!decodeDraco(document_.bufferView(*view, where), vertices, attributes, mesh, why)) {
      document_.fail(where + ", Draco mesh", why);
    }
    for (size_t i = 0; i < wanted.size(); ++i) {
      draco_[wanted[i]] = {attributes[i].components, mesh.vertices, std::move(attributes[i].values)};
    }
    draco_indices_ = std::move(mesh.indices);
  }

  Attributes readAttributes(const Json& item, const MaterialNotes& notes, const std::string& where) {
    const Json& names = document_.object(item, "attributes");
    Attributes out;
    const auto read = [&](const std::string& name, Values& values, size_t least, size_t most) {
      if (const auto packed = draco_.find(name); packed != draco_.end()) {
        values = std::move(packed->second);
      } else if (const auto accessor = document_.index(names, name.c_str(), "accessors", where)) {
        values = readValues(document_, *accessor, where + ", " + name);
      } else {
        return;
      }
      if (values.components < least || values.components > most) document_.fail(where + ", " + name, "wrong type");
      if (values.count != out.position.count && name != "POSITION") {
        document_.fail(where + ", " + name, std::to_string(values.count) + " values for " +
                                                std::to_string(out.position.count) + " positions");
      }
    };
    read("POSITION", out.position, 3, 3);
    read("NORMAL", out.normal, 3, 3);
    read("TANGENT", out.tangent, 4, 4);
    read("COLOR_0", out.color, 3, 4);
    for (size_t set = 0; set < 2; ++set) {
      read("JOINTS_" + std::to_string(set), out.joints[set], 4, 4);
      read("WEIGHTS_" + std::to_string(set), out.weights[set], 4, 4);
      if (!notes.uv_used[set]) continue;
      const std::string name = "TEXCOORD_" + std::to_string(notes.uv_sets[set]);
      read(name, out.uv[set], 2, 2);
      if (out.uv[set].count == 0 && out.position.count > 0) {
        scene_.warnings.push_back(where + " has no " + name + ", which its material's textures need");
      }
    }
    return out;
  }

  std::vector<uint32_t> indicesOf(const Json& item, size_t count, const std::string& where) {
    if (draco_indices_) return std::move(*draco_indices_);
    std::vector<uint32_t> indices(count);
    std::iota(indices.begin(), indices.end(), 0u);
    if (const auto accessor = document_.index(item, "indices", "accessors", where)) {
      indices = readIndices(document_, *accessor, where);
      for (const uint32_t index : indices) {
        if (index >= count) {
          document_.fail(where, "index " + std::to_string(index) + " of " + std::to_string(count) + " vertices");
        }
      }
    }
    if (document_.count(item, "mode", kTriangles, where) == kTriangles && indices.size() % 3 != 0) {
      scene_.warnings.push_back(where + ": " + std::to_string(indices.size()) +
                                " corners are no whole triangles; the last are left out");
    }
    return indices;
  }

  static void giveFlatNormals(std::vector<Vertex>& corners) {
    for (size_t i = 0; i + 2 < corners.size(); i += 3) {
      const glm::vec3 normal =
          glm::cross(corners[i + 1].position - corners[i].position, corners[i + 2].position - corners[i].position);
      const float length = glm::length(normal);
      for (size_t c = 0; c < 3; ++c) {
        corners[i + c].normal = length > 0.0f ? normal / length : glm::vec3(0.0f, 1.0f, 0.0f);
      }
    }
  }

  void readTargets(const Json& item, const std::vector<uint32_t>& source, size_t count, const std::string& where,
                   Primitive& primitive) {
    const auto targets = item.find("targets");
    if (targets == item.end()) return;
    if (!targets->is_array() || targets->size() > kMaxTargets)
      document_.fail(where, "targets is no list of up to 1024");
    if (scene_.morphs.size() + targets->size() * source.size() > kMaxMorphs) {
      document_.fail(where, "more than " + std::to_string(kMaxMorphs) + " morphed vertices");
    }
    primitive.first_morph = static_cast<uint32_t>(scene_.morphs.size());
    primitive.morph_targets = static_cast<uint32_t>(targets->size());
    for (size_t t = 0; t < targets->size(); ++t) {
      const std::string here = where + ", target " + std::to_string(t);
      if (!(*targets)[t].is_object()) document_.fail(here, "not an object");
      Values position, normal;
      for (auto* values : {&position, &normal}) {
        const char* name = values == &position ? "POSITION" : "NORMAL";
        const auto accessor = document_.index((*targets)[t], name, "accessors", here);
        if (!accessor) continue;
        *values = readValues(document_, *accessor, here + ", " + name);
        if (values->components != 3 || values->count != count) {
          document_.fail(here, std::string(name) + " does not fit the mesh");
        }
      }
      for (const uint32_t i : source) {
        MorphDelta& delta = scene_.morphs.emplace_back();
        if (position.count) delta.position = threeOf(position, i);
        if (normal.count) delta.normal = threeOf(normal, i);
      }
    }
  }

  const Document& document_;
  Scene& scene_;
  const std::vector<MaterialNotes>& notes_;
  int variant_;
  std::map<size_t, size_t> unlit_;       // by material: its copy without light
  std::map<std::string, Values> draco_;  // of the primitive that is being read
  std::optional<std::vector<uint32_t>> draco_indices_;
};

// The mesh's weights, one for each target that its primitives have.
void readWeights(const Document& document, const Json& item, const std::string& where, Mesh& mesh) {
  size_t targets = 0;
  for (const Primitive& primitive : mesh.primitives) {
    if (primitive.morph_targets == 0) continue;
    if (targets != 0 && targets != primitive.morph_targets) document.fail(where, "primitives with unlike targets");
    targets = primitive.morph_targets;
  }
  if (targets > 0) mesh.weights = document.numbers(item, "weights", targets, where);
  mesh.weights.resize(targets, 0.0f);
}

}  // namespace

std::vector<size_t> readMeshes(const Document& document, Scene& scene, const std::vector<MaterialNotes>& notes,
                               int variant) {
  PrimitiveReader reader(document, scene, notes, variant);
  std::vector<size_t> joint_counts;
  const auto& items = document.list("meshes");
  for (size_t m = 0; m < items.size(); ++m) {
    const std::string mesh_name = "mesh " + std::to_string(m);
    Mesh& mesh = scene.meshes.emplace_back();
    mesh.name = document.text(items[m], "name");
    size_t& joint_count = joint_counts.emplace_back(0);
    const auto primitives = items[m].find("primitives");
    if (primitives == items[m].end() || !primitives->is_array() || primitives->empty()) {
      document.fail(mesh_name, "no primitives");
    }
    for (size_t p = 0; p < primitives->size(); ++p) {
      const std::string where = mesh_name + ", primitive " + std::to_string(p);
      if (!(*primitives)[p].is_object()) document.fail(where, "not an object");
      reader.read((*primitives)[p], where, mesh, joint_count);
    }
    readWeights(document, items[m], mesh_name, mesh);
  }
  return joint_counts;
}

}  // namespace impasto::render::gltf
