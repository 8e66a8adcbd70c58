// Meshes: attributes to vertices, any topology to triangles, flat normals where there are none.
#include <algorithm>
#include <numeric>

#include "renderer/scene/gltf/readers.h"

namespace impasto::render::gltf {
namespace {

constexpr size_t kMaxVertices = 200'000'000;

struct Attributes {
  Values position, normal, uv, color, joints, weights;
};

Attributes readAttributes(const Document& document, const Json& primitive, size_t uv_set, const std::string& where) {
  const Json& names = document.object(primitive, "attributes");
  Attributes out;
  const auto read = [&](const std::string& name, Values& values, size_t least, size_t most) {
    const auto accessor = document.index(names, name.c_str(), "accessors", where);
    if (!accessor) return;
    values = readValues(document, *accessor, where + ", " + name);
    if (values.components < least || values.components > most) document.fail(where + ", " + name, "wrong type");
    if (name != "POSITION" && values.count != out.position.count) {
      document.fail(where + ", " + name,
                    std::to_string(values.count) + " values for " + std::to_string(out.position.count) + " positions");
    }
  };
  read("POSITION", out.position, 3, 3);
  read("NORMAL", out.normal, 3, 3);
  read("TEXCOORD_" + std::to_string(uv_set), out.uv, 2, 2);
  read("COLOR_0", out.color, 3, 4);
  read("JOINTS_0", out.joints, 4, 4);
  read("WEIGHTS_0", out.weights, 4, 4);
  return out;
}

glm::u16vec4 unorm(const glm::vec4& v) { return glm::u16vec4(glm::clamp(v, 0.0f, 1.0f) * 65535.0f + 0.5f); }

Vertex vertexAt(const Attributes& from, size_t i, bool skinned) {
  Vertex vertex;
  vertex.position = {from.position.at(i, 0), from.position.at(i, 1), from.position.at(i, 2)};
  if (from.normal.count) vertex.normal = {from.normal.at(i, 0), from.normal.at(i, 1), from.normal.at(i, 2)};
  if (from.uv.count) vertex.uv = {from.uv.at(i, 0), from.uv.at(i, 1)};
  if (from.color.count) {
    vertex.color = unorm({from.color.at(i, 0), from.color.at(i, 1), from.color.at(i, 2),
                          from.color.components == 4 ? from.color.at(i, 3) : 1.0f});
  }
  if (skinned) {
    glm::vec4 weights, joints;
    for (glm::length_t c = 0; c < 4; ++c) {
      weights[c] = std::max(from.weights.at(i, static_cast<size_t>(c)), 0.0f);
      joints[c] = from.joints.at(i, static_cast<size_t>(c));
    }
    const float sum = weights.x + weights.y + weights.z + weights.w;
    weights = sum > 0.0f ? weights / sum : glm::vec4(1.0f, 0.0f, 0.0f, 0.0f);
    for (glm::length_t c = 0; c < 4; ++c) {
      if (weights[c] <= 0.0f) joints[c] = 0.0f;  // what has no weight may point anywhere
    }
    vertex.weights = unorm(weights);
    vertex.joints = glm::u16vec4(glm::clamp(joints, 0.0f, 65535.0f));
  }
  return vertex;
}

// Triangles as positions in the vertex list; empty for points and lines.
std::vector<uint32_t> triangles(std::vector<uint32_t> indices, size_t mode) {
  constexpr size_t kTriangles = 4, kStrip = 5, kFan = 6;
  if (mode == kTriangles) {
    indices.resize(indices.size() / 3 * 3);
    return indices;
  }
  std::vector<uint32_t> out;
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

}  // namespace

std::vector<size_t> readMeshes(const Document& document, Scene& scene, const std::vector<MaterialNotes>& notes) {
  std::vector<size_t> joint_counts;
  bool morphs = false;
  const auto& items = document.list("meshes");
  for (size_t m = 0; m < items.size(); ++m) {
    const std::string mesh_name = "mesh " + std::to_string(m);
    Mesh& mesh = scene.meshes.emplace_back();
    mesh.name = document.text(items[m], "name");
    size_t& joint_count = joint_counts.emplace_back(0);
    const auto primitives = items[m].find("primitives");
    if (primitives == items[m].end() || !primitives->is_array()) document.fail(mesh_name, "no primitives");
    for (size_t p = 0; p < primitives->size(); ++p) {
      const Json& item = (*primitives)[p];
      const std::string where = mesh_name + ", primitive " + std::to_string(p);
      if (!item.is_object()) document.fail(where, "not an object");
      morphs = morphs || item.contains("targets");
      const size_t material = document.index(item, "material", "materials", where).value_or(notes.size() - 1);
      const Attributes attributes = readAttributes(document, item, notes[material].uv_set, where);
      const size_t count = attributes.position.count;
      if (count == 0) {
        scene.warnings.push_back(where + " has no positions; left out");
        continue;
      }
      std::vector<uint32_t> indices(count);
      std::iota(indices.begin(), indices.end(), 0u);
      if (const auto accessor = document.index(item, "indices", "accessors", where)) {
        indices = readIndices(document, *accessor, where);
        for (const uint32_t index : indices) {
          if (index >= count) {
            document.fail(where, "index " + std::to_string(index) + " of " + std::to_string(count) + " vertices");
          }
        }
      }
      const size_t mode = document.count(item, "mode", 4, where);
      indices = triangles(std::move(indices), mode);
      if (indices.empty()) {
        scene.warnings.push_back(where + " has no triangles; left out");
        continue;
      }
      const bool skinned = attributes.joints.count > 0 && attributes.weights.count > 0;
      Primitive& primitive = mesh.primitives.emplace_back();
      primitive.material = static_cast<int>(material);
      primitive.first_index = static_cast<uint32_t>(scene.indices.size());
      primitive.index_count = static_cast<uint32_t>(indices.size());
      const size_t first = scene.vertices.size();
      const bool flat = attributes.normal.count == 0;
      if (first + (flat ? indices.size() : count) > kMaxVertices) document.fail(where, "too many vertices");
      if (flat) {  // the specification asks for flat normals, so no vertex is shared
        for (size_t i = 0; i < indices.size(); i += 3) {
          Vertex corner[3];
          for (size_t c = 0; c < 3; ++c) corner[c] = vertexAt(attributes, indices[i + c], skinned);
          const glm::vec3 normal =
              glm::cross(corner[1].position - corner[0].position, corner[2].position - corner[0].position);
          for (Vertex& vertex : corner) {
            vertex.normal = glm::length(normal) > 0.0f ? glm::normalize(normal) : glm::vec3(0.0f, 1.0f, 0.0f);
            scene.indices.push_back(static_cast<uint32_t>(scene.vertices.size()));
            scene.vertices.push_back(vertex);
          }
        }
      } else {
        for (size_t i = 0; i < count; ++i) scene.vertices.push_back(vertexAt(attributes, i, skinned));
        for (const uint32_t index : indices) scene.indices.push_back(static_cast<uint32_t>(first + index));
      }
      for (size_t i = first; i < scene.vertices.size(); ++i) {
        primitive.bounds.add(scene.vertices[i].position);
        if (!skinned) continue;
        const glm::u16vec4& joints = scene.vertices[i].joints;
        for (glm::length_t c = 0; c < 4; ++c) joint_count = std::max(joint_count, size_t{joints[c]} + 1);
      }
    }
  }
  if (morphs) scene.warnings.push_back("morph targets are not played");
  return joint_counts;
}

}  // namespace impasto::render::gltf
