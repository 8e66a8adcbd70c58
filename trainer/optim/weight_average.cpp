#include "optim/weight_average.h"

#include <algorithm>

namespace impasto::trainer {

void WeightAverage::start() {
  copyWeights(source_, average_);
  active_ = true;
  age_ = 0;
}

void WeightAverage::update() {
  torch::NoGradGuard no_grad;
  const auto age = static_cast<double>(age_++);
  const double decay = std::min(decay_, (1.0 + age) / (10.0 + age));
  const std::vector<torch::Tensor> from = source_.parameters(), to = average_.parameters();
  for (size_t i = 0; i < from.size(); ++i) to[i].lerp_(from[i], 1.0 - decay);
  const std::vector<torch::Tensor> statistics = source_.buffers(), kept = average_.buffers();
  for (size_t i = 0; i < statistics.size(); ++i) kept[i].copy_(statistics[i]);
}

void WeightAverage::save(State& state, const std::string& prefix) const {
  state.put(prefix + "active", int64_t{active_});
  state.put(prefix + "age", age_);
  if (active_) trainer::save(average_, state, prefix);
}

void WeightAverage::load(const State& state, const std::string& prefix) {
  active_ = state.integer(prefix + "active") != 0;
  age_ = state.integer(prefix + "age");
  if (active_) trainer::load(average_, state, prefix);
}

}  // namespace impasto::trainer
