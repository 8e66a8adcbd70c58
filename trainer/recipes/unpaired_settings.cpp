#include "recipes/unpaired_settings.h"

namespace impasto::trainer {

UnpairedSettings::UnpairedSettings() {
  steps = 8000;
  optimizer = "adam";
  adversary.gan_loss = "lsgan";
  adversary.pool = 50;
}

void declare(Fields& fields, UnpairedSettings& s) {
  fields.group("What to learn from");
  fields.add("content", s.content, "Folder of pictures to paint; may be given several times").required().path();
  fields.add("paintings", s.paintings, "Folder of paintings; may be given several times").required().path();

  declare(fields, static_cast<RunSettings&>(s));

  fields.group("Generator and crops");
  declare(fields, static_cast<GeneratorShape&>(s));
  fields.add("image-size", s.image_size, "Side of the training crops, pixels").range(32, 2048).multipleOf(16);

  declareGeometry(fields, s.augmentation);

  fields.group("Losses");
  fields.add("cycle-weight", s.cycle_weight, "Higher: a painting tells more of the picture that it was made of").atLeast(0);
  fields.add("identity-weight", s.identity_weight, "Higher: colours stay where they are like a painting's already")
      .atLeast(0);

  declare(fields, s.adversary);
  declareOptimiser(fields, s);
}

void checkSettings(const UnpairedSettings& settings) {
  checkFields(settings);
  checkRun(settings);
  checkAdversary(settings.adversary);
}

}  // namespace impasto::trainer
