#include "cpu/step.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "base/half.h"
#include "cpu/row_kernels.h"

namespace impasto::cpu {
namespace {

// A step with an output tensor.
class RowStep : public Step {
 public:
  explicit RowStep(const TensorPlan& out) : out_(out) {}
  uint32_t rows(const Frame& frame) const noexcept override { return frame.height / out_.downscale; }
  bool run(const Frame& frame, uint32_t thread, uint32_t y) noexcept final {
    const Plane out = frame.plane(out_);
    const uint32_t end = std::min(y + chunk_rows, out.height);
    const bool done = runRows(frame, thread, out, y, end);
    fillBorder(out, y, end - y);
    return done;
  }

 protected:
  virtual bool runRows(const Frame& frame, uint32_t thread, const Plane& out, uint32_t first, uint32_t end) noexcept = 0;

  size_t rowFloats(const TensorPlan& tensor, uint32_t width) const noexcept {
    return size_t{width / tensor.downscale} * tensor.slots.size();
  }

  const TensorPlan out_;
};

Element elementOf(const TensorView& view) noexcept { return view.element_bytes == 2 ? Element::Half : Element::Float; }

// The first quad of a row.
std::byte* rowOf(const HostFrame& host, const TensorView& view, uint32_t row) noexcept {
  return host.memory + view.offset + view.rowBytes() * row + size_t{view.quad} * view.width * 4 * view.element_bytes;
}

class InputStep final : public RowStep {
 public:
  InputStep(const TensorPlan& out, InputKind kind) : RowStep(out), kind_(kind) {}

  bool runRows(const Frame& frame, uint32_t, const Plane& out, uint32_t first, uint32_t end) noexcept override {
    const TensorView* in = frame.input(kind_);
    for (uint32_t row = first; row < end; ++row) {
      if (in == nullptr) {
        clear(out, row);
      } else {
        read(out, row, *in, *frame.host);
      }
    }
    return true;
  }

 private:
  static void clear(const Plane& out, uint32_t row) noexcept {
    for (uint32_t x = 0; x < out.width; ++x) std::memset(out.at(row, x), 0, out.slots * bytesOf(out.type));
  }

  // Extended to the right and to the bottom by the last column and row.
  static void read(const Plane& out, uint32_t row, const TensorView& in, const HostFrame& host) noexcept {
    const Element type = elementOf(in);
    const size_t quad_bytes = 4 * bytesOf(out.type), in_quad_bytes = 4 * bytesOf(type);
    const std::byte* from = rowOf(host, in, std::min(row, host.height - 1));
    const uint32_t width = std::min(out.width, host.width), quads = out.slots / 4;
    for (uint32_t quad = 0; quad < quads; ++quad, from += size_t{in.width} * in_quad_bytes) {
      if (out.dense() && quads == 1) {
        convert(out.at(row, 0), out.type, from, type, size_t{width} * 4);
        continue;
      }
      for (uint32_t x = 0; x < width; ++x) {
        convert(out.at(row, x) + quad * quad_bytes, out.type, from + x * in_quad_bytes, type, 4);
      }
    }
    for (uint32_t x = width; x < out.width; ++x) {
      std::memcpy(out.at(row, x), out.at(row, width - 1), out.slots * bytesOf(out.type));
    }
  }

  const InputKind kind_;
};

class NoiseStep final : public RowStep {
 public:
  NoiseStep(const TensorPlan& out, const Op& op) : RowStep(out), seed_(op.seed) {}

  size_t scratchFloats(uint32_t width) const noexcept override { return rowFloats(out_, width); }

  bool runRows(const Frame& frame, uint32_t thread, const Plane& out, uint32_t first, uint32_t end) noexcept override {
    float* values = frame.row_scratch[thread];
    for (uint32_t row = first; row < end; ++row) {
      float* value = values;
      for (uint32_t x = 0; x < out.width; ++x) {
        for (const int32_t channel : out_.slots) {
          *value++ = channel == kNoChannel ? 0.0f : noiseValue(x, row, static_cast<uint32_t>(channel), seed_);
        }
      }
      storeTexels(out, row, 0, out.width, values);
    }
    return true;
  }

