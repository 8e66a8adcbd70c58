#include "recipes/trained_network.h"

#include <cmath>

#include "base/error.h"
#include "engine/checkpoint.h"
#include "export/style_export.h"
#include "optim/adam.h"
#include "optim/muon.h"

namespace impasto::trainer {
namespace {

constexpr double kAverageDecay = 0.98;  // of the weight average, per step, at most
constexpr double kAdamShare = 0.1;      // learning rate of what Muon does not train, as a share of its own

}  // namespace

void declareOptimiser(Fields& fields, OptimiserSettings& s) {
  fields.group("Optimiser");
  fields.add("optimizer", s.optimizer, "Of the convolution kernels").choices({"muon", "adam"});
  fields.add("lr", s.learning_rate, "Peak learning rate; 0: 0.012 for muon, 0.002 for adam").atLeast(0);
  fields.add("freeze-norms-at", s.freeze_norms_at, "Fraction of the steps after which norms are frozen").range(0, 1);
  fields.add("l1", s.decay.l1, "Kernels move towards zero by this times the learning rate in each step (L1, decoupled)")
      .atLeast(0);
  fields.add("l2", s.decay.l2, "Kernels shrink by the share of this times the learning rate in each step (L2, decoupled)")
      .atLeast(0);
}

TrainedNetwork::TrainedNetwork(std::shared_ptr<PaintingNetwork> live, std::shared_ptr<PaintingNetwork> averaged,
                               const OptimiserSettings& settings, int64_t steps)
    : live_(std::move(live)), averaged_(std::move(averaged)), settings_(settings), steps_(steps),
      average_(*live_, *averaged_, kAverageDecay) {
  averaged_->freezeNorms(true);
  makeOptimisers();
}

void TrainedNetwork::makeOptimisers() {
  const bool use_muon = settings_.optimizer == "muon";
  const std::vector<int64_t> phases = live_->subPixelPhases();
  std::vector<torch::Tensor> kernels, others;
  std::vector<int64_t> kernel_phases;
  size_t index = 0;
  for (const auto& item : live_->named_parameters()) {
    // The last layer maps to colours: its scale matters, which Muon would fix.
    // So does that of the layers of 1 x 1 that make of a style vector what features are scaled by.
    const bool kernel = item.value().dim() == 4 && item.value().size(2) > 1 && !live_->makesColors(item.key());
    (use_muon && kernel ? kernels : others).push_back(item.value());
    if (use_muon && kernel) kernel_phases.push_back(phases[index]);
    ++index;
  }
  const double rate = settings_.learning_rate > 0 ? settings_.learning_rate : use_muon ? 0.012 : 0.002;
  if (use_muon) addOptimiser(std::make_unique<Muon>(kernels, kernel_phases), rate);
  addOptimiser(std::make_unique<Adam>(others), use_muon ? kAdamShare * rate : rate);
}

void TrainedNetwork::addOptimiser(std::unique_ptr<Optimizer> optimizer, double rate) {
  if (settings_.decay.any()) {
    std::vector<torch::Tensor> kernels;  // not biases, and not norms, whose scale is 1 for a reason
    for (const torch::Tensor& parameter : optimizer->parameters()) {
      if (parameter.dim() == 4) kernels.push_back(parameter);
    }
    optimizer = std::make_unique<DecayedOptimizer>(std::move(optimizer), std::move(kernels), settings_.decay);
  }
  optimisers_.push_back(std::move(optimizer));
  rates_.push_back(rate);
}

void TrainedNetwork::warmStart(const std::string& path, const Batches& batches) {
  if (isCheckpoint(path)) {
    copyWeights(*networkOf(readCheckpoint(path)), *live_);
  } else {
    adopt(readStyleFile(path), path);
  }
  // Norms that were frozen, or never were there, have statistics that are not those of this run's crops.
  live_->calibrate(batches(), /*keep_function=*/true);
  warm_ = true;
}

void TrainedNetwork::adopt(const Style& /*style*/, const std::string& path) {
  throw Error(ErrorCode::InvalidArgument, path + ": is a style file, and the network to train is none: give a checkpoint");
}

Style TrainedNetwork::style(const Provenance& /*provenance*/) {
  throw Error(ErrorCode::InvalidArgument, "this network cannot be a style file");
}

std::vector<Phase::Member> TrainedNetwork::members(const std::function<double(int64_t step)>& share) {
  std::vector<Phase::Member> members;
  for (size_t i = 0; i < optimisers_.size(); ++i) {
    members.push_back({optimisers_[i].get(), [peak = rates_[i], share](int64_t step) { return peak * share(step); }});
  }
  return members;
}

void TrainedNetwork::registerState(Registry& registry, const std::string& prefix) {
  registry.add(prefix + "generator", *live_);
  registry.add(prefix + "average", average_);
  registry.fingerprint("--optimizer", settings_.optimizer);
}

int64_t TrainedNetwork::freezeStep() const {
  return static_cast<int64_t>(std::ceil(settings_.freeze_norms_at * static_cast<double>(steps_)));
}

void TrainedNetwork::begin(int64_t step, const Batches& batches) {
  if (step < freezeStep() || average_.active()) return;
  // A warm start has just measured them, and keeps what it painted.
  if (!warm_ || step > 0) live_->calibrate(batches(), /*keep_function=*/false);
  live_->freezeNorms(true);
  average_.start();
}

void TrainedNetwork::end() {
  if (average_.active()) average_.update();
}

}  // namespace impasto::trainer
