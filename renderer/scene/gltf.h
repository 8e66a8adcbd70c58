// Reads glTF 2.0 scenes (.gltf with its files, .glb). docs/scenes.md lists what is read, what is left out with a
// warning and what is refused.
//
// The file is not trusted: every index, offset, count and size is checked before it is used. docs/architecture.md says
// why the reader is our own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "renderer/scene/scene.h"

namespace impasto::render {

struct GltfOptions {
  std::string variant;  // the name of one of KHR_materials_variants; empty: the materials as they are
};

// Throws Error: one line that names the file, the object in it, and what is wrong.
Scene loadGltf(const std::filesystem::path& path, const GltfOptions& options = {});

// The same for a file that is in memory already; `path` is what messages call it and where its other files are.
Scene loadGltf(const std::filesystem::path& path, std::span<const std::byte> bytes, const GltfOptions& options = {});

}  // namespace impasto::render
