// A style generator that a recipe trains: a TrainedNetwork whose result is a style file.
#pragma once

#include <string>

#include "engine/runtime.h"
#include "nn/generator.h"
#include "recipes/trained_network.h"

namespace impasto::trainer {

// The shape is declared where the recipe's crops are, the rest by declareOptimiser().
struct GeneratorSettings : GeneratorShape, OptimiserSettings {};

class TrainedGenerator final : public TrainedNetwork {
 public:
  // `steps` of the whole run. `settings` must outlive this.
  TrainedGenerator(const GeneratorSettings& settings, int64_t steps, uint64_t seed, const Runtime& runtime);

  Generator& live() { return live_generator_; }
  // What would be exported now: the average once it has begun.
  Generator& exported() { return frozen() ? averaged_generator_ : live_generator_; }

  bool makesStyles() const override { return true; }
  Style style(const Provenance& provenance) override;
  void registerState(Registry& registry, const std::string& prefix = "") override;

 private:
  void adopt(const Style& style, const std::string& path) override;

  const GeneratorShape& shape_;
  Generator live_generator_, averaged_generator_;  // live_ and averaged_, by what they are
};

}  // namespace impasto::trainer
