// Plants for the sample scenes: trees and bushes as meshes to place, grass and flowers into a MeshBuilder. All sway.
#pragma once

#include <array>

#include "renderer/scene/mesh_builder.h"
#include "renderer/scene/sample/materials.h"
#include "renderer/scene/sample/noise.h"

namespace impasto::render::sample {

// Trunk, limbs and a crown of `clumps` round clumps of leaf cards. Returns the mesh; its foot is at the origin.
int makeLeafyTree(Scene& scene, const Materials& m, const char* name, uint32_t seed, float height, float spread,
                  int clumps, int cards, float card_size, const std::array<uint32_t, 3>& greens);

int makeCypress(Scene& scene, const Materials& m, uint32_t seed);

// A bush, and from afar a tree: one clump of cards, about 1 high and 2 wide.
int makeBush(Scene& scene, const Materials& m, uint32_t seed, const std::array<uint32_t, 2>& greens);

// One curved blade of grass or a stem: two segments, broad below; sways from the root up.
void addBlade(MeshBuilder& builder, int material, const glm::vec3& root, float height, float width, float lean_angle,
              float lean, const glm::vec3& low, const glm::vec3& high);

// A flower head: petals around a heart, facing up and a little to the sun.
void addFlower(MeshBuilder& builder, int material, Random& random, const glm::vec3& at, float size, float sway,
               const glm::vec3& petal, const glm::vec3& heart, int petals);

}  // namespace impasto::render::sample
