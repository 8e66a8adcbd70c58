// What the recipe `style` can be told beyond what every run can.
#pragma once

#include <string>
#include <vector>

#include "config/presets.h"
#include "config/run_settings.h"
#include "data/augmentation.h"
#include "recipes/adversary.h"
#include "recipes/clip_settings.h"
#include "recipes/objective_settings.h"
#include "recipes/trained_generator.h"

namespace impasto::trainer {

struct StyleSettings : RunSettings, GeneratorSettings, ObjectiveSettings {
  std::string preset = kUsualPreset;  // one of stylePresets(), applied by the command line before what is given by hand
  std::string style_image;
  std::vector<std::string> content;  // folders; none: pictures of the trainer's own
  std::string own_content = "auto";  // which, see recipes/own_content.h
  std::string perceptual;

  std::string network = "impasto";  // what is trained: "impasto" (the generator of that shape) or "johnson" (to compare with)
  int image_size = 256;  // side of the training crops, pixels
  int style_size = 512;  // shorter side of the painting, pixels; strokes grow with it
  Augmentation augmentation;

  double equivariance_weight = 0;       // a crop moved by 0 to 7 pixels gets the same paint, moved
  double equivariance_from = 0.5;       // fraction of the steps: first strokes, then hold them still
  double flat_crops = 0;                // share of the crops that are of one colour
  double adversarial_weight = 0;        // of a discriminator, as a share of all other losses' gradient; 0: none
  AdversarySettings adversary;

  ClipSettings clips;
};

void declare(Fields& fields, StyleSettings& settings);

// preview, standard, best, still: the recipe that was found best, how long it trains, how closely it looks and whether paint
// shall stay on things. The generator's size is the user's.
const std::vector<Preset>& stylePresets();

// Throws impasto::Error(InvalidArgument), naming the flag, for values out of range.
void checkSettings(const StyleSettings& settings);

}  // namespace impasto::trainer
