#include "recipes/style.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "checkpoint.h"
#include "data/crop_loader.h"
#include "data/image_folder.h"
#include "export.h"
#include "io/sha256.h"
#include "losses/content.h"
#include "losses/lattice.h"
#include "losses/palette.h"
#include "losses/readability.h"
#include "losses/total_variation.h"
#include "networks/generator.h"
#include "networks/vgg.h"
#include "optim/adam.h"
#include "optim/muon.h"
#include "recipes/progress.h"
#include "recipes/samples.h"

namespace impasto::trainer {
namespace {

constexpr int kLargestContentSide = 768;     // shorter side in memory; larger pictures are shrunk when read
constexpr int64_t kWarmUpSteps = 50;
constexpr double kFullResolutionRate = 0.67; // of the peak learning rate, where the second cosine begins
constexpr double kFinalRate = 0.01;          // likewise, where each cosine ends
constexpr double kAverageDecay = 0.98;       // of the weight average, per step, at most
constexpr double kAdamShare = 0.1;           // learning rate of what Muon does not train, as a share of its own
constexpr int kCalibrationBatches = 12;      // statistics of the norms are measured over so many
constexpr uint64_t kCalibrationIndex = uint64_t{1} << 40;  // batches training never reaches
constexpr size_t kSampleColumns = 6;

struct Split {
  std::vector<Image> training;
  std::vector<Image> held_out;
};

// Every k-th picture is held out, so that several folders are represented.
Split splitPictures(std::vector<Image> images, int holdout) {
  Split split;
  const size_t count = std::min(static_cast<size_t>(holdout), images.size() / 4);
  const size_t stride = count == 0 ? images.size() + 1 : images.size() / count;
  for (size_t i = 0; i < images.size(); ++i) {
    const bool out = count > 0 && i % stride == stride / 2 && split.held_out.size() < count;
    (out ? split.held_out : split.training).push_back(std::move(images[i]));
  }
  return split;
}

// What the perceptual network gets of pictures: full or half resolution, and mirrored a little beyond the border. Its
// zero padding would otherwise look like a dark frame around every crop, and the generator would paint one.
torch::Tensor asSeen(const torch::Tensor& pictures, bool full_resolution) {
  constexpr int64_t kMirrored = 8;  // pixels of the result
  const torch::Tensor scaled = full_resolution ? pictures : torch::avg_pool2d(pictures, 2);
  return torch::reflection_pad2d(scaled, {kMirrored, kMirrored, kMirrored, kMirrored});
}

// Frame pixels around a training crop that the generator sees and the losses do not. Without them the border of every crop
// is a place that the generator knows, and it lays out the painting's composition by it: a meadow along the lower edge.
// A multiple of 8, the generator's alignment.
int64_t contextPixels(int image_size) { return image_size / 4 / 8 * 8; }

// Where the noise of a crop without its context begins.
std::vector<std::pair<uint32_t, uint32_t>> withoutContext(std::vector<std::pair<uint32_t, uint32_t>> noise_offsets,
                                                          int image_size) {
  const auto texels = static_cast<uint32_t>(contextPixels(image_size) / 8);  // noise lies at 1/8
  for (auto& [x, y] : noise_offsets) {
    x += texels;
    y += texels;
  }
  return noise_offsets;
}

torch::Tensor withoutContext(const torch::Tensor& pictures, int64_t image_size) {
  const int64_t context = (pictures.size(2) - image_size) / 2;
  return pictures.narrow(2, context, image_size).narrow(3, context, image_size);
}

// A cosine for each of the two parts of training: the second one, at full resolution, has much to change.
double learningRate(double peak, int64_t step, int64_t steps, double full_resolution_at) {
  const double warm_up = std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(kWarmUpSteps));
  const double done = static_cast<double>(step) / static_cast<double>(steps);
  const bool full_resolution = done >= full_resolution_at;
  const double part = full_resolution ? (done - full_resolution_at) / (1.0 - full_resolution_at)
                                      : done / full_resolution_at;
  const double top = full_resolution ? kFullResolutionRate : 1.0;
  return peak * warm_up * (kFinalRate + (top - kFinalRate) * 0.5 * (1.0 + std::cos(std::numbers::pi * part)));
}

// Weights that a style file could hold: a run that diverges passes through huge ones before its loss stops being a
// number, and must not overwrite its last good checkpoint with them.
bool allUsable(const torch::nn::Module& module) {
  constexpr double kLargestHalf = 65504.0;
  for (const torch::Tensor& parameter : module.parameters()) {
    if (!(parameter.detach().abs().max().item<double>() <= kLargestHalf)) return false;
  }
  return true;
}

}  // namespace

