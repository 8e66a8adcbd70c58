#include "recipes/adversary.h"

#include <torch/csrc/autograd/autograd.h>

#include "base/error.h"
#include "optim/adam.h"

namespace impasto::trainer {
namespace {

constexpr double kFinalRate = 0.05;       // of the peak, where a decay ends
constexpr int64_t kWarmUpSteps = 50;
constexpr double kMeasurementShare = 0.2; // of a new measurement in the balance
constexpr double kMostBalance = 1e4;

// No gradients for a network's weights for as long as this lives; gradients still pass through it.
class WithoutGradients {
 public:
  explicit WithoutGradients(const torch::nn::Module& network) : parameters_(network.parameters()) {
    for (torch::Tensor& parameter : parameters_) parameter.set_requires_grad(false);
  }
  ~WithoutGradients() {
    for (torch::Tensor& parameter : parameters_) parameter.set_requires_grad(true);
  }
  WithoutGradients(const WithoutGradients&) = delete;
  WithoutGradients& operator=(const WithoutGradients&) = delete;

 private:
  std::vector<torch::Tensor> parameters_;
};

Discriminator makeDiscriminator(const AdversarySettings& settings, int64_t channels, int side, torch::Device device,
                                uint64_t seed) {
  torch::manual_seed(seed);
  Discriminator network(DiscriminatorOptions{.kind = settings.discriminator,
                                             .channels = channels,
                                             .width = settings.width,
                                             .layers = settings.layers,
                                             .side = side,
                                             .spectral_norm = settings.spectral_norm,
                                             .dropout = settings.dropout});
  network->to(device);
  return network;
}

}  // namespace

void declare(Fields& fields, AdversarySettings& s) {
  fields.group("Discriminator");
  fields.add("gan-loss", s.gan_loss, "Adversarial loss").choices(ganLossNames());
  fields.add("discriminator", s.discriminator, "Judges patches, patches at three scales, or whole crops")
      .choices(discriminatorNames());
  fields.add("discriminator-width", s.width, "Channels of its first layer").range(4, 256);
  fields.add("discriminator-layers", s.layers, "Its strided layers: 3 see 70 x 70 pixels").range(1, 5);
  fields.add("spectral-norm", s.spectral_norm, "Divide its kernels by their largest singular value");
  fields.add("dropout", s.dropout, "Share of its channels that are left out, others in each pass, while training").range(0, 0.9);
  fields.add("penalty", s.penalty, "On its gradient: at real pictures (r1) or between real and made ones (wgan-gp)")
      .choices({"none", "r1", "wgan-gp"});
  fields.add("penalty-weight", s.penalty_weight, "Usual: r1 1 to 10, wgan-gp 10").atLeast(0);
  fields.add("penalty-every", s.penalty_every, "Steps between penalties, each so many times stronger").range(1, 1000);
  fields.add("discriminator-lr", s.learning_rate, "Its peak learning rate (Adam, momentum 0.5)").atLeast(0);
  fields.add("discriminator-decay", s.decay, "Of that rate, down to a twentieth").choices(decayNames());
  fields.add("image-pool", s.pool, "Earlier paintings that it sees again; 0: none").range(0, 10000);
}

void checkAdversary(const AdversarySettings& settings) {
  if (settings.gan_loss == "wgan-gp" && settings.penalty != "wgan-gp") {
    throw Error(ErrorCode::InvalidArgument, "--gan-loss wgan-gp: goes with --penalty wgan-gp");
  }
}

Adversary::Adversary(const AdversarySettings& settings, int64_t channels, int side, torch::Device device, uint64_t seed)
    : settings_(settings), loss_(parseGanLoss(settings.gan_loss)),
      network_(makeDiscriminator(settings, channels, side, device, seed)),
      optimizer_(std::make_unique<Adam>(network_->parameters(), 0.5, 0.99)), pool_(settings.pool, seed) {}

torch::Tensor Adversary::discriminatorLoss(const torch::Tensor& real, const torch::Tensor& made, int64_t step,
                                           Scalars& scalars) {
  const torch::Tensor fake = pool_.exchange(made);
  const torch::Tensor real_scores = network_->forward(real), fake_scores = network_->forward(fake);
  scalars.emplace_back("real", real_scores.mean());
  scalars.emplace_back("made", fake_scores.mean());
  return lossOf(real, real_scores, fake, fake_scores, step);
}

torch::Tensor Adversary::privateDiscriminatorLoss(const std::vector<torch::Tensor>& real, double expected,
                                                  const torch::Tensor& made, int64_t step, PrivateGradients& gradients,
                                                  Scalars& scalars) {
  const torch::Tensor fake = pool_.exchange(made);
  const std::vector<torch::Tensor> parameters = network_->parameters();
  network_->eval();  // else each picture would move the singular vectors that the next one sees
  for (size_t i = 0; i < real.size(); ++i) {
    const torch::Tensor beside = fake.narrow(0, static_cast<int64_t>(i) % fake.size(0), 1);
    const torch::Tensor loss = lossOf(real[i], network_->forward(real[i]), beside, network_->forward(beside), step);
    gradients.add(torch::autograd::grad({loss}, parameters));
  }
  network_->train();
  const torch::Tensor fake_scores = network_->forward(fake).detach();
  scalars.emplace_back("made", fake_scores.mean());
  const std::vector<torch::Tensor> mean = gradients.take(expected);
  torch::Tensor linear = torch::zeros({}, fake.options());  // its gradient is that mean
  for (size_t i = 0; i < parameters.size(); ++i) linear = linear + (parameters[i] * mean[i]).sum();
  return linear - linear.detach() + lossOfFake(loss_, fake_scores);
}

torch::Tensor Adversary::lossOf(const torch::Tensor& real, const torch::Tensor& real_scores, const torch::Tensor& fake,
                                const torch::Tensor& fake_scores, int64_t step) {
  const torch::Tensor loss = trainer::discriminatorLoss(loss_, real_scores, fake_scores);
  if (settings_.penalty == "none" || step % settings_.penalty_every != 0) return loss;
  const Discriminate discriminate = [&](const torch::Tensor& x) { return network_->forward(x); };
  const torch::Tensor penalty =
      settings_.penalty == "r1" ? r1Penalty(discriminate, real) : wassersteinPenalty(discriminate, real, fake);
  return loss + settings_.penalty_weight * settings_.penalty_every * penalty;
}

torch::Tensor Adversary::generatorLoss(const torch::Tensor& made) {
  const WithoutGradients frozen(*network_);
  return trainer::generatorLoss(loss_, network_->forward(made));
}

torch::Tensor Adversary::balance(const torch::Tensor& objective, const torch::Tensor& adversarial, const torch::Tensor& made,
                                 int64_t step) {
  if (step % kMeasureEvery == 0 || !balance_.value.defined()) {
    const auto length = [&](const torch::Tensor& loss) {
      return torch::autograd::grad({loss}, {made}, {}, /*retain_graph=*/true)[0].norm();
    };
    const torch::Tensor ratio = (length(objective) / (length(adversarial) + 1e-12)).clamp_max(kMostBalance).detach();
    balance_.value = balance_.value.defined() ? balance_.value.to(ratio.device()).lerp(ratio, kMeasurementShare) : ratio;
  }
  return balance_.value.to(objective.device());
}

Phase Adversary::phase(const std::string& name, int64_t steps) {
  const double peak = settings_.learning_rate;
  const Decay decay = parseDecay(settings_.decay);
  return {name, {{optimizer_.get(), [=](int64_t step) {
                    const double done = static_cast<double>(step) / static_cast<double>(steps);
                    return peak * warmUpAt(step, kWarmUpSteps) * decayAt(decay, done, kFinalRate);
                  }}}};
}

void Adversary::registerState(Registry& registry, const std::string& name) {
  registry.add(name, *network_);
  registry.add(name + "_pool", pool_);
  registry.add(name + "_balance", balance_);
}

void Adversary::Balance::save(State& state, const std::string& prefix) const {
  state.put(prefix + "measured", int64_t{value.defined()});
  if (value.defined()) state.put(prefix + "value", value);
}

void Adversary::Balance::load(const State& state, const std::string& prefix) {
  value = state.integer(prefix + "measured") != 0 ? state.tensor(prefix + "value").clone() : torch::Tensor();
}

}  // namespace impasto::trainer