 private:
  const uint32_t seed_;
};

template <size_t kBytes>
void copyEach(std::byte* to, size_t to_step, const std::byte* from, size_t from_step, uint32_t count) noexcept {
  for (uint32_t i = 0; i < count; ++i, to += to_step, from += from_step) std::memcpy(to, from, kBytes);
}

// `count` pieces of `bytes`, at equal distances.
void copyEach(std::byte* to, size_t to_step, const std::byte* from, size_t from_step, uint32_t count,
              size_t bytes) noexcept {
  if (bytes == to_step && bytes == from_step) {
    std::memcpy(to, from, bytes * count);
    return;
  }
  switch (bytes) {  // whose copies are a move or two
    case 8: return copyEach<8>(to, to_step, from, from_step, count);
    case 16: return copyEach<16>(to, to_step, from, from_step, count);
    case 32: return copyEach<32>(to, to_step, from, from_step, count);
    case 64: return copyEach<64>(to, to_step, from, from_step, count);
    case 128: return copyEach<128>(to, to_step, from, from_step, count);
    default: break;
  }
  for (uint32_t i = 0; i < count; ++i, to += to_step, from += from_step) std::memcpy(to, from, bytes);
}

// Row y of `out`.
void rearrangeRow(const Rearrangement& what, const Plane& out, const Plane& in, uint32_t y) noexcept {
  const size_t to_step = what.up * out.texel_bytes, from_step = what.down * in.texel_bytes;
  const uint32_t count = out.width / what.up;
  const size_t to_size = bytesOf(out.type), from_size = bytesOf(in.type);
  for (uint32_t k = 0; k < what.rows_read; ++k) {
    const std::byte* source = in.at(int64_t{y / what.up} * what.down + k, 0);
    for (const Run& run : what.runs[what.up > 1 ? y % what.up : k]) {
      std::byte* to = out.at(y, 0) + run.to * to_size;
      if (run.from == Run::kZeros) {
        for (uint32_t i = 0; i < count; ++i) std::memset(to + i * to_step, 0, run.count * to_size);
        continue;
      }
      const std::byte* from = source + run.from * from_size;
      if (out.type == in.type) {
        copyEach(to, to_step, from, from_step, count, run.count * to_size);
      } else {
        for (uint32_t i = 0; i < count; ++i) {
          convert(to + i * to_step, out.type, from + i * from_step, in.type, run.count);
        }
      }
    }
  }
}

class RearrangeStep final : public RowStep {
 public:
  RearrangeStep(const TensorPlan& out, const TensorPlan& in, Rearrangement rearrangement)
      : RowStep(out), in_(in), what_(std::move(rearrangement)) {}

  bool runRows(const Frame& frame, uint32_t, const Plane& out, uint32_t first, uint32_t end) noexcept override {
    const Plane in = frame.plane(in_);
    for (uint32_t row = first; row < end; ++row) rearrangeRow(what_, out, in, row);
    return true;
  }

 private:
  const TensorPlan in_;
  const Rearrangement what_;
};

class AddStep final : public RowStep {
 public:
  AddStep(const TensorPlan& out, const TensorPlan& a, const TensorPlan& b, Activation activation)
      : RowStep(out), a_(a), b_(b), activation_(activation) {}

  bool runRows(const Frame& frame, uint32_t, const Plane& out, uint32_t first, uint32_t end) noexcept override {
    const Plane a = frame.plane(a_), b = frame.plane(b_);
    const bool dense = out.dense() && a.dense() && b.dense();
    const uint32_t pieces = dense ? 1 : out.width;
    const size_t length = dense ? size_t{out.width} * out.slots : out.slots;
    for (uint32_t row = first; row < end; ++row) {
      for (uint32_t x = 0; x < pieces; ++x) {
        add(out.at(row, x), out.type, a.at(row, x), a.type, b.at(row, x), b.type, length, activation_);
      }
    }
    return true;
  }

