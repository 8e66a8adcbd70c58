#include "recipes/multi.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>

#include "base/error.h"
#include "data/painting.h"
#include "io/sha256.h"
#include "logging/sample_grid.h"
#include "nn/on_device.h"
#include "nn/with_style.h"
#include "recipes/multi_export.h"
#include "recipes/style_stages.h"

namespace impasto::trainer {
namespace {

constexpr int kSmallestSampleSide = 384;
constexpr size_t kSampleRows = 6;  // paintings that samples show
constexpr int64_t kViews = 16;     // of each painting, for the encoder
constexpr double kEncoderAverageDecay = 0.98;

std::mt19937_64 randomOf(uint64_t seed, uint64_t number) {
  std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), static_cast<uint32_t>(number),
                         static_cast<uint32_t>(number >> 32)};
  return std::mt19937_64(sequence);
}

// Statistics of a whole painting and of random parts of it, half to all of its sides, half of them mirrored: kViews x D.
torch::Tensor viewsOf(const PerceptualNetwork& network, const torch::Tensor& painting, uint64_t seed) {
  std::vector<torch::Tensor> statistics = {styleStatistics(network, painting)};
  std::mt19937_64 random = randomOf(seed, 0);
  const auto below = [&](int64_t bound) { return static_cast<int64_t>(random() % static_cast<uint64_t>(bound)); };
  while (static_cast<int64_t>(statistics.size()) < kViews) {
    torch::Tensor part = painting;
    for (const int64_t axis : {2, 3}) {
      const int64_t whole = painting.size(axis), length = whole / 2 + below(whole - whole / 2 + 1);
      part = part.narrow(axis, below(whole - length + 1), length);
    }
    statistics.push_back(styleStatistics(network, below(2) == 0 ? part : part.flip(3)));
  }
  return torch::cat(statistics);
}

std::string sha256OfFiles(const std::vector<std::string>& paths) {
  std::string digests;
  for (const std::string& path : paths) digests += sha256HexOfFile(path);
  return sha256Hex(std::as_bytes(std::span(digests)));
}

// Adds `share` of each value to the one of that name.
void accumulate(Scalars& sum, const Scalars& values, double share) {
  for (const auto& [name, value] : values) {
    const auto same = std::find_if(sum.begin(), sum.end(), [&](const auto& known) { return known.first == name; });
    if (same == sum.end()) {
      sum.emplace_back(name, share * value.detach());
    } else {
      same->second = same->second + share * value.detach();
    }
  }
}

}  // namespace

StyleDraw drawStyle(uint64_t seed, uint64_t crop, int64_t paintings, int64_t views) {
  const auto count = static_cast<uint64_t>(paintings);
  // Fisher and Yates: another order for each round.
  std::mt19937_64 random = randomOf(seed, crop / count);
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (uint64_t i = count - 1; i > 0; --i) std::swap(order[i], order[random() % (i + 1)]);
  std::mt19937_64 of_crop = randomOf(~seed, crop);
  return {order[crop % count], static_cast<int64_t>(of_crop() % static_cast<uint64_t>(views))};
}

MultiRecipe::MultiRecipe(const MultiSettings& settings, const Runtime& runtime, Log log)
    : settings_(settings), runtime_(runtime), log_(std::move(log)),
      perceptual_path_(settings.perceptual.empty() ? ownPerceptualPath() : settings.perceptual),
      vgg_(openPerceptual(perceptual_path_)), paintings_sha256_(sha256OfFiles(settings.style_images)),
      perceptual_sha256_(sha256HexOfFile(perceptual_path_)), generator_(settings, settings.steps, settings.seed, runtime) {
  vgg_->to(runtime.device, runtime.compute);
  const std::vector<torch::Tensor> paintings = loadPaintings();
  content_ = loadContent(settings.content, settings.image_size, settings.holdOut(), log_);
  crops_ = cropsWithContext(settings.image_size, generator_.live()->alignment(), settings.batch, settings.seed, runtime);
  crops_.flat = settings.flat_crops;
  crops_.augmentation = settings.augmentation;
  for (size_t i = 0; i < objectives_.size(); ++i) {
    objectives_[i]->useColorMap(content_.pictures.training, paintings[i], settings.seed);
  }
  if (settings.clips.share > 0) {
    clips_ = std::make_unique<ClipTraining>(settings.clips, content_.pictures, crops_, settings.holdout, runtime.device, log_);
  }
  if (!settings.init.empty() && settings.resume.empty()) warmStart();
}

