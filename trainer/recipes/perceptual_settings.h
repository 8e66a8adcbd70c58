// What the recipe `perceptual` can be told beyond what every run can.
#pragma once

#include <string>
#include <vector>

#include "config/run_settings.h"
#include "data/augmentation.h"

namespace impasto::trainer {

struct PerceptualSettings : RunSettings {
  std::string teacher;               // VGG19 or VGG16
  std::vector<std::string> content;  // folders
  int image_size = 128;              // side of the training crops, pixels
  Augmentation augmentation;
  double covariance_weight = 0.5;    // beside the features themselves
  double learning_rate = 5e-4;       // peak
};

void declare(Fields& fields, PerceptualSettings& settings);

// Throws impasto::Error(InvalidArgument), naming the flag, for values out of range.
void checkSettings(const PerceptualSettings& settings);

}  // namespace impasto::trainer
