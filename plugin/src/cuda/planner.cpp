#include "cuda/planner.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "cuda/trunk_planner.h"
#include "planning/arena.h"

namespace impasto::cuda {
namespace {

constexpr uint32_t kMaxShift = 3;

uint32_t octetsOf(uint32_t channels) { return (channels + 7) / 8; }

// A convolution and what it takes in, by op.
struct Chain {
  uint32_t conv = kNone, shuffle = kNone, modulate = kNone, add = kNone;
  uint32_t addend = kNone;  // the add's other input
};

class Planner {
 public:
  Planner(Graph graph, uint32_t width, uint32_t height, const DeviceTraits& device) : device_(device) {
    steps_.graph = std::move(graph);
    constant_ = findConstants(steps_.graph);
    constant_[steps_.graph.output] = false;  // written each frame, into whichever memory that frame's output has
    for (uint32_t i = 0; i < opCount(); ++i) {
      for (const uint32_t input : op(i).inputs) constant_[i] = constant_[i] && constant_[input];
    }
    const auto align = [&](uint32_t n) {
      return (n + steps_.graph.alignment - 1) / steps_.graph.alignment * steps_.graph.alignment;
    };
    steps_.width = align(width);
    steps_.height = align(height);
  }

  PlannedSteps run() {
    findReaders();
    makeChains();
    findNeeded();
    makeTensors();
    makeSteps();
    fuseTrunks(steps_, device_);
    allocate();
    return std::move(steps_);
  }

 private:
  const Op& op(uint32_t i) const { return steps_.graph.ops[i]; }
  uint32_t opCount() const { return static_cast<uint32_t>(steps_.graph.ops.size()); }
  bool isOutput(uint32_t i) const { return i == steps_.graph.output; }
  bool isSpatialInput(uint32_t i) const { return op(i).type == OpType::Input && op(i).downscale != kGlobal; }

  // Readers of each op's tensor, among the ops that the output depends on; an op that reads it twice is there twice.
  void findReaders() {
    readers_.resize(opCount());
    live_.assign(opCount(), false);
    live_[steps_.graph.output] = true;
    for (uint32_t i = opCount(); i-- > 0;) {
      if (!live_[i]) continue;
      for (const uint32_t input : op(i).inputs) {
        live_[input] = true;
        readers_[input].push_back(i);
      }
    }
  }

  // --- Which ops a convolution takes in

  void makeChains() {
    chains_.resize(opCount());
    absorbed_.assign(opCount(), false);
    for (uint32_t i = 0; i < opCount(); ++i) {
      if (!live_[i] || op(i).type != OpType::Conv2d) continue;
      Chain chain;
      chain.conv = i;
      uint32_t end = i;
      while (const std::optional<uint32_t> next = nextOf(chain, end)) end = *next;
      chains_[end] = chain;
      for (const uint32_t part : {chain.conv, chain.shuffle, chain.modulate, chain.add}) {
        if (part != kNone && part != end) absorbed_[part] = true;
        if (part != kNone) in_chain_.resize(opCount()), in_chain_[part] = true;
      }
    }
  }

  // The op that alone reads `end` and that the chain can take in; it is noted there.
  std::optional<uint32_t> nextOf(Chain& chain, uint32_t end) const {
    if (isOutput(end) || readers_[end].size() != 1) return std::nullopt;
    const uint32_t reader = readers_[end][0];
    if (constant_[end] && !constant_[reader]) return std::nullopt;  // computed once, apart
    if (reader < in_chain_.size() && in_chain_[reader]) return std::nullopt;
    const Op& next = op(reader);
    if (next.type == OpType::DepthToSpace && end == chain.conv) {
      // Filling up each subpixel's channels must not cost more than half again of the convolution.
      const uint32_t columns = resultOctets(reader, next.block), plain = octetsOf(op(end).channels);
      if (columns * 2 > plain * 3) return std::nullopt;
      chain.shuffle = reader;
      return reader;
    }
    if (writesQuads(reader) && chain.shuffle != kNone) return std::nullopt;  // two texels in an octet of columns
    if (next.type == OpType::Modulate && next.inputs[0] == end && chain.modulate == kNone && chain.add == kNone) {
      chain.modulate = reader;
      return reader;
    }
    if (next.type == OpType::Add && chain.add == kNone &&
        (chain.modulate == kNone || op(chain.modulate).activation == Activation::None)) {
      chain.add = reader;
      chain.addend = next.inputs[next.inputs[0] == end ? 1 : 0];
      return reader;
    }
    return std::nullopt;
  }

