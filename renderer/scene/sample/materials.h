// Materials and textures of the sample scene, all generated.
#pragma once

#include "renderer/scene/scene.h"

namespace impasto::render::sample {

// Indices into Scene::materials. Colours come from the vertices; textures add grain.
struct Materials {
  int ground, water, plaster, roof, wood, stone, glass, plain, leaves, blades, cloth, sail, bark;
};

Materials addMaterials(Scene& scene);

}  // namespace impasto::render::sample
