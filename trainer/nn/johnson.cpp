#include "nn/johnson.h"

#include <cmath>

namespace impasto::trainer {
namespace {

namespace F = torch::nn::functional;

constexpr double kNormEpsilon = 1e-5;

}  // namespace

Johnson::Johnson(int64_t channels) {
  const auto normed = [&](const std::string& name, int64_t in, int64_t out, int64_t kernel, int64_t downscale) {
    Layer layer = add(name, in, out, kernel);
    layer.scale = register_parameter(name + "/scale", torch::ones({out}));
    layer.shift = register_parameter(name + "/shift", torch::zeros({out}));
    layer.downscale = downscale;
    return layer;
  };
  first_ = normed("first", 3, channels, 9, 1);
  for (int i = 0; i < 2; ++i) {
    const int64_t wide = channels << (i + 1), scale = int64_t{2} << i;
    down_[i] = normed("down" + std::to_string(i), wide / 2, wide, 3, scale);
    down_[i].stride = 2;
  }
  for (int i = 0; i < 5; ++i) {
    for (int k = 0; k < 2; ++k) {
      blocks_[i][k] = normed("block" + std::to_string(i) + (k == 0 ? "a" : "b"), 4 * channels, 4 * channels, 3, 4);
    }
  }
  for (int i = 0; i < 2; ++i) {
    const int64_t wide = 4 * channels >> i, scale = 2 >> i;
    up_[i] = normed("up" + std::to_string(i), wide, wide / 2, 3, scale);
    up_[i].upsample = true;
  }
  last_ = add("out", channels, 3, 9);
  last_.bias = register_parameter("out/bias", torch::zeros({3}));
}

Johnson::Layer Johnson::add(const std::string& name, int64_t in, int64_t out, int64_t kernel) {
  Layer layer;
  // He et al. 2015; an instance norm forgets the scale anyway.
  const double deviation = std::sqrt(2.0 / static_cast<double>(in * kernel * kernel));
  layer.weight = register_parameter(name + "/weight", torch::randn({out, in, kernel, kernel}) * deviation);
  return layer;
}

torch::Tensor Johnson::run(const Layer& layer, const torch::Tensor& x) const {
  const torch::Tensor input =
      layer.upsample ? F::interpolate(x, F::InterpolateFuncOptions().scale_factor(std::vector<double>{2, 2}).mode(torch::kNearest))
                     : x;
  const int64_t margin = layer.weight.size(2) / 2;
  const torch::Tensor padded =
      torch::reflection_pad2d(input.to(compute_), {margin, margin, margin, margin}).contiguous(torch::MemoryFormat::ChannelsLast);
  const torch::Tensor kernel = layer.weight.to(compute_).contiguous(torch::MemoryFormat::ChannelsLast);
  const torch::Tensor y = torch::conv2d(padded, kernel, {}, layer.stride).to(torch::kFloat);
  if (!layer.scale.defined()) return y + layer.bias.view({1, -1, 1, 1});
  return torch::instance_norm(y, layer.scale, layer.shift, {}, {}, /*use_input_stats=*/true, 0.1, kNormEpsilon,
                              /*cudnn_enabled=*/true);
}

torch::Tensor Johnson::forward(const GeneratorInputs& inputs, const NoiseOffsets& /*noise_offsets*/,
                               const std::optional<Window>& window) {
  const int64_t height = inputs.color.size(2), width = inputs.color.size(3), align = alignment();
  const int64_t bottom = (align - height % align) % align, right = (align - width % align) % align;
  torch::Tensor x = torch::replication_pad2d(inputs.color, {0, right, 0, bottom});
  x = torch::relu(run(first_, x));
  for (const Layer& layer : down_) x = torch::relu(run(layer, x));
  for (const auto& [a, b] : blocks_) x = x + run(b, torch::relu(run(a, x)));
  for (const Layer& layer : up_) x = torch::relu(run(layer, x));
  const torch::Tensor painted = torch::sigmoid(run(last_, x));
  const Window part = window.value_or(Window{0, 0, height, width});
  return painted.narrow(2, part.y, part.height).narrow(3, part.x, part.width);
}

double Johnson::multiplyAddsPerPixel() const {
  const auto cost = [](const Layer& layer) {
    return static_cast<double>(layer.weight.numel()) / static_cast<double>(layer.downscale * layer.downscale);
  };
  double sum = cost(first_) + cost(last_);
  for (const Layer& layer : down_) sum += cost(layer);
  for (const auto& block : blocks_) sum += cost(block[0]) + cost(block[1]);
  for (const Layer& layer : up_) sum += cost(layer);
  return sum;
}

}  // namespace impasto::trainer
