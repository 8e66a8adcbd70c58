#include "renderer/scene/sample/shapes.h"

#include <algorithm>
#include <cmath>
#include <glm/gtx/quaternion.hpp>

namespace impasto::render::sample {
namespace {

constexpr float kTurn = 6.2831853f;

}  // namespace

void addLathe(MeshBuilder& builder, int material, const std::vector<glm::vec2>& profile, int sides,
              const Paint& paint_of, float uv_per_metre) {
  std::vector<Vertex> points;
  float way = 0.0f;
  for (size_t row = 0; row < profile.size(); ++row) {
    if (row > 0) way += glm::length(profile[row] - profile[row - 1]);
    for (int column = 0; column <= sides; ++column) {
      const float around = static_cast<float>(column) / static_cast<float>(sides), angle = kTurn * around;
      Vertex vertex;
      vertex.position = {profile[row].x * std::cos(angle), profile[row].y, -profile[row].x * std::sin(angle)};
      vertex.uv = glm::vec2(angle * std::max(profile[row].x, 0.1f), -way) * uv_per_metre;
      vertex.color = packColor(
          paint_of(column == sides ? 0.0f : around, static_cast<float>(row) / static_cast<float>(profile.size() - 1)));
      points.push_back(vertex);
    }
  }
  builder.grid(material, points, static_cast<uint32_t>(sides) + 1);
}

void addBall(MeshBuilder& builder, int material, const glm::vec3& center, const glm::vec3& radii,
             const glm::vec3& color, const glm::quat& turned, int sides) {
  const int rows = sides / 2 + 1;
  std::vector<Vertex> points;
  for (int row = 0; row <= rows; ++row) {
    const float polar = kTurn * 0.5f * static_cast<float>(row) / static_cast<float>(rows);
    for (int column = 0; column <= sides; ++column) {
      const float angle = kTurn * static_cast<float>(column % sides) / static_cast<float>(sides);
      const glm::vec3 unit(std::sin(polar) * std::cos(angle), -std::cos(polar), -std::sin(polar) * std::sin(angle));
      Vertex vertex;
      vertex.position = center + turned * (unit * radii);
      vertex.uv = {static_cast<float>(column) / static_cast<float>(sides),
                   static_cast<float>(row) / static_cast<float>(rows)};
      vertex.color = packColor(color * (0.86f + 0.14f * unit.y));
      points.push_back(vertex);
    }
  }
  builder.grid(material, points, static_cast<uint32_t>(sides) + 1);
}

void addBar(MeshBuilder& builder, int material, const glm::vec3& from, const glm::vec3& to, float radius_from,
            float radius_to, const glm::vec3& color, int sides) {
  const glm::vec3 along = to - from;
  const float length = glm::length(along);
  const glm::vec3 axis = along / length, up(0.0f, 1.0f, 0.0f);
  const float cosine = glm::dot(axis, up);
  const glm::quat turned =
      cosine < -0.9999f ? glm::angleAxis(3.14159265f, glm::vec3(1, 0, 0)) : glm::rotation(up, axis);
  const glm::mat4 before = builder.transform;
  builder.transform = before * glm::translate(glm::mat4(1.0f), from) * glm::mat4_cast(turned);
  builder.column(material, 0.0f, radius_from, length, radius_to, sides, color);
  builder.transform = before;
}

void addWire(MeshBuilder& builder, int material, const std::vector<glm::vec3>& points, float radius,
             const glm::vec3& color, int sides) {
  for (size_t i = 0; i + 1 < points.size(); ++i)
    addBar(builder, material, points[i], points[i + 1], radius, radius, color, sides);
}

}  // namespace impasto::render::sample