 private:
  const TensorPlan a_, b_;
  const Activation activation_;
};

class BlendStep final : public RowStep {
 public:
  BlendStep(const TensorPlan& out, const TensorPlan& a, const TensorPlan& history, const Op& op)
      : RowStep(out),
        a_(a),
        history_(history),
        range_(op.range),
        a_slot_(slotOfChannel(a.slots, 4)),
        history_slot_(slotOfChannel(history.slots, 4)),
        out_slot_(slotOfChannel(out.slots, 3)) {}

  size_t scratchFloats(uint32_t width) const noexcept override {
    return rowFloats(a_, width) * (2 * range_ + 1) + rowFloats(history_, width) + rowFloats(out_, width);
  }

  bool runRows(const Frame& frame, uint32_t thread, const Plane& out, uint32_t first, uint32_t end) noexcept override {
    const Plane a = frame.plane(a_), history = frame.plane(history_);
    const uint32_t taps = 2 * range_ + 1, width = out.width;
    const size_t a_row = size_t{width} * a.slots;
    float* around = frame.row_scratch[thread];
    float* before = around + a_row * taps;
    float* result = before + size_t{width} * history.slots;
    std::fill_n(result, size_t{width} * out.slots, 0.0f);
    for (uint32_t row = first; row < end; ++row) {
      for (uint32_t k = 0; k < taps; ++k) {
        const uint32_t from = std::clamp(row + k, range_, a.height - 1 + range_) - range_;
        loadTexels(a, from, 0, width, around + a_row * k);
      }
      loadTexels(history, row, 0, width, before);
      for (uint32_t x = 0; x < width; ++x) {
        const float* paint = around + a_row * range_ + size_t{x} * a.slots;
        const float* kept = before + size_t{x} * history.slots;
        const float weight = 1.0f / (1.0f + std::exp(-paint[a_slot_[3]])) * kept[history_slot_[3]];
        for (size_t c = 0; c < 3; ++c) {
          float value = kept[history_slot_[c]];
          if (range_ > 0) value = clampToSurroundings(value, around + a_slot_[c], a_row, a.slots, x, width);
          const float new_value = paint[a_slot_[c]];
          result[size_t{x} * out.slots + out_slot_[c]] = new_value + weight * (value - new_value);
        }
      }
      storeTexels(out, row, 0, width, result);
    }
    return true;
  }

 private:
  float clampToSurroundings(float value, const float* around, size_t row, uint32_t slots, uint32_t x,
                            uint32_t width) const noexcept {
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (uint32_t i = 0; i < 2 * range_ + 1; ++i) {
      for (uint32_t j = 0; j < 2 * range_ + 1; ++j) {
        const uint32_t from = std::clamp(x + j, range_, width - 1 + range_) - range_;
        const float other = around[row * i + size_t{from} * slots];
        low = std::min(low, other);
        high = std::max(high, other);
      }
    }
    return std::min(std::max(value, low), high);
  }

  const TensorPlan a_, history_;
  const uint32_t range_;
  const std::vector<uint32_t> a_slot_, history_slot_, out_slot_;
};

class ModulateStep final : public RowStep {
 public:
  ModulateStep(const TensorPlan& out, const TensorPlan& in, uint32_t factors, const Op& op)
      : RowStep(out), in_(in), factors_(factors), channels_(op.channels), activation_(op.activation) {}

  size_t scratchFloats(uint32_t width) const noexcept override {
    return rowFloats(out_, width) + 2 * out_.slots.size();
  }

  bool runRows(const Frame& frame, uint32_t thread, const Plane& out, uint32_t first, uint32_t end) noexcept override {
    const Plane in = frame.plane(in_);
    const std::vector<float>& factors = frame.globals[factors_];
    float* scale = frame.row_scratch[thread];
    float* shift = scale + out.slots;
    float* values = shift + out.slots;
    for (uint32_t s = 0; s < out.slots; ++s) {
      const auto channel = static_cast<size_t>(out_.slots[s]);
      const bool padding = out_.slots[s] == kNoChannel;
      scale[s] = padding ? 0.0f : 1.0f + factors[channel];
      shift[s] = padding ? 0.0f : factors[channels_ + channel];
    }
    const size_t count = size_t{out.width} * out.slots;
    for (uint32_t row = first; row < end; ++row) {
      loadTexels(in, row, 0, out.width, values);
      for (float* value = values; value < values + count; value += out.slots) {
        for (uint32_t s = 0; s < out.slots; ++s) value[s] = value[s] * scale[s] + shift[s];
      }
      activate(values, count, activation_);
      storeTexels(out, row, 0, out.width, values);
    }
    return true;
  }

