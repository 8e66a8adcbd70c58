// What is wanted of a painted crop (recipes/style_objective.h), as settings: shared by recipes that learn paintings by a
// perceptual network.
#pragma once

#include <string>
#include <vector>

#include "config/fields.h"
#include "losses/gram_style.h"

namespace impasto::trainer {

struct ObjectiveSettings {
  double content_weight = 2, style_weight = 5, tv_weight = 0;
  double palette_weight = 0.4;          // colours as the painting's, see losses/palette.h
  double structure_weight = 0.3;        // edges stay, see losses/readability.h
  double edge_weight = 0.4;             // they stay strong, likewise
  double tone_weight = 0.3;             // light stays light, likewise
  double lattice_weight = 30;           // no grid, see losses/lattice.h
  double detail_weight = 4;             // while at half resolution: no one-pixel checkerboard
  double border_weight = 2;             // once norms are frozen: a crop is painted alike with and without its surroundings
  double full_resolution_at = 0.75;     // fraction of the steps from which the perceptual network sees every pixel
  std::string content_layer = "relu3_1";
  std::vector<std::string> style_layers = {"relu1_1", "relu2_1", "relu3_1", "relu4_1"};
  std::vector<double> style_layer_weights = {0.5, 0.75, 1, 1};
  double color_map_weight = 0;          // with a map: areas have the colours that it gives the frame's, losses/color_map.h
  bool content_center = false;          // content without the mean of each channel
  bool plain_gram = true;               // with gram_center: at full resolution half of the error is of plain Gram matrices
  bool gram_center = true;              // covariances: at half resolution; half of the error at full resolution
};

void declareObjective(Fields& fields, ObjectiveSettings& settings);

// Layers with their weights; all weights 1 where none are given. Throws impasto::Error(InvalidArgument), naming the flag,
// if there are not as many of both.
std::vector<StyleLayer> styleLayers(const ObjectiveSettings& settings);

}  // namespace impasto::trainer