  // The frame itself, where nothing else reads it: a convolution or a blend writes it as the pass wants it.
  bool writesQuads(uint32_t i) const { return isOutput(i) && readers_[i].empty(); }

  // Octets of columns of a convolution whose (shuffled) result is op i's tensor.
  uint32_t resultOctets(uint32_t i, uint32_t block) const {
    if (writesQuads(i)) return block == 1 ? 1 : block * block / 2;
    return octetsOf(op(i).channels) * block * block;
  }

  // --- Which tensors have to exist

  void findNeeded() {
    octets_needed_.assign(opCount(), false);
    quads_read_.assign(opCount(), false);
    octets_needed_[steps_.graph.output] = true;  // or quads instead, see makeTensors()
    for (uint32_t i = opCount(); i-- > 0;) {
      if (!octets_needed_[i] || absorbed_[i]) continue;
      if (const Chain& chain = chains_[i]; chain.conv != kNone) {
        sources_of_[i] = flatten(chain.conv);
        for (const ConvPart& part : sources_of_[i]) need(part.tensor, part.fold > 1 || isSpatialInput(part.tensor));
        if (chain.modulate != kNone) need(op(chain.modulate).inputs[1], false);
        if (chain.addend != kNone) need(chain.addend, false);
        continue;
      }
      const OpType type = op(i).type;
      for (size_t k = 0; k < op(i).inputs.size(); ++k) {
        // Blends and what only moves values around read quads, too.
        const bool any = type != OpType::Add && type != OpType::Modulate;
        need(op(i).inputs[k], any);
      }
      if (type == OpType::Input) quads_read_[i] = true;  // they are copied from there
    }
  }

  void need(uint32_t i, bool quads_will_do) {
    if (quads_will_do && op(i).type == OpType::Input) {
      quads_read_[i] = true;
    } else {
      octets_needed_[i] = true;
    }
  }

  // What a convolution reads; parts name ops here.
  std::vector<ConvPart> flatten(uint32_t conv) const {
    const uint32_t source = op(conv).inputs[0];
    std::vector<ConvPart> parts;
    uint32_t channel = 0;
    if (!addParts(parts, channel, source, 0) || parts.size() > kMaxConvSources) {
      parts.clear();
      channel = 0;
      addStored(parts, channel, source, 0);
    }
    return parts;
  }

  bool addParts(std::vector<ConvPart>& parts, uint32_t& channel, uint32_t i, uint32_t shift) const {
    switch (op(i).type) {
      case OpType::Concat:
        return std::all_of(op(i).inputs.begin(), op(i).inputs.end(),
                           [&](uint32_t input) { return addParts(parts, channel, input, shift); });
      case OpType::Upsample:
        return shift < kMaxShift && addParts(parts, channel, op(i).inputs[0], shift + 1);
      case OpType::SpaceToDepth:
        if (addFolded(parts, channel, i, shift)) return true;
        break;
      default:
        break;
    }
    addStored(parts, channel, i, shift);
    return true;
  }