std::vector<torch::Tensor> MultiRecipe::loadPaintings() {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> paintings, views;
  for (const std::string& path : settings_.style_images) {
    const torch::Tensor painting = readPainting(path, settings_.style_size, log_).to(runtime_.device);
    objectives_.push_back(std::make_unique<StyleObjective>(settings_, *vgg_, painting));
    meters_.push_back(std::make_unique<FigureMeter>(*vgg_, nullptr, painting));
    views.push_back(viewsOf(*vgg_, painting, settings_.seed + views.size()));
    paintings.push_back(painting);
  }
  views_ = torch::stack(views);
  const torch::Tensor whole = views_.select(1, 0), all = views_.flatten(0, 1);
  encoder_ = StyleEncoder(whole, all, settings_.style_vector);
  averaged_encoder_ = StyleEncoder(whole, all, settings_.style_vector);
  encoder_average_ = std::make_unique<WeightAverage>(*encoder_, *averaged_encoder_, kEncoderAverageDecay);
  encoder_optimiser_ = std::make_unique<Adam>(encoder_->parameters());
  log_("learning " + std::to_string(views.size()) + " paintings, each by a style vector of " +
       std::to_string(settings_.style_vector) + " numbers");
  return paintings;
}

void MultiRecipe::warmStart() {
  if (isCheckpoint(settings_.init)) {
    adoptEncoder();
  } else if (readStyleFile(settings_.init).graph.styleVectorLength() > 0) {
    throw Error(ErrorCode::InvalidArgument, "--init " + settings_.init +
                                                ": expected a checkpoint, or the style of one painting: a style file has no "
                                                "style encoder");
  }
  generator_.warmStart(settings_.init, calibration());
  log_("starting from " + settings_.init);
}

void MultiRecipe::adoptEncoder() {
  try {
    const Checkpoint checkpoint = readCheckpoint(settings_.init);
    const auto network = checkpoint.fingerprints.find(kPerceptualFingerprint);
    if (network != checkpoint.fingerprints.end() && network->second != perceptual_sha256_) {
      throw Error(ErrorCode::InvalidArgument, "its style encoder knows the features of another perceptual network");
    }
    encoder_->adopt(*encoderOf(checkpoint));
  } catch (const Error& error) {
    throw Error(error.code(), "--init " + settings_.init + ": " + error.what());
  }
}

std::vector<Phase> MultiRecipe::phases() {
  const auto share = [this](int64_t step) { return stagedRate(step, settings_.steps, settings_.full_resolution_at); };
  Phase phase{.name = "generator", .members = generator_.members(share)};
  phase.members.push_back(
      {encoder_optimiser_.get(), [this, share](int64_t step) { return settings_.encoder_learning_rate * share(step); }});
  return {phase};
}

void MultiRecipe::registerState(Registry& registry) {
  generator_.registerState(registry);
  registry.add(kEncoderName, *encoder_);
  registry.add(kEncoderAverageName, *encoder_average_);
  registry.fingerprint("--style-vector", std::to_string(settings_.style_vector));
  registry.fingerprint("set of paintings", paintings_sha256_);
  registry.fingerprint("set of pictures", content_.sha256);
  registry.fingerprint(kPerceptualFingerprint, perceptual_sha256_);
}

// Statistics of the norms are those of all paintings together: each batch holds them all, as training's do.
TrainedGenerator::Batches MultiRecipe::calibration() {
  return [this] {
    torch::NoGradGuard no_grad;
    const torch::Tensor vectors = encoder_->learned();
    std::vector<GeneratorInputs> batches = calibrationBatches(content_.pictures.training, crops_, runtime_.device);
    int64_t crop = 0;
    for (GeneratorInputs& batch : batches) {
      const int64_t count = batch.color.size(0);
      const torch::Tensor which = torch::arange(crop, crop + count).remainder(vectors.size(0)).to(runtime_.device);
      batch.style = vectors.index_select(0, which);
      crop += count;
    }
    return batches;
  };
}

void MultiRecipe::resumeAt(int64_t step) {
  figures_.reset();
  generator_.resume();
  batches_.resize(static_cast<size_t>(settings_.accumulate));
  const int64_t batch = step * settings_.accumulate, clips = clipsBefore(batch);
  loader_ = std::make_unique<CropLoader>(content_.pictures.training, crops_, static_cast<uint64_t>(batch - clips),
                                         runtime_.device);
  if (clips_) clips_->resumeAt(clips);
}

