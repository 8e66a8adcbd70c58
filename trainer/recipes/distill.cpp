#include "recipes/distill.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "export/style_export.h"
#include "io/sha256.h"
#include "logging/sample_grid.h"
#include "losses/pixels.h"
#include "optim/schedule.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kWarmUpSteps = 50;
constexpr double kFinalRate = 0.01;      // of the peak learning rate
constexpr int kContext = 32;             // frame pixels around a crop that both generators see
constexpr int kSmallestSampleSide = 384;

// A frame alone must be enough: a student has no other inputs. A style with history paints every first frame without.
void checkTeacher(const Style& style, const std::string& path) {
  for (const InputKind kind : kInputKinds) {
    if (kind == InputKind::Color || kind == InputKind::History || !style.graph.wants(kind)) continue;
    if (kind == InputKind::Depth || kind == InputKind::Normals) {
      if (!style.graph.needs(kind)) continue;  // optional: painted without
    }
    throw Error(ErrorCode::Unsupported, path + ": reads '" + std::string(toString(kind)) +
                                            "': only styles that can do with colour alone can be teachers");
  }
}

// The style with the other's weights where an op has the same name and shape in both; returns how many have.
size_t takeOver(Style& style, const Style& from) {
  size_t taken = 0;
  for (auto& [index, weights] : style.weights) {
    const Op& op = style.graph.ops[index];
    for (const auto& [other, known] : from.weights) {
      const Op& same = from.graph.ops[other];
      const bool fits = same.name == op.name && same.channels == op.channels && same.kernel == op.kernel &&
                        known.kernel.size() == weights.kernel.size();
      if (!fits) continue;
      weights = known;
      ++taken;
    }
  }
  return taken;
}

Style readTeacher(const std::string& path) {
  Style style = readStyleFile(path);
  checkTeacher(style, path);
  return style;
}

}  // namespace

DistillRecipe::DistillRecipe(const DistillSettings& settings, const Runtime& runtime, Log log)
    : settings_(settings), runtime_(runtime), log_(std::move(log)), teacher_style_(readTeacher(settings.teacher)),
      teacher_sha256_(sha256HexOfFile(settings.teacher)), teacher_(teacher_style_),
      content_(loadContent(settings.content, settings.image_size, settings.holdOut(), log_)),
      generator_(settings, settings.steps, settings.seed, runtime),
      crops_{.crop = settings.image_size, .context = kContext, .batch = settings.batch, .seed = settings.seed,
             .process = runtime.process, .processes = runtime.processes, .augmentation = settings.augmentation} {
  teacher_->to(runtime.device);
  teacher_->setCompute(runtime.compute);
  teacher_->freezeNorms(true);
  const auto cost = [](const Graph& graph) { return std::to_string(std::lround(graph.multiplyAddsPerPixel())); };
  log_("from " + cost(teacher_style_.graph) + " to " + cost(generator_.live()->spec().graph) + " multiply-adds a pixel");
  if (!settings.resume.empty()) return;
  if (!settings.init.empty()) {
    generator_.warmStart(settings.init, calibration());
    log_("starting from " + settings.init);
  } else if (settings.inherit) {
    Style begun = makeStyle(*generator_.live(), {});
    const size_t taken = takeOver(begun, teacher_style_);
    if (taken == 0) return;
    generator_.live()->adoptFolded(begun);
    generator_.live()->calibrate(calibration()(), /*keep_function=*/true);
    log_("starting with the teacher's weights of " + std::to_string(taken) + " of " + std::to_string(begun.weights.size()) +
         " convolutions");
  }
}

std::vector<Phase> DistillRecipe::phases() {
  const auto share = [this](int64_t step) {
    const double done = static_cast<double>(step) / static_cast<double>(settings_.steps);
    return warmUpAt(step, kWarmUpSteps) * decayAt(Decay::Cosine, done, kFinalRate);
  };
  return {{.name = "student", .members = generator_.members(share)}};
}

void DistillRecipe::registerState(Registry& registry) {
  generator_.registerState(registry);
  registry.fingerprint("teacher", teacher_sha256_);
  registry.fingerprint("painting", teacher_style_.provenance.style_image_sha256);
  registry.fingerprint("set of pictures", content_.sha256);
}

TrainedGenerator::Batches DistillRecipe::calibration() const {
  return [this] { return calibrationBatches(content_.pictures.training, crops_, runtime_.device); };
}

void DistillRecipe::resumeAt(int64_t step) {
  error_.reset();
  generator_.resume();
  batches_.resize(static_cast<size_t>(settings_.accumulate));
  loader_ = std::make_unique<CropLoader>(content_.pictures.training, crops_,
                                         static_cast<uint64_t>(step * settings_.accumulate), runtime_.device);
}

