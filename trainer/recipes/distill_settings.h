// What the recipe `distill` can be told beyond what every run can.
#pragma once

#include <string>
#include <vector>

#include "config/run_settings.h"
#include "data/augmentation.h"
#include "recipes/trained_generator.h"

namespace impasto::trainer {

struct DistillSettings : RunSettings, GeneratorSettings {
  std::string teacher;               // style file
  std::vector<std::string> content;  // folders
  bool inherit = true;               // begin with the teacher's weights wherever the graphs agree
  int image_size = 160;              // side of the training crops, pixels
  Augmentation augmentation;
  double gradient_weight = 0.5, color_weight = 1;  // beside the pixels themselves, see losses/pixels.h
};

void declare(Fields& fields, DistillSettings& settings);

// Throws impasto::Error(InvalidArgument), naming the flag, for values out of range.
void checkSettings(const DistillSettings& settings);

}  // namespace impasto::trainer
