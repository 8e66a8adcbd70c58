#include "recipes/paired_settings.h"

namespace impasto::trainer {

PairedSettings::PairedSettings() {
  optimizer = "adam";
  adversary.gan_loss = "bce";
}

void declare(Fields& fields, PairedSettings& s) {
  fields.group("What to learn from");
  fields.add("pairs", s.pairs, "Folder with input/NAME and target/NAME, or with pictures that show both side by side")
      .required()
      .path();

  declare(fields, static_cast<RunSettings&>(s));

  fields.group("Generator and crops");
  declare(fields, static_cast<GeneratorShape&>(s));
  fields.add("image-size", s.image_size, "Side of the training crops, pixels").range(32, 2048).multipleOf(16);

  declareGeometry(fields, s.augmentation);

  fields.group("Losses");
  fields.add("l1-weight", s.l1_weight, "Higher: nearer to the target, and softer").atLeast(0);
  fields.add("adversarial-weight", s.adversarial_weight, "Higher: sharper, and freer; 0: no discriminator").atLeast(0);

  declare(fields, s.adversary);
  declareOptimiser(fields, s);
}

void checkSettings(const PairedSettings& settings) {
  checkFields(settings);
  checkRun(settings);
  if (settings.adversarial_weight > 0) checkAdversary(settings.adversary);
}

}  // namespace impasto::trainer
