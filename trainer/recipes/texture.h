// The recipe `texture`: one painting -> a network that makes textures like it of noise.
//
// A discriminator learns to tell crops of the painting from what the generator makes, the generator to deceive it: a DCGAN
// (Radford et al. 2016), or StyleGAN2's modulated generator with style mixing (Karras et al. 2019, 2020). The plainest of
// all adversarial training, and so the one to try losses and stabilisers with. `impasto-train sample` draws from what it
// writes.
#pragma once

#include <memory>
#include <optional>

#include "engine/recipe.h"
#include "engine/runtime.h"
#include "nn/texture_generator.h"
#include "optim/weight_average.h"
#include "recipes/texture_settings.h"

namespace impasto::trainer {

class TextureRecipe final : public Recipe {
 public:
  // Loads everything. `settings` must outlive the recipe. Throws impasto::Error.
  TextureRecipe(const TextureSettings& settings, const Runtime& runtime, Log log);

  std::string name() const override { return "texture"; }
  std::string settingsJson() const override { return settingsText(settings_); }
  int64_t itemsPerBatch() const override { return settings_.batch; }
  std::vector<Phase> phases() override;
  void registerState(Registry& registry) override;
  void load(const MicroBatch& micro) override;
  torch::Tensor loss(size_t phase, const MicroBatch& micro, Scalars& scalars) override;
  void end(int64_t step) override;
  void resumeAt(int64_t step) override;
  torch::Tensor samples() override;
  // How far patches of textures are from the painting's, see metrics/sliced_wasserstein.h. Nothing is held out: the
  // painting is all there is.
  std::vector<std::pair<std::string, double>> heldOut() override;
  void writeResult(const std::string& training) override;

 private:
  torch::Tensor textures(int64_t count, uint64_t seed);

  const TextureSettings& settings_;
  const Runtime& runtime_;
  std::string painting_sha256_;
  torch::Tensor painting_;  // 1 x 3 x H x W in [0, 1], on the device
  TextureGenerator generator_, averaged_;
  WeightAverage average_;
  std::unique_ptr<Optimizer> optimizer_;
  Adversary adversary_;

  struct Batch {
    torch::Tensor real;
    torch::Tensor made;  // undefined until it is
  };
  std::vector<Batch> batches_;  // of this step
};

}  // namespace impasto::trainer