 private:
  const TensorPlan in_;
  const uint32_t factors_, channels_;
  const Activation activation_;
};

class OutputStep final : public Step {
 public:
  explicit OutputStep(const TensorPlan& in) : in_(in), slot_(slotOfChannel(in.slots, 3)) {}

  uint32_t rows(const Frame& frame) const noexcept override { return frame.host->height; }
  size_t scratchFloats(uint32_t width) const noexcept override { return size_t{width} * (in_.slots.size() + 4); }

  bool run(const Frame& frame, uint32_t thread, uint32_t y) noexcept override {
    const Plane in = frame.plane(in_);
    const TensorView& out = frame.host->output;
    const uint32_t first = y, end = std::min(y + chunk_rows, frame.host->height);
    const uint32_t width = frame.host->width;
    const bool is_quad = in.dense() && in.slots == 4 && slot_[0] == 0 && slot_[1] == 1 && slot_[2] == 2;
    for (uint32_t row = first; row < end; ++row) {
      std::byte* to = rowOf(*frame.host, out, row);
      if (is_quad) {
        convert(to, elementOf(out), in.at(row, 0), in.type, size_t{width} * 4);
        continue;
      }
      float* values = frame.row_scratch[thread];
      float* quads = values + size_t{width} * in.slots;
      loadTexels(in, row, 0, width, values);
      for (uint32_t x = 0; x < width; ++x) {
        for (size_t c = 0; c < 3; ++c) quads[x * 4 + c] = values[size_t{x} * in.slots + slot_[c]];
        quads[x * 4 + 3] = 0;
      }
      convert(to, elementOf(out), quads, Element::Float, size_t{width} * 4);
    }
    return true;
  }

 private:
  const TensorPlan in_;
  const std::vector<uint32_t> slot_;
};

class ConvolutionStep final : public RowStep {
 public:
  ConvolutionStep(const TensorPlan& out, const TensorPlan& in, uint32_t stride, uint32_t kernel, const Addend* addend,
                  std::unique_ptr<Convolution> convolution)
      : RowStep(out), in_(in), stride_(stride), border_(kernel / 2), convolution_(std::move(convolution)) {
    if (addend != nullptr && !addend->in_place) {
      copied_ = true;
      addend_ = *addend;
    }
  }

  size_t convolutionScratchBytes() const noexcept override { return convolution_->scratchBytes(); }
  void useConvolutionScratch(uint32_t thread, void* memory) override { convolution_->useScratch(thread, memory); }

  // It makes all rows of a chunk, also below the frame: there is memory, and what is in it is of no use.
  bool runRows(const Frame& frame, uint32_t thread, const Plane& out, uint32_t first, uint32_t end) noexcept override {
    const Plane in = frame.plane(in_);
    if (copied_) {
      const Plane addend = frame.plane(addend_.tensor);
      for (uint32_t row = first; row < end; ++row) rearrangeRow(addend_.copy, out, addend, row);
    }
    return convolution_->run(frame.variant, thread, in.at(int64_t{first} * stride_ - border_, -1), out.at(first, -1));
  }

 private:
  const TensorPlan in_;
  const uint32_t stride_;
  const int64_t border_;
  bool copied_ = false;
  Addend addend_;
  const std::unique_ptr<Convolution> convolution_;
};

class GlobalStep final : public Step {
 public:
  GlobalStep(const Style& style, const Op& op, uint32_t index, const ConvWeights* weights)
      : op_(op), index_(index), default_style_vector_(defaultStyleVector(style)) {
    if (weights != nullptr) weights_ = *weights;
  }

