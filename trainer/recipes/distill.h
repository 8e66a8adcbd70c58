// The recipe `distill`: a style file and a folder of pictures -> another generator that paints as the first one does
// (Hinton et al. 2015), smaller or of another graph.
//
// The answer is known for every pixel, noise included, so there is no perceptual network in the loop and a step costs a
// fraction of one of the recipe `style`. The student's norms, weights and schedule are those of any generator
// (trained_generator.h). Teacher and student see some of the frame around the crop that is compared.
#pragma once

#include <memory>
#include <optional>

#include "data/crop_loader.h"
#include "engine/recipe.h"
#include "engine/runtime.h"
#include "recipes/content.h"
#include "recipes/distill_settings.h"
#include "recipes/trained_generator.h"
#include "style/style.h"

namespace impasto::trainer {

class DistillRecipe final : public Recipe {
 public:
  // Loads everything. `settings` must outlive the recipe. Throws impasto::Error.
  DistillRecipe(const DistillSettings& settings, const Runtime& runtime, Log log);

  std::string name() const override { return "distill"; }
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
  std::vector<std::pair<std::string, double>> heldOut() override;
  void writeResult(const std::string& training) override;

  // Mean absolute difference to the teacher on the held-out pictures' middle squares, of 1; 0 if there are none.
  double error();

  Generator& exported() { return generator_.exported(); }

 private:
  TrainedGenerator::Batches calibration() const;
  Provenance provenance(const std::string& training) const;

  const DistillSettings& settings_;
  const Runtime& runtime_;
  Log log_;
  Style teacher_style_;
  std::string teacher_sha256_;
  Generator teacher_;
  Content content_;
  TrainedGenerator generator_;
  CropLoader::Options crops_;
  std::unique_ptr<CropLoader> loader_;

  struct Batch {
    torch::Tensor frames;  // with context, on the device
    std::vector<std::pair<uint32_t, uint32_t>> noise_offsets;
    torch::Tensor targets;  // what the teacher makes of them, without context
  };
  std::vector<Batch> batches_;  // of this step
  std::optional<double> error_;  // of the weights as they are now, once measured
};

}  // namespace impasto::trainer
