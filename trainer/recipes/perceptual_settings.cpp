#include "recipes/perceptual_settings.h"

#include "base/error.h"

namespace impasto::trainer {

void declare(Fields& fields, PerceptualSettings& s) {
  fields.group("What to learn from");
  fields.add("teacher", s.teacher, "VGG19 or VGG16, torchvision's names, safetensors or .pth").required().path();
  fields.add("content", s.content, "Folder of pictures, paintings and painted ones too; may be given several times")
      .required()
      .path();

  declare(fields, static_cast<RunSettings&>(s));

  fields.group("Crops and losses");
  fields.add("image-size", s.image_size, "Side of the training crops, pixels").range(32, 2048).multipleOf(16);
  fields.add("covariance-weight", s.covariance_weight, "Higher: channels vary together as the teacher's").atLeast(0);

  declare(fields, s.augmentation);

  fields.group("Optimiser");
  fields.add("lr", s.learning_rate, "Peak learning rate").atLeast(0);
}

void checkSettings(const PerceptualSettings& settings) {
  checkFields(settings);
  checkRun(settings);
  if (!settings.init.empty()) throw Error(ErrorCode::InvalidArgument, "--init: this recipe begins with its teacher");
}

}  // namespace impasto::trainer
