#include "networks/generator.h"

#include <cmath>
#include <cstring>

#include "base/error.h"
#include "networks/replicate_pad.h"

namespace impasto::trainer {
namespace {

namespace F = torch::nn::functional;

constexpr double kNormEpsilon = 1e-5;
constexpr double kNormMomentum = 0.05;

torch::Tensor activate(torch::Tensor x, Activation activation) {
  switch (activation) {
    case Activation::None: return x;
    case Activation::Relu: return torch::relu_(x);
    case Activation::LeakyRelu: return torch::leaky_relu_(x, kLeakyReluSlope);
    case Activation::Sigmoid: return torch::sigmoid(x.to(torch::kFloat));
  }
  throw Error(ErrorCode::Internal, "unknown activation");
}

torch::Tensor noiseTensor(const Op& op, int64_t height, int64_t width,
                          const std::vector<std::pair<uint32_t, uint32_t>>& offsets) {
  const auto n = static_cast<int64_t>(offsets.size());
  torch::Tensor noise = torch::empty({n, height, width, op.channels}, torch::kFloat);
  float* out = noise.data_ptr<float>();
  for (const auto& [x0, y0] : offsets) {
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t x = 0; x < width; ++x) {
        for (uint32_t c = 0; c < op.channels; ++c) {
          *out++ = noiseValue(x0 + static_cast<uint32_t>(x), y0 + static_cast<uint32_t>(y), c, op.seed);
        }
      }
    }
  }
  return noise.permute({0, 3, 1, 2});  // NHWC in memory: channels-last
}

}  // namespace

GeneratorImpl::GeneratorImpl(GeneratorSpec spec) : spec_(std::move(spec)) { addConvolutions(true); }

GeneratorImpl::GeneratorImpl(const Style& style) {
  spec_.graph = style.graph;
  spec_.size = style.size;
  for (const Op& op : style.graph.ops) {
    if (op.type == OpType::Input && op.input_kind != InputKind::Color) {
      throw Error(ErrorCode::Unsupported, "the style wants " + std::string(toString(op.input_kind)) +
                                              ", the trainer runs styles that want colour only");
    }
  }
  addConvolutions(false);
  adoptFolded(style);
}

void GeneratorImpl::addConvolutions(bool initialise) {
  const std::vector<Op>& ops = spec_.graph.ops;
  for (uint32_t i = 0; i < ops.size(); ++i) {
    const Op& op = ops[i];
    if (op.type != OpType::Conv2d) continue;
    const int64_t out = op.channels, in = ops[op.inputs[0]].channels, k = op.kernel;
    Conv conv;
    // He et al. 2015: variance 2 / fan-in keeps the scale through ReLUs; half of that where there is none.
    const double gain = op.activation == Activation::Relu || op.activation == Activation::LeakyRelu ? 2.0 : 1.0;
    torch::Tensor weight = torch::zeros({out, in, k, k});
    if (initialise) weight.normal_(0, std::sqrt(gain / static_cast<double>(in * k * k)));
    // ICNR (Aitken et al. 2017): a convolution that feeds a depth-to-space starts as nearest upsampling, without a grid.
    for (const Op& reader : ops) {
      if (reader.type != OpType::DepthToSpace || reader.inputs[0] != i) continue;
      const int64_t group = int64_t{reader.block} * reader.block;
      weight = weight.slice(0, 0, out, group).repeat_interleave(group, 0).contiguous();
    }
    // Submodule names may not hold dots, parameter names neither: '.' of op names becomes '/'.
    std::string name = op.name;
    for (char& ch : name) ch = ch == '.' ? '/' : ch;
    conv.weight = register_parameter(name + "/weight", weight);
    if (spec_.normed.count(i)) {
      conv.scale = register_parameter(name + "/scale", torch::ones({out}));
      conv.shift = register_parameter(name + "/shift", torch::zeros({out}));
      conv.running_mean = register_buffer(name + "/mean", torch::zeros({out}));
      conv.running_variance = register_buffer(name + "/variance", torch::ones({out}));
    } else {
      conv.bias = register_parameter(name + "/bias", torch::zeros({out}));
    }
    convs_.emplace(i, std::move(conv));
  }
}

