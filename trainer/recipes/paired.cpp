#include "recipes/paired.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/picture_pairs.h"
#include "export/style_export.h"
#include "logging/sample_grid.h"
#include "optim/schedule.h"
#include "recipes/content.h"

namespace impasto::trainer {
namespace {

constexpr int kLargestSide = 768;  // shorter side in memory, and at least two crops: larger pictures are shrunk
constexpr int kContext = 16;       // frame pixels around a crop that the generator sees and losses do not
constexpr int64_t kWarmUpSteps = 50;
constexpr double kFinalRate = 0.05;  // of the peak learning rate
constexpr int kSmallestSampleSide = 256;

torch::Tensor inner(const torch::Tensor& whole) {
  return whole.slice(2, kContext, whole.size(2) - kContext).slice(3, kContext, whole.size(3) - kContext);
}

}  // namespace

PairedRecipe::PairedRecipe(const PairedSettings& settings, const Runtime& runtime, Log log)
    : settings_(settings), runtime_(runtime), log_(std::move(log)),
      generator_(settings, settings.steps, settings.seed, runtime),
      crops_{.crop = settings.image_size, .context = kContext, .batch = settings.batch, .seed = settings.seed,
             .process = runtime.process, .processes = runtime.processes, .augmentation = settings.augmentation} {
  PicturePairs pairs = readPicturePairs(settings.pairs, std::max(kLargestSide, 2 * settings.image_size), log_);
  pairs_sha256_ = pairs.inputs.sha256;
  inputs_ = splitPictures(std::move(pairs.inputs), settings.holdOut());
  targets_ = splitPictures(std::move(pairs.targets), settings.holdOut());
  log_("training on " + std::to_string(inputs_.training.size()) + " pairs, " + std::to_string(inputs_.held_out.size()) +
       " held out");
  if (settings.adversarial_weight > 0) {
    adversary_ = std::make_unique<Adversary>(settings.adversary, 6, settings.image_size, runtime.device, settings.seed);
  }
  if (!settings.init.empty() && settings.resume.empty()) {
    generator_.warmStart(settings.init, calibration());
    log_("starting from " + settings.init);
  }
}

std::vector<Phase> PairedRecipe::phases() {
  const auto share = [this](int64_t step) {
    const double done = static_cast<double>(step) / static_cast<double>(settings_.steps);
    return warmUpAt(step, kWarmUpSteps) * decayAt(Decay::Linear, done, kFinalRate);
  };
  const Phase generator{.name = "generator", .members = generator_.members(share)};
  if (!adversary_) return {generator};
  return {adversary_->phase("discriminator", settings_.steps), generator};
}

void PairedRecipe::registerState(Registry& registry) {
  generator_.registerState(registry);
  if (adversary_) adversary_->registerState(registry, "discriminator");
  registry.fingerprint("set of pairs", pairs_sha256_);
}

TrainedGenerator::Batches PairedRecipe::calibration() const {
  return [this] { return calibrationBatches(inputs_.training, crops_, runtime_.device); };
}

void PairedRecipe::resumeAt(int64_t step) {
  generator_.resume();
  batches_.resize(static_cast<size_t>(settings_.accumulate));
  // Crops are a function of seed and number: these two cut the same places.
  const auto first = static_cast<uint64_t>(step * settings_.accumulate);
  input_loader_ = std::make_unique<CropLoader>(inputs_.training, crops_, first, runtime_.device);
  target_loader_ = std::make_unique<CropLoader>(targets_.training, crops_, first, runtime_.device);
}

void PairedRecipe::load(const MicroBatch& micro) {
  CropBatch crops = input_loader_->next();
  Batch& batch = batches_[static_cast<size_t>(micro.index)];
  batch = {toUnit(crops.pictures, runtime_.device), std::move(crops.noise_offsets), {}, {}, {}};
  batch.inputs = inner(batch.frames);
  batch.targets = inner(toUnit(target_loader_->next().pictures, runtime_.device));
}

torch::Tensor PairedRecipe::made(Batch& batch) {
  if (!batch.made.defined()) {
    const int64_t size = settings_.image_size;
    batch.made = generator_.live()->forward(batch.frames, batch.noise_offsets, Window{kContext, kContext, size, size});
  }
  return batch.made;
}

torch::Tensor PairedRecipe::loss(size_t phase, const MicroBatch& micro, Scalars& scalars) {
  Batch& batch = batches_[static_cast<size_t>(micro.index)];
  const torch::Tensor with_input = adversary_ ? torch::cat({batch.inputs, made(batch)}, 1) : made(batch);
  if (adversary_ && phase == 0) {
    return adversary_->discriminatorLoss(torch::cat({batch.inputs, batch.targets}, 1), with_input, micro.step, scalars);
  }
  const torch::Tensor difference = (batch.made - batch.targets).abs().mean();
  scalars.emplace_back("difference", difference);
  if (!adversary_) return settings_.l1_weight * difference;
  const torch::Tensor adversarial = adversary_->generatorLoss(with_input);
  scalars.emplace_back("adversarial", adversarial);
  return settings_.l1_weight * difference + settings_.adversarial_weight * adversarial;
}

void PairedRecipe::end(int64_t /*step*/) { generator_.end(); }

double PairedRecipe::error() {
  torch::NoGradGuard no_grad;
  const Frozen frozen(*exported());
  const std::vector<const Image*> inputs = sampledPictures(inputs_), targets = sampledPictures(targets_);
  const auto square = [&](const Image& image) {
    return toTensor(middleSquare(image, settings_.image_size)).unsqueeze(0).to(runtime_.device);
  };
  double sum = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    sum += (exported()->forward(square(*inputs[i])) - square(*targets[i])).abs().mean().item<double>();
  }
  return sum / static_cast<double>(inputs.size());
}

std::vector<std::pair<std::string, double>> PairedRecipe::heldOut() { return {{"difference", error()}}; }

torch::Tensor PairedRecipe::samples() {
  const Frozen frozen(*exported());
  const int side = std::max(kSmallestSampleSide, settings_.image_size);
  const auto paint = [&](const torch::Tensor& frame) { return exported()->forward(frame); };
  const torch::Tensor made = sampleGrid(paint, sampledPictures(inputs_), side, runtime_.device);
  const torch::Tensor wanted =
      sampleGrid([](const torch::Tensor& x) { return x; }, sampledPictures(targets_), side, runtime_.device);
  return torch::cat({made, wanted.narrow(1, side, side)}, 1);  // inputs, what is made of them, targets
}

void PairedRecipe::writeResult(const std::string& training) {
  Provenance provenance = settings_.provenance;
  provenance.style_image_sha256 = pairs_sha256_;
  provenance.training = training;
  provenance.metrics =
      nlohmann::ordered_json{{"image_size", settings_.image_size}, {"mean_difference_to_target", error()}}.dump();
  writeStyleFile(makeStyle(*exported(), provenance), settings_.out);
}

}  // namespace impasto::trainer
