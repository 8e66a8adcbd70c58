#include "ops/error_bound.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "base/half.h"
#include "planning/lower.h"

namespace impasto::test {
namespace {

constexpr double kRoundingHalf = 0x1p-11;     // relative
constexpr double kTiniestHalf = 0x1p-25;      // half of the smallest subnormal
constexpr double kLargestHalf = 65504;
constexpr double kRoundingBfloat16 = 0x1p-8;   // relative
constexpr double kTiniestBfloat16 = 0x1p-126;  // smaller ones may count as 0
constexpr double kUlp = 0x1p-23;
// 1 / (1 + exp(-x)) on both sides together. Vulkan, and oneDNN is no worse: exp errs by 3 + 2|x| ULP, which reaches the result times s(1 - s),
// where s(1 - s) <= 0.25 and s(1 - s)|x| <= 0.224; the sum half an ULP; the division 2.5 ULP. The reference: exp one ULP,
// times 0.25; the sum and the division half an ULP each.
constexpr double kSigmoidError = (3 * 0.25 + 2 * 0.224 + 0.5 + 2.5 + 0.25 + 0.5 + 0.5) * kUlp;

// Relative to the sum of the magnitudes, of `count` fp32 operations.
double errorOfSum(double count) { return count * 0x1p-24 / (1 - count * 0x1p-24); }

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// A bound for each value of a tensor.
struct Bounds {
  uint32_t channels = 0, height = 0, width = 0;
  std::vector<double> data;

  explicit Bounds(const Tensor& like)
      : channels(like.channels), height(like.height), width(like.width), data(like.data.size()) {}
  Bounds(uint32_t c, uint32_t h, uint32_t w) : channels(c), height(h), width(w), data(size_t{c} * h * w) {}
  double& at(uint32_t c, uint32_t y, uint32_t x) { return data[(size_t{c} * height + y) * width + x]; }
  double at(uint32_t c, uint32_t y, uint32_t x) const { return data[(size_t{c} * height + y) * width + x]; }
};

class Propagation {
 public:
  Propagation(const Style& style, const std::vector<Tensor>& values, Rounding rounding, double sum_rounding)
      : style_(style),
        values_(values),
        rounding_(rounding),
        backend_sums_(sum_rounding / kSumRounding),
        constant_(findConstants(style.graph)) {}

  Bounds run() {
    for (uint32_t i = 0; i < style_.graph.ops.size(); ++i) bounds_.push_back(boundOf(i));
    return bounds_[style_.graph.output];
  }

 private:
  const Tensor& value(uint32_t i) const { return values_[i]; }

  // Of a value that may be as large as `magnitude`, once stored.
  double rounding(double magnitude) const {
    switch (rounding_) {
      case Rounding::None: break;
      case Rounding::Half: return std::max(magnitude * kRoundingHalf, kTiniestHalf) + std::max(0.0, magnitude - kLargestHalf);
      case Rounding::Bfloat16: return std::max(magnitude * kRoundingBfloat16, kTiniestBfloat16);
    }
    return 0;
  }

  // `bound` before the activation; `value` after it, of the reference.
  static double activated(Activation activation, double value, double bound) {
    switch (activation) {
      case Activation::None:
      case Activation::Relu:
        break;
      case Activation::LeakyRelu: {
        const double slope = kLeakyReluSlope, product = kUlp * (std::abs(value) + bound);  // rounded on both sides
        if (value < 0 && value + slope * bound < 0) return slope * bound + product;
        return bound + product;
      }
      case Activation::Sigmoid:
        return std::min(1.0, bound / 4 + kSigmoidError);
    }
    return bound;
  }

  double stored(Activation activation, double value, double bound) const {
    bound = activated(activation, value, bound);
    return bound + rounding(std::abs(value) + bound);
  }

  Bounds boundOf(uint32_t i) const {
    const Op& op = style_.graph.ops[i];
    switch (op.type) {
      case OpType::Input:
        return input(i);
      case OpType::Noise:
        return noise(i);
      case OpType::Conv2d:
        return conv(i);
      case OpType::Add:
        return add(i);
      case OpType::Blend:
        return blend(i);
      case OpType::Modulate:
        return modulate(i);
      case OpType::Concat:
        return concat(i);
      case OpType::SpaceToDepth:
      case OpType::DepthToSpace:
      case OpType::Upsample:
        break;
    }
    return rearrange(i);
  }