struct StyleTraining::State {
  StyleSettings settings;
  Runtime runtime;
  std::function<void(const std::string&)> log;
  Vgg vgg;
  Split pictures;
  CropLoader::Options crops;
  Generator generator{nullptr}, average{nullptr};  // average: defined once norms are frozen
  std::vector<GramStyleLoss> style_losses, half_style_losses;  // of the painting at full and at half resolution
  std::unique_ptr<PaletteLoss> palette_loss;
  std::unique_ptr<FigureMeter> meter;
  std::set<std::string> layers;  // of the perceptual network: style and content
  std::unique_ptr<Muon> muon;
  std::unique_ptr<Adam> adam;
  double kernel_rate = 0, other_rate = 0;
  int64_t step = 0;
  std::unique_ptr<CropLoader> loader;

  State(const StyleSettings& s, const Runtime& r, std::function<void(const std::string&)> l)
      : settings(s), runtime(r), log(std::move(l)), vgg(s.perceptual) {}

  void makeOptimisers();
  void warmStart();
  void resume();
  void freezeNorms();
  int64_t freezeStep() const;
  void updateAverage();
  std::vector<torch::Tensor> calibrationBatches() const;
  torch::Tensor losses(const torch::Tensor& frames, const torch::Tensor& paintings, bool full_resolution,
                       StyleLosses& values) const;
  Generator& exported() { return average ? average : generator; }
};

void StyleTraining::State::makeOptimisers() {
  const bool use_muon = settings.optimizer == "muon";
  const std::string last = generator->spec().graph.ops[generator->spec().graph.output].name + "/";
  std::vector<torch::Tensor> kernels, others;
  for (const auto& item : generator->named_parameters()) {
    // The last layer maps to colours: its scale matters, which Muon would fix.
    const bool kernel = item.value().dim() == 4 && item.key().rfind(last, 0) != 0;
    (use_muon && kernel ? kernels : others).push_back(item.value());
  }
  muon = std::make_unique<Muon>(kernels);
  adam = std::make_unique<Adam>(others);
  const double rate = settings.learning_rate > 0 ? settings.learning_rate : use_muon ? 0.012 : 0.002;
  kernel_rate = rate;
  other_rate = use_muon ? kAdamShare * rate : rate;
}

std::vector<torch::Tensor> StyleTraining::State::calibrationBatches() const {
  std::vector<torch::Tensor> batches;
  for (int i = 0; i < kCalibrationBatches; ++i) {
    const uint64_t index = kCalibrationIndex + static_cast<uint64_t>(i);
    batches.push_back(makeCropBatch(pictures.training, crops, index).pictures.to(runtime.device));
  }
  return batches;
}

void StyleTraining::State::warmStart() {
  if (isCheckpoint(settings.init)) {
    const Checkpoint checkpoint = readCheckpoint(settings.init);
    load(*generator, checkpoint.norms_frozen ? "average/" : "model/", checkpoint.tensors);
  } else {
    generator->adoptFolded(readStyleFile(settings.init));
    generator->calibrate(calibrationBatches(), /*keep_function=*/true);
  }
  log("starting from " + settings.init);
}

void StyleTraining::State::freezeNorms() {
  generator->calibrate(calibrationBatches(), /*keep_function=*/false);
  generator->freezeNorms(true);
  average = Generator(generator->spec());
  average->to(runtime.device);
  average->setCompute(runtime.compute);
  average->freezeNorms(true);
  std::map<std::string, torch::Tensor> tensors;
  save(*generator, "", tensors);
  load(*average, "", tensors);
}

int64_t StyleTraining::State::freezeStep() const {
  return static_cast<int64_t>(std::ceil(settings.freeze_norms_at * static_cast<double>(settings.steps)));
}

void StyleTraining::State::updateAverage() {
  torch::NoGradGuard no_grad;
  // Young averages forget faster: otherwise a short run would end as it began.
  const auto age = static_cast<double>(std::max<int64_t>(0, step - freezeStep()));
  const double decay = std::min(kAverageDecay, (1.0 + age) / (10.0 + age));
  const std::vector<torch::Tensor> from = generator->parameters(), to = average->parameters();
  for (size_t i = 0; i < from.size(); ++i) to[i].lerp_(from[i], 1.0 - decay);
}

