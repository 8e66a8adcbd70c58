#include "recipes/unpaired.h"

#include <nlohmann/json.hpp>

#include "export/style_export.h"
#include "metrics/sliced_wasserstein.h"
#include "recipes/cycle.h"

namespace impasto::trainer {

UnpairedRecipe::Side UnpairedRecipe::makeSide(const std::vector<std::string>& folders, uint64_t seed, const char* what) {
  Content content = loadContent(folders, settings_.image_size, settings_.holdOut(),
                                [&](const std::string& message) { log_(std::string(what) + ": " + message); });
  return {std::move(content),
          {.crop = settings_.image_size, .context = kCycleContext, .batch = settings_.batch, .seed = seed,
           .process = runtime_.process, .processes = runtime_.processes, .augmentation = settings_.augmentation},
          nullptr,
          Adversary(settings_.adversary, 3, settings_.image_size, runtime_.device, seed)};
}

UnpairedRecipe::UnpairedRecipe(const UnpairedSettings& settings, const Runtime& runtime, Log log)
    : settings_(settings), runtime_(runtime), log_(std::move(log)),
      pictures_(makeSide(settings.content, settings.seed, "pictures")),
      paintings_(makeSide(settings.paintings, settings.seed + 1, "paintings")),
      paint_(settings, settings.steps, settings.seed, runtime), unpaint_(settings, settings.steps, settings.seed + 1, runtime) {
  if (settings.init.empty() || !settings.resume.empty()) return;
  paint_.warmStart(settings.init, [this] { return calibrationBatches(pictures_.content.pictures.training, pictures_.crops, runtime_.device); });
  log_("starting from " + settings.init);
}

std::vector<Phase> UnpairedRecipe::phases() {
  Phase discriminators = paintings_.adversary.phase("discriminators", settings_.steps);
  Phase generators{.name = "generators", .members = {}};
  const auto append = [](Phase& phase, std::vector<Phase::Member> members) {
    phase.members.insert(phase.members.end(), members.begin(), members.end());
  };
  append(discriminators, pictures_.adversary.phase("", settings_.steps).members);
  const auto share = [this](int64_t step) { return cycleRate(step, settings_.steps); };
  append(generators, paint_.members(share));
  append(generators, unpaint_.members(share));
  return {discriminators, generators};
}

void UnpairedRecipe::registerState(Registry& registry) {
  paint_.registerState(registry);
  unpaint_.registerState(registry, "unpaint_");
  paintings_.adversary.registerState(registry, "judge_of_paintings");
  pictures_.adversary.registerState(registry, "judge_of_pictures");
  registry.fingerprint("set of pictures", pictures_.content.sha256);
  registry.fingerprint("set of paintings", paintings_.content.sha256);
}

void UnpairedRecipe::resumeAt(int64_t step) {
  paint_.resume();
  unpaint_.resume();
  batches_.resize(static_cast<size_t>(settings_.accumulate));
  for (Side* side : {&pictures_, &paintings_}) {
    side->loader = std::make_unique<CropLoader>(side->content.pictures.training, side->crops,
                                                static_cast<uint64_t>(step * settings_.accumulate), runtime_.device);
  }
}

void UnpairedRecipe::begin(int64_t step) {
  paint_.begin(step, [this] { return calibrationBatches(pictures_.content.pictures.training, pictures_.crops, runtime_.device); });
  unpaint_.begin(step, [this] { return calibrationBatches(paintings_.content.pictures.training, paintings_.crops, runtime_.device); });
}

void UnpairedRecipe::load(const MicroBatch& micro) {
  const auto next = [&](Side& side) {
    CropBatch crops = side.loader->next();
    return Batch{toUnit(crops.pictures, runtime_.device), std::move(crops.noise_offsets), {}};
  };
  Batches& batches = batches_[static_cast<size_t>(micro.index)];
  batches.picture = next(pictures_);
  batches.painting = next(paintings_);
}

torch::Tensor UnpairedRecipe::loss(size_t phase, const MicroBatch& micro, Scalars& scalars) {
  Batches& batches = batches_[static_cast<size_t>(micro.index)];
  return phase == 0 ? discriminatorsLoss(batches, micro.step, scalars) : generatorsLoss(batches, scalars);
}

torch::Tensor UnpairedRecipe::discriminatorsLoss(Batches& batches, int64_t step, Scalars& scalars) {
  auto& [picture, painting] = batches;
  picture.converted = paint_.live()->forward(picture.frames, picture.noise_offsets);
  painting.converted = unpaint_.live()->forward(painting.frames, painting.noise_offsets);
  Scalars of_pictures;  // what is shown is how the paintings' judge fares
  return paintings_.adversary.discriminatorLoss(innerPart(painting.frames), innerPart(picture.converted), step, scalars) +
         pictures_.adversary.discriminatorLoss(innerPart(picture.frames), innerPart(painting.converted), step, of_pictures);
}

torch::Tensor UnpairedRecipe::generatorsLoss(Batches& batches, Scalars& scalars) {
  const auto& [picture, painting] = batches;
  const torch::Tensor adversarial = paintings_.adversary.generatorLoss(innerPart(picture.converted)) +
                                    pictures_.adversary.generatorLoss(innerPart(painting.converted));
  const torch::Tensor cycle =
      cycleDistance(unpaint_.live()->forward(picture.converted, picture.noise_offsets), picture.frames) +
      cycleDistance(paint_.live()->forward(painting.converted, painting.noise_offsets), painting.frames);
  scalars.emplace_back("adversarial", adversarial);
  scalars.emplace_back("cycle", cycle);
  torch::Tensor loss = adversarial + settings_.cycle_weight * cycle;
  if (settings_.identity_weight > 0) {
    const torch::Tensor identity =
        cycleDistance(paint_.live()->forward(painting.frames, painting.noise_offsets), painting.frames) +
        cycleDistance(unpaint_.live()->forward(picture.frames, picture.noise_offsets), picture.frames);
    scalars.emplace_back("identity", identity);
    loss = loss + settings_.identity_weight * identity;
  }
  return loss;
}

void UnpairedRecipe::end(int64_t /*step*/) {
  paint_.end();
  unpaint_.end();
}

std::vector<std::pair<std::string, double>> UnpairedRecipe::figures() {
  torch::NoGradGuard no_grad;
  const Frozen paint(*paint_.exported()), unpaint(*unpaint_.exported());
  const torch::Tensor frames = sampledSquares(pictures_.content.pictures, settings_.image_size, runtime_.device);
  const torch::Tensor real = sampledSquares(paintings_.content.pictures, settings_.image_size, runtime_.device);
  const torch::Tensor painted = paint_.exported()->forward(frames);
  const torch::Tensor back = unpaint_.exported()->forward(painted);
  return {{"cycle", (back - frames).abs().mean().item<double>()},
          {"patch distance", patchDistance(painted, real)},
          {"patch distance unpainted", patchDistance(frames, real)}};
}

torch::Tensor UnpairedRecipe::samples() {
  return cycleSamples(paint_, unpaint_, pictures_.content.pictures, settings_.image_size, runtime_.device);
}

void UnpairedRecipe::writeResult(const std::string& training) {
  Provenance provenance = settings_.provenance;
  provenance.style_image_sha256 = paintings_.content.sha256;
  provenance.training = training;
  nlohmann::ordered_json metrics = {{"image_size", settings_.image_size}};
  for (const auto& [name, value] : figures()) metrics[name] = value;
  provenance.metrics = metrics.dump();
  writeStyleFile(makeStyle(*exported(), provenance), settings_.out);
}

}  // namespace impasto::trainer
