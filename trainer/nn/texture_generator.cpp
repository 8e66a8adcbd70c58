#include "nn/texture_generator.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/state.h"
#include "io/safetensors.h"

namespace impasto::trainer {
namespace {

constexpr double kSlope = 0.2;
constexpr int64_t kFirstSide = 4;
constexpr int64_t kWidest = 8;  // times the last block
constexpr int kMappingLayers = 4;
constexpr double kMappingRate = 0.01;  // of the others' learning rate
constexpr double kFirstContrast = 0.5;  // deviation of the first colours, in [-1, 1]
constexpr int kLargestSide = 1024;
constexpr char kFormat[] = "impasto-texture";

// Channels at 4 x 4, 8 x 8, ..., side x side.
std::vector<int64_t> widths(const TextureOptions& options) {
  std::vector<int64_t> result;
  for (int64_t side = options.side, width = options.width; side >= kFirstSide; side /= 2) {
    result.insert(result.begin(), width);
    width = std::min(2 * width, kWidest * options.width);
  }
  return result;
}

// For as long as this lives: no gradients, norms with their statistics, random numbers from `seed` on.
class Drawing {
 public:
  Drawing(TextureGeneratorImpl& generator, uint64_t seed)
      : generator_(generator), was_training_(generator.is_training()),
        random_(generator.parameters()[0].is_cuda() ? at::globalContext().defaultGenerator(generator.parameters()[0].device())
                                                    : at::detail::getDefaultCPUGenerator()),
        state_(random_.get_state().clone()) {
    generator_.eval();
    random_.set_current_seed(seed);
  }
  ~Drawing() {
    random_.set_state(state_);
    generator_.train(was_training_);
  }
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;