std::pair<torch::Tensor, torch::Tensor> GeneratorImpl::folded(const Conv& conv) const {
  if (!conv.scale.defined()) return {conv.weight, conv.bias};
  const torch::Tensor factor = conv.scale * torch::rsqrt(conv.running_variance + kNormEpsilon);
  return {conv.weight * factor.view({-1, 1, 1, 1}), conv.shift - conv.running_mean * factor};
}

torch::Tensor GeneratorImpl::runConv(const Op& op, Conv& conv, const torch::Tensor& input) {
  const torch::Tensor padded = op.kernel == 3 ? replicatePad(input) : input;
  const auto convolve = [&](const torch::Tensor& kernel, const torch::Tensor& bias) {
    return torch::conv2d(padded, kernel.to(compute_).contiguous(torch::MemoryFormat::ChannelsLast),
                         bias.defined() ? bias.to(compute_) : bias, op.stride);
  };
  if (collecting_ && conv.scale.defined()) {
    const torch::Tensor raw = convolve(conv.weight, {}).to(torch::kFloat);
    auto& [mean, square] = collected_[&conv];
    const torch::Tensor batch_mean = raw.mean({0, 2, 3}), batch_square = raw.square().mean({0, 2, 3});
    mean = mean.defined() ? mean + batch_mean : batch_mean;
    square = square.defined() ? square + batch_square : batch_square;
  }
  if (!conv.scale.defined() || norms_frozen_) {
    const auto [kernel, bias] = folded(conv);
    return activate(convolve(kernel, bias), op.activation);
  }
  const torch::Tensor normed =
      torch::batch_norm(convolve(conv.weight, {}), conv.scale, conv.shift, conv.running_mean, conv.running_variance,
                        /*training=*/is_training(), kNormMomentum, kNormEpsilon, /*cudnn_enabled=*/true);
  return activate(normed, op.activation);
}

torch::Tensor GeneratorImpl::forward(const torch::Tensor& color) {
  return forward(color, std::vector<std::pair<uint32_t, uint32_t>>(static_cast<size_t>(color.size(0)), {0u, 0u}));
}

torch::Tensor GeneratorImpl::forward(const torch::Tensor& color,
                                     const std::vector<std::pair<uint32_t, uint32_t>>& noise_offsets) {
  const std::vector<Op>& ops = spec_.graph.ops;
  const int64_t align = spec_.graph.alignment, height = color.size(2), width = color.size(3);
  const int64_t padded_height = (height + align - 1) / align * align, padded_width = (width + align - 1) / align * align;
  torch::Tensor frame = color;
  if (padded_height != height || padded_width != width) {
    frame = F::pad(frame, F::PadFuncOptions({0, padded_width - width, 0, padded_height - height}).mode(torch::kReplicate));
  }
  frame = frame.to(compute_).contiguous(torch::MemoryFormat::ChannelsLast);

  std::vector<torch::Tensor> values(ops.size());
  for (uint32_t i = 0; i < ops.size(); ++i) {
    const Op& op = ops[i];
    const auto in = [&](size_t k) -> const torch::Tensor& { return values[op.inputs[k]]; };
    switch (op.type) {
      case OpType::Input: values[i] = frame; break;
      case OpType::Noise:
        values[i] = noiseTensor(op, padded_height / op.downscale, padded_width / op.downscale, noise_offsets)
                        .to(frame.device(), compute_);
        break;
      case OpType::Conv2d: values[i] = runConv(op, convs_.at(i), in(0)); break;
      case OpType::SpaceToDepth:
        values[i] = torch::pixel_unshuffle(in(0), op.block).contiguous(torch::MemoryFormat::ChannelsLast);
        break;
      case OpType::DepthToSpace:
        values[i] = torch::pixel_shuffle(in(0), op.block).contiguous(torch::MemoryFormat::ChannelsLast);
        break;
      case OpType::Upsample:
        values[i] = F::interpolate(
            in(0), F::InterpolateFuncOptions().scale_factor(std::vector<double>{2, 2}).mode(torch::kNearest));
        break;
      case OpType::Add: values[i] = activate(in(0) + in(1), op.activation); break;
      case OpType::Concat: {
        std::vector<torch::Tensor> parts;
        for (size_t k = 0; k < op.inputs.size(); ++k) parts.push_back(in(k));
        values[i] = torch::cat(parts, 1);
        break;
      }
    }
  }
  const torch::Tensor painting = values[spec_.graph.output].to(torch::kFloat);
  // Cropping costs a copy of the gradient: not where there is nothing to crop.
  if (padded_height == height && padded_width == width) return painting;
  return painting.narrow(2, 0, height).narrow(3, 0, width);
}

