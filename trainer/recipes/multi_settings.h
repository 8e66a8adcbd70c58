// What the recipe `multi` can be told beyond what every run can.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "config/presets.h"
#include "config/run_settings.h"
#include "data/augmentation.h"
#include "recipes/clip_settings.h"
#include "recipes/objective_settings.h"
#include "recipes/trained_generator.h"

namespace impasto::trainer {

struct MultiSettings : RunSettings, GeneratorSettings, ObjectiveSettings {
  MultiSettings();  // defaults where they differ from those of every run

  std::string preset = kUsualPreset;  // one of stylePresets(), applied by the command line before what is given by hand
  std::vector<std::string> style_images;
  std::vector<std::string> content;  // folders
  std::string perceptual;

  int image_size = 256;  // side of the training crops, pixels
  int style_size = 512;  // shorter side of each painting, pixels; strokes grow with it
  Augmentation augmentation;
  double flat_crops = 0;  // share of the crops that are of one colour
  ClipSettings clips;
  double encoder_learning_rate = 0.002;

  // Of the paintings, in the order of their images; none, or one for each. A painting without a title has its file's name.
  std::vector<std::string> titles, painters, years, licences;
};

void declare(Fields& fields, MultiSettings& settings);

// Throws impasto::Error(InvalidArgument), naming the flag, for values out of range.
void checkSettings(const MultiSettings& settings);

// What a style file says of the paintings of a run whose settings, as a checkpoint echoes them, are these; without vectors.
std::vector<Painting> describedPaintings(const nlohmann::json& settings);

// The title of a painting of which only the file is known: "the_scream.jpg" is "the scream".
std::string titleOfFile(const std::string& path);

}  // namespace impasto::trainer
