// What the recipe `paired` can be told beyond what every run can.
#pragma once

#include <string>

#include "config/run_settings.h"
#include "data/augmentation.h"
#include "recipes/adversary.h"
#include "recipes/trained_generator.h"

namespace impasto::trainer {

struct PairedSettings : RunSettings, GeneratorSettings {
  PairedSettings();  // defaults of Pix2Pix, where they differ from those of every run

  std::string pairs;            // folder
  int image_size = 128;         // side of the training crops, pixels
  Augmentation augmentation;
  double l1_weight = 100;       // of the mean absolute difference to the target
  double adversarial_weight = 1;  // of a discriminator of input and target together; 0: none
  AdversarySettings adversary;
};

void declare(Fields& fields, PairedSettings& settings);

// Throws impasto::Error(InvalidArgument), naming the flag, for values out of range.
void checkSettings(const PairedSettings& settings);

}  // namespace impasto::trainer
