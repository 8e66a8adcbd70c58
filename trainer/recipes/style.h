// The recipe `style`: one painting and a folder of pictures -> a generator.
//
// Johnson et al. 2016, with relative losses, Gram matrices that can be centred (Novak and Nikulin 2016), batch norms that
// are frozen for the last part of training and folded on export, Muon, and weights averaged over the frozen part. What
// is wanted of a crop is in style_objective.h. The generator sees some more of the frame than the losses. Each of the two
// resolutions has a cosine of the learning rate to itself. With --adversarial-weight a discriminator learns to tell crops of
// the painting from painted crops, and the generator learns to deceive it. --network trains another network in the
// generator's place, to compare with.
#pragma once

#include <memory>
#include <optional>

#include "data/crop_loader.h"
#include "engine/recipe.h"
#include "engine/runtime.h"
#include "metrics/figures.h"
#include "recipes/clip_training.h"
#include "recipes/content.h"
#include "recipes/style_objective.h"
#include "recipes/style_settings.h"
#include "recipes/trained_network.h"

namespace impasto::trainer {

class StyleRecipe final : public Recipe {
 public:
  // Loads everything. `settings` must outlive the recipe. Throws impasto::Error.
  StyleRecipe(const StyleSettings& settings, const Runtime& runtime, Log log);

  std::string name() const override { return "style"; }
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
  bool writesResult() const override { return network_->makesStyles(); }
  void writeResult(const std::string& training) override;

  // Means over the held-out pictures' middle squares, at the size of the training crops, as `evaluate` measures them; all
  // zero if there are none.
  const Figures& figures();

  // What the run would end with now: the average once it has begun.
  PaintingNetwork& result() { return network_->result(); }
  // The same as a style file.
  Style style(const Provenance& provenance) { return network_->style(provenance); }

 private:
  void loadPainting();
  int64_t clipsBefore(int64_t batch) const;  // how many of the run's batches 0 to `batch` - 1 are clips
  double fractionDone(int64_t step) const;
  bool fullResolution(int64_t step) const;
  TrainedNetwork::Batches calibration() const;

  const StyleSettings& settings_;
  const Runtime& runtime_;
  Log log_;
  std::string perceptual_path_;
  std::unique_ptr<PerceptualNetwork> vgg_;
  std::string painting_sha256_, perceptual_sha256_;
  torch::Tensor painting_;  // 1 x 3 x H x W in [0, 1], on the device
  Content content_;
  std::unique_ptr<TrainedNetwork> network_;
  CropLoader::Options crops_;
  std::unique_ptr<StyleObjective> objective_;
  std::unique_ptr<FigureMeter> meter_;
  std::unique_ptr<Adversary> adversary_;  // null if there is none
  int adversary_side_ = 0;                // of the crops it judges, pixels
  std::unique_ptr<CropLoader> loader_;
  std::unique_ptr<ClipTraining> clips_;   // null if there are none

  struct Batch {
    torch::Tensor frames;  // with context, on the device
    NoiseOffsets noise_offsets;
    torch::Tensor paintings;  // without context; undefined until painted
    std::optional<Clip> clip;  // instead of all that
  };
  std::vector<Batch> batches_;  // of this step
  std::optional<Figures> figures_;  // of the weights as they are now, once measured
};

}  // namespace impasto::trainer
