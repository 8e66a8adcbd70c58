// Exponential moving average of a network's weights: what is exported is calmer than what is trained.
#pragma once

#include <cstdint>

#include "engine/state.h"
#include "nn/torch.h"

namespace impasto::trainer {

class WeightAverage final : public Stateful {
 public:
  // `average` is of the same kind as `source`; both outlive this. Idle until start().
  WeightAverage(const torch::nn::Module& source, torch::nn::Module& average, double decay)
      : source_(source), average_(average), decay_(decay) {}

  // The average becomes what the source is now.
  void start();
  bool active() const { return active_; }

  // average = d average + (1 - d) source, with d the decay, less while the average is young: otherwise a short run would
  // end as it began. Buffers (statistics of norms) are the source's.
  void update();

  void save(State& state, const std::string& prefix) const override;
  void load(const State& state, const std::string& prefix) override;

 private:
  const torch::nn::Module& source_;
  torch::nn::Module& average_;
  double decay_;
  bool active_ = false;
  int64_t age_ = 0;  // updates
};

}  // namespace impasto::trainer