std::map<uint32_t, ConvWeights> GeneratorImpl::foldedWeights() const {
  torch::NoGradGuard no_grad;
  const auto values = [](const torch::Tensor& t) {
    const torch::Tensor flat = t.to(torch::kCPU, torch::kFloat).contiguous();
    return std::vector<float>(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  };
  std::map<uint32_t, ConvWeights> result;
  for (const auto& [op, conv] : convs_) {
    const auto [kernel, bias] = folded(conv);
    result[op] = {values(kernel), values(bias)};
  }
  return result;
}

void GeneratorImpl::adoptFolded(const Style& style) {
  torch::NoGradGuard no_grad;
  std::map<std::string, uint32_t> by_name;
  for (uint32_t i = 0; i < style.graph.ops.size(); ++i) by_name[style.graph.ops[i].name] = i;
  for (auto& [index, conv] : convs_) {
    const std::string& name = spec_.graph.ops[index].name;
    const auto found = by_name.find(name);
    const auto weights = found == by_name.end() ? style.weights.end() : style.weights.find(found->second);
    if (weights == style.weights.end() || weights->second.kernel.size() != static_cast<size_t>(conv.weight.numel()) ||
        weights->second.bias.size() != static_cast<size_t>(conv.weight.size(0))) {
      throw Error(ErrorCode::InvalidArgument, "the style's graph differs from this generator's at op " + name);
    }
    const auto copy = [](torch::Tensor& to, const std::vector<float>& from) {
      to.copy_(torch::from_blob(const_cast<float*>(from.data()), to.sizes(), torch::kFloat));
    };
    copy(conv.weight, weights->second.kernel);
    if (conv.scale.defined()) {
      conv.running_mean.zero_();
      conv.running_variance.fill_(1.0 - kNormEpsilon);
      conv.scale.fill_(1);
      copy(conv.shift, weights->second.bias);
    } else {
      copy(conv.bias, weights->second.bias);
    }
  }
}

void GeneratorImpl::calibrate(const std::vector<torch::Tensor>& batches, bool keep_function) {
  torch::NoGradGuard no_grad;
  // A frozen pass keeps the function while it is measured; a live pass measures each layer as training sees it.
  const bool was_frozen = norms_frozen_;
  norms_frozen_ = keep_function;
  collecting_ = true;
  collected_.clear();
  for (const torch::Tensor& batch : batches) forward(batch);
  collecting_ = false;
  norms_frozen_ = was_frozen;

  const auto count = static_cast<double>(batches.size());
  for (auto& [index, conv] : convs_) {
    if (!conv.scale.defined()) continue;
    const auto& [mean_sum, square_sum] = collected_.at(&conv);
    const torch::Tensor mean = mean_sum / count;
    const torch::Tensor variance = (square_sum / count - mean.square()).clamp_min(1e-8);
    if (keep_function) {
      // scale' / sqrt(variance' + e) = scale / sqrt(variance + e), and likewise for the constant term.
      const torch::Tensor factor = conv.scale * torch::rsqrt(conv.running_variance + kNormEpsilon);
      const torch::Tensor constant = conv.shift - conv.running_mean * factor;
      conv.scale.copy_(factor * torch::sqrt(variance + kNormEpsilon));
      conv.shift.copy_(constant + mean * factor);
    }
    conv.running_mean.copy_(mean);
    conv.running_variance.copy_(variance);
  }
  collected_.clear();
}

}  // namespace impasto::trainer
