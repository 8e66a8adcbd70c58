#include "cpu/program.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "planning/arena.h"
#include "planning/lower.h"

namespace impasto::cpu {
namespace {

constexpr uint32_t kMostRows = 4;               // of a convolution at once
constexpr double kWorkPerChunk = 2e6;           // multiply-adds: some ten microseconds
constexpr double kBytesPerChunk = 64 << 10;     // of the other steps
constexpr uint64_t kAlignment = 64;
constexpr uint32_t kNone = UINT32_MAX;

uint32_t roundUp(uint32_t value, uint32_t multiple) { return (value + multiple - 1) / multiple * multiple; }

bool isShuffle(OpType type) {
  return type == OpType::SpaceToDepth || type == OpType::DepthToSpace || type == OpType::Upsample;
}

class Planner {
 public:
  Planner(const Style& style, const ProgramOptions& options)
      : style_(style),
        options_(options),
        lowered_(lower(style.graph, style.weights)),
        graph_(lowered_.graph),
        constant_(findConstants(graph_)),
        width_(roundUp(options.width, graph_.alignment)),
        height_(roundUp(options.height, graph_.alignment)),
        engine_(dnnl::engine::kind::cpu, 0) {}

  Program run() {
    findReaders();
    fuseAdditions();
    chooseTypes();
    chooseSlots();
    program_.alignment = graph_.alignment;
    program_.globals.resize(graph_.ops.size());
    chooseWidths();
    placeConcats();
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (needed_[i] && fused_into_[i] == kNone) emit(i);
    }
    output();
    layOut();
    program_.constant_steps = constant_steps_.size();
    program_.steps = std::move(constant_steps_);
    for (auto& step : frame_steps_) program_.steps.push_back(std::move(step));
    for (const auto& step : program_.steps) {
      program_.row_scratch_floats = std::max(program_.row_scratch_floats, step->scratchFloats(width_));
    }
    return std::move(program_);
  }

 private:
  const Op& op(uint32_t i) const { return graph_.ops[i]; }
  bool isGlobalOp(uint32_t i) const { return op(i).downscale == kGlobal; }

  void findReaders() {
    needed_.assign(graph_.ops.size(), false);
    readers_.resize(graph_.ops.size());
    needed_[graph_.output] = true;
    for (uint32_t i = graph_.output + 1; i-- > 0;) {
      if (!needed_[i]) continue;
      for (const uint32_t input : op(i).inputs) {
        needed_[input] = true;
        readers_[input].push_back(i);
      }
    }
  }