torch::Tensor StyleTraining::State::losses(const torch::Tensor& frames, const torch::Tensor& paintings,
                                           bool full_resolution, StyleLosses& values) const {
  torch::Tensor content_target;
  {
    torch::NoGradGuard no_grad;
    content_target = vgg.features(asSeen(frames, full_resolution), {settings.content_layer}).at(settings.content_layer);
  }
  const std::map<std::string, torch::Tensor> features = vgg.features(asSeen(paintings, full_resolution), layers);
  const torch::Tensor content = contentLoss(features.at(settings.content_layer), content_target);
  const std::vector<GramStyleLoss>& gram_losses = full_resolution ? style_losses : half_style_losses;
  torch::Tensor style = gram_losses[0](features);
  for (size_t i = 1; i < gram_losses.size(); ++i) style = style + gram_losses[i](features);
  style = style / static_cast<double>(gram_losses.size());
  torch::Tensor total = settings.content_weight * content + settings.style_weight * style;
  values.content = content.item<double>();
  values.style = style.item<double>();
  if (settings.palette_weight > 0) {
    const torch::Tensor palette = (*palette_loss)(paintings, settings.seed + static_cast<uint64_t>(step));
    values.palette = palette.item<double>();
    total = total + settings.palette_weight * palette;
  }
  if (settings.structure_weight > 0) total = total + settings.structure_weight * structureLoss(paintings, frames);
  if (settings.edge_weight > 0) total = total + settings.edge_weight * edgeLoss(paintings, frames);
  if (settings.tone_weight > 0) total = total + settings.tone_weight * toneLoss(paintings, frames);
  if (settings.lattice_weight > 0) total = total + settings.lattice_weight * latticeLoss(paintings);
  if (settings.detail_weight > 0 && !full_resolution) {
    total = total + settings.detail_weight * fineDetailLoss(paintings, frames);
  }
  if (settings.tv_weight > 0) total = total + settings.tv_weight * totalVariationLoss(paintings);
  values.total = total.item<double>();
  return total;
}

StyleTraining::StyleTraining(const StyleSettings& settings, const Runtime& runtime,
                             std::function<void(const std::string&)> log) {
  checkSettings(settings);
  state_ = std::make_unique<State>(settings, runtime, std::move(log));
  State& s = *state_;
  s.layers.insert(settings.content_layer);
  for (const StyleLayer& layer : settings.style_layers) s.layers.insert(layer.name);
  for (const std::string& layer : s.layers) {
    if (!s.vgg.has(layer)) throw Error(ErrorCode::InvalidArgument, settings.perceptual + ": has no layer " + layer);
  }
  s.vgg.to(runtime.device, runtime.compute);

  const Image painting = scaleShorterSide(readImage(settings.style_image), settings.style_size);
  s.settings.provenance.style_image_sha256 = sha256HexOfFile(settings.style_image);
  {
    torch::NoGradGuard no_grad;
    const torch::Tensor tensor = toTensor(painting).unsqueeze(0).to(runtime.device);
    const auto gramLoss = [&](bool full_resolution, bool center) {
      return GramStyleLoss(settings.style_layers, s.vgg.features(asSeen(tensor, full_resolution), s.layers), center);
    };
    s.half_style_losses.push_back(gramLoss(false, settings.gram_center));
    s.style_losses.push_back(gramLoss(true, false));
    if (settings.gram_center) s.style_losses.push_back(gramLoss(true, true));
    s.palette_loss = std::make_unique<PaletteLoss>(tensor);
    s.meter = std::make_unique<FigureMeter>(s.vgg, nullptr, tensor);
  }

  ImageFolder folder = readImageFolders(settings.content, std::max(kLargestContentSide, settings.image_size), s.log);
  s.pictures = splitPictures(std::move(folder.images), settings.holdout);
  s.crops = {.crop = settings.image_size + 2 * static_cast<int>(contextPixels(settings.image_size)), .batch = settings.batch, .seed = settings.seed};

  torch::manual_seed(settings.seed);
  s.generator = Generator(makeGeneratorSpec(settings.size));
  s.generator->to(runtime.device);
  s.generator->setCompute(runtime.compute);
  s.generator->train();
  s.makeOptimisers();
  if (!settings.init.empty()) s.warmStart();
  if (!settings.resume.empty()) s.resume();
  s.loader = std::make_unique<CropLoader>(s.pictures.training, s.crops, static_cast<uint64_t>(s.step));
}

StyleTraining::~StyleTraining() = default;

