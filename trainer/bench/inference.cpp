#include "bench/inference.h"

#include "base/error.h"
#include "nn/replicate_pad.h"

namespace impasto::trainer {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

torch::Tensor activate(torch::Tensor x, Activation activation) {
  switch (activation) {
    case Activation::None: return x;
    case Activation::Relu: return x.relu_();
    case Activation::LeakyRelu: return torch::leaky_relu_(x, kLeakyReluSlope);
    case Activation::Sigmoid: return x.sigmoid_();
  }
  throw Error(ErrorCode::Internal, "unknown activation");
}

}  // namespace

Inference::Inference(const Style& style, torch::Device device, torch::ScalarType type, int64_t height, int64_t width)
    : graph_(style.graph), height_(height), width_(width), needed_(style.graph.ops.size()) {
  const std::vector<Op>& ops = graph_.ops;
  needed_[graph_.output] = true;
  for (uint32_t i = static_cast<uint32_t>(ops.size()); i-- > 0;) {
    if (!needed_[i]) continue;
    for (const uint32_t input : ops[i].inputs) needed_[input] = true;
    const bool other_input = ops[i].type == OpType::Input && ops[i].input_kind != InputKind::Color;
    if (other_input || ops[i].type == OpType::Blend || ops[i].type == OpType::Modulate) {
      throw Error(ErrorCode::InvalidArgument, "op " + ops[i].name + ": generators of colour alone are compared");
    }
  }
  const auto align = [&](int64_t n) { return (n + graph_.alignment - 1) / graph_.alignment * graph_.alignment; };
  for (uint32_t i = 0; i < ops.size(); ++i) {
    const Op& op = ops[i];
    if (!needed_[i]) continue;
    if (op.type == OpType::Conv2d) {
      const ConvWeights& weights = style.weights.at(i);
      const int64_t channels = op.channels, k = op.kernel;
      const torch::Tensor kernel = torch::tensor(weights.kernel).view({channels, -1, k, k});
      convs_[i] = {kernel.to(device, type).contiguous(kChannelsLast), torch::tensor(weights.bias).to(device, type)};
    } else if (op.type == OpType::Noise) {
      const int64_t rows = align(height) / op.downscale, columns = align(width) / op.downscale;
      torch::Tensor noise = torch::empty({1, op.channels, rows, columns});
      float* out = noise.data_ptr<float>();
      for (uint32_t c = 0; c < op.channels; ++c)
        for (int64_t y = 0; y < rows; ++y)
          for (int64_t x = 0; x < columns; ++x)
            *out++ = noiseValue(static_cast<uint32_t>(x), static_cast<uint32_t>(y), c, op.seed);
      noise_[i] = noise.to(device, type).contiguous(kChannelsLast);
    }
  }
}

torch::Tensor Inference::runConv(const Op& op, const Conv& conv, torch::Tensor x) const {
  // On a GPU LibTorch's own padding is one launch; on a CPU it is slow in channels-last.
  if (op.kernel == 3) x = x.is_cuda() ? torch::replication_pad2d(x, {1, 1, 1, 1}) : replicatePad(x);
  return activate(torch::conv2d(x, conv.kernel, conv.bias, op.stride), op.activation);
}

torch::Tensor Inference::run(const torch::Tensor& color) const {
  const std::vector<Op>& ops = graph_.ops;
  std::vector<torch::Tensor> values(ops.size());
  for (uint32_t i = 0; i < ops.size(); ++i) {
    if (!needed_[i]) continue;
    const Op& op = ops[i];
    const auto in = [&](size_t k) { return values[op.inputs[k]]; };
    switch (op.type) {
      case OpType::Input: {
        const int64_t alignment = graph_.alignment;
        const int64_t below = (alignment - height_ % alignment) % alignment, right = (alignment - width_ % alignment) % alignment;
        values[i] = below + right > 0 ? torch::replication_pad2d(color, {0, right, 0, below}) : color;
        break;
      }
      case OpType::Noise: values[i] = noise_.at(i); break;
      case OpType::Conv2d: values[i] = runConv(op, convs_.at(i), in(0)); break;
      case OpType::SpaceToDepth: values[i] = torch::pixel_unshuffle(in(0), op.block).contiguous(kChannelsLast); break;
      case OpType::DepthToSpace: values[i] = torch::pixel_shuffle(in(0), op.block).contiguous(kChannelsLast); break;
      case OpType::Upsample: values[i] = torch::upsample_nearest2d(in(0), {in(0).size(2) * 2, in(0).size(3) * 2}); break;
      case OpType::Add: values[i] = activate(in(0) + in(1), op.activation); break;
      case OpType::Concat: {
        std::vector<torch::Tensor> parts;
        for (size_t k = 0; k < op.inputs.size(); ++k) parts.push_back(in(k));
        values[i] = torch::cat(parts, 1);
        break;
      }
      case OpType::Blend:
      case OpType::Modulate: throw Error(ErrorCode::Internal, "op " + op.name + " was refused before");
    }
  }
  return values[graph_.output].slice(2, 0, height_).slice(3, 0, width_);
}

}  // namespace impasto::trainer
