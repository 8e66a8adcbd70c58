// A painting network that a recipe trains: its weights and their average, its optimisers, and the two halves of a run. In
// the first, norms use the statistics of the batch; then these are measured over many crops and frozen, training goes on
// through the folded convolutions, and weights are averaged. The average is what a run ends with.
//
// As it stands it is for networks that are only compared with; trained_generator.h makes a style file of the result.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/fields.h"
#include "engine/recipe.h"
#include "nn/painting_network.h"
#include "optim/weight_average.h"
#include "optim/weight_decay.h"
#include "style/style.h"

namespace impasto::trainer {

struct OptimiserSettings {
  std::string optimizer = "muon";   // of the convolution kernels: "muon" or "adam"
  double learning_rate = 0;         // 0: 0.012 for muon, 0.002 for adam
  double freeze_norms_at = 0.75;    // fraction of the steps; from there weights are averaged
  WeightDecay decay;                // of the convolution kernels
};

void declareOptimiser(Fields& fields, OptimiserSettings& settings);

class TrainedNetwork {
 public:
  using Batches = std::function<std::vector<GeneratorInputs>()>;  // to measure the norms' statistics over

  // Two networks of one kind, on their device; `live` has the weights to begin with. `steps` of the whole run. `settings`
  // must outlive this.
  TrainedNetwork(std::shared_ptr<PaintingNetwork> live, std::shared_ptr<PaintingNetwork> averaged,
                 const OptimiserSettings& settings, int64_t steps);
  virtual ~TrainedNetwork() = default;
  TrainedNetwork(const TrainedNetwork&) = delete;
  TrainedNetwork& operator=(const TrainedNetwork&) = delete;

  PaintingNetwork& liveNetwork() { return *live_; }
  // What the run would end with now: the average once it has begun.
  PaintingNetwork& result() { return average_.active() ? *averaged_ : *live_; }
  bool frozen() const { return average_.active(); }
  int64_t freezeStep() const;  // the first step with frozen norms

  // From a checkpoint or, if the network is one, a style file. Throws impasto::Error naming what does not fit.
  void warmStart(const std::string& path, const Batches& batches);

  // Can the result be a style file? If not, style() throws impasto::Error(InvalidArgument).
  virtual bool makesStyles() const { return false; }
  virtual Style style(const Provenance& provenance);

  // `share`: of the peak learning rate, at a step counted from 0.
  std::vector<Phase::Member> members(const std::function<double(int64_t step)>& share);
  // As "generator" and "average", the names under which `export`, `evaluate` and --init look for it; another network of the
  // same recipe has a prefix.
  virtual void registerState(Registry& registry, const std::string& prefix = "");
  void resume() { live_->freezeNorms(average_.active()); }
  void begin(int64_t step, const Batches& batches);
  void end();

 protected:
  // Weights of a style file, for a network that can be one.
  virtual void adopt(const Style& style, const std::string& path);

  const std::shared_ptr<PaintingNetwork> live_, averaged_;

 private:
  void makeOptimisers();
  void addOptimiser(std::unique_ptr<Optimizer> optimizer, double rate);

  const OptimiserSettings& settings_;
  const int64_t steps_;
  bool warm_ = false;  // begun from another run's weights
  WeightAverage average_;
  std::vector<std::unique_ptr<Optimizer>> optimisers_;
  std::vector<double> rates_;  // peaks, one for each optimiser
};

// A network with its norms frozen for as long as this lives.
class Frozen {
 public:
  explicit Frozen(PaintingNetwork& network) : network_(network), was_frozen_(network.normsFrozen()) {
    network_.freezeNorms(true);
  }
  ~Frozen() { network_.freezeNorms(was_frozen_); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  PaintingNetwork& network_;
  bool was_frozen_;
};

}  // namespace impasto::trainer
