#include <array>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "renderer/scene/gltf/readers.h"

namespace impasto::render::gltf {
namespace {

struct Key {
  std::array<float, 8> values;
  bool operator==(const Key& other) const {
    return std::memcmp(values.data(), other.values.data(), sizeof values) == 0;
  }
};

struct KeyHash {
  size_t operator()(const Key& key) const {
    uint64_t hash = 1469598103934665603u;  // FNV-1a over the bits
    for (const float value : key.values) {
      uint32_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      hash = (hash ^ bits) * 1099511628211u;
    }
    return hash;
  }
};

// Sums over the triangles around one corner, apart for the two senses of a picture.
struct Sums {
  glm::vec3 tangent[2] = {glm::vec3(0.0f), glm::vec3(0.0f)};
};

glm::vec3 orthogonal(const glm::vec3& tangent, const glm::vec3& normal) {
  const glm::vec3 along = tangent - normal * glm::dot(normal, tangent);
  const float length = glm::length(along);
  if (length > 1e-12f) return along / length;
  const glm::vec3 any = std::abs(normal.x) < 0.9f ? glm::vec3(1, 0, 0) : glm::vec3(0, 1, 0);
  return glm::normalize(any - normal * glm::dot(normal, any));
}

}  // namespace

void makeTangents(std::vector<Vertex>& vertices, std::vector<uint32_t>& indices, std::vector<uint32_t>& source,
                  int uv_set) {
  const auto uvOf = [&](uint32_t index) { return uv_set == 0 ? vertices[index].uv : vertices[index].uv1; };
  std::unordered_map<Key, uint32_t, KeyHash> groups;
  std::vector<uint32_t> group(vertices.size());
  for (uint32_t i = 0; i < vertices.size(); ++i) {
    const glm::vec3 &p = vertices[i].position, &n = vertices[i].normal;
    const glm::vec2 uv = uvOf(i);
    const Key key{{p.x, p.y, p.z, n.x, n.y, n.z, uv.x, uv.y}};
    group[i] = groups.try_emplace(key, static_cast<uint32_t>(groups.size())).first->second;
  }
  std::vector<Sums> sums(groups.size());
  std::vector<uint8_t> mirrored(indices.size() / 3);
  for (size_t t = 0; t + 2 < indices.size(); t += 3) {
    const std::array corner = {indices[t], indices[t + 1], indices[t + 2]};
    const glm::vec3 e1 = vertices[corner[1]].position - vertices[corner[0]].position;
    const glm::vec3 e2 = vertices[corner[2]].position - vertices[corner[0]].position;
    const glm::vec2 d1 = uvOf(corner[1]) - uvOf(corner[0]), d2 = uvOf(corner[2]) - uvOf(corner[0]);
    const float area = d1.x * d2.y - d1.y * d2.x;
    mirrored[t / 3] = area > 0.0f;  // V points down the picture, the bitangent up
    const glm::vec3 along = (e1 * d2.y - e2 * d1.y) * (area < 0.0f ? -1.0f : 1.0f);
    if (!(glm::length(along) > 0.0f) || !std::isfinite(glm::length(along))) continue;
    for (size_t c = 0; c < 3; ++c) {
      const Vertex& here = vertices[corner[c]];
      const glm::vec3 a = vertices[corner[(c + 1) % 3]].position - here.position;
      const glm::vec3 b = vertices[corner[(c + 2) % 3]].position - here.position;
      const float angle = std::atan2(glm::length(glm::cross(a, b)), glm::dot(a, b));
      Sums& sum = sums[group[corner[c]]];
      sum.tangent[mirrored[t / 3]] += orthogonal(along, here.normal) * angle;
    }
  }
  // A vertex takes the sense of the first triangle that uses it; a copy takes the other.
  std::vector<int8_t> sense(vertices.size(), -1);
  std::vector<uint32_t> copy_of(vertices.size(), UINT32_MAX);
  for (size_t i = 0; i < indices.size(); ++i) {
    uint32_t& index = indices[i];
    const auto wanted = static_cast<int8_t>(mirrored[i / 3]);
    if (sense[index] != -1 && sense[index] != wanted) {
      if (copy_of[index] == UINT32_MAX) {
        copy_of[index] = static_cast<uint32_t>(vertices.size());
        vertices.push_back(Vertex(vertices[index]));
        source.push_back(source[index]);
        group.push_back(group[index]);
        sense.push_back(wanted);
        copy_of.push_back(UINT32_MAX);
      }
      index = copy_of[index];
    }
    sense[index] = wanted;
    const Sums& sum = sums[group[index]];
    const glm::vec3 tangent = orthogonal(sum.tangent[wanted], vertices[index].normal);
    vertices[index].tangent = glm::i16vec4(glm::vec4(tangent, wanted ? -1.0f : 1.0f) * 32767.0f);
  }
}

}  // namespace impasto::render::gltf
