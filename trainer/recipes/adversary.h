// A discriminator with all that trains it, for any recipe that has one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "config/fields.h"
#include "engine/recipe.h"
#include "losses/gan.h"
#include "nn/discriminator.h"
#include "optim/private_gradients.h"
#include "optim/schedule.h"

namespace impasto::trainer {

struct AdversarySettings {
  std::string gan_loss = "hinge";
  std::string discriminator = "patch";
  int width = 32, layers = 3;
  bool spectral_norm = true;
  double dropout = 0;            // see DiscriminatorOptions
  std::string penalty = "none";  // "none", "r1", "wgan-gp"
  double penalty_weight = 1;
  int penalty_every = 4;         // steps; the weight is multiplied by it (lazy, Karras et al. 2020)
  double learning_rate = 4e-4;
  std::string decay = "linear";
  int pool = 0;                  // pictures, see ImagePool
};

void declare(Fields& fields, AdversarySettings& settings);
// Throws impasto::Error(InvalidArgument).
void checkAdversary(const AdversarySettings& settings);

class Adversary {
 public:
  // Pictures N x channels x side x side. Seeds LibTorch's generator of random numbers by `seed` for the first weights.
  Adversary(const AdversarySettings& settings, int64_t channels, int side, torch::Device device, uint64_t seed);

  // The discriminator's loss on real and made pictures, penalty included where its step has come. Made pictures are
  // detached here. Appends the mean scores to `scalars`: equal ones mean that it cannot tell them apart.
  torch::Tensor discriminatorLoss(const torch::Tensor& real, const torch::Tensor& made, int64_t step, Scalars& scalars);

  // The same where the real pictures are secret, 1 x channels x side x side each: a loss whose gradient is what `gradients`
  // makes of those of each real picture beside one of the made ones, `expected` of them on the average, and whose value,
  // like what is appended to `scalars`, is of the made pictures alone.
  torch::Tensor privateDiscriminatorLoss(const std::vector<torch::Tensor>& real, double expected, const torch::Tensor& made,
                                         int64_t step, PrivateGradients& gradients, Scalars& scalars);

  // What the made pictures cost their maker; the discriminator's weights get no gradient.
  torch::Tensor generatorLoss(const torch::Tensor& made);

  // The factor by which the adversarial loss is as strong at the pictures as `objective` is: the ratio of the lengths of
  // their gradients with respect to `made` (Esser et al. 2021, eq. 7), measured every kMeasureEvery steps and averaged
  // over measurements. Both losses must still have their graphs.
  torch::Tensor balance(const torch::Tensor& objective, const torch::Tensor& adversarial, const torch::Tensor& made,
                        int64_t step);
  static constexpr int64_t kMeasureEvery = 20;

  Phase phase(const std::string& name, int64_t steps);
  void registerState(Registry& registry, const std::string& name);
  Discriminator& network() { return network_; }

 private:
  // The measured balance as a checkpoint holds it.
  class Balance final : public Stateful {
   public:
    torch::Tensor value;  // undefined before the first measurement
    void save(State& state, const std::string& prefix) const override;
    void load(const State& state, const std::string& prefix) override;
  };

  // Of scores, and the penalty where its step has come.
  torch::Tensor lossOf(const torch::Tensor& real, const torch::Tensor& real_scores, const torch::Tensor& fake,
                       const torch::Tensor& fake_scores, int64_t step);

  AdversarySettings settings_;
  GanLoss loss_;
  Discriminator network_;
  std::unique_ptr<Optimizer> optimizer_;
  ImagePool pool_;
  Balance balance_;
};

}  // namespace impasto::trainer
