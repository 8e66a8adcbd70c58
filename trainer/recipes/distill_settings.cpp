#include "recipes/distill_settings.h"

namespace impasto::trainer {

void declare(Fields& fields, DistillSettings& s) {
  fields.group("What to learn from");
  fields.add("teacher", s.teacher, "Style file to paint like").required().path();
  fields.add("content", s.content, "Folder of pictures to paint; may be given several times").required().path();

  declare(fields, static_cast<RunSettings&>(s));

  fields.group("Generator and crops");
  declare(fields, static_cast<GeneratorShape&>(s));
  fields.add("inherit", s.inherit, "Begin with the teacher's weights where an operation has its name and shape");
  fields.add("image-size", s.image_size, "Side of the training crops, pixels").range(32, 2048).multipleOf(16);

  declare(fields, s.augmentation);

  fields.group("Losses");
  fields.add("gradient-weight", s.gradient_weight, "Higher: edges of strokes as the teacher's").atLeast(0);
  fields.add("color-weight", s.color_weight, "Higher: colours of large areas as the teacher's").atLeast(0);

  declareOptimiser(fields, s);
}

void checkSettings(const DistillSettings& settings) {
  checkFields(settings);
  checkRun(settings);
}

}  // namespace impasto::trainer
