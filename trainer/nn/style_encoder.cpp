#include "nn/style_encoder.h"

#include <cmath>

#include "base/error.h"
#include "nn/seen_features.h"

namespace impasto::trainer {
namespace {

const std::set<std::string> kLayers = {"relu1_1", "relu2_1", "relu3_1", "relu4_1"};
constexpr int64_t kHidden = 64;
constexpr double kMostDeviations = 3;
// A channel that hardly differs between the paintings that are learned says little of another one by differing: its
// deviation counts as at least this share of its mean.
constexpr double kLeastDeviation = 0.1;
constexpr double kSmallest = 1e-3;

}  // namespace

torch::Tensor styleStatistics(const PerceptualNetwork& network, const torch::Tensor& pictures) {
  torch::NoGradGuard no_grad;
  for (const std::string& layer : kLayers) {
    if (!network.has(layer)) throw Error(ErrorCode::InvalidArgument, network.path() + ": has no layer " + layer);
  }
  std::vector<torch::Tensor> statistics;
  for (const auto& [layer, features] : seenFeatures(network, pictures, /*full_resolution=*/false, kLayers)) {
    const torch::Tensor values = features.to(torch::kFloat);
    statistics.push_back(values.mean({2, 3}));
    statistics.push_back(values.std({2, 3}, /*unbiased=*/false));
  }
  return torch::cat(statistics, 1);
}

StyleEncoderImpl::StyleEncoderImpl(int64_t paintings, int64_t statistics, int64_t length)
    : StyleEncoderImpl(torch::zeros({paintings, statistics}), torch::zeros({1, statistics}), length) {}

StyleEncoderImpl::StyleEncoderImpl(const torch::Tensor& paintings, const torch::Tensor& views, int64_t length) {
  torch::NoGradGuard no_grad;
  const int64_t statistics = paintings.size(1);
  const torch::Tensor mean = views.mean(0), deviation = views.std(0, /*unbiased=*/false);
  paintings_ = register_buffer("paintings", paintings.clone());
  mean_ = register_buffer("mean", mean);
  deviation_ = register_buffer("deviation", torch::maximum(deviation, kLeastDeviation * mean.abs() + kSmallest));
  // Of deviation 1, and scaled where they are used: a step of Adam then changes wide layers as much as narrow ones
  // (Karras et al. 2018, "equalized learning rate").
  const torch::TensorOptions where = mean.options();
  to_hidden_ = register_parameter("to_hidden", torch::randn({kHidden, statistics}).to(where.device()));
  hidden_bias_ = register_parameter("hidden_bias", torch::zeros({kHidden}, where));
  to_vector_ = register_parameter("to_vector", torch::randn({length, kHidden}).to(where.device()));
  vector_bias_ = register_parameter("vector_bias", torch::zeros({length}, where));
}

torch::Tensor StyleEncoderImpl::forward(const torch::Tensor& statistics) {
  const torch::Tensor relative = (statistics - mean_) / deviation_;
  const torch::Tensor bounded = kMostDeviations * torch::tanh(relative / kMostDeviations);
  const double hidden_scale = std::sqrt(2.0 / static_cast<double>(to_hidden_.size(1)));
  const torch::Tensor hidden = torch::relu(torch::matmul(bounded * hidden_scale, to_hidden_.t()) + hidden_bias_);
  return torch::matmul(hidden * std::sqrt(1.0 / kHidden), to_vector_.t()) + vector_bias_;
}

void StyleEncoderImpl::adopt(const StyleEncoderImpl& other) {
  if (other.statistics() != statistics() || other.length() != length()) {
    throw Error(ErrorCode::InvalidArgument, "the other style encoder makes " + std::to_string(other.length()) + " numbers of " +
                                                std::to_string(other.statistics()) + ", not " + std::to_string(length()) +
                                                " of " + std::to_string(statistics()));
  }
  torch::NoGradGuard no_grad;
  mean_.copy_(other.mean_);
  deviation_.copy_(other.deviation_);
  const std::vector<torch::Tensor> from = other.parameters(), to = parameters();
  for (size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i]);
}

}  // namespace impasto::trainer
