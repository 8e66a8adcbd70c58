// What the recipe `texture` can be told beyond what every run can.
#pragma once

#include <string>

#include "config/run_settings.h"
#include "recipes/adversary.h"

namespace impasto::trainer {

struct TextureSettings : RunSettings {
  TextureSettings();  // defaults of a DCGAN, where they differ from those of every run

  std::string style_image;
  int style_size = 256;             // shorter side of the painting, pixels
  std::string generator = "dcgan";  // or "stylegan2"
  int image_size = 64;              // side of the textures, pixels: a power of two
  int latent = 64;                  // length of the noise vector
  int width = 32;                   // channels of the generator's last block
  double learning_rate = 1e-3;      // of the generator (Adam, momentum 0.5)
  double mixing = 0.9;              // of the pictures of stylegan2, those of two styles
  AdversarySettings adversary;
};

void declare(Fields& fields, TextureSettings& settings);

// Throws impasto::Error(InvalidArgument), naming the flag, for values out of range.
void checkSettings(const TextureSettings& settings);

}  // namespace impasto::trainer
