#include "recipes/perceptual.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/sha256.h"
#include "losses/gram_style.h"
#include "optim/adam.h"
#include "optim/schedule.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kWarmUpSteps = 50;
constexpr double kFinalRate = 0.02;  // of the peak learning rate
const std::set<std::string> kLayers = {"relu1_1", "relu2_1", "relu3_1", "relu4_1"};
const std::string kDeepest = "relu4_1";

// Channels left of each layer: VGG19 comes to 46 thousand multiply-adds a pixel in place of 241, and to 0.62 million
// parameters. A network narrower than VGG keeps a quarter.
int64_t rankOf(const std::string& layer, int64_t channels) {
  static const std::map<std::string, int64_t> ranks = {{"relu1_1", 12}, {"relu1_2", 16}, {"relu2_1", 24},
                                                       {"relu2_2", 32}, {"relu3_1", 32}, {"relu3_2", 32},
                                                       {"relu3_3", 32}, {"relu3_4", 48}};
  const auto found = ranks.find(layer);
  return std::min(found == ranks.end() ? channels : found->second, std::max<int64_t>(1, channels / 4));
}

double multiplyAddsPerPixel(const Vgg& vgg, const std::string& deepest) {
  double sum = 0, texels = 1;
  for (const Vgg::Layer& layer : vgg.layers()) {
    if (layer.pool_before) texels /= 4;
    sum += texels * static_cast<double>(layer.weight.numel());
    if (layer.name == deepest) break;
  }
  return sum;
}

torch::Tensor relativeError(const torch::Tensor& value, const torch::Tensor& target) {
  return (value - target).square().sum() / target.square().sum().clamp_min(1e-12);
}

torch::Tensor covariance(const torch::Tensor& features) { return covarianceOf(gramMatrix(features), features); }

}  // namespace

PerceptualRecipe::PerceptualRecipe(const PerceptualSettings& settings, const Runtime& runtime, Log log)
    : settings_(settings), runtime_(runtime), log_(std::move(log)), teacher_(settings.teacher),
      teacher_sha256_(sha256HexOfFile(settings.teacher)),
      content_(loadContent(settings.content, settings.image_size, settings.holdOut(), log_)),
      crops_{.crop = settings.image_size, .batch = settings.batch, .seed = settings.seed,
             .process = runtime.process, .processes = runtime.processes, .augmentation = settings.augmentation} {
  teacher_.to(runtime.device, runtime.compute);
  CropLoader::Options same_everywhere = crops_;
  same_everywhere.process = 0;
  std::vector<torch::Tensor> pictures;
  for (const GeneratorInputs& batch : calibrationBatches(content_.pictures.training, same_everywhere, runtime.device)) {
    pictures.push_back(batch.color);
  }
  student_ = std::make_unique<ThinVgg>(teacher_, kDeepest, rankOf, pictures);
  student_->to(runtime.device, runtime.compute);
  optimiser_ = std::make_unique<Adam>(student_->weights().parameters());
  log_("from " + std::to_string(std::lround(multiplyAddsPerPixel(teacher_, kDeepest))) + " to " +
       std::to_string(std::lround(student_->multiplyAddsPerPixel())) + " multiply-adds a pixel");
}

std::vector<Phase> PerceptualRecipe::phases() {
  const auto rate = [this](int64_t step) {
    const double done = static_cast<double>(step) / static_cast<double>(settings_.steps);
    return settings_.learning_rate * warmUpAt(step, kWarmUpSteps) * decayAt(Decay::Cosine, done, kFinalRate);
  };
  return {{.name = "student", .members = {{optimiser_.get(), rate}}}};
}

void PerceptualRecipe::registerState(Registry& registry) {
  registry.add("student", student_->weights());
  registry.fingerprint("teacher", teacher_sha256_);
  registry.fingerprint("set of pictures", content_.sha256);
}

void PerceptualRecipe::resumeAt(int64_t step) {
  held_out_.clear();
  batches_.resize(static_cast<size_t>(settings_.accumulate));
  loader_ = std::make_unique<CropLoader>(content_.pictures.training, crops_,
                                         static_cast<uint64_t>(step * settings_.accumulate), runtime_.device);
}

void PerceptualRecipe::load(const MicroBatch& micro) {
  Batch& batch = batches_[static_cast<size_t>(micro.index)];
  batch.pictures = toUnit(loader_->next().pictures, runtime_.device);
  torch::NoGradGuard no_grad;
  batch.targets = teacher_.features(batch.pictures, kLayers);
}

torch::Tensor PerceptualRecipe::loss(size_t /*phase*/, const MicroBatch& micro, Scalars& scalars) {
  const Batch& batch = batches_[static_cast<size_t>(micro.index)];
  const Features features = student_->features(batch.pictures, kLayers);
  torch::Tensor total = torch::zeros({}, batch.pictures.options());
  torch::Tensor covariances = total;
  for (const auto& [layer, value] : features) {
    const torch::Tensor f = value.to(torch::kFloat), target = batch.targets.at(layer).to(torch::kFloat);
    const torch::Tensor error = relativeError(f, target);
    scalars.emplace_back(layer, error);
    total = total + error;
    if (settings_.covariance_weight > 0) covariances = covariances + relativeError(covariance(f), covariance(target));
  }
  scalars.emplace_back("covariance", covariances / static_cast<double>(kLayers.size()));
  return (total + settings_.covariance_weight * covariances) / static_cast<double>(kLayers.size());
}

void PerceptualRecipe::end(int64_t /*step*/) { held_out_.clear(); }

std::vector<std::pair<std::string, double>> PerceptualRecipe::heldOut() {
  const std::vector<Image>& pictures = content_.pictures.held_out;
  if (pictures.empty() || !held_out_.empty()) return held_out_;
  torch::NoGradGuard no_grad;
  std::map<std::string, double> sums;
  for (const Image& image : pictures) {
    const torch::Tensor picture = toTensor(middleSquare(image, settings_.image_size)).unsqueeze(0).to(runtime_.device);
    const Features features = student_->features(picture, kLayers), targets = teacher_.features(picture, kLayers);
    for (const std::string& layer : kLayers) {
      const torch::Tensor f = features.at(layer).to(torch::kFloat), target = targets.at(layer).to(torch::kFloat);
      sums[layer] += relativeError(f, target).item<double>() / static_cast<double>(pictures.size());
      sums[layer + " covariance"] +=
          relativeError(covariance(f), covariance(target)).item<double>() / static_cast<double>(pictures.size());
    }
  }
  held_out_.assign(sums.begin(), sums.end());
  return held_out_;
}

void PerceptualRecipe::writeResult(const std::string& training) {
  TensorFile file = student_->toFile();
  file.metadata["training"] = training;
  file.metadata["derived_from"] =
      "VGG (K. Simonyan and A. Zisserman, Visual Geometry Group, University of Oxford; CC BY 4.0), projected onto principal "
      "components and trained further";
  nlohmann::ordered_json metrics;
  for (const auto& [name, value] : heldOut()) metrics[name] = value;
  if (!metrics.empty()) file.metadata["held_out_relative_error"] = metrics.dump();
  writeTensorFile(file, settings_.out);
}

}  // namespace impasto::trainer
