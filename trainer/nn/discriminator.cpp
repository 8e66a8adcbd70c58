#include "nn/discriminator.h"

#include <algorithm>
#include <random>

#include "base/error.h"

namespace impasto::trainer {
namespace {

constexpr double kSlope = 0.2;
constexpr double kInitialDeviation = 0.02;  // of kernels, as DCGAN has it
constexpr int64_t kWidest = 8;              // times the first layer
constexpr int kScales = 3;

// What follows a hidden layer. Dropout is by whole channels (Tompson et al. 2015): neighbouring pixels are alike.
torch::Tensor hidden(const torch::Tensor& x, double dropout, bool training) {
  const torch::Tensor active = torch::leaky_relu(x, kSlope);
  return dropout > 0 ? torch::feature_dropout(active, dropout, training) : active;
}

torch::Tensor unit(const torch::Tensor& v) { return v / (v.norm() + 1e-12); }

}  // namespace

const std::vector<std::string>& discriminatorNames() {
  static const std::vector<std::string> names = {"patch", "multiscale", "dcgan"};
  return names;
}

SpectralConvImpl::SpectralConvImpl(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t padding,
                                   bool spectral_norm)
    : stride_(stride), padding_(padding), spectral_norm_(spectral_norm) {
  kernel_ = register_parameter("weight", torch::randn({out, in, kernel, kernel}) * kInitialDeviation);
  bias_ = register_parameter("bias", torch::zeros({out}));
  if (spectral_norm_) left_ = register_buffer("left", unit(torch::randn({out})));
}

torch::Tensor SpectralConvImpl::weight() {
  if (!spectral_norm_) return kernel_;
  const torch::Tensor matrix = kernel_.flatten(1);
  torch::Tensor left, right;
  {
    torch::NoGradGuard no_grad;
    right = unit(torch::mv(matrix.t(), left_));
    left = unit(torch::mv(matrix, right));
    if (is_training()) left_.copy_(left);
  }
  return kernel_ / torch::dot(left, torch::mv(matrix, right));
}

torch::Tensor SpectralConvImpl::forward(const torch::Tensor& x) {
  return torch::conv2d(x, weight(), bias_, stride_, padding_);
}

PatchDiscriminatorImpl::PatchDiscriminatorImpl(const DiscriminatorOptions& options) : dropout_(options.dropout) {
  int64_t in = options.channels, out = options.width;
  const auto add = [&](int64_t to, int64_t stride) {
    layers_.push_back(register_module("conv" + std::to_string(layers_.size()),
                                      SpectralConv(in, to, 4, stride, 1, options.spectral_norm)));
    in = to;
  };
  for (int i = 0; i < options.layers; ++i) {
    add(out, 2);
    out = std::min(2 * out, kWidest * options.width);
  }
  add(out, 1);
  add(1, 1);
}

torch::Tensor PatchDiscriminatorImpl::forward(torch::Tensor x) {
  for (size_t i = 0; i < layers_.size(); ++i) {
    x = layers_[i]->forward(x);
    if (i + 1 < layers_.size()) x = hidden(x, dropout_, is_training());
  }
  return x;
}

DiscriminatorImpl::DiscriminatorImpl(const DiscriminatorOptions& options) : options_(options) {
  if (options.kind == "dcgan") {
    const bool power_of_two = options.side >= 16 && (options.side & (options.side - 1)) == 0;
    if (!power_of_two) {
      throw Error(ErrorCode::InvalidArgument, "a dcgan discriminator takes pictures of 16, 32, 64, ... pixels, not " +
                                                  std::to_string(options.side));
    }
    int64_t in = options.channels, out = options.width;
    const auto add = [&](int64_t to, int64_t stride, int64_t padding) {
      layers_.push_back(register_module("conv" + std::to_string(layers_.size()),
                                        SpectralConv(in, to, 4, stride, padding, options.spectral_norm)));
      in = to;
    };
    for (int side = options.side; side > 4; side /= 2) {
      add(out, 2, 1);
      out = std::min(2 * out, kWidest * options.width);
    }
    add(1, 1, 0);
    return;
  }
  if (options.kind != "patch" && options.kind != "multiscale") {
    throw Error(ErrorCode::InvalidArgument, options.kind + " is no discriminator: expected patch, multiscale or dcgan");
  }
  const int scales = options.kind == "multiscale" ? kScales : 1;
  if (options.side >> (scales - 1 + options.layers) < 3) {
    throw Error(ErrorCode::InvalidArgument, "pictures of " + std::to_string(options.side) + " pixels are too small for a " +
                                                options.kind + " discriminator of " + std::to_string(options.layers) +
                                                " strided layers");
  }
  for (int i = 0; i < scales; ++i) {
    scales_.push_back(register_module("scale" + std::to_string(i), PatchDiscriminator(options)));
  }
}

torch::Tensor DiscriminatorImpl::forward(const torch::Tensor& pictures) {
  torch::Tensor x = pictures;
  if (!layers_.empty()) {
    for (size_t i = 0; i < layers_.size(); ++i) {
      x = layers_[i]->forward(x);
      if (i + 1 < layers_.size()) x = hidden(x, options_.dropout, is_training());
    }
    return x.flatten(1);
  }
  std::vector<torch::Tensor> scores;
  for (PatchDiscriminator& scale : scales_) {
    if (!scores.empty()) x = torch::avg_pool2d(x, 2);
    scores.push_back(scale->forward(x).flatten(1));
  }
  if (scores.size() == 1) return scores[0];
  // Each scale counts the same, however many patches it has: a mean over all scores is the mean over scales of their means.
  size_t most = 0;
  for (const torch::Tensor& s : scores) most = std::max(most, static_cast<size_t>(s.size(1)));
  std::vector<torch::Tensor> even;
  for (const torch::Tensor& s : scores) {
    const auto places = (torch::arange(static_cast<int64_t>(most), torch::TensorOptions(s.device()).dtype(torch::kLong)) *
                         s.size(1)).floor_divide(static_cast<int64_t>(most));
    even.push_back(s.index_select(1, places));
  }
  return torch::cat(even, 1);
}

ImagePool::ImagePool(int64_t size, uint64_t seed) : size_(size), seed_(seed) {}

torch::Tensor ImagePool::exchange(const torch::Tensor& pictures) {
  if (size_ == 0) return pictures.detach();
  std::vector<torch::Tensor> result;
  for (int64_t i = 0; i < pictures.size(0); ++i) {
    const torch::Tensor fresh = pictures[i].detach();
    std::mt19937_64 random(seed_ * 0x9E3779B97F4A7C15ull + static_cast<uint64_t>(drawn_++));
    if (static_cast<int64_t>(pictures_.size()) < size_) {
      pictures_.push_back(fresh.clone());
      result.push_back(fresh);
    } else if (random() % 2 == 0) {
      torch::Tensor& place = pictures_[random() % pictures_.size()];
      result.push_back(place.to(fresh.device()));
      place = fresh.clone();
    } else {
      result.push_back(fresh);
    }
  }
  return torch::stack(result);
}

void ImagePool::save(State& state, const std::string& prefix) const {
  state.put(prefix + "drawn", drawn_);
  state.put(prefix + "count", static_cast<int64_t>(pictures_.size()));
  for (size_t i = 0; i < pictures_.size(); ++i) state.put(prefix + std::to_string(i), pictures_[i]);
}

void ImagePool::load(const State& state, const std::string& prefix) {
  drawn_ = state.integer(prefix + "drawn");
  pictures_.clear();
  for (int64_t i = 0; i < state.integer(prefix + "count"); ++i) {
    pictures_.push_back(state.tensor(prefix + std::to_string(i)));
  }
}

}  // namespace impasto::trainer
