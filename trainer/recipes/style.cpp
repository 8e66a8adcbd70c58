#include "recipes/style.h"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/painting.h"
#include "io/sha256.h"
#include "logging/sample_grid.h"
#include "nn/johnson.h"
#include "recipes/equivariance.h"
#include "recipes/own_content.h"
#include "recipes/style_stages.h"
#include "recipes/trained_generator.h"

namespace impasto::trainer {
namespace {

constexpr int kSmallestSampleSide = 384;

std::unique_ptr<TrainedNetwork> makeNetwork(const StyleSettings& settings, const Runtime& runtime) {
  if (settings.network != Johnson::kName) {
    return std::make_unique<TrainedGenerator>(settings, settings.steps, settings.seed, runtime);
  }
  const auto make = [&] {
    const auto network = std::make_shared<Johnson>();
    network->to(runtime.device);
    network->setCompute(runtime.compute);
    network->train();
    return network;
  };
  torch::manual_seed(settings.seed);
  const auto live = make();
  return std::make_unique<TrainedNetwork>(live, make(), settings, settings.steps);
}

}  // namespace

StyleRecipe::StyleRecipe(const StyleSettings& settings, const Runtime& runtime, Log log)
    : settings_(settings), runtime_(runtime), log_(std::move(log)), perceptual_path_(settings.perceptual.empty() ? ownPerceptualPath() : settings.perceptual),
      vgg_(openPerceptual(perceptual_path_)),
      painting_sha256_(sha256HexOfFile(settings.style_image)), perceptual_sha256_(sha256HexOfFile(perceptual_path_)),
      network_(makeNetwork(settings, runtime)) {
  vgg_->to(runtime.device, runtime.compute);
  loadPainting();
  content_ = loadContent(settings.content.empty() ? ownContent(settings.own_content, log_) : settings.content,
                         settings.image_size, settings.holdOut(), log_);
  crops_ = cropsWithContext(settings.image_size, network_->liveNetwork().alignment(), settings.batch, settings.seed, runtime);
  crops_.flat = settings.flat_crops;
  crops_.augmentation = settings.augmentation;
  objective_->useColorMap(content_.pictures.training, painting_, settings.seed);
  if (settings.clips.share > 0) {
    clips_ = std::make_unique<ClipTraining>(settings.clips, content_.pictures, crops_, settings.holdout, runtime.device, log_);
  }
  if (settings.adversarial_weight > 0) {
    const int shorter = static_cast<int>(std::min(painting_.size(2), painting_.size(3)));
    adversary_side_ = std::min(settings.image_size, shorter);
    if (settings.adversary.discriminator == "dcgan") adversary_side_ = static_cast<int>(std::bit_floor(unsigned(adversary_side_)));
    adversary_ = std::make_unique<Adversary>(settings.adversary, 3, adversary_side_, runtime.device, settings.seed);
  }
  if (!settings.init.empty() && settings.resume.empty()) {
    network_->warmStart(settings.init, calibration());
    log_("starting from " + settings.init);
  }
}

void StyleRecipe::loadPainting() {
  torch::NoGradGuard no_grad;
  painting_ = readPainting(settings_.style_image, settings_.style_size, log_).to(runtime_.device);
  objective_ = std::make_unique<StyleObjective>(settings_, *vgg_, painting_, runtime_.together);
  meter_ = std::make_unique<FigureMeter>(*vgg_, nullptr, painting_);
}

std::vector<Phase> StyleRecipe::phases() {
  const Phase phase{.name = "generator", .members = network_->members([this](int64_t step) {
                      return stagedRate(step, settings_.steps, settings_.full_resolution_at);
                    })};
  if (!adversary_) return {phase};
  return {adversary_->phase("discriminator", settings_.steps), phase};
}

void StyleRecipe::registerState(Registry& registry) {
  network_->registerState(registry);
  registry.fingerprint("--network", settings_.network);
  registry.fingerprint("painting", painting_sha256_);
  registry.fingerprint("set of pictures", content_.sha256);
  registry.fingerprint("perceptual network", perceptual_sha256_);
  if (adversary_) adversary_->registerState(registry, "discriminator");
}

TrainedNetwork::Batches StyleRecipe::calibration() const {
  return [this] { return calibrationBatches(content_.pictures.training, crops_, runtime_.device); };
}

double StyleRecipe::fractionDone(int64_t step) const {
  return static_cast<double>(step) / static_cast<double>(settings_.steps);
}

bool StyleRecipe::fullResolution(int64_t step) const {
  return inSecondStage(step, settings_.steps, settings_.full_resolution_at);
}

void StyleRecipe::resumeAt(int64_t step) {
  figures_.reset();
  network_->resume();
  batches_.resize(static_cast<size_t>(settings_.accumulate));
  const int64_t batch = step * settings_.accumulate, clips = clipsBefore(batch);
  loader_ = std::make_unique<CropLoader>(content_.pictures.training, crops_, static_cast<uint64_t>(batch - clips),
                                         runtime_.device);
  if (clips_) clips_->resumeAt(clips);
}

void StyleRecipe::begin(int64_t step) { network_->begin(step, calibration()); }

int64_t StyleRecipe::clipsBefore(int64_t batch) const {
  return clips_ ? clips_->clipsAmong(batch - network_->freezeStep() * settings_.accumulate) : 0;
}

void StyleRecipe::load(const MicroBatch& micro) {
  const int64_t number = micro.step * micro.count + micro.index;
  if (clipsBefore(number + 1) > clipsBefore(number)) {
    batches_[static_cast<size_t>(micro.index)] = {{}, {}, {}, clips_->next()};
    return;
  }
  CropBatch crops = loader_->next();
  batches_[static_cast<size_t>(micro.index)] = {toUnit(crops.pictures, runtime_.device), std::move(crops.noise_offsets), {},
                                                {}};
}

torch::Tensor StyleRecipe::loss(size_t phase, const MicroBatch& micro, Scalars& scalars) {
  Batch& batch = batches_[static_cast<size_t>(micro.index)];
  const uint64_t seed = settings_.seed + static_cast<uint64_t>(micro.step * micro.count + micro.index);
  if (batch.clip) return clips_->loss(network_->liveNetwork(), *batch.clip, *objective_, fullResolution(micro.step), seed, scalars);
  const int size = settings_.image_size;
  const Window window{crops_.context, crops_.context, size, size};
  // Painted once for both phases: the discriminator's step leaves the generator as it is.
  if (!batch.paintings.defined()) batch.paintings = network_->liveNetwork().forward(batch.frames, batch.noise_offsets, window);
  const auto judged = [&](const torch::Tensor& x) {
    const int64_t margin = (size - adversary_side_) / 2;
    return x.narrow(2, margin, adversary_side_).narrow(3, margin, adversary_side_);
  };
  if (adversary_ && phase == 0) {
    const torch::Tensor real = paintingCrops(painting_, adversary_side_, settings_.batch, seedOf(settings_.seed, micro));
    return adversary_->discriminatorLoss(real, judged(batch.paintings.detach()), micro.step, scalars);
  }
  const torch::Tensor frames = batch.frames.narrow(2, window.y, size).narrow(3, window.x, size);
  const torch::Tensor paintings = std::move(batch.paintings);
  batch.paintings = torch::Tensor();
  torch::Tensor loss = (*objective_)(frames, paintings, fullResolution(micro.step), seed, scalars);
  if (adversary_) {
    const torch::Tensor adversarial = adversary_->generatorLoss(judged(paintings));
    const torch::Tensor balance = adversary_->balance(loss, adversarial, paintings, micro.step);
    scalars.emplace_back("adversarial", adversarial);
    scalars.emplace_back("balance", balance);
    loss = loss + settings_.adversarial_weight * balance * adversarial;
  }
  if (settings_.equivariance_weight > 0 && fractionDone(micro.step) >= settings_.equivariance_from) {
    // Of half the crops, since each is painted twice more.
    const torch::Tensor some = batch.frames.narrow(0, 0, (batch.frames.size(0) + 1) / 2);
    const torch::Tensor unsteady = equivarianceLoss(network_->liveNetwork(), some, window, seed);
    scalars.emplace_back("moved", unsteady);
    loss = loss + settings_.equivariance_weight * unsteady;
  }
  if (settings_.border_weight > 0 && network_->frozen()) {  // while norms depend on the batch, two passes differ by that
    const torch::Tensor bordered = network_->liveNetwork().forward(frames, withoutContext(batch.noise_offsets, crops_.context));
    loss = loss + settings_.border_weight * (bordered - paintings.detach()).abs().mean();
  }
  return loss;
}

void StyleRecipe::end(int64_t /*step*/) {
  figures_.reset();
  network_->end();
}

const Figures& StyleRecipe::figures() {
  if (figures_) return *figures_;
  Figures sum;
  if (content_.pictures.held_out.empty()) return figures_.emplace(sum);
  torch::NoGradGuard no_grad;
  PaintingNetwork& network = result();
  const Frozen frozen(network);
  const int size = std::max(settings_.image_size, static_cast<int>(FigureMeter::kSmallestSide));
  for (const Image& image : content_.pictures.held_out) {
    const torch::Tensor frame = toTensor(middleSquare(image, size)).unsqueeze(0).to(runtime_.device);
    sum += meter_->measure(network.forward(frame), frame);
  }
  return figures_.emplace(sum.dividedBy(static_cast<double>(content_.pictures.held_out.size())));
}

std::vector<std::pair<std::string, double>> StyleRecipe::heldOut() {
  if (content_.pictures.held_out.empty()) return {};
  const Figures& f = figures();
  std::vector<std::pair<std::string, double>> shown = {
      {"style", f.style}, {"content", f.content_relu3_1}, {"SSIM", f.ssim}, {"edge F1", f.edge_f1}};
  if (clips_) {
    const Frozen frozen(result());
    const ClipFigures of_clips = clips_->heldOut(result());
    shown.emplace_back("warp 1", of_clips.ratio1());
    shown.emplace_back("warp 8", of_clips.ratio8());
  }
  return shown;
}

torch::Tensor StyleRecipe::samples() {
  PaintingNetwork& network = result();
  const Frozen frozen(network);
  return sampleGrid([&](const torch::Tensor& frame) { return network.forward(frame); }, sampledPictures(content_.pictures),
                    std::max(kSmallestSampleSide, settings_.image_size), runtime_.device);
}

void StyleRecipe::writeResult(const std::string& training) {
  Provenance provenance = settings_.provenance;
  provenance.style_image_sha256 = painting_sha256_;
  provenance.training = training;
  if (!content_.pictures.held_out.empty()) {
    nlohmann::ordered_json metrics = {{"pictures", content_.pictures.held_out.size()}, {"image_size", settings_.image_size}};
    metrics.update(toJson(figures()));
    if (clips_) {
      const Frozen frozen(result());
      metrics["clips"] = toJson(clips_->heldOut(result()));
    }
    provenance.metrics = metrics.dump();
  }
  writeStyleFile(network_->style(provenance), settings_.out);
}

}  // namespace impasto::trainer
