#include "recipes/style_settings.h"

#include "nn/johnson.h"

namespace impasto::trainer {

void declare(Fields& fields, StyleSettings& s) {
  fields.group("What to learn from");
  fields.add("style-image", s.style_image, "The painting (PNG, JPEG)").required().path();
  fields.add("content", s.content, "Folder of pictures to paint; may be given several times").required().path();
  fields.add("perceptual", s.perceptual, "VGG16 or VGG19, torchvision's names, or a network of the recipe `perceptual`, safetensors or .pth; "
             "by default the trainer's own")
      .path();

  declare(fields, static_cast<RunSettings&>(s));

  fields.group("Generator and crops");
  declare(fields, static_cast<GeneratorShape&>(s));
  fields.add("network", s.network,
             "The generator of that size, or the network of Johnson et al. 2016, to compare with: it leaves a checkpoint for "
             "`evaluate` and no style file")
      .choices({"impasto", Johnson::kName});
  fields.add("image-size", s.image_size, "Side of the training crops, pixels").range(32, 2048).multipleOf(16);
  fields.add("style-size", s.style_size, "Shorter side of the painting, pixels: strokes grow with it").range(32, 4096);

  declareObjective(fields, s);
  fields.add("adversarial-weight", s.adversarial_weight,
             "A discriminator between crops of the painting and painted ones: its pull as a share of all others'; 0: none")
      .atLeast(0);

  declare(fields, s.adversary);

  declareOptimiser(fields, s);
}

void checkSettings(const StyleSettings& settings) {
  checkFields(settings);
  checkRun(settings);
  if (settings.adversarial_weight > 0) checkAdversary(settings.adversary);
  styleLayers(settings);
}

}  // namespace impasto::trainer
