#include "recipes/unpaired_settings.h"

#include "base/error.h"

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

  fields.group("Privacy of the paintings");
  fields.add("privacy", s.privacy, "EPSILON,DELTA: differential privacy for each painting; without: none").atLeast(0);
  fields.add("privacy-lot", s.privacy_lot, "Paintings that a step sees on the average, drawn independently").range(1, 100000);
  fields.add("privacy-clip", s.privacy_clip, "Longest gradient of one painting; noise is as strong as that").range(1e-6, 1e6);

  declare(fields, s.adversary);
  declareOptimiser(fields, s);
}

void checkSettings(const UnpairedSettings& settings) {
  checkFields(settings);
  checkRun(settings);
  checkAdversary(settings.adversary);
  if (settings.privacy.empty()) return;
  if (settings.privacy.size() != 2 || !(settings.privacy[0] > 0) || !(settings.privacy[1] > 0 && settings.privacy[1] < 1)) {
    throw Error(ErrorCode::InvalidArgument, "--privacy: expected EPSILON,DELTA, above 0 and delta below 1, as 8,1e-5");
  }
  if (settings.adversary.penalty == "wgan-gp") {  // how many random numbers it has drawn would tell how many took part
    throw Error(ErrorCode::InvalidArgument, "--penalty wgan-gp: not with --privacy, give r1");
  }
  if (settings.adversary.dropout > 0) throw Error(ErrorCode::InvalidArgument, "--dropout: not with --privacy");
  if (settings.folds > 0) {
    throw Error(ErrorCode::InvalidArgument, "--folds: not with --privacy, which each run over the paintings would spend anew");
  }
  if (settings.accumulate > 1) {
    throw Error(ErrorCode::InvalidArgument, "--accumulate: not with --privacy, where --privacy-lot is the batch");
  }
}

}  // namespace impasto::trainer