int64_t MultiRecipe::clipsBefore(int64_t batch) const {
  return clips_ ? clips_->clipsAmong(batch - generator_.freezeStep() * settings_.accumulate) : 0;
}

void MultiRecipe::begin(int64_t step) {
  generator_.begin(step, calibration());
  if (generator_.frozen() && !encoder_average_->active()) encoder_average_->start();
}

void MultiRecipe::load(const MicroBatch& micro) {
  const int64_t paintings = views_.size(0), number = micro.step * micro.count + micro.index, clips = clipsBefore(number);
  Batch& batch = batches_[static_cast<size_t>(micro.index)];
  batch = {};
  if (clipsBefore(number + 1) > clips) {
    const StyleDraw draw = drawStyle(~settings_.seed, static_cast<uint64_t>(clips * micro.processes + micro.process), paintings,
                                     views_.size(1));
    batch.clip = clips_->next();
    batch.clip_painting = static_cast<size_t>(draw.painting);
    batch.statistics = views_[draw.painting][draw.view].unsqueeze(0);
    return;
  }
  CropBatch crops = loader_->next();
  const int64_t count = crops.pictures.size(0);
  // Crops are numbered over all processes.
  const int64_t part = number * micro.processes + micro.process;
  const auto first = static_cast<uint64_t>(part * count);
  batch.crops.assign(static_cast<size_t>(paintings), {});
  std::vector<torch::Tensor> statistics;
  for (int64_t i = 0; i < count; ++i) {
    const StyleDraw draw = drawStyle(settings_.seed, first + static_cast<uint64_t>(i), paintings, views_.size(1));
    batch.crops[static_cast<size_t>(draw.painting)].push_back(i);
    statistics.push_back(views_[draw.painting][draw.view]);
  }
  batch.statistics = torch::stack(statistics);
  batch.frames = toUnit(crops.pictures, runtime_.device);
  batch.noise_offsets = std::move(crops.noise_offsets);
}

torch::Tensor MultiRecipe::loss(size_t /*phase*/, const MicroBatch& micro, Scalars& scalars) {
  const Batch& batch = batches_[static_cast<size_t>(micro.index)];
  const int size = settings_.image_size;
  const Window window{crops_.context, crops_.context, size, size};
  const bool full_resolution = inSecondStage(micro.step, settings_.steps, settings_.full_resolution_at);
  const uint64_t seed = settings_.seed + static_cast<uint64_t>(micro.step * micro.count + micro.index);
  if (batch.clip) {
    WithStyle network(*generator_.live(), encoder_->forward(batch.statistics)[0]);
    return clips_->loss(network, *batch.clip, *objectives_[batch.clip_painting], full_resolution, seed, scalars);
  }
  GeneratorInputs inputs;
  inputs.color = batch.frames;
  inputs.style = encoder_->forward(batch.statistics);
  const torch::Tensor painted = generator_.live()->forward(inputs, batch.noise_offsets, window);
  const torch::Tensor frames = batch.frames.narrow(2, window.y, size).narrow(3, window.x, size);
  torch::Tensor loss;
  for (size_t i = 0; i < objectives_.size(); ++i) {
    if (batch.crops[i].empty()) continue;
    const double share = static_cast<double>(batch.crops[i].size()) / static_cast<double>(frames.size(0));
    const torch::Tensor which = onDevice(torch::tensor(batch.crops[i], torch::kLong), runtime_.device);
    Scalars of_painting;
    const torch::Tensor own_frames = frames.index_select(0, which), own_painted = painted.index_select(0, which);
    const torch::Tensor term = share * (*objectives_[i])(own_frames, own_painted, full_resolution, seed, of_painting);
    loss = loss.defined() ? loss + term : term;
    accumulate(scalars, of_painting, share);
  }
  if (settings_.border_weight > 0 && generator_.frozen()) {  // while norms depend on the batch, two passes differ by that
    inputs.color = frames;
    const torch::Tensor bordered = generator_.live()->forward(inputs, withoutContext(batch.noise_offsets, crops_.context));
    loss = loss + settings_.border_weight * (bordered - painted.detach()).abs().mean();
  }
  scalars.emplace_back("fusion", generator_.live()->fusionWeight().detach().squeeze());
  return loss;
}

void MultiRecipe::end(int64_t /*step*/) {
  figures_.reset();
  generator_.end();
  if (encoder_average_->active()) encoder_average_->update();
}

torch::Tensor MultiRecipe::paint(const torch::Tensor& frames, const torch::Tensor& vector) {
  return WithStyle(*exported(), vector).forward(frames);
}