  uint32_t rows(const Frame&) const noexcept override { return 1; }

  bool run(const Frame& frame, uint32_t, uint32_t) noexcept override {
    std::vector<float>& out = frame.globals[index_];
    const auto in = [&](size_t k) -> const std::vector<float>& { return frame.globals[op_.inputs[k]]; };
    switch (op_.type) {
      case OpType::Input:
        readInput(frame, out);
        break;
      case OpType::Conv2d:
        for (uint32_t o = 0; o < op_.channels; ++o) {
          const float* kernel = &weights_.kernel[size_t{o} * in(0).size()];
          float sum = weights_.bias[o];
          for (size_t c = 0; c < in(0).size(); ++c) sum += kernel[c] * in(0)[c];
          out[o] = sum;
        }
        break;
      case OpType::Add:
        for (uint32_t c = 0; c < op_.channels; ++c) out[c] = in(0)[c] + in(1)[c];
        break;
      case OpType::Concat: {
        auto position = out.begin();
        for (const uint32_t j : op_.inputs) position = std::copy(frame.globals[j].begin(), frame.globals[j].end(), position);
        break;
      }
      default:  // the others have pixels
        return false;
    }
    activate(out.data(), out.size(), op_.activation);
    return true;
  }

 private:
  void readInput(const Frame& frame, std::vector<float>& out) const noexcept {
    if (const TensorView* given = frame.input(op_.input_kind)) {
      convert(out.data(), Element::Float, rowOf(*frame.host, *given, 0), elementOf(*given), out.size());  // one texel: quads side by side
    } else if (op_.input_kind == InputKind::Style) {
      std::copy_n(default_style_vector_.begin(), std::min(default_style_vector_.size(), out.size()), out.begin());
    } else {
      std::fill(out.begin(), out.end(), 0.0f);
    }
  }

