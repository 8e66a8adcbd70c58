#include "recipes/objective_settings.h"

#include "base/error.h"

namespace impasto::trainer {

void declareObjective(Fields& fields, ObjectiveSettings& s) {
  fields.group("Losses");
  fields.add("content-weight", s.content_weight, "Higher: the scene stays").atLeast(0);
  fields.add("style-weight", s.style_weight, "Higher: more paint").atLeast(0);
  fields.add("tv-weight", s.tv_weight, "Higher: less fine noise").atLeast(0);
  fields.add("palette-weight", s.palette_weight, "Higher: the painting's colours, less the scene's").atLeast(0);
  fields.add("structure-weight", s.structure_weight, "Higher: the scene's edges stay").atLeast(0);
  fields.add("edge-weight", s.edge_weight, "Higher: edges stay strong").atLeast(0);
  fields.add("tone-weight", s.tone_weight, "Higher: light areas stay lighter than dark ones").atLeast(0);
  fields.add("lattice-weight", s.lattice_weight, "Higher: less of a grid").atLeast(0);
  fields.add("detail-weight", s.detail_weight, "Higher: the scene's fine detail stays").atLeast(0);
  fields.add("border-weight", s.border_weight, "Higher: strokes at the border lie as they would without one").atLeast(0);
  fields.add("full-resolution-at", s.full_resolution_at,
             "Fraction of the steps from which losses see every pixel; half resolution before, 4x faster")
      .range(0, 1);
  fields.add("content-layer", s.content_layer, "Where content is compared");
  fields.add("style-layers", s.style_layers, "Where style is compared").required();
  fields.add("style-layer-weights", s.style_layer_weights, "One for each of them").atLeast(0);
  fields.add("gram-center", s.gram_center,
             "Compare covariances instead of Gram matrices: always at half resolution, half and half at full");
  fields.add("plain-gram", s.plain_gram,
             "With it: also plain Gram matrices at full resolution, else covariances there, too");
  fields.add("content-center", s.content_center, "Compare content without the mean of each channel");
  fields.add("color-map-weight", s.color_map_weight,
             "Higher: large areas have the colours that a fixed map from the pictures' to the painting's gives them; try 60")
      .atLeast(0);
}

std::vector<StyleLayer> styleLayers(const ObjectiveSettings& settings) {
  const std::vector<std::string>& names = settings.style_layers;
  const std::vector<double>& weights = settings.style_layer_weights;
  const bool default_weights = weights == ObjectiveSettings{}.style_layer_weights;
  if (weights.size() != names.size() && !default_weights) {
    throw Error(ErrorCode::InvalidArgument, "--style-layer-weights: expected " + std::to_string(names.size()) +
                                                " numbers, got " + std::to_string(weights.size()));
  }
  std::vector<StyleLayer> layers;
  for (size_t i = 0; i < names.size(); ++i) {
    const bool given = !default_weights || names == ObjectiveSettings{}.style_layers;
    layers.push_back({names[i], given ? weights[i] : 1.0});
  }
  return layers;
}

}  // namespace impasto::trainer
