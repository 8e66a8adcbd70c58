#include "recipes/private_unpaired.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>

#include "base/error.h"
#include "export/style_export.h"
#include "recipes/cycle.h"

namespace impasto::trainer {
namespace {

std::vector<Image> readPaintings(const UnpairedSettings& settings, const Log& log) {
  return loadContent(settings.paintings, settings.image_size, HoldOut{.pictures = 0},
                     [&](const std::string& message) { log("paintings: " + message); })
      .pictures.training;
}

}  // namespace

PrivateUnpairedRecipe::PrivateUnpairedRecipe(const UnpairedSettings& settings, const Runtime& runtime, Log log)
    : settings_(settings), runtime_(runtime), log_(std::move(log)),
      pictures_(loadContent(settings.content, settings.image_size, settings.holdOut(),
                            [this](const std::string& message) { log_("pictures: " + message); })),
      paintings_(readPaintings(settings, log_)),
      crops_{.crop = settings.image_size, .context = kCycleContext, .batch = settings.batch, .seed = settings.seed,
             .augmentation = settings.augmentation},
      account_({settings.privacy[0], settings.privacy[1]}, static_cast<int64_t>(paintings_.size()), settings.privacy_lot,
               settings.steps),
      judge_(settings.adversary, 3, settings.image_size, runtime.device, settings.seed + 1),
      gradients_(judge_.network()->parameters(), settings.privacy_clip, account_.noise(), random_),
      paint_(settings, settings.steps, settings.seed, runtime), unpaint_(settings, settings.steps, settings.seed + 1, runtime) {
  if (runtime.processes > 1) throw Error(ErrorCode::InvalidArgument, "--privacy: in one process only");
  char text[160];
  std::snprintf(text, sizeof(text), "privacy: each step sees a painting with probability %.4g, with noise of %.3f times the clip",
                account_.rate(), account_.noise());
  log_(text);
  if (settings.init.empty() || !settings.resume.empty()) return;
  paint_.warmStart(settings.init, pictures(/*painted=*/false));
  log_("starting from " + settings.init + ": what it knows of the paintings already is beyond this run's privacy");
}

TrainedNetwork::Batches PrivateUnpairedRecipe::pictures(bool painted) {
  return [this, painted] {
    std::vector<GeneratorInputs> batches = calibrationBatches(pictures_.pictures.training, crops_, runtime_.device);
    if (!painted) return batches;
    torch::NoGradGuard no_grad;
    const Frozen paint(*paint_.exported());
    for (GeneratorInputs& batch : batches) batch.color = paint_.exported()->forward(batch.color);
    return batches;
  };
}

std::vector<Phase> PrivateUnpairedRecipe::phases() {
  const auto share = [this](int64_t step) { return cycleRate(step, settings_.steps); };
  Phase generators{.name = "generators", .members = paint_.members(share)};
  for (Phase::Member& member : unpaint_.members(share)) generators.members.push_back(std::move(member));
  return {judge_.phase("discriminator", settings_.steps), generators};
}

void PrivateUnpairedRecipe::registerState(Registry& registry) {
  paint_.registerState(registry);
  unpaint_.registerState(registry, "unpaint_");
  judge_.registerState(registry, "judge_of_paintings");
  registry.add(kPrivacyName, account_);
  registry.fingerprint("set of pictures", pictures_.sha256);
}

void PrivateUnpairedRecipe::resumeAt(int64_t step) {
  paint_.resume();
  unpaint_.resume();
  loader_ = std::make_unique<CropLoader>(pictures_.pictures.training, crops_, static_cast<uint64_t>(step),
                                         runtime_.device);
}

void PrivateUnpairedRecipe::begin(int64_t step) {
  paint_.begin(step, pictures(/*painted=*/false));
  unpaint_.begin(step, pictures(/*painted=*/true));
}

void PrivateUnpairedRecipe::load(const MicroBatch& /*micro*/) {
  CropBatch crops = loader_->next();
  frames_ = toUnit(crops.pictures, runtime_.device);
  noise_offsets_ = std::move(crops.noise_offsets);
}

std::vector<torch::Tensor> PrivateUnpairedRecipe::drawPaintings() {
  account_.spend();
  const CropLoader::Options whole{.crop = settings_.image_size, .augmentation = settings_.augmentation};
  std::vector<torch::Tensor> drawn;
  for (const Image& painting : paintings_) {
    if (random_.uniform() >= account_.rate()) continue;
    std::mt19937_64 place(random_.bits());
    drawn.push_back(toUnit(makeCrop(painting, whole, place).unsqueeze(0), runtime_.device));
  }
  return drawn;
}

torch::Tensor PrivateUnpairedRecipe::loss(size_t phase, const MicroBatch& micro, Scalars& scalars) {
  if (phase == 0) {
    painted_ = paint_.live()->forward(frames_, noise_offsets_);
    return judge_.privateDiscriminatorLoss(drawPaintings(), settings_.privacy_lot, innerPart(painted_), micro.step, gradients_,
                                           scalars);
  }
  const torch::Tensor adversarial = judge_.generatorLoss(innerPart(painted_));
  const torch::Tensor cycle = cycleDistance(unpaint_.live()->forward(painted_, noise_offsets_), frames_);
  scalars.emplace_back("adversarial", adversarial);
  scalars.emplace_back("cycle", cycle);
  torch::Tensor loss = adversarial + settings_.cycle_weight * cycle;
  if (settings_.identity_weight > 0) {
    const torch::Tensor identity = cycleDistance(unpaint_.live()->forward(frames_, noise_offsets_), frames_);
    scalars.emplace_back("identity", identity);
    loss = loss + settings_.identity_weight * identity;
  }
  return loss;
}

void PrivateUnpairedRecipe::end(int64_t /*step*/) {
  paint_.end();
  unpaint_.end();
}

std::vector<std::pair<std::string, double>> PrivateUnpairedRecipe::heldOut() {
  torch::NoGradGuard no_grad;
  const Frozen paint(*paint_.exported()), unpaint(*unpaint_.exported());
  const torch::Tensor frames = sampledSquares(pictures_.pictures, settings_.image_size, runtime_.device);
  const torch::Tensor back = unpaint_.exported()->forward(paint_.exported()->forward(frames));
  return {{"cycle", (back - frames).abs().mean().item<double>()}};
}

torch::Tensor PrivateUnpairedRecipe::samples() {
  return cycleSamples(paint_, unpaint_, pictures_.pictures, settings_.image_size, runtime_.device);
}

void PrivateUnpairedRecipe::writeResult(const std::string& training) {
  Provenance provenance = settings_.provenance;
  provenance.training = training;
  nlohmann::ordered_json metrics = {{"image_size", settings_.image_size}};
  for (const auto& [name, value] : heldOut()) metrics[name] = value;
  provenance.metrics = metrics.dump();
  writeStyleFile(makeStyle(*exported(), provenance), settings_.out);
}

}  // namespace impasto::trainer
