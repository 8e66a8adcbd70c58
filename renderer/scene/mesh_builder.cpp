#include "renderer/scene/mesh_builder.h"

#include <array>
#include <cmath>

namespace impasto::render {

glm::u16vec4 packColor(const glm::vec3& linear, float alpha) {
  return glm::u16vec4(glm::clamp(glm::vec4(linear, alpha), 0.0f, 1.0f) * 65535.0f + 0.5f);
}

uint32_t MeshBuilder::add(Part& part, Vertex vertex) const {
  vertex.position = glm::vec3(transform * glm::vec4(vertex.position, 1.0f));
  const glm::vec3 normal = glm::mat3(transform) * vertex.normal;
  vertex.normal = glm::length(normal) > 0.0f ? glm::normalize(normal) : normal;
  part.vertices.push_back(vertex);
  return static_cast<uint32_t>(part.vertices.size() - 1);
}

void MeshBuilder::triangle(int material, const Vertex& a, const Vertex& b, const Vertex& c) {
  Part& part = parts_[material];
  for (const Vertex* vertex : {&a, &b, &c}) part.indices.push_back(add(part, *vertex));
}

void MeshBuilder::quad(int material, const glm::vec3& a, const glm::vec3& b, const glm::vec3& c, const glm::vec3& d,
                       const glm::vec3& color, const glm::vec2& uv_size) {
  Part& part = parts_[material];
  const std::array corners = {a, b, c, d};
  const std::array<glm::vec2, 4> uvs = {{{0.0f, uv_size.y}, uv_size, {uv_size.x, 0.0f}, {0.0f, 0.0f}}};
  uint32_t index[4];
  for (size_t i = 0; i < 4; ++i) {
    Vertex vertex;
    vertex.position = corners[i];
    vertex.normal = glm::cross(b - a, d - a);
    vertex.uv = uvs[i];
    vertex.color = packColor(color);
    index[i] = add(part, vertex);
  }
  for (const int i : {0, 1, 2, 0, 2, 3}) part.indices.push_back(index[i]);
}

void MeshBuilder::box(int material, const glm::vec3& low, const glm::vec3& high, const glm::vec3& color,
                      float uv_per_metre, float foot) {
  Part& part = parts_[material];
  for (int axis = 0; axis < 3; ++axis) {
    const int u = (axis + 1) % 3, v = (axis + 2) % 3;
    for (const bool positive : {false, true}) {
      uint32_t index[4];
      for (int corner = 0; corner < 4; ++corner) {
        const bool at_u = corner == 1 || corner == 2, at_v = corner >= 2;
        Vertex vertex;
        vertex.position[axis] = positive ? high[axis] : low[axis];
        vertex.position[u] = at_u ? high[u] : low[u];
        vertex.position[v] = at_v ? high[v] : low[v];
        vertex.normal = glm::vec3(0.0f);
        vertex.normal[axis] = positive ? 1.0f : -1.0f;
        // Upright faces keep V along Y, so that courses of stone and planks lie level.
        const glm::vec3 metres = vertex.position * uv_per_metre;
        vertex.uv = axis == 0 ? glm::vec2(metres.z, -metres.y)
                              : (axis == 1 ? glm::vec2(metres.x, metres.z) : glm::vec2(metres.x, -metres.y));
        vertex.color = packColor(color * (vertex.position.y > low.y ? 1.0f : foot));
        index[corner] = add(part, vertex);
      }
      for (const int i : positive ? std::array{0, 1, 2, 0, 2, 3} : std::array{0, 2, 1, 0, 3, 2}) {
        part.indices.push_back(index[i]);
      }
    }
  }
}

void MeshBuilder::column(int material, float y0, float r0, float y1, float r1, int sides, const glm::vec3& color,
                         float uv_per_metre) {
  const auto ring = [&](int side, float y, float r) {
    const float angle = 6.2831853f * static_cast<float>(side) / static_cast<float>(sides);
    Vertex vertex;
    vertex.position = {r * std::cos(angle), y, -r * std::sin(angle)};
    vertex.normal = {std::cos(angle), (r0 - r1) / std::max(std::abs(y1 - y0), 1e-4f), -std::sin(angle)};
    vertex.uv = glm::vec2(angle * std::max(r0, r1), -y) * uv_per_metre;
    vertex.color = packColor(color);
    return vertex;
  };
  for (int i = 0; i < sides; ++i) {
    const Vertex a = ring(i, y0, r0), b = ring(i + 1, y0, r0), c = ring(i + 1, y1, r1), d = ring(i, y1, r1);
    if (r0 > 0.0f) triangle(material, a, b, c);
    if (r1 > 0.0f) triangle(material, a, c, d);
    for (const bool top : {false, true}) {
      if ((top ? r1 : r0) <= 0.0f) continue;
      Vertex p = top ? d : b, q = top ? c : a, center = p;
      center.position = {0.0f, top ? y1 : y0, 0.0f};
      p.normal = q.normal = center.normal = {0.0f, top ? 1.0f : -1.0f, 0.0f};
      triangle(material, center, p, q);
    }
  }
}

void MeshBuilder::grid(int material, const std::vector<Vertex>& points, uint32_t columns) {
  const auto rows = static_cast<uint32_t>(points.size() / columns);
  std::vector<Vertex> smooth = points;
  for (Vertex& vertex : smooth) vertex.normal = glm::vec3(0.0f);
  std::vector<uint32_t> triangles;
  for (uint32_t row = 0; row + 1 < rows; ++row) {
    for (uint32_t column = 0; column + 1 < columns; ++column) {
      const uint32_t a = row * columns + column, b = a + 1, c = b + columns, d = a + columns;
      for (const uint32_t i : {a, b, c, a, c, d}) triangles.push_back(i);
    }
  }
  for (size_t t = 0; t < triangles.size(); t += 3) {
    Vertex &a = smooth[triangles[t]], &b = smooth[triangles[t + 1]], &c = smooth[triangles[t + 2]];
    const glm::vec3 normal = glm::cross(b.position - a.position, c.position - a.position);
    for (Vertex* vertex : {&a, &b, &c}) vertex->normal += normal;
  }
  Part& part = parts_[material];
  const auto first = static_cast<uint32_t>(part.vertices.size());
  for (const Vertex& vertex : smooth) add(part, vertex);
  for (const uint32_t i : triangles) part.indices.push_back(first + i);
}

int MeshBuilder::finish(Scene& scene, const std::string& name) {
  Mesh mesh;
  mesh.name = name;
  for (auto& [material, part] : parts_) {
    Primitive primitive;
    primitive.first_index = static_cast<uint32_t>(scene.indices.size());
    primitive.index_count = static_cast<uint32_t>(part.indices.size());
    primitive.material = material;
    const auto first = static_cast<uint32_t>(scene.vertices.size());
    for (const uint32_t index : part.indices) scene.indices.push_back(first + index);
    for (const Vertex& vertex : part.vertices) primitive.bounds.add(vertex.position);
    scene.vertices.insert(scene.vertices.end(), part.vertices.begin(), part.vertices.end());
    mesh.primitives.push_back(primitive);
  }
  parts_.clear();
  transform = glm::mat4(1.0f);
  scene.meshes.push_back(std::move(mesh));
  return static_cast<int>(scene.meshes.size()) - 1;
}

int addNode(Scene& scene, const std::string& name, int mesh, const glm::vec3& translation, float yaw, float scale,
            int parent) {
  Node node;
  node.name = name;
  node.mesh = mesh;
  node.parent = parent;
  node.translation = translation;
  node.rotation = glm::angleAxis(yaw, glm::vec3(0.0f, 1.0f, 0.0f));
  node.scale = glm::vec3(scale);
  scene.nodes.push_back(node);
  return static_cast<int>(scene.nodes.size()) - 1;
}

}  // namespace impasto::render