  // As a stored tensor has it.
  float rounded(float exact) const {
    switch (rounding_) {
      case Rounding::None: break;
      case Rounding::Half: return floatFromHalf(halfFromFloat(exact));
      case Rounding::Bfloat16: {
        const auto bits = std::bit_cast<uint32_t>(exact);
        return std::bit_cast<float>((bits + 0x7FFFu + (bits >> 16 & 1u)) & 0xFFFF0000u);
      }
    }
    return exact;
  }

  // Rounded on the CPU: known exactly.
  Bounds input(uint32_t i) const {
    Bounds out(value(i));
    for (size_t k = 0; k < out.data.size(); ++k) {
      const float v = value(i).data[k];
      out.data[k] = std::abs(double{rounded(v)} - double{v});
    }
    return out;
  }

  // noiseValue() is exact in fp32.
  Bounds noise(uint32_t i) const {
    Bounds out(value(i));
    for (size_t k = 0; k < out.data.size(); ++k) out.data[k] = rounding(std::abs(double{value(i).data[k]}));
    return out;
  }

  // Which input channels of a convolution are computed apart, once.
  std::vector<bool> channelsApart(const Op& op) const {
    const Op& concat = style_.graph.ops[op.inputs[0]];
    std::vector<bool> apart;
    if (concat.type != OpType::Concat) return apart;
    for (const uint32_t input : concat.inputs) {
      apart.insert(apart.end(), style_.graph.ops[input].channels, constant_[input]);
    }
    return std::find(apart.begin(), apart.end(), true) == apart.end() ? std::vector<bool>() : apart;
  }

  // What a convolution reads, with the border that its taps reach: bounds, and magnitudes with them.
  struct Source {
    Bounds bounds, magnitudes, values;

    Source(const Tensor& in, const Bounds& in_bounds, uint32_t kernel)
        : bounds(in.channels, in.height + kernel - 1, in.width + kernel - 1), magnitudes(bounds), values(bounds) {
      for (uint32_t c = 0; c < in.channels; ++c) {
        for (uint32_t y = 0; y < bounds.height; ++y) {
          for (uint32_t x = 0; x < bounds.width; ++x) {
            const uint32_t from_y = clampedTap(0, y, kernel, in.height), from_x = clampedTap(0, x, kernel, in.width);
            values.at(c, y, x) = in.at(c, from_y, from_x);
            bounds.at(c, y, x) = in_bounds.at(c, from_y, from_x);
            magnitudes.at(c, y, x) = std::abs(values.at(c, y, x)) + bounds.at(c, y, x);
          }
        }
      }
    }
  };

  // row += factor * (a row of `from`), as a tap reads it.
  static void addRow(std::vector<double>& row, double factor, const Bounds& from, uint32_t c, uint32_t y, uint32_t x,
                     uint32_t stride) {
    const double* values = &from.data[(size_t{c} * from.height + y) * from.width + x];
    if (stride == 1) {
      for (size_t k = 0; k < row.size(); ++k) row[k] += factor * values[k];
    } else {
      for (size_t k = 0; k < row.size(); ++k) row[k] += factor * values[k * 2];
    }
  }

