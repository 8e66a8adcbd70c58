#include "optim/privacy.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>
#include <vector>

#include "base/error.h"

namespace impasto::trainer {
namespace {

constexpr double kLeastNoise = 0.05;
constexpr double kMostNoise = 1e5;
constexpr double kNoiseTolerance = 1e-3;

double logSum(const std::vector<double>& logs) {
  const double largest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double value : logs) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

// log of the mean of (density with the sample / density without)^order over what is seen without, by the binomial theorem.
double logMomentOfWholeOrder(double rate, double noise, int order) {
  std::vector<double> terms;
  for (int k = 0; k <= order; ++k) {
    terms.push_back(std::lgamma(order + 1.0) - std::lgamma(k + 1.0) - std::lgamma(order - k + 1.0) +
                    (order - k) * std::log1p(-rate) + k * std::log(rate) + k * (k - 1.0) / (2 * noise * noise));
  }
  return logSum(terms);
}

// The same for any order, by the trapezoidal rule. The integrand is analytic within pi noise^2 of the real line and falls
// off like a normal density, so that steps of an eighth of noise or noise^2 leave nothing that a double could hold.
double logMoment(double rate, double noise, double order) {
  const double variance = noise * noise, step = std::min(noise, variance) / 8, reach = 10 * noise;
  const auto points = static_cast<int64_t>((order + 2 * reach) / step);
  std::vector<double> logs;
  logs.reserve(static_cast<size_t>(points) + 1);
  for (int64_t i = 0; i <= points; ++i) {
    const double z = static_cast<double>(i) * step - reach;
    const double without = std::log1p(-rate), with = std::log(rate) + (2 * z - 1) / (2 * variance);
    const double larger = std::max(without, with), smaller = std::min(without, with);
    logs.push_back(order * (larger + std::log1p(std::exp(smaller - larger))) - z * z / (2 * variance));
  }
  return logSum(logs) + std::log(step / (noise * std::sqrt(2 * std::numbers::pi)));
}

const std::vector<double>& orders() {
  static const std::vector<double> all = [] {
    std::vector<double> values;
    for (int i = 1; i < 100; ++i) values.push_back(1 + i / 10.0);
    for (int i = 11; i < 64; ++i) values.push_back(i);
    for (int i = 64; i <= 1024; i *= 2) values.push_back(i);
    return values;
  }();
  return all;
}

}  // namespace

double renyiOfSampledGaussian(double rate, double noise, double order) {
  if (rate >= 1) return order / (2 * noise * noise);
  const bool whole = order == std::floor(order);
  const double moment =
      whole ? logMomentOfWholeOrder(rate, noise, static_cast<int>(order)) : logMoment(rate, noise, order);
  return std::max(0.0, moment / (order - 1));
}

double epsilonOf(double rate, double noise, int64_t steps, double delta) {
  if (steps == 0) return 0;
  double least = std::numeric_limits<double>::infinity();
  for (const double order : orders()) {
    const double divergence = static_cast<double>(steps) * renyiOfSampledGaussian(rate, noise, order);
    least = std::min(least, divergence + std::log1p(-1 / order) - std::log(delta * order) / (order - 1));
  }
  return std::max(0.0, least);
}

double noiseWithin(const PrivacyBudget& budget, double rate, int64_t steps) {
  const auto fits = [&](double noise) { return epsilonOf(rate, noise, steps, budget.delta) <= budget.epsilon; };
  double low = kLeastNoise, high = 1;
  if (fits(low)) return low;
  while (!fits(high)) {
    low = high;
    high *= 2;
    if (high > kMostNoise) {
      throw Error(ErrorCode::InvalidArgument, "--privacy: epsilon " + nlohmann::json(budget.epsilon).dump() +
                                                  " is too small: no noise is shown to be enough for it");
    }
  }
  while (high / low > 1 + kNoiseTolerance) {
    const double middle = std::sqrt(low * high);
    (fits(middle) ? high : low) = middle;
  }
  return high;
}

PrivacyAccount::PrivacyAccount(const PrivacyBudget& budget, int64_t samples, int64_t sampled, int64_t steps)
    : budget_(budget), samples_(samples), planned_(steps) {
  if (sampled > samples) {
    throw Error(ErrorCode::InvalidArgument, "--privacy: a step is to see " + std::to_string(sampled) + " of " +
                                                std::to_string(samples) + " paintings: lower --privacy-lot, or give more paintings");
  }
  if (!(budget.delta * static_cast<double>(samples) < 1)) {
    throw Error(ErrorCode::InvalidArgument,
                "--privacy: delta " + nlohmann::json(budget.delta).dump() + " would let a run give away one of " +
                    std::to_string(samples) + " paintings whole: expected less than 1/" + std::to_string(samples));
  }
  rate_ = static_cast<double>(sampled) / static_cast<double>(samples);
  noise_ = noiseWithin(budget, rate_, steps);
}

void PrivacyAccount::spend() {
  if (exhausted()) throw Error(ErrorCode::Internal, "the privacy budget is spent");
  ++done_;
}

std::string PrivacyAccount::summary() const {
  char text[80];
  std::snprintf(text, sizeof(text), "epsilon %.2f of %g spent", spent(), budget_.epsilon);
  return text;
}

std::string PrivacyAccount::record() const {
  return nlohmann::ordered_json{{"epsilon", spent()},       {"delta", budget_.delta}, {"noise_multiplier", noise_},
                                {"sampling_rate", rate_},   {"steps", done_},         {"steps_planned", planned_},
                                {"samples", samples_}}
      .dump();
}

void PrivacyAccount::save(State& state, const std::string& prefix) const { state.texts[prefix + "account"] = record(); }

void PrivacyAccount::load(const State& state, const std::string& prefix) {
  const nlohmann::json found = nlohmann::json::parse(state.text(prefix + "account"), nullptr, /*allow_exceptions=*/false);
  const nlohmann::json own = nlohmann::json::parse(record());
  for (const char* key : {"delta", "noise_multiplier", "sampling_rate", "steps_planned", "samples"}) {
    if (!found.is_object() || !found.contains(key) || found[key] != own[key]) {
      throw Error(ErrorCode::InvalidArgument,
                  std::string("the checkpoint's account of privacy differs in ") + key +
                      ": go on with the same --privacy, --privacy-lot, --steps and paintings");
    }
  }
  if (!found.contains("steps") || !found["steps"].is_number_integer() || found["steps"] < 0) {
    throw Error(ErrorCode::InvalidArgument, "the checkpoint's account of privacy has no number of steps");
  }
  done_ = std::max(done_, found["steps"].get<int64_t>());
}

}  // namespace impasto::trainer
