// Reads glTF 2.0 scenes (.gltf with its files, .glb).
//
// Read: nodes, meshes (triangles, strips, fans; indexed or not; flat normals where a file has none), vertex colours,
// two UV sets, base colour, emissive, normal and metallic-roughness textures (PNG, JPEG; embedded or beside the file),
// alpha modes, sides, skins, animations, perspective cameras, sparse accessors; KHR_mesh_quantization,
// KHR_texture_transform, KHR_materials_unlit, KHR_materials_emissive_strength, KHR_materials_pbrSpecularGlossiness.
// Left out with a warning: morph targets, points and lines, textures that are missing or in other formats.
//
// The file is not trusted: every index, offset, count and size is checked before it is used. (tinygltf, as Debian 12
// has it, reads embedded images through unchecked offsets; hence a reader of our own on nlohmann-json.)
#pragma once

#include <filesystem>

#include "renderer/scene/scene.h"

namespace impasto::render {

// Throws Error: one line that names the file, the object in it, and what is wrong.
Scene loadGltf(const std::filesystem::path& path);

}  // namespace impasto::render
