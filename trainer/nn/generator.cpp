#include "nn/generator.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "nn/noise_texture.h"
#include "nn/regions.h"

namespace impasto::trainer {
namespace {

namespace F = torch::nn::functional;

constexpr double kNormEpsilon = 1e-5;
constexpr double kNormMomentum = 0.05;
constexpr double kFirstModulation = 0.1;  // deviation of what a style vector of deviation 1 asks for at first

torch::Tensor activate(torch::Tensor x, Activation activation) {
  switch (activation) {
    case Activation::None: return x;
    case Activation::Relu: return torch::relu_(x);
    case Activation::LeakyRelu: return torch::leaky_relu_(x, kLeakyReluSlope);
    case Activation::Sigmoid: return torch::sigmoid(x.to(torch::kFloat));
  }
  throw Error(ErrorCode::Internal, "unknown activation");
}

torch::Tensor blend(const Op& op, const torch::Tensor& a, const torch::Tensor& history) {
  const torch::Tensor paint = a.narrow(1, 0, 3).to(torch::kFloat);
  const torch::Tensor mix = torch::sigmoid(a.narrow(1, 3, 1).to(torch::kFloat)) * history.narrow(1, 3, 1);
  torch::Tensor old = history.narrow(1, 0, 3).to(torch::kFloat);
  if (op.range > 0) {
    // The padding of max_pool2d is less than everything: a border clamped to the edge texel gives the same.
    const int64_t side = 2 * int64_t{op.range} + 1;
    const torch::Tensor low = -torch::max_pool2d(-paint, side, 1, op.range);
    old = torch::min(torch::max(old, low), torch::max_pool2d(paint, side, 1, op.range));
  }
  return paint + mix * (old - paint);
}

torch::Tensor modulate(const Op& op, const torch::Tensor& x, const torch::Tensor& g) {
  const int64_t channels = x.size(1);
  return activate(x * (1 + g.narrow(1, 0, channels)) + g.narrow(1, channels, channels), op.activation);
}

}  // namespace

GeneratorImpl::GeneratorImpl(GeneratorSpec spec)
    : spec_(std::move(spec)), default_style_vector_(spec_.graph.styleVectorLength()) {
  addConvolutions(true);
}

GeneratorImpl::GeneratorImpl(const Style& style) {
  spec_.graph = style.graph;
  spec_.size = style.size;
  default_style_vector_ = defaultStyleVector(style);
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
    conv.fused = spec_.fused.count(i) > 0;
    if (initialise) weight.normal_(0, (conv.fused ? kFirstModulation : 1) * std::sqrt(gain / static_cast<double>(in * k * k)));
    // ICNR (Aitken et al. 2017): a convolution that feeds a depth-to-space starts as nearest upsampling, without a grid.
    for (const Op& reader : ops) {
      if (reader.type != OpType::DepthToSpace || reader.inputs[0] != i) continue;
      const int64_t group = int64_t{reader.block} * reader.block;
      weight = weight.slice(0, 0, out, group).repeat_interleave(group, 0).contiguous();
    }
    if (const auto quiet = spec_.quiet.find(i); quiet != spec_.quiet.end()) weight.slice(0, quiet->second).zero_();
    torch::Tensor bias = torch::zeros({out});
    if (const auto given = spec_.initial.find(i); given != spec_.initial.end()) {
      weight = torch::tensor(given->second.kernel).view(weight.sizes());
      bias = torch::tensor(given->second.bias);
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
      conv.bias = register_parameter(name + "/bias", bias);
    }
    convs_.emplace(i, std::move(conv));
  }
  if (!spec_.fused.empty()) fusion_ = register_parameter("fusion", torch::zeros({1}));
}

std::pair<torch::Tensor, torch::Tensor> GeneratorImpl::folded(const Conv& conv) const {
  if (conv.fused) return {conv.weight * fusionWeight(), conv.bias * fusionWeight()};
  if (!conv.scale.defined()) return {conv.weight, conv.bias};
  const torch::Tensor factor = conv.scale * torch::rsqrt(conv.running_variance + kNormEpsilon);
  return {conv.weight * factor.view({-1, 1, 1, 1}), conv.shift - conv.running_mean * factor};
}