// Means over all paintings.
ClipFigures MultiRecipe::clipFigures() {
  torch::NoGradGuard no_grad;
  const Frozen frozen(*exported());
  const torch::Tensor vectors = exportedEncoder()->learned();
  ClipFigures sum;
  for (int64_t i = 0; i < vectors.size(0); ++i) {
    WithStyle network(*exported(), vectors[i]);
    sum += clips_->heldOut(network);
  }
  return sum.dividedBy(static_cast<double>(vectors.size(0)));
}

const std::vector<Figures>& MultiRecipe::figures() {
  if (figures_) return *figures_;
  std::vector<Figures> of_paintings(meters_.size());
  const std::vector<Image>& pictures = content_.pictures.held_out;
  if (pictures.empty()) return figures_.emplace(std::move(of_paintings));
  torch::NoGradGuard no_grad;
  const Frozen frozen(*exported());
  const torch::Tensor vectors = exportedEncoder()->learned();
  const int size = std::max(settings_.image_size, static_cast<int>(FigureMeter::kSmallestSide));
  for (size_t i = 0; i < meters_.size(); ++i) {
    for (const Image& image : pictures) {
      const torch::Tensor frame = toTensor(middleSquare(image, size)).unsqueeze(0).to(runtime_.device);
      of_paintings[i] += meters_[i]->measure(paint(frame, vectors[static_cast<int64_t>(i)]), frame);
    }
    of_paintings[i] = of_paintings[i].dividedBy(static_cast<double>(pictures.size()));
  }
  return figures_.emplace(std::move(of_paintings));
}

std::vector<std::pair<std::string, double>> MultiRecipe::heldOut() {
  if (content_.pictures.held_out.empty()) return {};
  Figures sum;
  for (const Figures& of_painting : figures()) sum += of_painting;
  const Figures mean = sum.dividedBy(static_cast<double>(meters_.size()));
  std::vector<std::pair<std::string, double>> shown = {
      {"style", mean.style}, {"content", mean.content_relu3_1}, {"SSIM", mean.ssim}, {"edge F1", mean.edge_f1}};
  if (clips_) {
    const ClipFigures of_clips = clipFigures();
    shown.emplace_back("warp 1", of_clips.ratio1());
    shown.emplace_back("warp 8", of_clips.ratio8());
  }
  return shown;
}

double MultiRecipe::fusionWeight() {
  torch::NoGradGuard no_grad;
  return exported()->fusionWeight().item<double>();
}

// Frames, a row for each painting, and one for the half-and-half mixture of the first two.
torch::Tensor MultiRecipe::samples() {
  torch::NoGradGuard no_grad;
  const Frozen frozen(*exported());
  const torch::Tensor vectors = exportedEncoder()->learned();
  const int side = std::max(kSmallestSampleSide, settings_.image_size);
  const std::vector<const Image*> pictures = sampledPictures(content_.pictures);
  std::vector<torch::Tensor> rows;
  const auto addRow = [&](const torch::Tensor& vector) {
    const torch::Tensor grid =
        sampleGrid([&](const torch::Tensor& frame) { return paint(frame, vector); }, pictures, side, runtime_.device);
    rows.push_back(rows.empty() ? grid : grid.narrow(1, side, side));
  };
  for (size_t i = 0; i < std::min(kSampleRows, meters_.size()); ++i) addRow(vectors[static_cast<int64_t>(i)]);
  addRow((vectors[0] + vectors[1]) / 2);
  return torch::cat(rows, 1);
}

Style MultiRecipe::exportedStyle(const Provenance& provenance) {
  torch::NoGradGuard no_grad;
  const nlohmann::json settings = nlohmann::json::parse(settingsJson());
  return makeStyle(*exported(), describedPaintings(settings), exportedEncoder()->learned(), provenance);
}

void MultiRecipe::writeResult(const std::string& training) {
  Provenance provenance = settings_.provenance;
  provenance.training = training;
  nlohmann::ordered_json metrics = {{"fusion", fusionWeight()}};
  if (!content_.pictures.held_out.empty()) {
    metrics["pictures"] = content_.pictures.held_out.size();
    metrics["image_size"] = settings_.image_size;
    for (const Figures& of_painting : figures()) metrics["paintings"].push_back(toJson(of_painting));
    if (clips_) metrics["clips"] = toJson(clipFigures());
  }
  provenance.metrics = metrics.dump();
  writeStyleFile(exportedStyle(provenance), settings_.out);
}

}  // namespace impasto::trainer