  // The convolution that an addition is made with, and its addend.
  void fuseAdditions() {
    fused_into_.assign(graph_.ops.size(), kNone);
    fused_.assign(graph_.ops.size(), kNone);
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (!needed_[i] || op(i).type != OpType::Add || isGlobalOp(i)) continue;
      for (const uint32_t conv : {op(i).inputs[1], op(i).inputs[0]}) {
        if (op(conv).type != OpType::Conv2d || readers_[conv].size() != 1 || conv == graph_.output ||
            constant_[conv] != constant_[i]) {
          continue;
        }
        fused_into_[conv] = i;
        fused_[i] = conv;
        break;
      }
    }
    last_read_.assign(graph_.ops.size(), -1);
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      for (const uint32_t reader : readers_[i]) {
        const uint32_t at = fused_into_[reader] == kNone ? reader : fused_into_[reader];
        last_read_[i] = std::max(last_read_[i], static_cast<int32_t>(at));
      }
    }
    last_read_[graph_.output] = static_cast<int32_t>(graph_.ops.size());
  }

  // bfloat16 is what a convolution reads, and what comes to it through ops without arithmetic or through sums. What is
  // constant is made once, and the frame that comes out is not rounded.
  void chooseTypes() {
    types_.assign(graph_.ops.size(), Element::Float);
    if (!options_.bfloat16) return;
    for (uint32_t i = static_cast<uint32_t>(graph_.ops.size()); i-- > 0;) {
      if (constant_[i] || isGlobalOp(i)) continue;
      for (const uint32_t reader : readers_[i]) {
        const OpType type = op(reader).type;
        const bool passes_on = type != OpType::Blend && types_[reader] == Element::Bfloat16;
        if (type == OpType::Conv2d || passes_on) types_[i] = Element::Bfloat16;
      }
    }
  }

  Slots slotsOf(uint32_t i) const {
    const Op& made = op(i);
    switch (made.type) {
      case OpType::SpaceToDepth: {
        const Slots& in = tensors_[made.inputs[0]].slots;
        const uint32_t area = made.block * made.block;
        Slots slots;
        for (uint32_t place = 0; place < area; ++place) {
          for (const int32_t c : in) {
            slots.push_back(c == kNoChannel ? kNoChannel : static_cast<int32_t>(static_cast<uint32_t>(c) * area + place));
          }
        }
        return slots;
      }
      case OpType::Concat: {
        Slots slots;
        int32_t first = 0;
        for (const uint32_t part : made.inputs) {
          for (const int32_t c : tensors_[part].slots) slots.push_back(c == kNoChannel ? kNoChannel : first + c);
          first += static_cast<int32_t>(op(part).channels);
        }
        return slots;
      }
      case OpType::Conv2d:
        if (readers_[i].size() == 1 && op(readers_[i][0]).type == OpType::DepthToSpace) {
          return shuffledSlots(made.channels, op(readers_[i][0]).block);
        }
        return plainSlots(made.channels);
      case OpType::Add:  // in place of the addend, if it can
        return tensors_[fused_[i] == kNone ? made.inputs[0] : addendOf(i)].slots;
      case OpType::Upsample:
      case OpType::Modulate:
        return tensors_[made.inputs[0]].slots;
      default:
        return plainSlots(made.channels);
    }
  }

  // All channels of the top left texel, then of the next.
  static Slots shuffledSlots(uint32_t channels, uint32_t block) {
    const uint32_t area = block * block;
    Slots slots;
    for (uint32_t place = 0; place < area; ++place) {
      for (const int32_t c : plainSlots(channels / area)) {
        slots.push_back(c == kNoChannel ? kNoChannel : static_cast<int32_t>(static_cast<uint32_t>(c) * area + place));
      }
    }
    return slots;
  }

  void chooseSlots() {
    tensors_.resize(graph_.ops.size());
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (!needed_[i] || isGlobalOp(i)) continue;
      tensors_[i].slots = slotsOf(i);
      tensors_[i].downscale = op(i).downscale;
      tensors_[i].type = types_[i];
      tensors_[i].buffer = kNone;
    }
  }

  void chooseWidths() {
    for (const uint32_t quarters : {1u, 2u, 3u, 4u}) {
      if (quarters < 4 && !options_.smaller_frames) continue;
      const uint32_t width = roundUp((width_ * quarters + 3) / 4, graph_.alignment);
      if (program_.widths.empty() || program_.widths.back() < width) program_.widths.push_back(width);
    }
  }

  uint32_t addBuffer(const TensorPlan& tensor, bool constant, uint32_t at) {
    BufferPlan buffer;
    buffer.slots = static_cast<uint32_t>(tensor.slots.size());
    buffer.downscale = tensor.downscale;
    buffer.type = tensor.type;
    buffer.constant = constant;
    buffer.first = buffer.last = static_cast<int32_t>(at);
    program_.buffers.push_back(buffer);
    return static_cast<uint32_t>(program_.buffers.size() - 1);
  }

  void place(uint32_t i) {
    if (tensors_[i].buffer == kNone) tensors_[i].buffer = addBuffer(tensors_[i], constant_[i], i);
    BufferPlan& buffer = program_.buffers[tensors_[i].buffer];
    buffer.first = std::min(buffer.first, static_cast<int32_t>(i));
    buffer.last = std::max(buffer.last, last_read_[i]);
  }

  // What goes into one concat alone and is not a convolution's, whose rows lie side by side.
  void placeConcats() {
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (!needed_[i] || op(i).type != OpType::Concat || isGlobalOp(i)) continue;
      uint32_t first_slot = 0;
      for (const uint32_t part : op(i).inputs) {
        TensorPlan& tensor = tensors_[part];
        const OpType type = op(part).type;
        const bool own = isShuffle(type) || type == OpType::Input || type == OpType::Modulate || type == OpType::Blend ||
                         (type == OpType::Add && fused_[part] == kNone);
        if (own && readers_[part].size() == 1 && part != graph_.output && tensor.type == types_[i] &&
            constant_[part] == constant_[i]) {
          if (tensors_[i].buffer == kNone) tensors_[i].buffer = addBuffer(tensors_[i], constant_[i], i);
          tensor.buffer = tensors_[i].buffer;
          tensor.first_slot = first_slot;
        }
        first_slot += static_cast<uint32_t>(tensor.slots.size());
      }
    }
  }

  void append(bool constant, std::unique_ptr<Step> step) {
    (constant ? constant_steps_ : frame_steps_).push_back(std::move(step));
  }

  // A step that copies, with as many rows at once as are worth it.
  void append(uint32_t i, const TensorPlan& out, std::unique_ptr<Step> step) {
    const double bytes = double{1} * width_ / out.downscale * static_cast<double>(out.slots.size()) * 4;
    step->chunk_rows = static_cast<uint32_t>(std::clamp(kBytesPerChunk / bytes, 1.0, 64.0));
    append(constant_[i], std::move(step));
  }

  // A tensor that nothing of the graph is: read at `i` alone.
  TensorPlan temporary(uint32_t i, TensorPlan like) {
    like.buffer = addBuffer(like, constant_[i], i);
    like.first_slot = 0;
    return like;
  }

  uint32_t texel(const TensorPlan& tensor) const { return program_.buffers[tensor.buffer].slots; }

  void emit(uint32_t i) {
    const Op& made = op(i);
    if (isGlobalOp(i)) {
      program_.globals[i].resize(made.channels);
      const auto weights = lowered_.weights.find(i);
      append(constant_[i], makeGlobal(style_, made, i, weights == lowered_.weights.end() ? nullptr : &weights->second));
      return;
    }
    if (fused_[i] != kNone) return convolution(i, fused_[i]);
    if (made.type == OpType::Conv2d) return convolution(i, i);
    place(i);
    const TensorPlan& out = tensors_[i];
    const auto in = [&](size_t k) -> const TensorPlan& { return tensors_[made.inputs[k]]; };
    switch (made.type) {
      case OpType::Input:
        return append(i, out, makeInput(out, made.input_kind));
      case OpType::Noise:
        return append(i, out, makeNoise(out, made));
      case OpType::SpaceToDepth:
        return append(i, out, makeRearrange(out, in(0), spaceToDepth(in(0), texel(in(0)), made.block)));
      case OpType::DepthToSpace:
        return append(i, out, makeRearrange(out, in(0), depthToSpace(in(0), out, texel(out), made.block)));
      case OpType::Upsample:
        return append(i, out, makeRearrange(out, in(0), upsample(in(0), texel(out))));
      case OpType::Concat:
        return concat(i);
      case OpType::Add:
        return append(i, out, makeAdd(out, in(0), inOrder(i, made.inputs[1], out.slots), made.activation));
      case OpType::Blend:
        return append(i, out, makeBlend(out, in(0), in(1), made));
      case OpType::Modulate:
        return append(i, out, makeModulate(out, in(0), made.inputs[1], made));
      case OpType::Conv2d:
        break;
    }
  }

  // A tensor with its channels in the given order.
  TensorPlan inOrder(uint32_t i, uint32_t input, const Slots& slots) {
    const TensorPlan& given = tensors_[input];
    if (given.slots == slots) return given;
    TensorPlan ordered = given;
    ordered.slots = slots;
    ordered = temporary(i, ordered);
    append(i, ordered, makeRearrange(ordered, given, copySlots(slots, given.slots, op(input).channels)));
    return ordered;
  }

  void concat(uint32_t i) {
    uint32_t first_slot = 0;
    for (const uint32_t input : op(i).inputs) {
      const TensorPlan& given = tensors_[input];
      TensorPlan part = given;
      part.type = tensors_[i].type;
      part.buffer = tensors_[i].buffer;
      part.first_slot = first_slot;
      first_slot += static_cast<uint32_t>(part.slots.size());
      const bool in_place = given.buffer == part.buffer;
      if (!in_place) append(i, part, makeRearrange(part, given, copySlots(part.slots, given.slots, op(input).channels)));
    }
  }

  uint32_t addendOf(uint32_t add) const {
    const std::vector<uint32_t>& inputs = op(add).inputs;
    return inputs[0] == fused_[add] ? inputs[1] : inputs[0];
  }

  // Op `conv`, with the result of op `i`: its own, or of the addition that it is made with.
  void convolution(uint32_t i, uint32_t conv) {
    const Op& made = op(conv);
    TensorPlan in = tensors_[made.inputs[0]];
    uint32_t stride = made.stride;
    if (made.kernel == 1 && stride == 2) {
      TensorPlan picked = in;
      picked.downscale = made.downscale;
      picked = temporary(i, picked);
      append(i, picked, makeRearrange(picked, in, everySecond(in)));
      in = picked;
      stride = 1;
    }
    Addend addend;
    const bool accumulate = i != conv;
    if (accumulate) {
      const uint32_t other = addendOf(i);
      addend.tensor = tensors_[other];
      const BufferPlan& buffer = program_.buffers[addend.tensor.buffer];
      addend.in_place = last_read_[other] == static_cast<int32_t>(i) && buffer.last == last_read_[other] &&
                        buffer.constant == constant_[i] && addend.tensor.type == tensors_[i].type &&
                        addend.tensor.slots == tensors_[i].slots && buffer.slots == addend.tensor.slots.size() &&
                        in.buffer != addend.tensor.buffer && std::count(op(i).inputs.begin(), op(i).inputs.end(), other) == 1;
      if (addend.in_place) {
        tensors_[i].buffer = addend.tensor.buffer;
      } else {
        addend.copy = copySlots(tensors_[i].slots, addend.tensor.slots, op(i).channels);
      }
    }
    place(i);
    const TensorPlan& out = tensors_[i];

    ConvolutionShape shape;
    shape.in_slots = static_cast<uint32_t>(in.slots.size());
    shape.out_slots = static_cast<uint32_t>(out.slots.size());
    shape.kernel = made.kernel;
    shape.stride = stride;
    shape.in = in.type;
    shape.out = out.type;
    shape.activation = made.activation;
    shape.accumulate = accumulate;
    shape.sum_activation = accumulate ? op(i).activation : Activation::None;
    const double row_work = double{1} * width_ / out.downscale * shape.in_slots * shape.out_slots * shape.kernel * shape.kernel;
    shape.rows = static_cast<uint32_t>(std::clamp(kWorkPerChunk / row_work, 1.0, double{kMostRows}));
    std::vector<uint32_t> widths;
    for (const uint32_t width : program_.widths) widths.push_back(width / out.downscale);

    const ConvWeights& given = lowered_.weights.at(conv);
    const uint32_t taps = made.kernel * made.kernel, in_channels = op(made.inputs[0]).channels;
    std::vector<float> weights(size_t{shape.out_slots} * shape.in_slots * taps), bias(shape.out_slots);
    for (uint32_t o = 0; o < shape.out_slots; ++o) {
      if (out.slots[o] == kNoChannel) continue;
      const auto out_channel = static_cast<size_t>(out.slots[o]);
      bias[o] = given.bias[out_channel];
      for (uint32_t s = 0; s < shape.in_slots; ++s) {
        if (in.slots[s] == kNoChannel) continue;
        const size_t from = (out_channel * in_channels + static_cast<size_t>(in.slots[s])) * taps;
        std::copy_n(&given.kernel[from], taps, &weights[(size_t{o} * shape.in_slots + s) * taps]);
      }
    }
    try {
      auto made_convolution = std::make_unique<Convolution>(engine_, shape, widths, weights, bias, options_.threads);
      auto step = makeConvolution(out, in, stride, shape.kernel, accumulate ? &addend : nullptr, std::move(made_convolution));
      step->chunk_rows = shape.rows;
      append(constant_[i], std::move(step));
    } catch (const dnnl::error& error) {
      throw Error(error.status == dnnl_out_of_memory ? ErrorCode::OutOfMemory : ErrorCode::Unsupported,
                  "graph op '" + made.name + "': oneDNN: " + error.what());
    }
  }

  void output() {
    auto step = makeOutput(tensors_[graph_.output]);
    step->chunk_rows = static_cast<uint32_t>(std::clamp(kBytesPerChunk / (16.0 * width_), 1.0, 64.0));
    append(false, std::move(step));
  }

  void layOut() {
    std::vector<Lifetime> lifetimes;
    for (const BufferPlan& buffer : program_.buffers) {
      // A border all around, and below it what convolutions may reach.
      const uint64_t columns = width_ / buffer.downscale + 2, rows = height_ / buffer.downscale + 2 + 2 * kMostRows;
      Lifetime lifetime;
      lifetime.bytes = columns * rows * buffer.slots * bytesOf(buffer.type) + kAlignment;
      lifetime.first = buffer.constant ? 0 : buffer.first;
      lifetime.last = buffer.constant ? static_cast<int32_t>(graph_.ops.size()) : buffer.last;
      lifetimes.push_back(lifetime);
    }
    const ArenaLayout layout = placeByLifetime(lifetimes, kAlignment);
    for (size_t i = 0; i < program_.buffers.size(); ++i) program_.buffers[i].offset = layout.offsets[i];
    program_.memory_bytes = layout.bytes;
  }

  const Style& style_;
  const ProgramOptions options_;
  const LoweredGraph lowered_;
  const Graph& graph_;
  const std::vector<bool> constant_;
  const uint32_t width_, height_;  // aligned
  const dnnl::engine engine_;

  std::vector<bool> needed_;
  std::vector<std::vector<uint32_t>> readers_;  // that are needed
  std::vector<uint32_t> fused_into_, fused_;    // of a convolution: the addition; of an addition: the convolution
  std::vector<int32_t> last_read_;
  std::vector<Element> types_;
  std::vector<TensorPlan> tensors_;
  std::vector<std::unique_ptr<Step>> constant_steps_, frame_steps_;
  Program program_;
};

}  // namespace

Program makeProgram(const Style& style, const ProgramOptions& options) { return Planner(style, options).run(); }

bool hasBfloat16() noexcept {
  // Sets of bits: larger ones hold the smaller.
  return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

}  // namespace impasto::cpu
