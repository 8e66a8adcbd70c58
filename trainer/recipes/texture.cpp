#include "recipes/texture.h"

#include <cmath>

#include "data/painting.h"
#include "io/sha256.h"
#include "logging/sample_grid.h"
#include "metrics/sliced_wasserstein.h"
#include "optim/adam.h"
#include "optim/schedule.h"

namespace impasto::trainer {
namespace {

constexpr double kAverageDecay = 0.995;  // of the weight average, per step, at most
constexpr int64_t kWarmUpSteps = 50;
constexpr double kFinalRate = 0.05;      // of the peak
constexpr int64_t kSampleRows = 4, kSampleColumns = 8;
constexpr int64_t kJudged = 64;          // pictures whose patches are compared
constexpr uint64_t kSampleSeed = 1;

TextureGenerator makeGenerator(const TextureSettings& settings, const Runtime& runtime) {
  TextureGenerator generator(TextureOptions{
      .kind = settings.generator, .latent = settings.latent, .width = settings.width, .side = settings.image_size});
  generator->to(runtime.device);
  return generator;
}

}  // namespace

TextureRecipe::TextureRecipe(const TextureSettings& settings, const Runtime& runtime, Log log)
    : settings_(settings), runtime_(runtime), painting_sha256_(sha256HexOfFile(settings.style_image)),
      painting_(readPainting(settings.style_image, settings.style_size, log).to(runtime.device)),
      generator_((torch::manual_seed(settings.seed), makeGenerator(settings, runtime))),
      averaged_(makeGenerator(settings, runtime)), average_(*generator_, *averaged_, kAverageDecay),
      optimizer_(std::make_unique<Adam>(generator_->parameters(), 0.5, 0.99)),
      adversary_(settings.adversary, 3, settings.image_size, runtime.device, settings.seed) {
  generator_->train();
  averaged_->eval();
  average_.start();
}

std::vector<Phase> TextureRecipe::phases() {
  const auto rate = [this](int64_t step) {
    const double done = static_cast<double>(step) / static_cast<double>(settings_.steps);
    return settings_.learning_rate * warmUpAt(step, kWarmUpSteps) *
           decayAt(parseDecay(settings_.adversary.decay), done, kFinalRate);
  };
  return {adversary_.phase("discriminator", settings_.steps), {"generator", {{optimizer_.get(), rate}}}};
}

void TextureRecipe::registerState(Registry& registry) {
  registry.add("texture", *generator_);
  registry.add("texture_average", average_);
  adversary_.registerState(registry, "discriminator");
  registry.fingerprint("painting", painting_sha256_);
  registry.fingerprint("--generator", settings_.generator);
}

void TextureRecipe::resumeAt(int64_t /*step*/) { batches_.resize(static_cast<size_t>(settings_.accumulate)); }

void TextureRecipe::load(const MicroBatch& micro) {
  batches_[static_cast<size_t>(micro.index)] = {
      paintingCrops(painting_, settings_.image_size, settings_.batch, seedOf(settings_.seed, micro)), {}};
}

// Noise comes from LibTorch's generator of random numbers, which checkpoints hold.
torch::Tensor TextureRecipe::loss(size_t phase, const MicroBatch& micro, Scalars& scalars) {
  Batch& batch = batches_[static_cast<size_t>(micro.index)];
  if (phase == 0) {
    const auto latents = [&] {
      return torch::randn({settings_.batch, settings_.latent}, torch::TensorOptions(runtime_.device));
    };
    if (settings_.generator == "stylegan2" && torch::rand({}).item<double>() < settings_.mixing) {
      const int64_t crossover = torch::randint(1, generator_->blocks(), {}).item<int64_t>();
      batch.made = generator_->mix(latents(), latents(), crossover);
    } else {
      batch.made = generator_->forward(latents());
    }
    return adversary_.discriminatorLoss(batch.real, batch.made, micro.step, scalars);
  }
  return adversary_.generatorLoss(batch.made);
}

void TextureRecipe::end(int64_t /*step*/) { average_.update(); }

// Of the average, from noise that is the same each time and leaves the run's own untouched.
torch::Tensor TextureRecipe::textures(int64_t count, uint64_t seed) { return drawTextures(averaged_, count, seed); }

torch::Tensor TextureRecipe::samples() {
  const torch::Tensor made = textures(kSampleRows * kSampleColumns, kSampleSeed);
  const torch::Tensor real = paintingCrops(painting_, settings_.image_size, kSampleColumns, kSampleSeed);
  return contactSheet(torch::cat({real.cpu(), made.cpu()}), kSampleColumns);  // the painting's own crops above
}

std::vector<std::pair<std::string, double>> TextureRecipe::heldOut() {
  const torch::Tensor real = paintingCrops(painting_, settings_.image_size, kJudged, kSampleSeed);
  const torch::Tensor others = paintingCrops(painting_, settings_.image_size, kJudged, kSampleSeed + 1);
  return {{"patch distance", patchDistance(textures(kJudged, kSampleSeed), real)},
          {"patch distance of the painting to itself", patchDistance(others, real)}};
}

void TextureRecipe::writeResult(const std::string& training) { writeTextureGenerator(averaged_, training, settings_.out); }

}  // namespace impasto::trainer
