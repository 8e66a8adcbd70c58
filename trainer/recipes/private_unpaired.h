// The recipe `unpaired` with --privacy: the paintings are secret, and what the run leaves tells of no one of them.
//
// What a run leaves (style, checkpoints, samples, event files, losses shown) is (epsilon, delta)-differentially private for
// adding or taking away one painting. That is so because one function alone looks at the paintings, drawPaintings(), and what
// it draws goes to one place alone, the gradient of the discriminator of paintings, by DP-SGD (optim/privacy.h,
// optim/private_gradients.h); everything else is made of that and of the pictures. So half of CycleGAN is missing, the way
// from paintings to pictures and back, and with it the discriminator of pictures:
//
//   L = adversarial(paint) + cycle_weight |unpaint(paint(a)) - a| + identity_weight |unpaint(a) - a|
//
// No hash of the paintings is kept, none is held out, and nothing is measured on them. How many there are is no secret. Which
// of them a step sees and the noise come from a key that is never written: such a run cannot be repeated.
#pragma once

#include <memory>

#include "data/crop_loader.h"
#include "engine/recipe.h"
#include "engine/runtime.h"
#include "optim/privacy.h"
#include "recipes/adversary.h"
#include "recipes/content.h"
#include "recipes/trained_generator.h"
#include "recipes/unpaired_settings.h"

namespace impasto::trainer {

class PrivateUnpairedRecipe final : public Recipe {
 public:
  // Loads everything. `settings` must outlive the recipe. Throws impasto::Error.
  PrivateUnpairedRecipe(const UnpairedSettings& settings, const Runtime& runtime, Log log);

  std::string name() const override { return "unpaired"; }
  std::string settingsJson() const override { return settingsText(settings_); }
  int64_t itemsPerBatch() const override { return settings_.batch; }
  std::vector<Phase> phases() override;
  void registerState(Registry& registry) override;
  void begin(int64_t step) override;
  void load(const MicroBatch& micro) override;
  torch::Tensor loss(size_t phase, const MicroBatch& micro, Scalars& scalars) override;
  void end(int64_t step) override;
  void resumeAt(int64_t step) override;
  std::string status() const override { return account_.summary(); }
  bool exhausted() const override { return account_.exhausted(); }
  torch::Tensor samples() override;
  std::vector<std::pair<std::string, double>> heldOut() override;
  void writeResult(const std::string& training) override;

  Generator& exported() { return paint_.exported(); }
  const PrivacyAccount& account() const { return account_; }

 private:
  // Of each painting, with the account's probability, a crop: 1 x 3 x S x S in [0, 1], on the device.
  std::vector<torch::Tensor> drawPaintings();
  TrainedNetwork::Batches pictures(bool painted);

  const UnpairedSettings& settings_;
  const Runtime& runtime_;
  Log log_;
  Content pictures_;
  std::vector<Image> paintings_;
  CropLoader::Options crops_;
  std::unique_ptr<CropLoader> loader_;
  PrivacyAccount account_;
  SecretRandom random_;
  Adversary judge_;
  PrivateGradients gradients_;
  TrainedGenerator paint_, unpaint_;

  torch::Tensor frames_, painted_;  // of this step, with context, on the device
  std::vector<std::pair<uint32_t, uint32_t>> noise_offsets_;
};

}  // namespace impasto::trainer
