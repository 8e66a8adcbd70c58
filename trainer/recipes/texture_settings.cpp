#include "recipes/texture_settings.h"

#include "base/error.h"
#include "nn/texture_generator.h"

namespace impasto::trainer {

TextureSettings::TextureSettings() {
  cpu_batch = 16;
  steps = 4000;
  holdout = 0;
  adversary.gan_loss = "bce";
  adversary.discriminator = "dcgan";
  adversary.penalty = "r1";
  adversary.spectral_norm = false;
}

void declare(Fields& fields, TextureSettings& s) {
  fields.group("What to learn from");
  fields.add("style-image", s.style_image, "The painting (PNG, JPEG, WebP, TIFF, OpenEXR)").required().path();
  fields.add("style-size", s.style_size, "Its shorter side, pixels: strokes grow with it").range(32, 4096);

  declare(fields, static_cast<RunSettings&>(s));

  fields.group("Generator");
  fields.add("generator", s.generator, "Network that makes pictures of noise").choices(textureGeneratorNames());
  fields.add("image-size", s.image_size, "Side of the textures, pixels: 8, 16, 32, ...").range(8, 1024);
  fields.add("latent", s.latent, "Numbers of noise that a picture is made of").range(1, 4096);
  fields.add("width", s.width, "Channels of the last block; each one before has twice as many, at most 8 times").range(4, 1024);
  fields.add("lr", s.learning_rate, "Peak learning rate (Adam, momentum 0.5)").atLeast(0);
  fields.add("mixing", s.mixing, "stylegan2: share of the pictures whose coarse and fine blocks follow different noise")
      .range(0, 1);

  declare(fields, s.adversary);
}

void checkSettings(const TextureSettings& settings) {
  checkFields(settings);
  checkRun(settings);
  checkAdversary(settings.adversary);
  if (settings.image_size > settings.style_size) {
    throw Error(ErrorCode::InvalidArgument, "--image-size " + std::to_string(settings.image_size) +
                                                ": at most --style-size, which is " + std::to_string(settings.style_size));
  }
  if (settings.folds > 0) throw Error(ErrorCode::InvalidArgument, "--folds: there are no pictures to divide, only a painting");
  if (!settings.init.empty()) throw Error(ErrorCode::InvalidArgument, "--init: textures begin with nothing, or --resume");
}

}  // namespace impasto::trainer
