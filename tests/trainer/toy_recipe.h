// A recipe small enough to know the answer of: x -> target by gradient descent, in one phase or two.
#pragma once

#include "engine/recipe.h"
#include "engine/trainer.h"

namespace impasto::test {

// Plain gradient descent.
class Descent final : public trainer::Optimizer {
 public:
  using Optimizer::Optimizer;
  void step(double learning_rate) override {
    torch::NoGradGuard no_grad;
    for (torch::Tensor& parameter : parameters_) {
      if (parameter.grad().defined()) parameter.sub_(parameter.grad(), learning_rate);
    }
  }
  void save(trainer::State&, const std::string&) const override {}
  void load(const trainer::State&, const std::string&) override {}
};

struct ToyNetworkImpl : torch::nn::Module {
  ToyNetworkImpl() { x = register_parameter("x", torch::zeros({2})); }
  torch::Tensor x;
};
TORCH_MODULE(ToyNetwork);

// Phase "toy": the mean over micro-batches of |x - target(step, micro)|^2 / 2, target given by the test. A second phase,
// if asked for, does the same to a second network.
class ToyRecipe final : public trainer::Recipe {
 public:
  std::function<torch::Tensor(const trainer::MicroBatch&)> target = [](const trainer::MicroBatch&) {
    return torch::tensor({3.0f, -4.0f});
  };
  std::function<torch::Tensor(const torch::Tensor& x, const torch::Tensor& target)> distance =
      [](const torch::Tensor& x, const torch::Tensor& t) { return (x - t).square().sum() / 2; };
  double rate = 0.1;
  bool two_phases = false;
  std::string kind = "toy", fingerprint = "a";
  std::vector<std::string> calls;
  ToyNetwork first, second;

  std::string name() const override { return kind; }
  std::string settingsJson() const override { return "{}"; }
  int64_t itemsPerBatch() const override { return 1; }
  std::vector<trainer::Phase> phases() override {
    const auto phase = [this](const std::string& phase_name, ToyNetwork& network) {
      optimisers_.push_back(std::make_unique<Descent>(network->parameters()));
      return trainer::Phase{phase_name, {{optimisers_.back().get(), [this](int64_t) { return rate; }}}};
    };
    std::vector<trainer::Phase> result = {phase("one", first)};
    if (two_phases) result.push_back(phase("two", second));
    return result;
  }
  void registerState(trainer::Registry& registry) override {
    registry.add("first", *first);
    registry.add("second", *second);
    registry.fingerprint("painting", fingerprint);
  }
  void begin(int64_t step) override { calls.push_back("begin" + std::to_string(step)); }
  void load(const trainer::MicroBatch& micro) override { calls.push_back("load" + std::to_string(micro.index)); }
  torch::Tensor loss(size_t phase, const trainer::MicroBatch& micro, trainer::Scalars& scalars) override {
    calls.push_back("loss" + std::to_string(phase));
    const torch::Tensor result = distance(phase == 0 ? first->x : second->x, target(micro));
    scalars.emplace_back("distance", result);
    return result;
  }
  void end(int64_t step) override { calls.push_back("end" + std::to_string(step)); }
  void resumeAt(int64_t step) override { calls.push_back("resume" + std::to_string(step)); }
  torch::Tensor samples() override { return torch::full({3, 4, 4}, 0.5f); }
  void writeResult(const std::string&) override {}

 private:
  std::vector<std::unique_ptr<Descent>> optimisers_;
};

}  // namespace impasto::test
