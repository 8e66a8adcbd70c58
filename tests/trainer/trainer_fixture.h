// What the trainer's tests share: a folder, pictures, a painting, and a VGG small enough to make on the spot.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "data/image.h"
#include "engine/trainer.h"
#include "nn/torch.h"
#include "recipes/style.h"
#include "support/temp_dir.h"

namespace impasto::test {

// Smooth shapes and some texture, a function of the seed.
trainer::Image makePicture(int width, int height, uint32_t seed);

// A VGG with torchvision's names up to relu4_1 and few channels, random weights of a scale that keeps features near 1.
void writeTinyVgg(const std::string& path, uint32_t seed = 1);

// The derivative of `loss` at `x` along a random direction, from autograd and from central differences, agree to
// `tolerance` of the larger. float32: the step is as large as curvature allows.
void expectGradient(const std::function<torch::Tensor(const torch::Tensor&)>& loss, const torch::Tensor& x,
                    double tolerance = 0.02, double step = 1e-2);

// A run of `style` that a test takes step by step, on one CPU thread.
class StyleRun {
 public:
  explicit StyleRun(const trainer::StyleSettings& settings);

  double step() { return trainer::valueOf(trainer_.step(), "loss"); }
  int64_t stepsDone() const { return trainer_.stepsDone(); }
  void writeCheckpoint() { trainer_.writeCheckpoint(); }
  trainer::Trainer& trainer() { return trainer_; }
  trainer::StyleRecipe& recipe() { return recipe_; }
  const std::vector<std::string>& messages() const { return messages_; }
  Style style();  // what would be exported now

 private:
  std::vector<std::string> messages_;
  trainer::StyleSettings settings_;
  trainer::Runtime runtime_;
  trainer::SingleProcess process_;
  trainer::StyleRecipe recipe_;
  trainer::Trainer trainer_;
};

class TrainerTest : public testing::Test {
 protected:
  void SetUp() override;

  // A run that takes a second: 32-pixel crops, the small generator, 6 pictures.
  trainer::StyleSettings tinySettings(int64_t steps) const;
  std::string file(const std::string& name) const { return dir_.file(name); }

  TempDir dir_;
};

}  // namespace impasto::test
