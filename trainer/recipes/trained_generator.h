// A style generator that a recipe trains: its weights and their average, its optimisers, and the two halves of a run. In
// the first, norms use the statistics of the batch; then these are measured over many crops and frozen, training goes on
// through the folded convolutions, and weights are averaged. The average is what is exported.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/fields.h"
#include "engine/recipe.h"
#include "engine/runtime.h"
#include "nn/generator.h"
#include "optim/weight_average.h"

namespace impasto::trainer {

struct GeneratorSettings : GeneratorShape {
  std::string optimizer = "muon";   // of the convolution kernels: "muon" or "adam"
  double learning_rate = 0;         // 0: 0.012 for muon, 0.002 for adam
  double freeze_norms_at = 0.75;    // fraction of the steps; from there weights are averaged
};

// The optimiser's part; that of the shape is declared where the recipe's crops are.
void declareOptimiser(Fields& fields, GeneratorSettings& settings);

class TrainedGenerator {
 public:
  using Batches = std::function<std::vector<torch::Tensor>()>;  // frames to measure the norms' statistics over

  // `steps` of the whole run. `settings` must outlive this.
  TrainedGenerator(const GeneratorSettings& settings, int64_t steps, uint64_t seed, const Runtime& runtime);

  Generator& live() { return live_; }
  // What would be exported now: the average once it has begun.
  Generator& exported() { return average_.active() ? averaged_ : live_; }
  bool frozen() const { return average_.active(); }

  // From a checkpoint or a style file. Throws impasto::Error naming what does not fit.
  void warmStart(const std::string& path, const Batches& batches);

  // `share`: of the peak learning rate, at a step counted from 0.
  std::vector<Phase::Member> members(const std::function<double(int64_t step)>& share);
  // As "generator" and "average", the names under which `export` and --init look for it; another generator of the same
  // recipe has a prefix.
  void registerState(Registry& registry, const std::string& prefix = "");
  void resume() { live_->freezeNorms(average_.active()); }
  void begin(int64_t step, const Batches& batches);
  void end();

 private:
  void makeOptimisers();

  const GeneratorSettings& settings_;
  const int64_t steps_;
  Generator live_, averaged_;
  WeightAverage average_;
  std::vector<std::unique_ptr<Optimizer>> optimisers_;
  std::vector<double> rates_;  // peaks, one for each optimiser
};

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

}  // namespace impasto::trainer
