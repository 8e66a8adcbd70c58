// The recipe `multi`: several paintings and a folder of pictures -> one generator that paints like each, or like a mixture.
//
// It is the recipe `style` with a style vector. Trunk and decoder are steered by it (nn/generator_spec.h): behind a norm,
// channels are scaled and shifted by what a layer of its own makes of the vector, as in conditional instance norm
// (Dumoulin et al. 2017), but with the statistics of the batch, which are frozen and folded: a frame never depends on a
// statistic of itself. The vector is made by a style encoder (nn/style_encoder.h), which sees another part of the painting
// each time and learns together with the generator; so a painting that it has never seen has a vector too. How much of
// what the vector asks for is fused into the features is one learned number, the fusion weight. Every crop is painted like
// one of the paintings, all of them equally often, and has that painting's objective (style_objective.h). So is every batch
// of clips, all of which are painted alike (clip_training.h).
#pragma once

#include <memory>
#include <optional>

#include "data/crop_loader.h"
#include "engine/recipe.h"
#include "engine/runtime.h"
#include "metrics/figures.h"
#include "nn/style_encoder.h"
#include "optim/adam.h"
#include "recipes/clip_training.h"
#include "recipes/content.h"
#include "recipes/multi_settings.h"
#include "recipes/style_objective.h"
#include "recipes/trained_generator.h"

namespace impasto::trainer {

class MultiRecipe final : public Recipe {
 public:
  // Loads everything. `settings` must outlive the recipe. Throws impasto::Error.
  MultiRecipe(const MultiSettings& settings, const Runtime& runtime, Log log);

  std::string name() const override { return "multi"; }
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

  // Means over the held-out pictures, for each painting, as `style` has them; all zero if nothing is held out.
  const std::vector<Figures>& figures();

  // What would be exported now: the averages once they have begun.
  Generator& exported() { return generator_.exported(); }
  StyleEncoder& exportedEncoder() { return encoder_average_->active() ? averaged_encoder_ : encoder_; }
  Style exportedStyle(const Provenance& provenance);
  double fusionWeight();

 private:
  std::vector<torch::Tensor> loadPaintings();
  int64_t clipsBefore(int64_t batch) const;
  void warmStart();
  void adoptEncoder();
  ClipFigures clipFigures();
  torch::Tensor paint(const torch::Tensor& frames, const torch::Tensor& vector);
  TrainedGenerator::Batches calibration();

  const MultiSettings& settings_;
  const Runtime& runtime_;
  Log log_;
  std::string perceptual_path_;
  std::unique_ptr<PerceptualNetwork> vgg_;
  std::string paintings_sha256_, perceptual_sha256_;
  Content content_;
  TrainedGenerator generator_;
  CropLoader::Options crops_;
  torch::Tensor views_;  // paintings x views x D: statistics of parts of each; the first is all of it
  StyleEncoder encoder_{nullptr}, averaged_encoder_{nullptr};
  std::unique_ptr<WeightAverage> encoder_average_;
  std::unique_ptr<Adam> encoder_optimiser_;
  std::vector<std::unique_ptr<StyleObjective>> objectives_;  // one for each painting
  std::vector<std::unique_ptr<FigureMeter>> meters_;         // likewise
  std::unique_ptr<CropLoader> loader_;
  std::unique_ptr<ClipTraining> clips_;  // null if there are none

  struct Batch {
    torch::Tensor frames;  // with context, on the device
    std::vector<std::pair<uint32_t, uint32_t>> noise_offsets;
    torch::Tensor statistics;          // N x D, of the part of its painting that each crop goes by
    std::vector<std::vector<int64_t>> crops;  // of each painting: which of the batch are painted like it
    std::optional<Clip> clip;                 // instead of crops, all like `clip_painting`
    size_t clip_painting = 0;
  };
  std::vector<Batch> batches_;  // of this step
  std::optional<std::vector<Figures>> figures_;  // of the weights as they are now, once measured
};

// Which painting a crop of a run is painted like, and which of its views the encoder sees. Of as many crops in a row as
// there are paintings each has one. A function of its arguments.
struct StyleDraw {
  int64_t painting, view;
};
StyleDraw drawStyle(uint64_t seed, uint64_t crop, int64_t paintings, int64_t views);

}  // namespace impasto::trainer
