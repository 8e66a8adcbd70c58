// Scenes as command lines name them.
#pragma once

#include <string>

#include "renderer/scene/gltf.h"
#include "renderer/scene/scene.h"

namespace impasto::render {

inline constexpr const char* kSceneNames = "harbour, carousel, atelier, garden";

// One of kSceneNames ('sample' is the harbour), or a glTF file. Throws Error.
Scene openScene(const std::string& name_or_file, const GltfOptions& options = {});

}  // namespace impasto::render
