// Round and bent solids for the sample scenes, put into a MeshBuilder.
#pragma once

#include <functional>
#include <vector>

#include "renderer/scene/mesh_builder.h"

namespace impasto::render::sample {

// The colour of a place: `around` [0, 1) about the axis, `along` [0, 1] from the first point to the last.
using Paint = std::function<glm::vec3(float around, float along)>;

// A profile of (radius, height) points, from below upwards, turned about Y; smooth. A second turn of the profile
// inwards makes a rim.
void addLathe(MeshBuilder& builder, int material, const std::vector<glm::vec2>& profile, int sides,
              const Paint& paint_of, float uv_per_metre = 1.0f);

void addBall(MeshBuilder& builder, int material, const glm::vec3& center, const glm::vec3& radii,
             const glm::vec3& color, const glm::quat& turned = glm::quat(1.0f, 0.0f, 0.0f, 0.0f), int sides = 14);

// A round bar from `from` to `to`.
void addBar(MeshBuilder& builder, int material, const glm::vec3& from, const glm::vec3& to, float radius_from,
            float radius_to, const glm::vec3& color, int sides = 8);

// A bar along a bent line.
void addWire(MeshBuilder& builder, int material, const std::vector<glm::vec3>& points, float radius,
             const glm::vec3& color, int sides = 6);

}  // namespace impasto::render::sample
