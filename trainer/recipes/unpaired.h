// The recipe `unpaired`: a folder of pictures and a folder of paintings -> a generator that makes the ones look like the
// others (CycleGAN, Zhu et al. 2017).
//
// Two generators, there and back, and two discriminators:
//
//   L = adversarial(paint) + adversarial(unpaint)
//     + cycle_weight (|unpaint(paint(a)) - a| + |paint(unpaint(b)) - b|)
//     + identity_weight (|paint(b) - b| + |unpaint(a) - a|)
//
// with a a picture and b a painting. Only `paint` is exported. With --privacy: private_unpaired.h.
#pragma once

#include <memory>
#include <optional>

#include "data/crop_loader.h"
#include "engine/recipe.h"
#include "engine/runtime.h"
#include "recipes/content.h"
#include "recipes/trained_generator.h"
#include "recipes/unpaired_settings.h"

namespace impasto::trainer {

class UnpairedRecipe final : public Recipe {
 public:
  // Loads everything. `settings` must outlive the recipe. Throws impasto::Error.
  UnpairedRecipe(const UnpairedSettings& settings, const Runtime& runtime, Log log);

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
  torch::Tensor samples() override;
  std::vector<std::pair<std::string, double>> heldOut() override { return figures(); }
  void writeResult(const std::string& training) override;

  Generator& exported() { return paint_.exported(); }

 private:
  // One of the two kinds of pictures, what makes the other kind of it, and what tells this kind from imitations.
  struct Side {
    Content content;
    CropLoader::Options crops;
    std::unique_ptr<CropLoader> loader;
    Adversary adversary;
  };
  Side makeSide(const std::vector<std::string>& folders, uint64_t seed, const char* what);

  struct Batch {
    torch::Tensor frames;  // with context, on the device
    std::vector<std::pair<uint32_t, uint32_t>> noise_offsets;
    torch::Tensor converted;  // to the other kind, with context; undefined until it is
  };
  struct Batches {
    Batch picture, painting;
  };

  torch::Tensor discriminatorsLoss(Batches& batches, int64_t step, Scalars& scalars);
  torch::Tensor generatorsLoss(Batches& batches, Scalars& scalars);
  std::vector<std::pair<std::string, double>> figures();

  const UnpairedSettings& settings_;
  const Runtime& runtime_;
  Log log_;
  Side pictures_, paintings_;
  TrainedGenerator paint_, unpaint_;
  std::vector<Batches> batches_;  // of this step
};

}  // namespace impasto::trainer
