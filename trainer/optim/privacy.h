// How much a differentially private run tells of any one of its samples.
//
// A run is (epsilon, delta)-differentially private if no set of results is more than e^epsilon times as likely (plus delta)
// with a sample than without it, whatever the sample and the others are. Each step is a sampled Gaussian mechanism: every
// sample takes part with probability q, independently (Poisson sampling), what it contributes is at most C long, and normal
// noise of deviation sigma C is added to each number of the sum (DP-SGD, Abadi et al. 2016). Its Renyi divergence is known
// (Mironov, Talwar and Zhang 2019), those of steps add up (Mironov 2017, proposition 1), and the sum is converted by Balle
// et al. 2020, theorem 21. Here sigma is called `noise` and q `rate`.
#pragma once

#include <cstdint>
#include <string>

#include "engine/state.h"

namespace impasto::trainer {

struct PrivacyBudget {
  double epsilon = 0, delta = 0;
};

// Of one step, of order `order` > 1, in nats: by the closed sum for whole orders, by integration for others (eq. 3 of
// Mironov, Talwar and Zhang). rate in (0, 1], noise > 0.
double renyiOfSampledGaussian(double rate, double noise, double order);

// The epsilon that `steps` steps spend at that delta.
double epsilonOf(double rate, double noise, int64_t steps, double delta);

// The least noise, to a thousandth, with which `steps` steps stay within the budget. Throws impasto::Error(InvalidArgument)
// for an epsilon so small that no noise is shown to be enough.
double noiseWithin(const PrivacyBudget& budget, double rate, int64_t steps);

// Under which a run registers its account.
inline constexpr char kPrivacyName[] = "privacy";

// What a run has spent and may spend. A checkpoint holds it; what has been spent is never forgotten: loading an earlier
// state, as after a divergence, leaves the count of steps where it is. Not thread-safe.
class PrivacyAccount final : public Stateful {
 public:
  // `steps` are planned, each of which draws `sampled` of `samples` on the average. Throws impasto::Error(InvalidArgument)
  // if that is more than there are, or delta is not below 1 / samples.
  PrivacyAccount(const PrivacyBudget& budget, int64_t samples, int64_t sampled, int64_t steps);

  double rate() const { return rate_; }
  double noise() const { return noise_; }
  bool exhausted() const { return done_ >= planned_; }
  // Another step is about to see the samples. Throws impasto::Error(Internal) if none is left.
  void spend();
  double spent() const { return epsilonOf(rate_, noise_, done_, budget_.delta); }
  std::string summary() const;  // "epsilon 1.25 of 8 spent"

  // JSON: epsilon spent, delta, noise_multiplier, sampling_rate, steps, steps_planned, samples.
  std::string record() const;

  void save(State& state, const std::string& prefix) const override;
  // Throws impasto::Error(InvalidArgument) if the run was planned otherwise: its noise would not be what was promised.
  void load(const State& state, const std::string& prefix) override;

 private:
  PrivacyBudget budget_;
  int64_t samples_, planned_, done_ = 0;
  double rate_, noise_;
};

}  // namespace impasto::trainer
