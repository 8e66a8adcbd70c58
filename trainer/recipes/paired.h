// The recipe `paired`: pictures and what shall be made of each -> a generator (Pix2Pix, Isola et al. 2017).
//
//   L = l1_weight |G(x) - y| + adversarial_weight adversarial(x, G(x))
//
// The discriminator sees input and output together, so that an output which looks real but belongs to another input is
// found out.
#pragma once

#include <memory>

#include "data/crop_loader.h"
#include "data/split.h"
#include "engine/recipe.h"
#include "engine/runtime.h"
#include "recipes/paired_settings.h"
#include "recipes/trained_generator.h"

namespace impasto::trainer {

class PairedRecipe final : public Recipe {
 public:
  // Loads everything. `settings` must outlive the recipe. Throws impasto::Error.
  PairedRecipe(const PairedSettings& settings, const Runtime& runtime, Log log);

  std::string name() const override { return "paired"; }
  std::string settingsJson() const override { return settingsText(settings_); }
  int64_t itemsPerBatch() const override { return settings_.batch; }
  std::vector<Phase> phases() override;
  void registerState(Registry& registry) override;
  void begin(int64_t step) override { generator_.begin(step, calibration()); }
  void load(const MicroBatch& micro) override;
  torch::Tensor loss(size_t phase, const MicroBatch& micro, Scalars& scalars) override;
  void end(int64_t step) override;
  void resumeAt(int64_t step) override;
  torch::Tensor samples() override;
  std::vector<std::pair<std::string, double>> heldOut() override;
  void writeResult(const std::string& training) override;

  // Mean absolute difference to the target on the held-out pairs' middle squares, of 1; of the training's if none are.
  double error();

  Generator& exported() { return generator_.exported(); }

 private:
  TrainedGenerator::Batches calibration() const;

  const PairedSettings& settings_;
  const Runtime& runtime_;
  Log log_;
  std::string pairs_sha256_;
  Split inputs_, targets_;  // partners have the same place
  TrainedGenerator generator_;
  std::unique_ptr<Adversary> adversary_;  // null if there is none
  CropLoader::Options crops_;
  std::unique_ptr<CropLoader> input_loader_, target_loader_;

  struct Batch {
    torch::Tensor frames;  // with context, on the device
    std::vector<std::pair<uint32_t, uint32_t>> noise_offsets;
    torch::Tensor inputs, targets;  // without context
    torch::Tensor made;             // likewise; undefined until it is
  };
  torch::Tensor made(Batch& batch);
  std::vector<Batch> batches_;  // of this step
};

}  // namespace impasto::trainer