torch::Tensor GeneratorImpl::runInput(const Op& op, const GeneratorInputs& inputs, int64_t height,
                                      int64_t width) const {
  const int64_t n = inputs.color.size(0);
  const torch::TensorOptions like_color = inputs.color.options().dtype(compute_);
  const auto expanded = [&](const torch::Tensor& frame) {
    const int64_t bottom = height - frame.size(2), right = width - frame.size(3);
    const torch::Tensor full =
        bottom == 0 && right == 0
            ? frame
            : F::pad(frame, F::PadFuncOptions({0, right, 0, bottom}).mode(torch::kReplicate));
    return full.to(compute_).contiguous(torch::MemoryFormat::ChannelsLast);
  };
  const auto expandedOrZero = [&](const torch::Tensor& frame) {
    if (frame.defined()) return expanded(frame);
    if (spec_.graph.needs(op.input_kind)) {
      throw Error(ErrorCode::InvalidArgument,
                  "the generator needs '" + std::string(toString(op.input_kind)) + "', which is not given");
    }
    return torch::zeros({n, op.channels, height, width}, like_color).contiguous(torch::MemoryFormat::ChannelsLast);
  };
  switch (op.input_kind) {
    case InputKind::Color: return expanded(inputs.color);
    case InputKind::Depth: return expandedOrZero(inputs.depth);
    case InputKind::Normals: return expandedOrZero(inputs.normals);
    case InputKind::History: return expandedOrZero(inputs.history);
    case InputKind::Style: {
      const torch::Tensor vector =
          inputs.style.defined() ? inputs.style : torch::tensor(default_style_vector_).expand({n, -1});
      return vector.to(like_color).reshape({n, op.channels, 1, 1});
    }
    case InputKind::Exposure:
      if (!inputs.exposure.defined()) return torch::zeros({n, 1, 1, 1}, like_color);
      return torch::log2(inputs.exposure).to(like_color).reshape({n, 1, 1, 1});
  }
  throw Error(ErrorCode::Internal, "unknown input kind");
}

