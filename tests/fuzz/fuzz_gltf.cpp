// Any bytes are either a scene whose every index is in range and which can be posed, or an Error of one line.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>

#include "renderer/error.h"
#include "renderer/scene/gltf.h"
#include "renderer/scene/pose.h"

namespace {

using namespace impasto::render;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_gltf: %s\n", what);
  std::abort();
}

void checkScene(const Scene& scene) {
  for (const uint32_t index : scene.indices) require(index < scene.vertices.size(), "an index past the vertices");
  for (const Mesh& mesh : scene.meshes) {
    for (const Primitive& primitive : mesh.primitives) {
      require(static_cast<size_t>(primitive.material) < scene.materials.size(), "a material that is not there");
      require(size_t{primitive.first_index} + primitive.index_count <= scene.indices.size(),
              "indices that are not there");
      require(primitive.morph_targets == 0 || primitive.morph_targets == mesh.weights.size(),
              "weights that do not fit");
      require(size_t{primitive.first_morph} + size_t{primitive.morph_targets} * primitive.vertex_count <=
                  scene.morphs.size(),
              "morph targets that are not there");
    }
  }
  for (size_t i = 0; i < scene.nodes.size(); ++i)
    require(scene.nodes[i].parent < static_cast<int>(i), "a parent after its child");
  for (const Texture& texture : scene.textures) {
    require(texture.rgba.size() == size_t{texture.width} * texture.height * 4, "a texture of another size");
  }
  for (int animation = kAllAnimations; animation < static_cast<int>(scene.animations.size()); ++animation) {
    worldBounds(scene, poseAt(scene, 0.7, animation));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    checkScene(loadGltf("/nonexistent/input.glb", std::as_bytes(std::span(data, size))));
  } catch (const Error& error) {
    require(std::strchr(error.what(), '\n') == nullptr, "an error of several lines");
    require(std::strstr(error.what(), "input.glb") != nullptr, "an error that does not name the file");
  }
  return 0;
}
