// The parts of loadGltf(): each reads one kind of thing from a Document into a Scene.
#pragma once

#include <vector>

#include "renderer/scene/gltf/document.h"
#include "renderer/scene/scene.h"

namespace impasto::render::gltf {

// What meshes need to know of a glTF material beyond scene.h's.
struct MaterialNotes {
  size_t uv_set = 0;  // of the base colour texture
};

// Fills scene.textures and scene.materials; the last material is the default one.
std::vector<MaterialNotes> readMaterials(const Document& document, Scene& scene);

// Fills scene.vertices, indices and meshes. Returns, by mesh, how many joints its vertices refer to (0: not skinned).
std::vector<size_t> readMeshes(const Document& document, Scene& scene, const std::vector<MaterialNotes>& notes);

// Fills nodes, skins, cameras and animations.
void readNodes(const Document& document, Scene& scene, const std::vector<size_t>& joint_counts);

// The bytes of a picture file (PNG, JPEG, WebP: what media reads) to RGBA; false if they are none, damaged or too large.
bool decodeImage(std::span<const std::byte> bytes, Texture& texture);

}  // namespace impasto::render::gltf
