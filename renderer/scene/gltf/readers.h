// The parts of loadGltf(): each reads one kind of thing from a Document into a Scene.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "renderer/scene/gltf/document.h"
#include "renderer/scene/scene.h"

namespace impasto::render::gltf {

// What meshes need to know of a glTF material beyond scene.h's.
struct MaterialNotes {
  std::array<size_t, 2> uv_sets = {0, 1};  // which TEXCOORD_n Vertex::uv and uv1 hold
  std::array<bool, 2> uv_used = {false, false};
  bool has_normal_map = false;
};

// Fills scene.textures and scene.materials; the last material is the default one.
std::vector<MaterialNotes> readMaterials(const Document& document, Scene& scene);

// Fills scene.variants and returns the index of the one called `name`, kNone if `name` is empty. Throws Error if the
// file has none of that name.
int readVariants(const Document& document, Scene& scene, const std::string& name);

// Fills scene.vertices, indices, morphs and meshes. Returns, by mesh, how many joints its vertices refer to (0: not
// skinned).
std::vector<size_t> readMeshes(const Document& document, Scene& scene, const std::vector<MaterialNotes>& notes,
                               int variant);

// Where a glTF node lies in scene.nodes.
using NodePlaces = std::vector<int>;

// Fills nodes and skins.
NodePlaces readNodes(const Document& document, Scene& scene, const std::vector<size_t>& joint_counts);

void readCameras(const Document& document, Scene& scene, const NodePlaces& places);
void readLights(const Document& document, Scene& scene, const NodePlaces& places);
void readAnimations(const Document& document, Scene& scene, const NodePlaces& places);

// Gives the vertices of `indices` (three a triangle) tangents as MikkTSpace defines them: angle-weighted over the
// triangles that share position, normal and UV. A vertex between mirrored halves of a picture is split; `source` grows
// with `vertices`.
void makeTangents(std::vector<Vertex>& vertices, std::vector<uint32_t>& indices, std::vector<uint32_t>& source,
                  int uv_set);

// The bytes of a picture file (PNG, JPEG, WebP: what media reads) to RGBA; false if they are none, damaged or too
// large.
bool decodeImage(std::span<const std::byte> bytes, Texture& texture);

}  // namespace impasto::render::gltf