  const Op op_;
  const uint32_t index_;
  const std::vector<float> default_style_vector_;
  ConvWeights weights_;
};

}  // namespace

Plane Frame::plane(const TensorPlan& tensor) const noexcept {
  const BufferPlan& buffer = buffers[tensor.buffer];
  Plane plane;
  plane.type = tensor.type;
  plane.slots = static_cast<uint32_t>(tensor.slots.size());
  plane.texel_bytes = buffer.slots * bytesOf(tensor.type);
  plane.row_bytes = (size_t{pitch_width / tensor.downscale} + 2) * plane.texel_bytes;
  plane.width = width / tensor.downscale;
  plane.height = height / tensor.downscale;
  plane.origin = memory + buffer.offset + plane.row_bytes + plane.texel_bytes + tensor.first_slot * bytesOf(tensor.type);
  return plane;
}

const TensorView* Frame::input(InputKind kind) const noexcept {
  for (const Generator::Input& given : host->inputs) {
    if (given.kind == kind) return &given.view;
  }
  return nullptr;
}

void appendSlot(std::vector<Run>& runs, uint32_t from, uint32_t to) {
  if (!runs.empty()) {
    Run& last = runs.back();
    const bool follows = from == Run::kZeros ? last.from == Run::kZeros : last.from != Run::kZeros && last.from + last.count == from;
    if (follows && last.to + last.count == to) {
      ++last.count;
      return;
    }
  }
  runs.push_back({from, to, 1});
}

Rearrangement copySlots(const Slots& to, const Slots& from, uint32_t channels) {
  const std::vector<uint32_t> source = slotOfChannel(from, channels);
  Rearrangement result;
  result.runs.resize(1);
  const bool same = to == from;  // then padding is copied with the rest
  for (uint32_t s = 0; s < to.size(); ++s) {
    const bool padding = to[s] == kNoChannel;
    appendSlot(result.runs[0], same ? s : padding ? Run::kZeros : source[static_cast<size_t>(to[s])], s);
  }
  return result;
}

Rearrangement depthToSpace(const TensorPlan& in, const TensorPlan& out, uint32_t out_texel, uint32_t block) {
  const std::vector<uint32_t> source =
      slotOfChannel(in.slots, static_cast<uint32_t>(std::count_if(in.slots.begin(), in.slots.end(),
                                                                  [](int32_t c) { return c != kNoChannel; })));
  Rearrangement result;
  result.up = block;
  result.runs.resize(block);
  for (uint32_t dy = 0; dy < block; ++dy) {
    for (uint32_t dx = 0; dx < block; ++dx) {
      uint32_t next = Run::kZeros;  // the slot after the one that was taken
      for (uint32_t s = 0; s < out.slots.size(); ++s) {
        uint32_t from = Run::kZeros;
        if (out.slots[s] != kNoChannel) {
          from = source[static_cast<size_t>(out.slots[s]) * block * block + dy * block + dx];
        } else if (next < in.slots.size() && in.slots[next] == kNoChannel) {
          from = next;  // padding that lies as it is wanted
        }
        next = from == Run::kZeros ? from : from + 1;
        appendSlot(result.runs[dy], from, dx * out_texel + s);
      }
    }
  }
  return result;
}

Rearrangement spaceToDepth(const TensorPlan& in, uint32_t in_texel, uint32_t block) {
  const auto slots = static_cast<uint32_t>(in.slots.size());
  Rearrangement result;
  result.down = result.rows_read = block;
  result.runs.resize(block);
  for (uint32_t dy = 0; dy < block; ++dy) {
    for (uint32_t dx = 0; dx < block; ++dx) {
      for (uint32_t s = 0; s < slots; ++s) appendSlot(result.runs[dy], dx * in_texel + s, (dy * block + dx) * slots + s);
    }
  }
  return result;
}

Rearrangement upsample(const TensorPlan& in, uint32_t out_texel) {
  Rearrangement result;
  result.up = 2;
  result.runs.resize(1);
  for (uint32_t dx = 0; dx < 2; ++dx) {
    for (uint32_t s = 0; s < in.slots.size(); ++s) appendSlot(result.runs[0], s, dx * out_texel + s);
  }
  result.runs.push_back(result.runs[0]);
  return result;
}

Rearrangement everySecond(const TensorPlan& in) {
  Rearrangement result;
  result.down = 2;
  result.runs.resize(1);
  for (uint32_t s = 0; s < in.slots.size(); ++s) appendSlot(result.runs[0], s, s);
  return result;
}

std::unique_ptr<Step> makeInput(const TensorPlan& out, InputKind kind) { return std::make_unique<InputStep>(out, kind); }
std::unique_ptr<Step> makeNoise(const TensorPlan& out, const Op& op) { return std::make_unique<NoiseStep>(out, op); }
std::unique_ptr<Step> makeRearrange(const TensorPlan& out, const TensorPlan& in, Rearrangement rearrangement) {
  return std::make_unique<RearrangeStep>(out, in, std::move(rearrangement));
}
std::unique_ptr<Step> makeAdd(const TensorPlan& out, const TensorPlan& a, const TensorPlan& b, Activation activation) {
  return std::make_unique<AddStep>(out, a, b, activation);
}
std::unique_ptr<Step> makeBlend(const TensorPlan& out, const TensorPlan& a, const TensorPlan& history, const Op& op) {
  return std::make_unique<BlendStep>(out, a, history, op);
}
std::unique_ptr<Step> makeModulate(const TensorPlan& out, const TensorPlan& in, uint32_t factors, const Op& op) {
  return std::make_unique<ModulateStep>(out, in, factors, op);
}
std::unique_ptr<Step> makeOutput(const TensorPlan& in) { return std::make_unique<OutputStep>(in); }
std::unique_ptr<Step> makeConvolution(const TensorPlan& out, const TensorPlan& in, uint32_t stride, uint32_t kernel,
                                      const Addend* addend, std::unique_ptr<Convolution> convolution) {
  return std::make_unique<ConvolutionStep>(out, in, stride, kernel, addend, std::move(convolution));
}
std::unique_ptr<Step> makeGlobal(const Style& style, const Op& op, uint32_t index, const ConvWeights* weights) {
  return std::make_unique<GlobalStep>(style, op, index, weights);
}

}  // namespace impasto::cpu
