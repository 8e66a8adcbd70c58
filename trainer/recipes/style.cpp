#include "recipes/style.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "base/error.h"
#include "data/image_folder.h"
#include "export/style_export.h"
#include "io/sha256.h"
#include "logging/sample_grid.h"
#include "optim/adam.h"
#include "optim/muon.h"
#include "optim/schedule.h"

namespace impasto::trainer {
namespace {

constexpr int kLargestContentSide = 768;     // shorter side in memory, and at least two crops: larger pictures are shrunk
constexpr int kSmallestPainting = 64;        // shorter side, pixels: less holds no stroke
constexpr size_t kFewPictures = 16;
constexpr int64_t kWarmUpSteps = 50;
constexpr double kFullResolutionRate = 0.67; // of the peak learning rate, where the second cosine begins
constexpr double kFinalRate = 0.01;          // likewise, where each cosine ends
constexpr double kAverageDecay = 0.98;       // of the weight average, per step, at most
constexpr double kAdamShare = 0.1;           // learning rate of what Muon does not train, as a share of its own
constexpr int kCalibrationBatches = 12;      // statistics of the norms are measured over so many
constexpr uint64_t kCalibrationIndex = uint64_t{1} << 40;  // batches training never reaches
constexpr size_t kSampleColumns = 6;
constexpr int kSmallestSampleSide = 384;

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

Window withoutContext(int image_size) {
  const int64_t context = contextPixels(image_size);
  return {context, context, image_size, image_size};
}

// A cosine for each of the two parts of training: the second one, at full resolution, has much to change.
double learningRate(int64_t step, int64_t steps, double full_resolution_at) {
  const double done = static_cast<double>(step) / static_cast<double>(steps);
  const bool full_resolution = done >= full_resolution_at;
  const double part = full_resolution ? (done - full_resolution_at) / (1.0 - full_resolution_at)
                                      : done / full_resolution_at;
  const double top = full_resolution ? kFullResolutionRate : 1.0;
  return warmUpAt(step, kWarmUpSteps) * top * decayAt(Decay::Cosine, part, kFinalRate / top);
}

// The frozen network for as long as this lives.
class Frozen {
 public:
  explicit Frozen(GeneratorImpl& generator) : generator_(generator), was_frozen_(generator.normsFrozen()) {
    generator_.freezeNorms(true);
  }
  ~Frozen() { generator_.freezeNorms(was_frozen_); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  GeneratorImpl& generator_;
  bool was_frozen_;
};

Generator makeGenerator(const StyleSettings& settings, const Runtime& runtime) {
  Generator generator(makeGeneratorSpec(settings.size));
  generator->to(runtime.device);
  generator->setCompute(runtime.compute);
  generator->train();
  return generator;
}

}  // namespace

StyleRecipe::StyleRecipe(const StyleSettings& settings, const Runtime& runtime, Log log)
    : settings_(settings), runtime_(runtime), log_(std::move(log)), vgg_(settings.perceptual),
      painting_sha256_(sha256HexOfFile(settings.style_image)), perceptual_sha256_(sha256HexOfFile(settings.perceptual)),
      generator_((torch::manual_seed(settings.seed), makeGenerator(settings, runtime))),
      averaged_(makeGenerator(settings, runtime)), average_(*generator_, *averaged_, kAverageDecay) {
  vgg_.to(runtime.device, runtime.compute);
  averaged_->freezeNorms(true);
  loadPainting();
  loadPictures();
  makeOptimisers();
  if (settings.adversarial_weight > 0) {
    const int shorter = static_cast<int>(std::min(painting_.size(2), painting_.size(3)));
    adversary_side_ = std::min(settings.image_size, shorter);
    if (settings.adversary.discriminator == "dcgan") adversary_side_ = static_cast<int>(std::bit_floor(unsigned(adversary_side_)));
    adversary_ = std::make_unique<Adversary>(settings.adversary, 3, adversary_side_, runtime.device, settings.seed);
  }
  if (!settings.init.empty() && settings.resume.empty()) warmStart();
}

void StyleRecipe::loadPainting() {
  const Image image = readImage(settings_.style_image);
  const int shorter = std::min(image.width, image.height);
  const std::string size = std::to_string(image.width) + "x" + std::to_string(image.height);
  if (shorter < kSmallestPainting) {
    throw Error(ErrorCode::InvalidArgument, settings_.style_image + ": is " + size + ", too small to show strokes: at least " +
                                                std::to_string(kSmallestPainting) + " pixels on its shorter side");
  }
  if (shorter < settings_.style_size) {
    log_(settings_.style_image + ": is " + size + " and will be enlarged to --style-size " +
         std::to_string(settings_.style_size) + ": strokes will be soft");
  }
  torch::NoGradGuard no_grad;
  painting_ = toTensor(scaleShorterSide(image, settings_.style_size)).unsqueeze(0).to(runtime_.device);
  objective_ = std::make_unique<StyleObjective>(settings_, vgg_, painting_);
  meter_ = std::make_unique<FigureMeter>(vgg_, nullptr, painting_);
}

void StyleRecipe::loadPictures() {
  ImageFolder folder = readImageFolders(settings_.content, std::max(kLargestContentSide, 2 * settings_.image_size), log_);
  pictures_sha256_ = folder.sha256;
  pictures_ = splitPictures(std::move(folder), settings_.holdout);
  const size_t count = pictures_.training.size(), held_out = pictures_.held_out.size();
  log_("training on " + std::to_string(count) + " pictures, " + std::to_string(held_out) + " held out");
  if (count < kFewPictures) log_("so few pictures are soon known by heart: some hundred are better");
  if (settings_.holdout > 0 && held_out == 0) {
    log_("no picture is held out (that takes four, or four clips): samples will show pictures of the training");
  }
  crops_ = {.crop = settings_.image_size,
            .context = static_cast<int>(contextPixels(settings_.image_size)),
            .batch = settings_.batch,
            .seed = settings_.seed};
}

std::string StyleRecipe::settingsJson() const {
  StyleSettings copy = settings_;
  Fields fields;
  declare(fields, copy);
  return fields.json().dump();
}

void StyleRecipe::makeOptimisers() {
  const bool use_muon = settings_.optimizer == "muon";
  const std::string last = generator_->spec().graph.ops[generator_->spec().graph.output].name + "/";
  const std::vector<int64_t> phases = generator_->subPixelPhases();
  std::vector<torch::Tensor> kernels, others;
  std::vector<int64_t> kernel_phases;
  size_t index = 0;
  for (const auto& item : generator_->named_parameters()) {
    // The last layer maps to colours: its scale matters, which Muon would fix.
    const bool kernel = item.value().dim() == 4 && item.key().rfind(last, 0) != 0;
    (use_muon && kernel ? kernels : others).push_back(item.value());
    if (use_muon && kernel) kernel_phases.push_back(phases[index]);
    ++index;
  }
  const double rate = settings_.learning_rate > 0 ? settings_.learning_rate : use_muon ? 0.012 : 0.002;
  if (use_muon) {
    optimisers_.push_back(std::make_unique<Muon>(kernels, kernel_phases));
    rates_.push_back(rate);
  }
  optimisers_.push_back(std::make_unique<Adam>(others));
  rates_.push_back(use_muon ? kAdamShare * rate : rate);
}

std::vector<Phase> StyleRecipe::phases() {
  Phase phase{.name = "generator", .members = {}};
  for (size_t i = 0; i < optimisers_.size(); ++i) {
    const double peak = rates_[i];
    phase.members.push_back({optimisers_[i].get(), [this, peak](int64_t step) {
                               return peak * learningRate(step, settings_.steps, settings_.full_resolution_at);
                             }});
  }
  if (!adversary_) return {phase};
  return {adversary_->phase("discriminator", settings_.steps), phase};
}

void StyleRecipe::registerState(Registry& registry) {
  registry.add("generator", *generator_);
  registry.add("average", average_);
  registry.fingerprint("--size", settings_.size);
  registry.fingerprint("--optimizer", settings_.optimizer);
  registry.fingerprint("painting", painting_sha256_);
  registry.fingerprint("set of pictures", pictures_sha256_);
  registry.fingerprint("perceptual network", perceptual_sha256_);
  if (adversary_) adversary_->registerState(registry, "discriminator");
}

std::vector<torch::Tensor> StyleRecipe::calibrationBatches() const {
  std::vector<torch::Tensor> batches;
  for (int i = 0; i < kCalibrationBatches; ++i) {
    const uint64_t index = kCalibrationIndex + static_cast<uint64_t>(i);
    batches.push_back(toUnit(makeCropBatch(pictures_.training, crops_, index).pictures, runtime_.device));
  }
  return batches;
}

void StyleRecipe::warmStart() {
  if (isCheckpoint(settings_.init)) {
    copyWeights(*generatorOf(readCheckpoint(settings_.init)), *generator_);
  } else {
    generator_->adoptFolded(readStyleFile(settings_.init));
  }
  // Norms that were frozen, or never were there, have statistics that are not those of this run's crops.
  generator_->calibrate(calibrationBatches(), /*keep_function=*/true);
  log_("starting from " + settings_.init);
}

int64_t StyleRecipe::freezeStep() const {
  return static_cast<int64_t>(std::ceil(settings_.freeze_norms_at * static_cast<double>(settings_.steps)));
}

bool StyleRecipe::fullResolution(int64_t step) const {
  return static_cast<double>(step) >= settings_.full_resolution_at * static_cast<double>(settings_.steps);
}

void StyleRecipe::resumeAt(int64_t step) {
  figures_.reset();
  generator_->freezeNorms(average_.active());
  batches_.resize(static_cast<size_t>(settings_.accumulate));
  loader_ = std::make_unique<CropLoader>(pictures_.training, crops_, static_cast<uint64_t>(step * settings_.accumulate));
}

void StyleRecipe::begin(int64_t step) {
  if (step < freezeStep() || average_.active()) return;
  generator_->calibrate(calibrationBatches(), /*keep_function=*/false);
  generator_->freezeNorms(true);
  average_.start();
}

void StyleRecipe::load(const MicroBatch& micro) {
  CropBatch crops = loader_->next();
  batches_[static_cast<size_t>(micro.index)] = {toUnit(crops.pictures, runtime_.device), std::move(crops.noise_offsets), {}};
}

// As many crops of the painting as there are of frames: a function of the seed and the micro-batch.
torch::Tensor StyleRecipe::paintingCrops(const MicroBatch& micro) const {
  std::seed_seq seed{settings_.seed, static_cast<uint64_t>(micro.step), static_cast<uint64_t>(micro.index)};
  std::mt19937_64 random(seed);
  const int64_t side = adversary_side_, height = painting_.size(2), width = painting_.size(3);
  std::vector<torch::Tensor> crops;
  for (int i = 0; i < settings_.batch; ++i) {
    const auto y = static_cast<int64_t>(random() % static_cast<uint64_t>(height - side + 1));
    const auto x = static_cast<int64_t>(random() % static_cast<uint64_t>(width - side + 1));
    const torch::Tensor crop = painting_[0].narrow(1, y, side).narrow(2, x, side);
    crops.push_back(random() % 2 == 0 ? crop : crop.flip(2));
  }
  return torch::stack(crops);
}

torch::Tensor StyleRecipe::loss(size_t phase, const MicroBatch& micro, Scalars& scalars) {
  Batch& batch = batches_[static_cast<size_t>(micro.index)];
  const int size = settings_.image_size;
  const Window window = withoutContext(size);
  // Painted once for both phases: the discriminator's step leaves the generator as it is.
  if (!batch.paintings.defined()) batch.paintings = generator_->forward(batch.frames, batch.noise_offsets, window);
  const auto judged = [&](const torch::Tensor& x) {
    const int64_t margin = (size - adversary_side_) / 2;
    return x.narrow(2, margin, adversary_side_).narrow(3, margin, adversary_side_);
  };
  if (adversary_ && phase == 0) {
    return adversary_->discriminatorLoss(paintingCrops(micro), judged(batch.paintings.detach()), micro.step, scalars);
  }
  const torch::Tensor frames = batch.frames.narrow(2, window.y, size).narrow(3, window.x, size);
  const torch::Tensor paintings = std::move(batch.paintings);
  batch.paintings = torch::Tensor();
  const uint64_t seed = settings_.seed + static_cast<uint64_t>(micro.step * micro.count + micro.index);
  torch::Tensor loss = (*objective_)(frames, paintings, fullResolution(micro.step), seed, scalars);
  if (adversary_) {
    const torch::Tensor adversarial = adversary_->generatorLoss(judged(paintings));
    const torch::Tensor balance = adversary_->balance(loss, adversarial, paintings, micro.step);
    scalars.emplace_back("adversarial", adversarial);
    scalars.emplace_back("balance", balance);
    loss = loss + settings_.adversarial_weight * balance * adversarial;
  }
  if (settings_.border_weight > 0 && average_.active()) {  // while norms depend on the batch, two passes differ by that
    const torch::Tensor bordered = generator_->forward(frames, withoutContext(batch.noise_offsets, size));
    loss = loss + settings_.border_weight * (bordered - paintings.detach()).abs().mean();
  }
  return loss;
}

void StyleRecipe::end(int64_t /*step*/) {
  figures_.reset();
  if (average_.active()) average_.update();
}

const Figures& StyleRecipe::figures() {
  if (figures_) return *figures_;
  Figures sum;
  if (pictures_.held_out.empty()) return figures_.emplace(sum);
  torch::NoGradGuard no_grad;
  Generator& generator = exported();
  const Frozen frozen(*generator);
  const int size = std::max(settings_.image_size, static_cast<int>(FigureMeter::kSmallestSide));
  for (const Image& image : pictures_.held_out) {
    const torch::Tensor frame = toTensor(middleSquare(image, size)).unsqueeze(0).to(runtime_.device);
    sum += meter_->measure(generator->forward(frame), frame);
  }
  return figures_.emplace(sum.dividedBy(static_cast<double>(pictures_.held_out.size())));
}

std::vector<std::pair<std::string, double>> StyleRecipe::heldOut() {
  if (pictures_.held_out.empty()) return {};
  const Figures& f = figures();
  return {{"style", f.style}, {"content", f.content_relu3_1}, {"SSIM", f.ssim}, {"edge F1", f.edge_f1}};
}

torch::Tensor StyleRecipe::samples() {
  std::vector<const Image*> pictures;
  const std::vector<Image>& from = pictures_.held_out.empty() ? pictures_.training : pictures_.held_out;
  for (size_t i = 0; i < std::min(kSampleColumns, from.size()); ++i) pictures.push_back(&from[i]);
  Generator& generator = exported();
  const Frozen frozen(*generator);
  return sampleGrid([&](const torch::Tensor& frame) { return generator->forward(frame); }, pictures,
                    std::max(kSmallestSampleSide, settings_.image_size), runtime_.device);
}

void StyleRecipe::writeResult(const std::string& training) {
  Provenance provenance = settings_.provenance;
  provenance.style_image_sha256 = painting_sha256_;
  provenance.training = training;
  if (!pictures_.held_out.empty()) {
    nlohmann::ordered_json metrics = {{"pictures", pictures_.held_out.size()}, {"image_size", settings_.image_size}};
    metrics.update(toJson(figures()));
    provenance.metrics = metrics.dump();
  }
  writeStyleFile(makeStyle(*exported(), provenance), settings_.out);
}

}  // namespace impasto::trainer