void DistillRecipe::begin(int64_t step) { generator_.begin(step, calibration()); }

void DistillRecipe::load(const MicroBatch& micro) {
  CropBatch crops = loader_->next();
  Batch& batch = batches_[static_cast<size_t>(micro.index)];
  batch = {toUnit(crops.pictures, runtime_.device), std::move(crops.noise_offsets), {}};
  torch::NoGradGuard no_grad;
  const int size = settings_.image_size;
  batch.targets = teacher_->forward(batch.frames, batch.noise_offsets, Window{kContext, kContext, size, size});
}

torch::Tensor DistillRecipe::loss(size_t /*phase*/, const MicroBatch& micro, Scalars& scalars) {
  const Batch& batch = batches_[static_cast<size_t>(micro.index)];
  const int size = settings_.image_size;
  const torch::Tensor paintings =
      generator_.live()->forward(batch.frames, batch.noise_offsets, Window{kContext, kContext, size, size});
  const torch::Tensor pixels = charbonnierLoss(paintings, batch.targets);
  const torch::Tensor gradients = gradientLoss(paintings, batch.targets), colors = lowPassLoss(paintings, batch.targets);
  scalars.emplace_back("pixels", pixels);
  scalars.emplace_back("gradients", gradients);
  scalars.emplace_back("colours", colors);
  return pixels + settings_.gradient_weight * gradients + settings_.color_weight * colors;
}

void DistillRecipe::end(int64_t /*step*/) {
  error_.reset();
  generator_.end();
}

double DistillRecipe::error() {
  if (error_) return *error_;
  const std::vector<Image>& pictures = content_.pictures.held_out;
  if (pictures.empty()) return error_.emplace(0);
  torch::NoGradGuard no_grad;
  Generator& generator = exported();
  const Frozen frozen(*generator);
  double sum = 0;
  for (const Image& image : pictures) {
    const torch::Tensor frame = toTensor(middleSquare(image, settings_.image_size)).unsqueeze(0).to(runtime_.device);
    sum += (generator->forward(frame) - teacher_->forward(frame)).abs().mean().item<double>();
  }
  return error_.emplace(sum / static_cast<double>(pictures.size()));
}

std::vector<std::pair<std::string, double>> DistillRecipe::heldOut() {
  if (content_.pictures.held_out.empty()) return {};
  return {{"error", error()}};
}

torch::Tensor DistillRecipe::samples() {
  Generator& generator = exported();
  const Frozen frozen(*generator);
  const std::vector<const Image*> pictures = sampledPictures(content_.pictures);
  const int side = std::max(kSmallestSampleSide, settings_.image_size);
  const auto grid = [&](Generator& painter) {
    return sampleGrid([&](const torch::Tensor& frame) { return painter->forward(frame); }, pictures, side, runtime_.device);
  };
  const torch::Tensor of_student = grid(generator), of_teacher = grid(teacher_);
  return torch::cat({of_student, of_teacher.narrow(1, side, side)}, 1);  // frames, student, teacher
}

Provenance DistillRecipe::provenance(const std::string& training) const {
  Provenance provenance = teacher_style_.provenance;
  const Provenance& given = settings_.provenance;
  const auto prefer = [](std::string& value, const std::string& told) { value = told.empty() ? value : told; };
  prefer(provenance.title, given.title);
  prefer(provenance.painter, given.painter);
  prefer(provenance.year, given.year);
  prefer(provenance.licence, given.licence);
  nlohmann::ordered_json record = nlohmann::ordered_json::parse(training);
  nlohmann::ordered_json of_teacher = nlohmann::ordered_json::parse(provenance.training, nullptr, /*allow_exceptions=*/false);
  record["distilled_from"] = {{"sha256", teacher_sha256_}, {"size", teacher_style_.size}};
  if (of_teacher.is_object()) record["distilled_from"]["training"] = std::move(of_teacher);
  provenance.training = record.dump();
  provenance.metrics.clear();
  return provenance;
}

void DistillRecipe::writeResult(const std::string& training) {
  Provenance told = provenance(training);
  if (!content_.pictures.held_out.empty()) {
    told.metrics = nlohmann::ordered_json{{"pictures", content_.pictures.held_out.size()},
                                          {"image_size", settings_.image_size},
                                          {"mean_difference_to_teacher", error()}}
                       .dump();
  }
  writeStyleFile(makeStyle(*exported(), told), settings_.out);
}

}  // namespace impasto::trainer
