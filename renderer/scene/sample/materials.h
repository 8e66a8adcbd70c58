// Materials and textures of the sample scene, all generated.
#pragma once

#include "renderer/scene/scene.h"

namespace impasto::render::sample {

// Indices into Scene::materials. Colours come from the vertices; textures add grain.
struct Materials {
  int ground, water, plaster, roof, wood, stone, glass, plain, leaves, blades, cloth, sail, bark;
};

Materials addMaterials(Scene& scene);

// One more, of a single colour and without texture: for metals, glass and what glows. `light` is emitted. Returns its index.
int addPaint(Scene& scene, const char* name, const glm::vec3& color, float roughness, float metallic,
             const glm::vec3& light, bool double_sided = false);

}  // namespace impasto::render::sample
