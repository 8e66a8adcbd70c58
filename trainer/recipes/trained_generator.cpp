#include "recipes/trained_generator.h"

#include <cmath>

#include "engine/checkpoint.h"
#include "export/style_export.h"
#include "optim/adam.h"
#include "optim/muon.h"

namespace impasto::trainer {
namespace {

constexpr double kAverageDecay = 0.98;  // of the weight average, per step, at most
constexpr double kAdamShare = 0.1;      // learning rate of what Muon does not train, as a share of its own

Generator makeGenerator(const GeneratorShape& shape, const Runtime& runtime) {
  Generator generator(makeGeneratorSpec(shape));
  generator->to(runtime.device);
  generator->setCompute(runtime.compute);
  generator->train();
  return generator;
}

}  // namespace

void declareOptimiser(Fields& fields, GeneratorSettings& s) {
  fields.group("Optimiser");
  fields.add("optimizer", s.optimizer, "Of the convolution kernels").choices({"muon", "adam"});
  fields.add("lr", s.learning_rate, "Peak learning rate; 0: 0.012 for muon, 0.002 for adam").atLeast(0);
  fields.add("freeze-norms-at", s.freeze_norms_at, "Fraction of the steps after which norms are frozen").range(0, 1);
}

TrainedGenerator::TrainedGenerator(const GeneratorSettings& settings, int64_t steps, uint64_t seed, const Runtime& runtime)
    : settings_(settings), steps_(steps), live_((torch::manual_seed(seed), makeGenerator(settings, runtime))),
      averaged_(makeGenerator(settings, runtime)), average_(*live_, *averaged_, kAverageDecay) {
  averaged_->freezeNorms(true);
  makeOptimisers();
}

void TrainedGenerator::makeOptimisers() {
  const bool use_muon = settings_.optimizer == "muon";
  const Graph& graph = live_->spec().graph;
  // The convolution that makes the colours; a depth-to-space may lie behind it.
  uint32_t last_op = graph.output;
  while (graph.ops[last_op].type != OpType::Conv2d) last_op = graph.ops[last_op].inputs[0];
  const std::string last = graph.ops[last_op].name + "/";
  const std::vector<int64_t> phases = live_->subPixelPhases();
  std::vector<torch::Tensor> kernels, others;
  std::vector<int64_t> kernel_phases;
  size_t index = 0;
  for (const auto& item : live_->named_parameters()) {
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

void TrainedGenerator::warmStart(const std::string& path, const Batches& batches) {
  if (isCheckpoint(path)) {
    copyWeights(*generatorOf(readCheckpoint(path)), *live_);
  } else {
    live_->adoptFolded(readStyleFile(path));
  }
  // Norms that were frozen, or never were there, have statistics that are not those of this run's crops.
  live_->calibrate(batches(), /*keep_function=*/true);
}

std::vector<Phase::Member> TrainedGenerator::members(const std::function<double(int64_t step)>& share) {
  std::vector<Phase::Member> members;
  for (size_t i = 0; i < optimisers_.size(); ++i) {
    members.push_back({optimisers_[i].get(), [peak = rates_[i], share](int64_t step) { return peak * share(step); }});
  }
  return members;
}

void TrainedGenerator::registerState(Registry& registry, const std::string& prefix) {
  registry.add(prefix + "generator", *live_);
  registry.add(prefix + "average", average_);
  GeneratorShape shape = settings_;
  Fields fields;
  declare(fields, shape);
  for (const Field& field : fields.all()) registry.fingerprint(field.flag(), field.valueText());
  registry.fingerprint("--optimizer", settings_.optimizer);
}

void TrainedGenerator::begin(int64_t step, const Batches& batches) {
  const auto freeze_step = static_cast<int64_t>(std::ceil(settings_.freeze_norms_at * static_cast<double>(steps_)));
  if (step < freeze_step || average_.active()) return;
  live_->calibrate(batches(), /*keep_function=*/false);
  live_->freezeNorms(true);
  average_.start();
}

void TrainedGenerator::end() {
  if (average_.active()) average_.update();
}

}  // namespace impasto::trainer
