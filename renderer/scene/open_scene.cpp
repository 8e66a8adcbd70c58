#include "renderer/scene/open_scene.h"

#include "renderer/error.h"
#include "renderer/scene/sample_scene.h"

namespace impasto::render {

Scene openScene(const std::string& name_or_file, const GltfOptions& options) {
  if (name_or_file == "sample" || name_or_file == "harbour") return makeSampleScene();
  if (name_or_file == "carousel") return makeCarouselScene();
  if (name_or_file == "atelier") return makeAtelierScene();
  if (name_or_file == "garden") return makeGardenScene();
  return loadGltf(name_or_file, options);
}

}  // namespace impasto::render