  Bounds conv(uint32_t i) const {
    const Op& op = style_.graph.ops[i];
    const uint32_t channels = value(op.inputs[0]).channels, taps = op.kernel * op.kernel;
    const Source source(value(op.inputs[0]), bounds_[op.inputs[0]], op.kernel);
    const ConvWeights& weights = style_.weights.at(i);
    const std::vector<bool> apart = constant_[i] ? std::vector<bool>() : channelsApart(op);
    const double terms = static_cast<double>(channels) * taps;
    Bounds out(value(i));
    std::vector<double> bound(out.width), sum(out.width), constant(out.width), constant_bound(out.width);
    for (uint32_t o = 0; o < out.channels; ++o) {
      for (uint32_t y = 0; y < out.height; ++y) {
        std::fill(bound.begin(), bound.end(), 0.0);  // sum |w| e, and of what rounding the kernel changes
        std::fill(sum.begin(), sum.end(), std::abs(double{weights.bias[o]}));  // of magnitudes
        std::fill(constant.begin(), constant.end(), 0.0);
        std::fill(constant_bound.begin(), constant_bound.end(), 0.0);
        for (uint32_t c = 0; c < channels; ++c) {
          for (uint32_t tap = 0; tap < taps; ++tap) {
            const double exact = weights.kernel[(size_t{o} * channels + c) * taps + tap];
            const double packed = rounded(static_cast<float>(exact));
            const double weight = std::max(std::abs(packed), std::abs(exact)), change = std::abs(packed - exact);
            const uint32_t from_y = y * op.stride + tap / op.kernel, from_x = tap % op.kernel;
            addRow(bound, weight, source.bounds, c, from_y, from_x, op.stride);
            if (change > 0) addRow(bound, change, source.magnitudes, c, from_y, from_x, op.stride);
            addRow(sum, weight, source.magnitudes, c, from_y, from_x, op.stride);
            if (apart.empty() || !apart[c]) continue;
            addRow(constant, exact, source.values, c, from_y, from_x, op.stride);
            addRow(constant_bound, weight, source.bounds, c, from_y, from_x, op.stride);
            addRow(constant_bound, change + backend_sums_ * errorOfSum(terms) * weight, source.magnitudes, c, from_y, from_x,
                   op.stride);
          }
        }
        for (uint32_t x = 0; x < out.width; ++x) {
          // Products, sums, the bias, and the sum of the two parts; in the backend and in the reference.
          double before = bound[x] + (1 + backend_sums_) * errorOfSum(terms + 2) * sum[x];
          if (!apart.empty()) before += rounding(std::abs(constant[x]) + constant_bound[x]);
          out.at(o, y, x) = stored(op.activation, value(i).at(o, y, x), before);
        }
      }
    }
    return out;
  }

  static uint32_t clampedTap(uint32_t at, uint32_t tap, uint32_t kernel, uint32_t size) {
    const uint32_t pad = kernel / 2;
    return std::clamp(at + tap, pad, size - 1 + pad) - pad;
  }

  Bounds add(uint32_t i) const {
    const Op& op = style_.graph.ops[i];
    Bounds out(value(i));
    for (size_t k = 0; k < out.data.size(); ++k) {
      const double bound = bounds_[op.inputs[0]].data[k] + bounds_[op.inputs[1]].data[k];
      const double sum = std::abs(double{value(op.inputs[0]).data[k]} + double{value(op.inputs[1]).data[k]});
      out.data[k] = stored(op.activation, value(i).data[k], bound + errorOfSum(1) * (2 * sum + bound));
    }
    return out;
  }

  Bounds modulate(uint32_t i) const {
    const Op& op = style_.graph.ops[i];
    const Tensor &in = value(op.inputs[0]), &factors = value(op.inputs[1]);
    const Bounds &in_bounds = bounds_[op.inputs[0]], &factor_bounds = bounds_[op.inputs[1]];
    Bounds out(value(i));
    const size_t area = size_t{in.height} * in.width;
    for (size_t k = 0; k < out.data.size(); ++k) {
      const size_t c = k / area;
      const double scale = std::abs(1.0 + double{factors.data[c]}), shift = std::abs(double{factors.data[in.channels + c]});
      const double scale_bound = factor_bounds.data[c], shift_bound = factor_bounds.data[in.channels + c];
      const double v = std::abs(double{in.data[k]}), e = in_bounds.data[k];
      const double bound = scale * e + scale_bound * (v + e) + shift_bound;
      const double magnitude = (v + e) * (scale + scale_bound) + shift + shift_bound;
      out.data[k] = stored(op.activation, value(i).data[k], bound + 2 * errorOfSum(3) * magnitude);
    }
    return out;
  }