int64_t StyleTraining::stepsDone() const { return state_->step; }
size_t StyleTraining::trainingPictures() const { return state_->pictures.training.size(); }

StyleLosses StyleTraining::step() {
  State& s = *state_;
  if (s.step >= s.freezeStep() && !s.average) s.freezeNorms();

  const CropBatch batch = s.loader->next();
  const torch::Tensor frames = batch.pictures.to(s.runtime.device);
  for (const torch::Tensor& parameter : s.generator->parameters()) parameter.mutable_grad() = torch::Tensor();
  StyleLosses values;
  const bool full_resolution =
      static_cast<double>(s.step) >= s.settings.full_resolution_at * static_cast<double>(s.settings.steps);
  const torch::Tensor paintings = s.generator->forward(frames, batch.noise_offsets);
  const int64_t size = s.settings.image_size;
  const torch::Tensor seen = withoutContext(paintings, size);
  torch::Tensor loss = s.losses(withoutContext(frames, size), seen, full_resolution, values);
  if (s.settings.border_weight > 0 && s.average) {  // while norms depend on the batch, two passes differ by that
    const torch::Tensor bordered = s.generator->forward(withoutContext(frames, size), withoutContext(batch.noise_offsets, s.settings.image_size));
    loss = loss + s.settings.border_weight * (bordered - seen.detach()).abs().mean();
  }
  if (!std::isfinite(values.total)) {
    throw Error(ErrorCode::Internal, "the loss stopped being a number at step " + std::to_string(s.step + 1) +
                                         ": lower --lr and go on with --resume " + checkpointPath(s.settings));
  }
  loss.backward();
  const double rate = learningRate(1.0, s.step, s.settings.steps, s.settings.full_resolution_at);
  s.muon->step(rate * s.kernel_rate);
  s.adam->step(rate * s.other_rate, s.step + 1);
  if (s.average) s.updateAverage();
  ++s.step;
  return values;
}

Figures StyleTraining::heldOut() {
  State& s = *state_;
  Figures sum;
  if (s.pictures.held_out.empty()) return sum;
  torch::NoGradGuard no_grad;
  Generator& generator = s.exported();
  const bool was_frozen = generator->normsFrozen();
  generator->freezeNorms(true);
  const int size = std::max(s.settings.image_size, static_cast<int>(FigureMeter::kSmallestSide));
  for (const Image& image : s.pictures.held_out) {
    const int side = std::min(image.width, image.height);
    const Image middle =
        resample(image, (image.width - side) / 2, (image.height - side) / 2, side, side, size, size);
    const torch::Tensor frame = toTensor(middle).unsqueeze(0).to(s.runtime.device);
    sum += s.meter->measure(generator->forward(frame), frame);
  }
  generator->freezeNorms(was_frozen);
  return sum.dividedBy(static_cast<double>(s.pictures.held_out.size()));
}

void StyleTraining::writeCheckpoint() {
  State& s = *state_;
  if (!allUsable(*s.generator)) {
    throw Error(ErrorCode::Internal, "weights have grown beyond use before step " + std::to_string(s.step) +
                                         ": lower --lr and go on with --resume " + checkpointPath(s.settings));
  }
  Checkpoint checkpoint;
  checkpoint.step = s.step;
  checkpoint.settings = settingsJson(s.settings);
  checkpoint.size = s.settings.size;
  checkpoint.norms_frozen = bool(s.average);
  save(*s.generator, "model/", checkpoint.tensors);
  if (s.average) save(*s.average, "average/", checkpoint.tensors);
  const auto put = [&](const std::string& name, const std::vector<torch::Tensor>& tensors) {
    for (size_t i = 0; i < tensors.size(); ++i) checkpoint.tensors["optimiser/" + name + std::to_string(i)] = tensors[i].cpu();
  };
  put("momentum", s.muon->momenta());
  put("mean", s.adam->means());
  put("square", s.adam->squares());
  trainer::writeCheckpoint(checkpoint, checkpointPath(s.settings));
}

