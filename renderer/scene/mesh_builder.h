// Puts simple solids together into meshes of a Scene.
#pragma once

#include <map>
#include <string>

#include "renderer/scene/scene.h"

namespace impasto::render {

glm::u16vec4 packColor(const glm::vec3& linear, float alpha = 1.0f);

// Vertices and triangles of one mesh, sorted by material. Solids are placed by `transform` (set by the caller, applies
// to what is added after). Triangles are counter-clockwise seen from outside.
class MeshBuilder {
 public:
  glm::mat4 transform{1.0f};

  void triangle(int material, const Vertex& a, const Vertex& b, const Vertex& c);

  // Flat, corners counter-clockwise from the lower left; uv spans (0, 0) to `uv_size`.
  void quad(int material, const glm::vec3& a, const glm::vec3& b, const glm::vec3& c, const glm::vec3& d,
            const glm::vec3& color, const glm::vec2& uv_size = glm::vec2(1.0f));

  // From `low` to `high`; uv in metres times `uv_per_metre`. Colours darken towards the foot by `foot` [0, 1].
  void box(int material, const glm::vec3& low, const glm::vec3& high, const glm::vec3& color, float uv_per_metre = 1.0f,
           float foot = 1.0f);

  // A round column along Y from `y0` (radius r0) to `y1` (radius r1); smooth sides, a cap where a radius is not 0.
  void column(int material, float y0, float r0, float y1, float r1, int sides, const glm::vec3& color,
              float uv_per_metre = 1.0f);

  // A strip of quads through rows of equally many points, smooth normals; `points` row by row.
  void grid(int material, const std::vector<Vertex>& points, uint32_t columns);

  // Adds everything as one mesh; returns its index. The builder is empty after.
  int finish(Scene& scene, const std::string& name);

 private:
  struct Part {
    std::vector<Vertex> vertices;
    std::vector<uint32_t> indices;
  };
  uint32_t add(Part& part, Vertex vertex) const;
  std::map<int, Part> parts_;
};

// Adds a node that shows `mesh`; returns its index.
int addNode(Scene& scene, const std::string& name, int mesh, const glm::vec3& translation = glm::vec3(0.0f),
            float yaw = 0.0f, float scale = 1.0f, int parent = kNone);

}  // namespace impasto::render