 private:
  torch::NoGradGuard no_grad_;
  TextureGeneratorImpl& generator_;
  const bool was_training_;
  at::Generator random_;
  const torch::Tensor state_;
};

torch::Tensor latentsOf(const TextureGeneratorImpl& generator, int64_t count) {
  return torch::randn({count, generator.options().latent}, generator.parameters()[0].options().requires_grad(false));
}

// From [-1, 1] to [0, 1].
torch::Tensor toUnit(const torch::Tensor& colors) { return colors.mul(0.5).add(0.5); }

// A kernel of unit deviation, scaled so that what it makes of unit deviation has unit deviation.
torch::Tensor evened(const torch::Tensor& weight) {
  return weight / std::sqrt(static_cast<double>(weight.numel() / weight.size(0)));
}

torch::Tensor active(const torch::Tensor& x) { return torch::leaky_relu(x, kSlope) * std::sqrt(2.0); }

torch::Tensor twice(const torch::Tensor& x) {
  namespace F = torch::nn::functional;
  return F::interpolate(x, F::InterpolateFuncOptions()
                               .scale_factor(std::vector<double>{2, 2})
                               .mode(torch::kBilinear)
                               .align_corners(false));
}

}  // namespace

const std::vector<std::string>& textureGeneratorNames() {
  static const std::vector<std::string> names = {"dcgan", "stylegan2"};
  return names;
}

torch::Tensor modulatedConv(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& styles,
                            bool demodulate) {
  // Scaling a picture's input channels is scaling its kernel; so is scaling its output channels.
  torch::Tensor y = torch::conv2d(x * styles.unsqueeze(2).unsqueeze(3), weight, {}, 1, weight.size(2) / 2);
  if (!demodulate) return y;
  const torch::Tensor energy = torch::mm(styles.square(), weight.square().sum({2, 3}).t());  // N x O
  return y * (energy + 1e-8).rsqrt().unsqueeze(2).unsqueeze(3);
}

TextureGeneratorImpl::TextureGeneratorImpl(const TextureOptions& options) : options_(options) {
  using namespace torch::nn;
  const int side = options.side;
  if (side < 8 || side > kLargestSide || (side & (side - 1)) != 0) {
    throw Error(ErrorCode::InvalidArgument,
                "a texture has 8, 16, 32, ... or 1024 pixels on a side, not " + std::to_string(side));
  }
  const std::vector<int64_t> channels = widths(options);
  if (options.kind == "dcgan") {
    plain_ = Sequential(Linear(options.latent, channels[0] * kFirstSide * kFirstSide),
                        Unflatten(UnflattenOptions(1, {channels[0], kFirstSide, kFirstSide})), BatchNorm2d(channels[0]),
                        ReLU());
    for (size_t i = 1; i < channels.size(); ++i) {
      plain_->push_back(ConvTranspose2d(ConvTranspose2dOptions(channels[i - 1], channels[i], 4).stride(2).padding(1)));
      plain_->push_back(BatchNorm2d(channels[i]));
      plain_->push_back(ReLU());
    }
    plain_->push_back(Conv2d(Conv2dOptions(channels.back(), 3, 3).padding(1)));
    register_module("plain", plain_);
    return;
  }
  if (options.kind != "stylegan2") {
    throw Error(ErrorCode::InvalidArgument, options.kind + " makes no textures: expected dcgan or stylegan2");
  }
  for (int i = 0; i < kMappingLayers; ++i) {
    mapping_.push_back(affine("mapping" + std::to_string(i), options.latent, options.latent, 0, kMappingRate));
  }
  constant_ = register_parameter("constant", torch::randn({1, channels[0], kFirstSide, kFirstSide}));
  int64_t in = channels[0];
  for (size_t i = 0; i < channels.size(); ++i) {
    const std::string name = "block" + std::to_string(i);
    const int64_t out = channels[i];
    Block block;
    block.style = affine(name + "_style", options.latent, in, 1, 1);  // a style of 1 leaves a kernel as it is
    block.weight = register_parameter(name + "_weight", torch::randn({out, in, 3, 3}));
    block.bias = register_parameter(name + "_bias", torch::zeros({1, out, 1, 1}));
    block.noise_strength = register_parameter(name + "_noise", torch::zeros({1}));
    block.color_style = affine(name + "_color_style", options.latent, out, 1, 1);
    block.color_weight = register_parameter(name + "_color_weight", torch::randn({3, out, 1, 1}));
    block.color_bias = register_parameter(name + "_color_bias", torch::zeros({1, 3, 1, 1}));
    blocks_.push_back(block);
    in = out;
  }
}

TextureGeneratorImpl::Affine TextureGeneratorImpl::affine(const std::string& name, int64_t in, int64_t out, double bias,
                                                          double rate) {
  return {register_parameter(name + "_weight", torch::randn({out, in}) / rate),
          register_parameter(name + "_bias", torch::full({out}, bias / rate)), rate};
}

torch::Tensor TextureGeneratorImpl::Affine::forward(const torch::Tensor& x) const {
  return torch::linear(x, evened(weight) * rate, bias * rate);
}

torch::Tensor TextureGeneratorImpl::paint(const std::vector<torch::Tensor>& style_of_block) {
  torch::Tensor x = constant_.expand({style_of_block[0].size(0), -1, -1, -1}), colors;
  for (size_t i = 0; i < blocks_.size(); ++i) {
    const torch::Tensor& style = style_of_block[i];
    Block& block = blocks_[i];
    if (i > 0) x = twice(x);
    x = modulatedConv(x, evened(block.weight), block.style.forward(style), /*demodulate=*/true);
    x = x + block.noise_strength * torch::randn({x.size(0), 1, x.size(2), x.size(3)}, x.options());
    x = active(x + block.bias);
    const torch::Tensor of_scale =
        modulatedConv(x, evened(block.color_weight), block.color_style.forward(style), /*demodulate=*/false) +
        block.color_bias;
    colors = colors.defined() ? twice(colors) + of_scale : of_scale;
  }
  return toUnit(colors * (kFirstContrast / std::sqrt(static_cast<double>(blocks_.size()))));
}

torch::Tensor TextureGeneratorImpl::forward(const torch::Tensor& latents) {
  if (plain_) return toUnit(plain_->forward(latents).tanh());
  return mix(latents, latents, 0);
}

torch::Tensor TextureGeneratorImpl::mix(const torch::Tensor& coarse, const torch::Tensor& fine, int64_t crossover) {
  if (mapping_.empty()) throw Error(ErrorCode::InvalidArgument, "a dcgan generator has no styles to mix");
  const auto styleOf = [&](const torch::Tensor& z) {
    torch::Tensor x = z * (z.square().mean(1, /*keepdim=*/true) + 1e-8).rsqrt();
    for (const Affine& layer : mapping_) x = active(layer.forward(x));
    return x;
  };
  const torch::Tensor of_fine = styleOf(fine), of_coarse = crossover > 0 ? styleOf(coarse) : of_fine;
  std::vector<torch::Tensor> styles;
  for (int64_t i = 0; i < blocks(); ++i) styles.push_back(i < crossover ? of_coarse : of_fine);
  return paint(styles);
}

torch::Tensor drawTextures(TextureGenerator& generator, int64_t count, uint64_t seed) {
  const Drawing drawing(*generator, seed);
  return generator->forward(latentsOf(*generator, count)).clamp(0, 1).cpu();
}

torch::Tensor drawMixedTextures(TextureGenerator& generator, int64_t rows, int64_t columns, int64_t crossover,
                                uint64_t seed) {
  const Drawing drawing(*generator, seed);
  const torch::Tensor coarse = latentsOf(*generator, rows), fine = latentsOf(*generator, columns);
  return generator->mix(coarse.repeat_interleave(columns, 0), fine.repeat({rows, 1}), crossover).clamp(0, 1).cpu();
}

void writeTextureGenerator(TextureGenerator& generator, const std::string& training, const std::string& path) {
  const TextureOptions& options = generator->options();
  const nlohmann::ordered_json made_with = {
      {"kind", options.kind}, {"latent", options.latent}, {"width", options.width}, {"side", options.side}};
  State state;
  save(*generator, state, "");
  writeTensorFile({std::move(state.tensors), {{"format", kFormat}, {"texture", made_with.dump()}, {"training", training}}}, path);
}

TextureGenerator readTextureGenerator(const std::string& path) {
  TensorFile file = readTensorFile(path);
  const auto refuse = [&](const std::string& why) { throw Error(ErrorCode::InvalidArgument, path + ": " + why); };
  if (file.metadata["format"] != kFormat) refuse("is no texture generator");
  const nlohmann::json made_with = nlohmann::json::parse(file.metadata["texture"], nullptr, /*allow_exceptions=*/false);
  const auto number = [&](const char* key, int64_t most) -> int64_t {
    if (!made_with.is_object() || !made_with.contains(key) || !made_with[key].is_number_integer()) {
      refuse(std::string("has no ") + key);
    }
    const auto value = made_with[key].get<int64_t>();
    if (value < 1 || value > most) refuse(std::string(key) + " is " + std::to_string(value));
    return value;
  };
  if (!made_with.is_object() || !made_with.contains("kind") || !made_with["kind"].is_string()) refuse("has no kind");
  TextureOptions options;
  options.kind = made_with["kind"].get<std::string>();
  options.latent = number("latent", 4096);
  options.width = number("width", 1024);
  options.side = static_cast<int>(number("side", kLargestSide));
  try {
    TextureGenerator generator(options);
    State state;
    state.tensors = std::move(file.tensors);
    load(*generator, state, "");
    generator->eval();
    return generator;
  } catch (const Error& error) {
    refuse(error.what());
  }
  throw Error(ErrorCode::Internal, path);
}

}  // namespace impasto::trainer