torch::Tensor GeneratorImpl::runConv(const Op& op, Conv& conv, const torch::Tensor& padded) {
  const auto convolve = [&](const torch::Tensor& kernel, const torch::Tensor& bias) {
    // What a sigmoid made is float32 (activate), and a convolution of it stays so.
    const torch::ScalarType type = padded.scalar_type();
    return torch::conv2d(padded, kernel.to(type).contiguous(torch::MemoryFormat::ChannelsLast),
                         bias.defined() ? bias.to(type) : bias, op.stride);
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
  if (processes_ > 1 && is_training()) return activate(normOverProcesses(conv, convolve(conv.weight, {})), op.activation);
  const torch::Tensor normed =
      torch::batch_norm(convolve(conv.weight, {}), conv.scale, conv.shift, conv.running_mean, conv.running_variance,
                        /*training=*/is_training(), kNormMomentum, kNormEpsilon, /*cudnn_enabled=*/true);
  return activate(normed, op.activation);
}

// A batch norm by the statistics of all processes' frames, of which each has as many.
torch::Tensor GeneratorImpl::normOverProcesses(Conv& conv, const torch::Tensor& raw) const {
  const torch::Tensor x = raw.to(torch::kFloat);
  const auto mean_of = [&](const torch::Tensor& values) {
    return sum_(values.mean({0, 2, 3})).div(static_cast<double>(processes_)).view({1, -1, 1, 1});
  };
  const torch::Tensor mean = mean_of(x), centred = x - mean;
  const torch::Tensor variance = mean_of(centred.square());
  {
    torch::NoGradGuard no_grad;
    const auto count = static_cast<double>(processes_ * x.numel() / x.size(1));
    conv.running_mean.lerp_(mean.flatten(), kNormMomentum);
    conv.running_variance.lerp_(variance.flatten() * (count / std::max(count - 1, 1.0)), kNormMomentum);
  }
  const torch::Tensor factor = torch::rsqrt(variance + kNormEpsilon) * conv.scale.view({1, -1, 1, 1});
  return (centred * factor + conv.shift.view({1, -1, 1, 1})).to(raw.scalar_type());
}

torch::Tensor GeneratorImpl::forward(const GeneratorInputs& inputs, const NoiseOffsets& noise_offsets,
                                     const std::optional<Window>& window) {
  const std::vector<Op>& ops = spec_.graph.ops;
  const torch::Tensor& color = inputs.color;
  const int64_t align = spec_.graph.alignment, height = color.size(2), width = color.size(3);
  const int64_t padded_height = (height + align - 1) / align * align, padded_width = (width + align - 1) / align * align;
  const Window part = window.value_or(Window{0, 0, height, width});
  const std::vector<Region> regions = computedRegions(spec_.graph, padded_height, padded_width, part);
  std::vector<torch::Tensor> values(ops.size());
  for (uint32_t i = 0; i < ops.size(); ++i) {
    const Op& op = ops[i];
    const Region& region = regions[i];
    if (op.downscale != kGlobal && region.empty()) continue;  // the window does not depend on it
    const auto read = [&](size_t k) { return readBy(op, region, ops[op.inputs[k]], padded_height, padded_width); };
    const auto in = [&](size_t k) {
      const uint32_t from = op.inputs[k];
      return ops[from].downscale == kGlobal ? values[from] : cut(values[from], regions[from], read(k));
    };
    switch (op.type) {
      case OpType::Input:
        values[i] = runInput(op, inputs, padded_height, padded_width);
        if (op.downscale != kGlobal) values[i] = cut(values[i], {{0, padded_height}, {0, padded_width}}, region);
        break;
      case OpType::Noise:
        values[i] = noiseTexture(op, region, noise_offsets, color.device()).to(compute_);
        if (!noise_) values[i].zero_();
        break;
      case OpType::Conv2d: {
        const bool pads = op.kernel == 3;  // global tensors have kernels of 1
        const torch::Tensor x = in(0);
        values[i] = runConv(op, convs_.at(i), pads ? padWhereFrameEnds(x, op, region, ops[op.inputs[0]], padded_height, padded_width) : x);
        break;
      }
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
      case OpType::Blend: values[i] = cut(blend(op, in(0), in(1)), read(0), region); break;
      case OpType::Modulate: values[i] = modulate(op, in(0), in(1)); break;
    }
  }
  return cut(values[spec_.graph.output].to(torch::kFloat), regions[spec_.graph.output],
             {{part.y, part.y + part.height}, {part.x, part.x + part.width}});
}

bool GeneratorImpl::makesColors(const std::string& parameter) const {
  const std::vector<Op>& ops = spec_.graph.ops;
  // A depth-to-space, a blend and a convolution of kernel 1 may lie behind the one that makes them.
  for (uint32_t op = spec_.graph.output; !ops[op].inputs.empty(); op = ops[op].inputs[0]) {
    if (ops[op].type != OpType::Conv2d) continue;
    if (parameter.rfind(ops[op].name + "/", 0) == 0) return true;
    if (ops[op].kernel > 1) break;
  }
  return false;
}

std::vector<int64_t> GeneratorImpl::subPixelPhases() const {
  std::vector<int64_t> phases;
  for (const torch::Tensor& parameter : parameters()) {
    int64_t of_parameter = 1;
    for (const auto& [index, conv] : convs_) {
      if (!parameter.is_same(conv.weight)) continue;
      for (const Op& reader : spec_.graph.ops) {
        const bool feeds = reader.type == OpType::DepthToSpace && reader.inputs[0] == index;
        if (feeds) of_parameter = int64_t{reader.block} * reader.block;
      }
    }
    phases.push_back(of_parameter);
  }
  return phases;
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
    if (conv.fused) {
      conv.weight.div_(fusionWeight());
      conv.bias.div_(fusionWeight());
    }
  }
}

void GeneratorImpl::calibrate(const std::vector<GeneratorInputs>& batches, bool keep_function) {
  torch::NoGradGuard no_grad;
  // A frozen pass keeps the function while it is measured; a live pass measures each layer as training sees it.
  const bool was_frozen = norms_frozen_;
  norms_frozen_ = keep_function;
  collecting_ = true;
  collected_.clear();
  for (const GeneratorInputs& batch : batches) forward(batch);
  collecting_ = false;
  norms_frozen_ = was_frozen;

  const auto count = static_cast<double>(batches.size()) * processes_;
  for (auto& [index, conv] : convs_) {
    if (!conv.scale.defined()) continue;
    auto& [mean_sum, square_sum] = collected_.at(&conv);
    if (processes_ > 1) mean_sum = sum_(mean_sum), square_sum = sum_(square_sum);
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
