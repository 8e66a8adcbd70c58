// The recipe `perceptual`: VGG and folders of pictures -> the project's own perceptual network (nn/thin_vgg.h), whose
// features at relu1_1, 2_1, 3_1 and 4_1 are VGG's, at a fifth of the multiply-adds.
//
//   L = mean over layers of ||F - F_vgg||^2 / ||F_vgg||^2 + covariance_weight * ||C - C_vgg||^2 / ||C_vgg||^2
//
// with C the covariance of channels over a crop: what style losses compare, and what a regression alone makes too small.
#pragma once

#include <memory>
#include <optional>

#include "data/crop_loader.h"
#include "engine/recipe.h"
#include "engine/runtime.h"
#include "nn/thin_vgg.h"
#include "optim/optimizer.h"
#include "recipes/content.h"
#include "recipes/perceptual_settings.h"

namespace impasto::trainer {

class PerceptualRecipe final : public Recipe {
 public:
  // Loads everything and measures principal components. `settings` must outlive the recipe. Throws impasto::Error.
  PerceptualRecipe(const PerceptualSettings& settings, const Runtime& runtime, Log log);

  std::string name() const override { return "perceptual"; }
  std::string settingsJson() const override { return settingsText(settings_); }
  int64_t itemsPerBatch() const override { return settings_.batch; }
  std::vector<Phase> phases() override;
  void registerState(Registry& registry) override;
  void load(const MicroBatch& micro) override;
  torch::Tensor loss(size_t phase, const MicroBatch& micro, Scalars& scalars) override;
  void end(int64_t step) override;
  void resumeAt(int64_t step) override;
  std::vector<std::pair<std::string, double>> heldOut() override;
  void writeResult(const std::string& training) override;

 private:
  using Features = std::map<std::string, torch::Tensor>;

  const PerceptualSettings& settings_;
  const Runtime& runtime_;
  Log log_;
  Vgg teacher_;
  std::string teacher_sha256_;
  Content content_;
  CropLoader::Options crops_;
  std::unique_ptr<ThinVgg> student_;
  std::unique_ptr<Optimizer> optimiser_;
  std::unique_ptr<CropLoader> loader_;

  struct Batch {
    torch::Tensor pictures;  // on the device
    Features targets;        // of the teacher
  };
  std::vector<Batch> batches_;  // of this step
  std::vector<std::pair<std::string, double>> held_out_;  // of the weights as they are now; empty until measured
};

}  // namespace impasto::trainer
