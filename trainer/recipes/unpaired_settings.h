// What the recipe `unpaired` can be told beyond what every run can.
#pragma once

#include <string>
#include <vector>

#include "config/run_settings.h"
#include "data/augmentation.h"
#include "recipes/adversary.h"
#include "recipes/trained_generator.h"

namespace impasto::trainer {

struct UnpairedSettings : RunSettings, GeneratorSettings {
  UnpairedSettings();  // defaults of a CycleGAN, where they differ from those of every run

  std::vector<std::string> content, paintings;  // folders
  int image_size = 128;                         // side of the training crops, pixels
  Augmentation augmentation;
  double cycle_weight = 10;                     // there and back again is where it began
  double identity_weight = 5;                   // what is a painting already stays as it is
  AdversarySettings adversary;                  // of both

  std::vector<double> privacy;                  // epsilon and delta for each painting; empty: paintings are no secret
  int privacy_lot = 16;                         // paintings that a step sees on the average
  double privacy_clip = 1;                      // of each one's gradient
};

void declare(Fields& fields, UnpairedSettings& settings);

// Throws impasto::Error(InvalidArgument), naming the flag, for values out of range.
void checkSettings(const UnpairedSettings& settings);

}  // namespace impasto::trainer