void StyleTraining::State::resume() {
  const Checkpoint checkpoint = readCheckpoint(settings.resume);
  if (checkpoint.size != settings.size) {
    throw Error(ErrorCode::InvalidArgument, settings.resume + ": was trained with --size " + checkpoint.size);
  }
  if (checkpoint.step >= settings.steps) {
    throw Error(ErrorCode::InvalidArgument, settings.resume + ": has done " + std::to_string(checkpoint.step) +
                                                " steps already; ask for more than that by --steps");
  }
  load(*generator, "model/", checkpoint.tensors);
  if (checkpoint.norms_frozen) {
    freezeNorms();
    load(*generator, "model/", checkpoint.tensors);
    load(*average, "average/", checkpoint.tensors);
  }
  const auto take = [&](const std::string& name, std::vector<torch::Tensor>& tensors) {
    torch::NoGradGuard no_grad;
    for (size_t i = 0; i < tensors.size(); ++i) {
      const auto found = checkpoint.tensors.find("optimiser/" + name + std::to_string(i));
      if (found == checkpoint.tensors.end() || found->second.sizes() != tensors[i].sizes()) {
        throw Error(ErrorCode::InvalidArgument, settings.resume + ": was trained with another --optimizer");
      }
      tensors[i].copy_(found->second);
    }
  };
  take("momentum", muon->momenta());
  take("mean", adam->means());
  take("square", adam->squares());
  step = checkpoint.step;
  if (checkpoint.settings != settingsJson(settings)) {
    log("settings differ from those in " + settings.resume + ": the run goes on with the new ones");
  }
  log("going on from step " + std::to_string(step) + " of " + settings.resume);
}

void StyleTraining::writeSamples() {
  State& s = *state_;
  std::vector<const Image*> pictures;
  const std::vector<Image>& from = s.pictures.held_out.empty() ? s.pictures.training : s.pictures.held_out;
  for (size_t i = 0; i < std::min(kSampleColumns, from.size()); ++i) pictures.push_back(&from[i]);
  char name[32];
  std::snprintf(name, sizeof(name), "step_%07lld.png", static_cast<long long>(s.step));
  writeSampleGrid(s.exported(), pictures, std::max(384, s.settings.image_size), s.runtime.device,
                  (std::filesystem::path(s.settings.samples) / name).string());
}

Style StyleTraining::style(const Figures& figures) {
  State& s = *state_;
  Provenance provenance = s.settings.provenance;
  provenance.training = settingsJson(s.settings);
  if (!s.pictures.held_out.empty()) {
    nlohmann::ordered_json metrics = {{"pictures", s.pictures.held_out.size()}, {"image_size", s.settings.image_size}};
    metrics.update(toJson(figures));
    provenance.metrics = metrics.dump();
  }
  return makeStyle(*s.exported(), provenance);
}

bool trainStyle(const StyleSettings& settings, const Runtime& runtime) {
  const auto log = [](const std::string& message) { std::fprintf(stderr, "%s\n", message.c_str()); };
  StyleTraining training(settings, runtime, log);
  if (!settings.samples.empty()) {
    std::error_code error;
    std::filesystem::create_directories(settings.samples, error);
    if (error) throw Error(ErrorCode::Io, settings.samples + ": cannot be made: " + error.message());
  }
  log("training on " + std::to_string(training.trainingPictures()) + " pictures; " + describe(runtime) +
      "; checkpoint " + checkpointPath(settings));
  const auto report = [](const Figures& figures, int64_t step) {
    char text[160];
    std::snprintf(text, sizeof(text), "held out at step %lld: style %.3f  content %.3f  SSIM %.3f  edge F1 %.3f",
                  static_cast<long long>(step), figures.style, figures.content_relu3_1, figures.ssim, figures.edge_f1);
    return std::string(text);
  };
  Progress progress(training.stepsDone() + 1, settings.steps, settings.batch, "crops");
  while (training.stepsDone() < settings.steps) {
    if (stopRequested()) {
      training.writeCheckpoint();
      progress.note("stopped after step " + std::to_string(training.stepsDone()) + "; go on with --resume " +
                    checkpointPath(settings));
      return false;
    }
    const StyleLosses losses = training.step();
    const int64_t step = training.stepsDone();
    progress.update(step, {{"content", losses.content}, {"style", losses.style}, {"loss", losses.total}});
    if (!settings.samples.empty() && (step % settings.samples_every == 0 || step == settings.steps)) {
      training.writeSamples();
      if (step < settings.steps) progress.note(report(training.heldOut(), step));
    }
    if (step == settings.steps || (settings.checkpoint_every > 0 && step % settings.checkpoint_every == 0)) {
      training.writeCheckpoint();
    }
  }
  progress.finish();
  const Figures figures = training.heldOut();
  if (settings.holdout > 0) log(report(figures, settings.steps));
  writeStyleFile(training.style(figures), settings.out);
  log("wrote " + settings.out);
  return true;
}

}  // namespace impasto::trainer
