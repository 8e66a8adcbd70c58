#include "reference/reference.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.h"

namespace impasto {
namespace {

// Calls body(row) for all rows, on several threads if the work (in multiply-adds) is worth it. Rows are independent.
void forEachRow(uint32_t rows, double work, const std::function<void(uint32_t)>& body) {
  constexpr double kWorkPerThread = 1e6;
  const uint32_t most = std::min(rows, std::max(1u, std::thread::hardware_concurrency()));
  const auto count = static_cast<uint32_t>(std::clamp(work / kWorkPerThread, 1.0, static_cast<double>(most)));
  const auto run = [&](uint32_t part) {
    for (uint32_t row = part; row < rows; row += count) body(row);
  };
  std::vector<std::jthread> threads;
  threads.reserve(count);
  uint32_t part = 1;
  try {
    for (; part < count; ++part) threads.emplace_back(run, part);
  } catch (const std::system_error&) {  // no more threads to be had: this one does the rest
  }
  for (; part < count; ++part) run(part);
  run(0);
}

void activate(float* values, size_t count, Activation activation) {
  switch (activation) {
    case Activation::None:
      break;
    case Activation::Relu:
      for (size_t i = 0; i < count; ++i) values[i] = std::max(values[i], 0.0f);
      break;
    case Activation::LeakyRelu:
      for (size_t i = 0; i < count; ++i) values[i] = values[i] < 0 ? values[i] * kLeakyReluSlope : values[i];
      break;
    case Activation::Sigmoid:
      for (size_t i = 0; i < count; ++i) values[i] = 1.0f / (1.0f + std::exp(-values[i]));
      break;
  }
}

// Extends to the right and to the bottom by repeating the last column and row.
Tensor extend(const Tensor& in, uint32_t height, uint32_t width) {
  Tensor out(in.channels, height, width);
  for (uint32_t c = 0; c < in.channels; ++c)
    for (uint32_t y = 0; y < height; ++y)
      for (uint32_t x = 0; x < width; ++x)
        out.at(c, y, x) = in.at(c, std::min(y, in.height - 1), std::min(x, in.width - 1));
  return out;
}

Tensor crop(const Tensor& in, uint32_t height, uint32_t width) {
  Tensor out(in.channels, height, width);
  for (uint32_t c = 0; c < in.channels; ++c)
    for (uint32_t y = 0; y < height; ++y)
      std::copy_n(&in.data[(size_t{c} * in.height + y) * in.width], width, &out.at(c, y, 0));
  return out;
}

Tensor noise(const Op& op, uint32_t height, uint32_t width) {
  Tensor out(op.channels, height, width);
  for (uint32_t c = 0; c < op.channels; ++c)
    for (uint32_t y = 0; y < height; ++y)
      for (uint32_t x = 0; x < width; ++x) out.at(c, y, x) = noiseValue(x, y, c, op.seed);
  return out;
}

// A border of one texel on every side, so that the convolution's loops need no clamping.
Tensor withBorder(const Tensor& in) {
  Tensor out(in.channels, in.height + 2, in.width + 2);
  for (uint32_t c = 0; c < in.channels; ++c)
    for (uint32_t y = 0; y < out.height; ++y)
      for (uint32_t x = 0; x < out.width; ++x)
        out.at(c, y, x) = in.at(c, std::clamp(y, 1u, in.height) - 1, std::clamp(x, 1u, in.width) - 1);
  return out;
}

Tensor conv2d(const Op& op, const ConvWeights& weights, const Tensor& in) {
  const Tensor bordered = op.kernel == 3 ? withBorder(in) : Tensor();
  const Tensor& source = op.kernel == 3 ? bordered : in;
  Tensor out(op.channels, in.height / op.stride, in.width / op.stride);
  const uint32_t k = op.kernel;
  const double work = static_cast<double>(out.data.size()) * in.channels * k * k;
  // One output row of one channel stays in the first-level cache while all taps are added to it.
  forEachRow(out.height, work, [&](uint32_t y) {
    for (uint32_t o = 0; o < out.channels; ++o) {
      float* row = &out.at(o, y, 0);
      std::fill_n(row, out.width, weights.bias[o]);
      const float* kernel = &weights.kernel[size_t{o} * in.channels * k * k];
      for (uint32_t c = 0; c < in.channels; ++c)
        for (uint32_t i = 0; i < k; ++i)
          for (uint32_t j = 0; j < k; ++j) {
            const float weight = *kernel++;
            const float* tap = &source.data[(size_t{c} * source.height + y * op.stride + i) * source.width + j];
            if (op.stride == 1)  // apart, because the compiler vectorises only this one
              for (uint32_t x = 0; x < out.width; ++x) row[x] += weight * tap[x];
            else
              for (uint32_t x = 0; x < out.width; ++x) row[x] += weight * tap[size_t{x} * 2];
          }
      activate(row, out.width, op.activation);
    }
  });
  return out;
}

Tensor spaceToDepth(const Tensor& in, uint32_t b) {
  Tensor out(in.channels * b * b, in.height / b, in.width / b);
  for (uint32_t c = 0; c < in.channels; ++c)
    for (uint32_t y = 0; y < in.height; ++y)
      for (uint32_t x = 0; x < in.width; ++x) out.at(c * b * b + (y % b) * b + x % b, y / b, x / b) = in.at(c, y, x);
  return out;
}

Tensor depthToSpace(const Tensor& in, uint32_t b) {
  Tensor out(in.channels / (b * b), in.height * b, in.width * b);
  for (uint32_t c = 0; c < out.channels; ++c)
    for (uint32_t y = 0; y < out.height; ++y)
      for (uint32_t x = 0; x < out.width; ++x) out.at(c, y, x) = in.at(c * b * b + (y % b) * b + x % b, y / b, x / b);
  return out;
}

Tensor upsample(const Tensor& in) {
  Tensor out(in.channels, in.height * 2, in.width * 2);
  for (uint32_t c = 0; c < out.channels; ++c)
    for (uint32_t y = 0; y < out.height; ++y)
      for (uint32_t x = 0; x < out.width; ++x) out.at(c, y, x) = in.at(c, y / 2, x / 2);
  return out;
}

Tensor add(const Tensor& a, const Tensor& b, Activation activation) {
  Tensor out = a;
  for (size_t i = 0; i < out.data.size(); ++i) out.data[i] += b.data[i];
  activate(out.data.data(), out.data.size(), activation);
  return out;
}

// The least and the greatest value of a channel in the square of texels around (y, x), clamped to the edge texel.
std::pair<float, float> limitsAround(const Tensor& in, uint32_t c, uint32_t y, uint32_t x, uint32_t range) {
  float low = in.at(c, y, x), high = low;
  for (uint32_t i = 0; i <= 2 * range; ++i)
    for (uint32_t j = 0; j <= 2 * range; ++j) {
      // Counted from one range outside, so that nothing is negative.
      const uint32_t near_y = std::clamp(y + i, range, in.height - 1 + range) - range;
      const uint32_t near_x = std::clamp(x + j, range, in.width - 1 + range) - range;
      low = std::min(low, in.at(c, near_y, near_x));
      high = std::max(high, in.at(c, near_y, near_x));
    }
  return {low, high};
}

Tensor blend(const Op& op, const Tensor& a, const Tensor& history) {
  Tensor out(3, a.height, a.width);
  for (uint32_t c = 0; c < 3; ++c)
    for (uint32_t y = 0; y < out.height; ++y)
      for (uint32_t x = 0; x < out.width; ++x) {
        const float mix = 1.0f / (1.0f + std::exp(-a.at(3, y, x))) * history.at(3, y, x);
        float old = history.at(c, y, x);
        if (op.range > 0) {
          const auto [low, high] = limitsAround(a, c, y, x, op.range);
          old = std::min(std::max(old, low), high);
        }
        out.at(c, y, x) = a.at(c, y, x) + mix * (old - a.at(c, y, x));
      }
  return out;
}

Tensor modulate(const Op& op, const Tensor& in, const Tensor& g) {
  Tensor out = in;
  for (uint32_t c = 0; c < in.channels; ++c)
    for (uint32_t y = 0; y < in.height; ++y)
      for (uint32_t x = 0; x < in.width; ++x)
        out.at(c, y, x) = in.at(c, y, x) * (1.0f + g.at(c, 0, 0)) + g.at(in.channels + c, 0, 0);
  activate(out.data.data(), out.data.size(), op.activation);
  return out;
}

const ConvWeights& weightsOf(const Style& style, uint32_t index, uint32_t in_channels) {
  const Op& op = style.graph.ops[index];
  const auto found = style.weights.find(index);
  if (found == style.weights.end() || found->second.bias.size() != op.channels ||
      found->second.kernel.size() != size_t{op.channels} * in_channels * op.kernel * op.kernel)
    throw Error(ErrorCode::InvalidStyle, "graph op '" + op.name + "' has no weights of its shape");
  return found->second;
}

// nullptr: a kind that has no tensor of the frame's extent.
const Tensor* inputOf(const ReferenceInputs& inputs, InputKind kind) {
  switch (kind) {
    case InputKind::Color:
      return &inputs.color;
    case InputKind::Depth:
      return &inputs.depth;
    case InputKind::Normals:
      return &inputs.normals;
    case InputKind::History:
      return &inputs.history;
    case InputKind::Style:
    case InputKind::Exposure:
      break;
  }
  return nullptr;
}

void checkInputs(const Graph& graph, const ReferenceInputs& inputs) {
  const Tensor& color = inputs.color;
  for (const InputKind kind : {InputKind::Color, InputKind::Depth, InputKind::Normals, InputKind::History}) {
    if (kind != InputKind::Color && !graph.wants(kind)) continue;
    const Tensor& tensor = *inputOf(inputs, kind);
    const std::string name(toString(kind));
    if (tensor.data.empty() && kind != InputKind::Color && !graph.needs(kind)) continue;
    if (tensor.data.empty()) throw Error(ErrorCode::InvalidArgument, "the input '" + name + "' is missing or empty");
    if (tensor.channels != inputChannels(kind) || tensor.height != color.height || tensor.width != color.width ||
        tensor.data.size() != size_t{tensor.channels} * tensor.height * tensor.width)
      throw Error(ErrorCode::InvalidArgument, "the input '" + name + "' is not " + std::to_string(inputChannels(kind)) +
                                                  " channels of " + std::to_string(color.width) + "x" +
                                                  std::to_string(color.height));
  }
  const size_t length = graph.styleVectorLength();
  if (length > 0 && !inputs.style_vector.empty() && inputs.style_vector.size() != length)
    throw Error(ErrorCode::InvalidArgument, "the input 'style' has " + std::to_string(inputs.style_vector.size()) +
                                                " values, not " + std::to_string(length));
  if (graph.wants(InputKind::Exposure) && !(inputs.exposure > 0 && std::isfinite(inputs.exposure)))
    throw Error(ErrorCode::InvalidArgument,
                "the input 'exposure' is " + std::to_string(inputs.exposure) + ", not positive and finite");
}

// The tensor of an input op; `height` and `width` are the frame's once extended.
Tensor input(const Op& op, const Style& style, const ReferenceInputs& inputs, uint32_t height, uint32_t width) {
  Tensor out(op.channels, 1, 1);
  if (op.input_kind == InputKind::Style) {
    out.data = inputs.style_vector.empty() ? defaultStyleVector(style) : inputs.style_vector;
    if (out.data.size() != op.channels)
      throw Error(ErrorCode::InvalidStyle, "the vector of painting 0 does not fit graph op '" + op.name + "'");
    return out;
  }
  if (op.input_kind == InputKind::Exposure) {
    out.data = {std::log2(inputs.exposure)};
    return out;
  }
  const Tensor& given = *inputOf(inputs, op.input_kind);
  return given.data.empty() ? Tensor(op.channels, height, width) : extend(given, height, width);
}

uint32_t roundUp(uint32_t value, uint32_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// Runs all ops; unless `keep_all`, a tensor is freed after its last use and only the output is there at the end.
std::vector<Tensor> runGraph(const Style& style, const ReferenceInputs& inputs, bool keep_all) {
  Graph graph = style.graph;  // which a caller may have built by hand
  validateGraph(graph);
  checkInputs(graph, inputs);
  const uint32_t height = roundUp(inputs.color.height, graph.alignment);
  const uint32_t width = roundUp(inputs.color.width, graph.alignment);

  std::vector<uint32_t> last_use(graph.ops.size());
  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    last_use[i] = i;
    for (const uint32_t j : graph.ops[i].inputs) last_use[j] = i;
  }
  last_use[graph.output] = static_cast<uint32_t>(graph.ops.size());

  std::vector<Tensor> tensors(graph.ops.size());
  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    const Op& op = graph.ops[i];
    const auto in = [&](size_t k) -> const Tensor& { return tensors[op.inputs[k]]; };
    switch (op.type) {
      case OpType::Input:
        tensors[i] = input(op, style, inputs, height, width);
        break;
      case OpType::Noise:
        tensors[i] = noise(op, height / op.downscale, width / op.downscale);
        break;
      case OpType::Conv2d:
        tensors[i] = conv2d(op, weightsOf(style, i, in(0).channels), in(0));
        break;
      case OpType::SpaceToDepth:
        tensors[i] = spaceToDepth(in(0), op.block);
        break;
      case OpType::DepthToSpace:
        tensors[i] = depthToSpace(in(0), op.block);
        break;
      case OpType::Upsample:
        tensors[i] = upsample(in(0));
        break;
      case OpType::Add:
        tensors[i] = add(in(0), in(1), op.activation);
        break;
      case OpType::Concat: {
        tensors[i] = Tensor(op.channels, in(0).height, in(0).width);
        auto position = tensors[i].data.begin();
        for (const uint32_t j : op.inputs)
          position = std::copy(tensors[j].data.begin(), tensors[j].data.end(), position);
        break;
      }
      case OpType::Blend:
        tensors[i] = blend(op, in(0), in(1));
        break;
      case OpType::Modulate:
        tensors[i] = modulate(op, in(0), in(1));
        break;
    }
    if (keep_all) continue;
    for (uint32_t j = 0; j <= i; ++j)
      if (last_use[j] == i) tensors[j] = Tensor();
  }
  return tensors;
}

}  // namespace

Tensor runReference(const Style& style, const ReferenceInputs& inputs) {
  const std::vector<Tensor> tensors = runGraph(style, inputs, false);
  return crop(tensors[style.graph.output], inputs.color.height, inputs.color.width);
}

std::vector<Tensor> runReferenceOps(const Style& style, const ReferenceInputs& inputs) {
  return runGraph(style, inputs, true);
}

}  // namespace impasto