  void addStored(std::vector<ConvPart>& parts, uint32_t& channel, uint32_t i, uint32_t shift) const {
    ConvPart part;
    part.tensor = i;
    part.shift = shift;
    part.octets = part.run = octetsOf(op(i).channels);
    part.channels.assign(size_t{part.octets} * 8, kNone);
    for (uint32_t c = 0; c < op(i).channels; ++c) part.channels[c] = channel++;
    parts.push_back(std::move(part));
  }

  // False where filling up the folded texels' channels would double the work.
  bool addFolded(std::vector<ConvPart>& parts, uint32_t& channel, uint32_t i, uint32_t shift) const {
    const uint32_t folded = op(i).inputs[0], block = op(i).block, channels = op(folded).channels;
    const uint32_t texel = isSpatialInput(folded) ? 4 : octetsOf(channels) * 8;  // halves
    if (texel * block * block > 2 * octetsOf(op(i).channels) * 8) return false;
    ConvPart part;
    part.tensor = folded;
    part.fold = block;
    part.shift = shift;
    part.run = texel * block / 8;
    part.octets = part.run * block;
    part.channels.assign(size_t{part.octets} * 8, kNone);
    for (uint32_t c = 0; c < channels; ++c) {
      for (uint32_t subpixel = 0; subpixel < block * block; ++subpixel) {
        part.channels[size_t{subpixel} * texel + c] = channel + c * block * block + subpixel;
      }
    }
    channel += op(i).channels;
    parts.push_back(std::move(part));
    return true;
  }

  // --- Tensors and steps

  uint32_t makeTensor(uint32_t i, bool quads) {
    PlannedTensor tensor;
    tensor.op = i;
    tensor.quads = quads;
    tensor.downscale = op(i).downscale;
    tensor.width = tensor.downscale == kGlobal ? 1 : steps_.width / tensor.downscale;
    tensor.height = tensor.downscale == kGlobal ? 1 : steps_.height / tensor.downscale;
    tensor.channels = op(i).channels;
    tensor.bytes = tensor.rowBytes() * tensor.height;  // 16384^2 texels x 512 channels stay far below 2^64
    steps_.tensors.push_back(tensor);
    return static_cast<uint32_t>(steps_.tensors.size() - 1);
  }

  // Ops of one kind read the same.
  uint32_t inputTensor(uint32_t i) {
    for (const uint32_t tensor : steps_.inputs) {
      if (op(steps_.tensors[tensor].op).input_kind == op(i).input_kind) return tensor;
    }
    steps_.inputs.push_back(makeTensor(i, true));
    return steps_.inputs.back();
  }

  void makeTensors() {
    octets_.assign(opCount(), kNone);
    quads_.assign(opCount(), kNone);
    for (uint32_t i = 0; i < opCount(); ++i) {
      if (!live_[i] || absorbed_[i]) continue;
      if (op(i).type == OpType::Input) {
        if (quads_read_[i]) quads_[i] = inputTensor(i);
      } else if (isOutput(i)) {
        quads_[i] = steps_.output = makeTensor(i, true);
      }
      const bool straight = writesQuads(i) && (chains_[i].conv != kNone || op(i).type == OpType::Blend);
      if (octets_needed_[i] && !straight) octets_[i] = makeTensor(i, false);
    }
  }

  uint32_t storedOf(uint32_t i) const { return octets_[i] != kNone ? octets_[i] : quads_[i]; }
  // Inputs are read where the pass put them, where that will do.
  uint32_t anyOf(uint32_t i) const { return op(i).type == OpType::Input ? quads_[i] : octets_[i]; }

  void addStep(Step step) { (constant_[step.last] ? steps_.constant_steps : steps_.steps).push_back(std::move(step)); }

  void makeSteps() {
    for (uint32_t i = 0; i < opCount(); ++i) {
      if (!octets_needed_[i] || absorbed_[i]) continue;
      if (chains_[i].conv != kNone) {
        addConv(i);
      } else {
        addOther(i);
      }
      if (isOutput(i) && octets_[i] != kNone) addCopy(i, octets_[i], quads_[i]);
    }
  }

