#include "recipes/style_settings.h"

#include "base/error.h"
#include "nn/johnson.h"

namespace impasto::trainer {

namespace {

RawSettings together(RawSettings some, const RawSettings& more) {
  some.insert(more.begin(), more.end());
  return some;
}

}  // namespace

const std::vector<Preset>& stylePresets() {
  // Colours that belong to the frame's things, strokes everywhere. docs/measurements.md says what else was tried.
  static const RawSettings still = {
      {"content-weight", {"2.0"}}, {"style-weight", {"8.0"}},      {"edge-weight", {"1.0"}},
      {"palette-weight", {"0.0"}}, {"plain-gram", {"false"}},      {"content-center", {"true"}},
      {"flat-crops", {"0.1"}},     {"color-map-weight", {"60.0"}}, {"full-resolution-at", {"0.5"}}};
  // First strokes, then hold them still: clips come when norms are frozen, half way.
  static const RawSettings moving = together({{"history", {"true"}},
                                              {"clip-share", {"0.6"}},
                                              {"temporal-weight", {"30.0"}},
                                              {"long-temporal-weight", {"30.0"}},
                                              {"freeze-norms-at", {"0.5"}},
                                              {"full-resolution-at", {"0.3"}}},
                                             still);
  static const std::vector<Preset> presets = {
      {"preview", "a first look, to see whether a painting is worth it: no history, small crops, a fifth of the steps",
       together({{"steps", {"400"}}, {"image-size", {"192"}}, {"full-resolution-at", {"0.8"}}, {"samples-every", {"100"}}},
                still)},
      {"standard", "a style to use: paint that stays on things where the host gives motion", moving},
      {"best", "a style to keep: four times the steps, on larger crops and larger batches",
       together({{"steps", {"8000"}}, {"image-size", {"320"}}, {"accumulate", {"2"}}, {"samples-every", {"1000"}}}, moving)},
      {"still", "for pictures, and hosts that know no motion: no history", still},
  };
  return presets;
}

void declare(Fields& fields, StyleSettings& s) {
  fields.group("What to learn from");
  fields.add("style-image", s.style_image, "The painting (PNG, JPEG, WebP, TIFF, OpenEXR)").required().path();
  fields.add("content", s.content, "Folder of pictures to paint; may be given several times; none: pictures of the trainer's own").path();
  fields.add("own-content", s.own_content,
             "Without --content: frames of the sample scenes, which impasto-render draws, and pictures that the trainer draws; or "
             "these alone")
      .choices({"auto", "scenes", "drawn"});
  fields.add("perceptual", s.perceptual, "VGG16 or VGG19, torchvision's names, or a network of the recipe `perceptual`, safetensors or .pth; "
             "by default the trainer's own")
      .path();

  fields.group("The run");
  fields.add("preset", s.preset, "Settings that go together, see above").choices(presetNames(stylePresets()));
  declare(fields, static_cast<RunSettings&>(s));

  fields.group("Generator and crops");
  declare(fields, static_cast<GeneratorShape&>(s));
  declareExtraInputs(fields, s);
  fields.add("network", s.network,
             "The generator of that size, or the network of Johnson et al. 2016, to compare with: it leaves a checkpoint for "
             "`evaluate` and no style file")
      .choices({"impasto", Johnson::kName});
  fields.add("image-size", s.image_size, "Side of the training crops, pixels").range(32, 2048).multipleOf(16);
  fields.add("style-size", s.style_size, "Shorter side of the painting, pixels: strokes grow with it").range(32, 4096);

  declare(fields, s.augmentation);

  declareObjective(fields, s);
  fields.add("equivariance-weight", s.equivariance_weight, "Higher: paint moves along when a crop is moved by some pixels")
      .atLeast(0);
  fields.add("equivariance-from", s.equivariance_from, "Fraction of the steps after which it does").range(0, 1);
  fields.add("flat-crops", s.flat_crops, "Share of the crops that are of one colour, as skies and walls are").range(0, 1);
  fields.add("adversarial-weight", s.adversarial_weight,
             "A discriminator between crops of the painting and painted ones: its pull as a share of all others'; 0: none")
      .atLeast(0);

  declare(fields, s.clips);

  declare(fields, s.adversary);

  declareOptimiser(fields, s);
}

void checkSettings(const StyleSettings& settings) {
  checkFields(settings);
  checkRun(settings);
  if (settings.adversarial_weight > 0) checkAdversary(settings.adversary);
  styleLayers(settings);
  if ((settings.history || settings.geometry) && settings.network == Johnson::kName) {
    throw Error(ErrorCode::InvalidArgument, "--network johnson: reads colour alone; with --preset still, and without --history and --geometry");
  }
  checkClips(settings.clips, settings.history);
  if (settings.clips.share > 0 && settings.adversarial_weight > 0) {
    throw Error(ErrorCode::InvalidArgument, "--adversarial-weight: no discriminator looks at clips; with --preset still, or --clip-share 0");
  }
  const int least = settings.trunk == "sixteenth" ? 64 : 32;  // the context is a quarter of the side
  if (settings.equivariance_weight > 0 && settings.image_size < least) {
    throw Error(ErrorCode::InvalidArgument,
                "--equivariance-weight: needs an --image-size of at least " + std::to_string(least));
  }
}

}  // namespace impasto::trainer