  // With a: paint, h: history, s: sigmoid, w = s(a[3]) h[3], d = clamp(h) - a: out = (1 - w) a + w clamp(h).
  Bounds blend(uint32_t i) const {
    const Op& op = style_.graph.ops[i];
    const Tensor &a = value(op.inputs[0]), &h = value(op.inputs[1]);
    const Bounds &a_bounds = bounds_[op.inputs[0]], &h_bounds = bounds_[op.inputs[1]];
    Bounds out(value(i));
    for (uint32_t y = 0; y < out.height; ++y) {
      for (uint32_t x = 0; x < out.width; ++x) {
        const double s = sigmoid(a.at(3, y, x)), s_bound = std::min(1.0, a_bounds.at(3, y, x) / 4 + kSigmoidError);
        const double validity = std::abs(double{h.at(3, y, x)}), validity_bound = h_bounds.at(3, y, x);
        const double w = s * h.at(3, y, x), w_bound = s_bound * (validity + validity_bound) + s * validity_bound;
        for (uint32_t c = 0; c < 3; ++c) {
          double low = std::numeric_limits<double>::infinity(), high = -low, kept_bound = h_bounds.at(c, y, x);
          if (op.range == 0) low = -low, high = -high;
          for (uint32_t tap = 0; op.range > 0 && tap < (2 * op.range + 1) * (2 * op.range + 1); ++tap) {
            const uint32_t size = 2 * op.range + 1;
            const uint32_t from_y = clampedTap(y, tap / size, size, a.height);
            const uint32_t from_x = clampedTap(x, tap % size, size, a.width);
            low = std::min(low, double{a.at(c, from_y, from_x)});
            high = std::max(high, double{a.at(c, from_y, from_x)});
            kept_bound = std::max(kept_bound, a_bounds.at(c, from_y, from_x));
          }
          const double kept = std::min(std::max(double{h.at(c, y, x)}, low), high), paint = a.at(c, y, x);
          const double paint_bound = a_bounds.at(c, y, x), d = std::abs(kept - paint);
          const double bound =
              std::abs(1 - w) * paint_bound + std::abs(w) * kept_bound + w_bound * (d + paint_bound + kept_bound);
          const double magnitude = std::abs(paint) + paint_bound + (std::abs(w) + w_bound) * (d + paint_bound + kept_bound);
          out.at(c, y, x) = stored(Activation::None, value(i).at(c, y, x), bound + 2 * errorOfSum(4) * magnitude);
        }
      }
    }
    return out;
  }

  Bounds concat(uint32_t i) const {
    Bounds out(value(i));
    auto position = out.data.begin();
    for (const uint32_t input : style_.graph.ops[i].inputs) {
      position = std::copy(bounds_[input].data.begin(), bounds_[input].data.end(), position);
    }
    return out;
  }

  // Values move and do not change.
  Bounds rearrange(uint32_t i) const {
    const Op& op = style_.graph.ops[i];
    const Bounds& in = bounds_[op.inputs[0]];
    Bounds out(value(i));
    const uint32_t b = op.block, area = b * b;
    for (uint32_t c = 0; c < out.channels; ++c) {
      for (uint32_t y = 0; y < out.height; ++y) {
        for (uint32_t x = 0; x < out.width; ++x) {
          out.at(c, y, x) = op.type == OpType::Upsample     ? in.at(c, y / 2, x / 2)
                            : op.type == OpType::SpaceToDepth ? in.at(c / area, y * b + c % area / b, x * b + c % b)
                                                              : in.at(c * area + y % b * b + x % b, y / b, x / b);
        }
      }
    }
    return out;
  }

  const Style& style_;
  const std::vector<Tensor>& values_;
  const Rounding rounding_;
  const double backend_sums_;  // how much a sum errs there, in terms of the reference
  const std::vector<bool> constant_;
  std::vector<Bounds> bounds_;
};

}  // namespace

Tensor boundError(const Style& style, const std::vector<Tensor>& values, Rounding rounding, double sum_rounding) {
  const Bounds bounds = Propagation(style, values, rounding, sum_rounding).run();
  Tensor out(bounds.channels, bounds.height, bounds.width);
  for (size_t k = 0; k < out.data.size(); ++k) {
    out.data[k] = std::nextafter(static_cast<float>(bounds.data[k]), std::numeric_limits<float>::infinity());
  }
  return out;
}

}  // namespace impasto::test