  void addCopy(uint32_t i, uint32_t from, uint32_t to) {
    Step step;
    step.kind = Step::Kind::Gather;
    step.op = step.last = i;
    step.sources = {from};
    step.result = to;
    addStep(std::move(step));
  }

  void addOther(uint32_t i) {
    Step step;
    step.op = step.last = i;
    step.result = storedOf(i);
    switch (op(i).type) {
      case OpType::Input:
        addCopy(i, quads_[i], octets_[i]);
        return;
      case OpType::Conv2d:
        return;  // always the beginning of a chain
      case OpType::Noise:
        step.kind = Step::Kind::Noise;
        break;
      case OpType::Add:
        step.kind = Step::Kind::Pointwise;
        step.sources = {octets_[op(i).inputs[0]]};
        step.addend = octets_[op(i).inputs[1]];
        step.last_activation = op(i).activation;
        break;
      case OpType::Modulate:
        step.kind = Step::Kind::Pointwise;
        step.sources = {octets_[op(i).inputs[0]]};
        step.factors = octets_[op(i).inputs[1]];
        step.last_activation = op(i).activation;
        break;
      case OpType::Blend:
        step.kind = Step::Kind::Blend;
        step.sources = {anyOf(op(i).inputs[0]), anyOf(op(i).inputs[1])};
        break;
      case OpType::SpaceToDepth:
      case OpType::DepthToSpace:
      case OpType::Upsample:
      case OpType::Concat:
        step.kind = Step::Kind::Gather;
        step.gather = op(i).type == OpType::SpaceToDepth   ? GatherKind::SpaceToDepth
                      : op(i).type == OpType::DepthToSpace ? GatherKind::DepthToSpace
                      : op(i).type == OpType::Upsample     ? GatherKind::Upsample
                                                           : GatherKind::Concat;
        for (const uint32_t input : op(i).inputs) step.sources.push_back(anyOf(input));
        break;
    }
    addStep(std::move(step));
  }

  void addConv(uint32_t last) {
    const Chain& chain = chains_[last];
    const Op& conv = op(chain.conv);
    Step step;
    step.kind = Step::Kind::Conv;
    step.op = chain.conv;
    step.last = last;
    step.result = storedOf(last);
    step.activation = conv.activation;
    step.parts = sources_of_[last];
    uint32_t octets = 0;
    for (ConvPart& part : step.parts) {
      part.tensor = part.fold > 1 || isSpatialInput(part.tensor) ? anyOf(part.tensor) : octets_[part.tensor];
      octets += part.octets;
    }
    if (chain.shuffle != kNone) step.block = op(chain.shuffle).block;
    if (chain.modulate != kNone) {
      step.factors = octets_[op(chain.modulate).inputs[1]];
      step.last_activation = op(chain.modulate).activation;
    }
    if (chain.add != kNone) {
      step.addend = octets_[chain.addend];
      step.last_activation = op(chain.add).activation;
    }

    const bool quads = steps_.tensors[step.result].quads;
    const uint32_t out_octets =
        quads ? resultOctets(last, step.block) : octetsOf(op(last).channels) * step.block * step.block;
    const PlannedTensor& result = steps_.tensors[step.result];
    const ConvProblem problem{conv.stride == 2 ? 3 : conv.kernel, conv.stride, result.width / step.block,
                              result.height / step.block,         octets,      out_octets};
    const ConvChoice choice = chooseConvKernel(problem, device_);
    if (choice.kernel == nullptr) {
      throw Error(ErrorCode::Unsupported, "op " + conv.name + ": no CUDA kernel runs it in " +
                                              std::to_string(device_.shared_per_block) + " bytes of shared memory");
    }
    step.kernel = choice.kernel;
    step.chunks = choice.chunks;
    step.blocks = choice.blocks;
    step.columns = columnsOf(last, step.block, quads, out_octets);
    const size_t wide = 8 * static_cast<size_t>(choice.kernel->column_tiles);
    step.columns.resize((step.columns.size() + wide - 1) / wide * wide, kNone);
    addStep(std::move(step));
  }

  // The convolution's output channel in each column: depth_to_space takes channel c * b * b + subpixel.
  std::vector<uint32_t> columnsOf(uint32_t last, uint32_t block, bool quads, uint32_t octets) const {
    std::vector<uint32_t> columns(size_t{octets} * 8, kNone);
    const uint32_t channels = op(last).channels, area = block * block;
    const uint32_t texel = quads ? 4 : octetsOf(channels) * 8;
    for (uint32_t subpixel = 0; subpixel < area; ++subpixel) {
      for (uint32_t c = 0; c < channels; ++c) columns[size_t{subpixel} * texel + c] = c * area + subpixel;
    }
    return columns;
  }

  // --- Memory

  void allocate() {
    const auto touch = [&](uint32_t tensor, int32_t time) {
      if (tensor == kNone) return;
      PlannedTensor& t = steps_.tensors[tensor];
      t.first = std::min(t.first, time);
      t.last = std::max(t.last, time);
    };
    int32_t time = 0;
    for (const std::vector<Step>* steps : {&steps_.constant_steps, &steps_.steps}) {
      for (const Step& step : *steps) {
        for (const uint32_t tensor : {step.result, step.addend, step.factors}) touch(tensor, time);
        for (const uint32_t tensor : step.sources) touch(tensor, time);
        for (const ConvPart& part : step.parts) touch(part.tensor, time);
        for (size_t i = 0; i < std::min<size_t>(step.layers.size(), 2); ++i) touch(step.layers[i].result, time);
        ++time;
      }
    }
    const auto frame = static_cast<int32_t>(steps_.constant_steps.size());
    std::vector<uint32_t> scratch;
    std::vector<Lifetime> lifetimes;
    const auto append = [](PlannedTensor& tensor, Room room, uint64_t& bytes) {
      tensor.room = room;
      tensor.offset = bytes;
      bytes += (tensor.bytes + kRoomAlignment - 1) / kRoomAlignment * kRoomAlignment;
    };
    for (uint32_t i = 0; i < steps_.tensors.size(); ++i) {
      PlannedTensor& tensor = steps_.tensors[i];
      if (tensor.quads) {
        tensor.room = Room::Inputs;  // wherever the caller has them
        if (i == steps_.output) append(tensor, Room::Output, steps_.output_bytes);
      } else if (tensor.last < 0) {
        tensor.bytes = 0;  // within a trunk
      } else if (constant_[tensor.op] && tensor.last >= frame) {
        append(tensor, Room::Constants, steps_.constant_bytes);
      } else {
        scratch.push_back(i);
        lifetimes.push_back({tensor.bytes, tensor.first, tensor.last});
      }
    }
    const ArenaLayout layout = placeByLifetime(lifetimes, kRoomAlignment);
    for (size_t k = 0; k < scratch.size(); ++k) steps_.tensors[scratch[k]].offset = layout.offsets[k];
    steps_.arena_bytes = layout.bytes;
  }

  const DeviceTraits& device_;
  PlannedSteps steps_;
  std::vector<bool> constant_, live_, absorbed_, in_chain_;
  std::vector<std::vector<uint32_t>> readers_;
  std::vector<Chain> chains_;                             // by the op that each ends in
  std::map<uint32_t, std::vector<ConvPart>> sources_of_;  // likewise
  std::vector<bool> octets_needed_, quads_read_;
  std::vector<uint32_t> octets_, quads_;  // tensors of each op
};

}  // namespace

PlannedSteps planSteps(Graph graph, uint32_t width, uint32_t height, const DeviceTraits& device) {
  return Planner(std::move(graph), width, height, device).run();
}

}  // namespace impasto::cuda
