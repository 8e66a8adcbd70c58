#include "vulkan/plan.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/error.h"
#include "planning/arena.h"
#include "planning/lower.h"
#include "vulkan/kernel_choices.h"
#include "vulkan/kernels/kernel.h"

namespace impasto::vulkan {
namespace {

uint32_t quadsOf(uint32_t channels) { return (channels + 3) / 4; }

class Planner {
 public:
  Planner(const Graph& graph, uint32_t width, uint32_t height, const DeviceTraits& device)
      : graph_(graph), device_(device), constant_(findConstants(graph)) {
    constant_[graph.output] = false;  // written each frame, into whichever memory that frame's output has
    const auto align = [&](uint32_t n) { return (n + graph.alignment - 1) / graph.alignment * graph.alignment; };
    plan_.width = align(width);
    plan_.height = align(height);
    plan_.tensors.resize(graph.ops.size());
  }

  Plan run() {
    findReaders();
    chooseFusions();
    describeTensors();
    placeConcats();
    narrowConstants();
    takeInFolds();
    makeSteps();
    allocate();
    return std::move(plan_);
  }

 private:
  const Op& op(uint32_t i) const { return graph_.ops[i]; }
  PlannedTensor& tensor(uint32_t i) { return plan_.tensors[i]; }
  bool readOnce(uint32_t i) const { return readers_[i].size() == 1 && i != graph_.output; }
  bool readByConvsOnly(uint32_t i) const {
    return i != graph_.output && std::all_of(readers_[i].begin(), readers_[i].end(),
                                             [&](uint32_t r) { return op(r).type == OpType::Conv2d; });
  }

  // Readers of each op's tensor, among the ops that the output depends on; an op that reads it twice is there twice.
  void findReaders() {
    const size_t count = graph_.ops.size();
    readers_.resize(count);
    live_.assign(count, false);
    live_[graph_.output] = true;
    for (uint32_t i = static_cast<uint32_t>(count); i-- > 0;) {
      if (!live_[i]) continue;
      for (const uint32_t input : op(i).inputs) {
        live_[input] = true;
        readers_[input].push_back(i);
      }
    }
  }

  // chain_[i]: the convolution that ends in op i's tensor (itself, or with depth_to_space and add taken in).
  void chooseFusions() {
    const auto count = static_cast<uint32_t>(graph_.ops.size());
    fused_.assign(count, false);
    chain_.assign(count, kNone);
    taken_.assign(count, kNone);
    for (uint32_t i = 0; i < count; ++i) {
      if (!live_[i]) continue;
      if (op(i).type == OpType::Conv2d) chain_[i] = i;
      if (op(i).type == OpType::Upsample && readByConvsOnly(i)) fused_[i] = true;
      if (op(i).type == OpType::DepthToSpace) {
        const uint32_t conv = op(i).inputs[0];
        // Padding each subpixel's channels to quads must not cost more than half again of the convolution.
        if (op(conv).type == OpType::Conv2d && readOnce(conv) &&
            convQuads(op(conv).channels, op(i).block) * 2 <= quadsOf(op(conv).channels) * 3) {
          fused_[conv] = true;
          chain_[i] = conv;
        }
      }
      if (op(i).type == OpType::Add) {
        for (const uint32_t k : {1u, 0u}) {
          const uint32_t operand = op(i).inputs[k];
          if (chain_[operand] == kNone || op(operand).type == OpType::Add || !readOnce(operand)) continue;
          if (constant_[operand] && !constant_[i]) continue;  // it is the addend, computed once
          fused_[operand] = true;
          chain_[i] = chain_[operand];
          taken_[i] = k;
          break;
        }
      }
    }
  }

  void describeTensors() {
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (!live_[i] || fused_[i]) continue;
      PlannedTensor& t = tensor(i);
      t.root = i;
      const FrameExtent extent{plan_.width, plan_.height};
      t.downscale = op(i).downscale;
      t.width = extent.widthAt(t.downscale);
      t.height = extent.heightAt(t.downscale);
      t.channels = op(i).channels;
      t.slots.resize(t.channels);
      for (uint32_t c = 0; c < t.channels; ++c) t.slots[c] = c;
      t.quads = t.row_quads = quadsOf(t.channels);
    }
  }

  // Inputs of concats become parts of the concat's tensor. A concat that a concat reads has no gaps.
  void placeConcats() {
    copied_.resize(graph_.ops.size());
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (!live_[i] || op(i).type != OpType::Concat) continue;
      PlannedTensor& t = tensor(i);
      const bool own_quads = readByConvsOnly(i);
      uint32_t channel = 0, quad = 0;
      t.slots.clear();
      for (uint32_t k = 0; k < op(i).inputs.size(); ++k) {
        const uint32_t input = op(i).inputs[k];
        const uint32_t channels = op(input).channels;
        const uint32_t first_slot = own_quads ? quad * 4 : channel;
        for (uint32_t c = 0; c < channels; ++c) t.slots.push_back(first_slot + c);
        // Its padding would lie over the next input's channels, unless there is none.
        const bool whole = own_quads || (channel % 4 == 0 && (channels % 4 == 0 || k + 1 == op(i).inputs.size()));
        if (whole && tensor(input).root == input && input != graph_.output) {
          moveInto(input, i, first_slot / 4);
        } else {
          copied_[i].push_back({k, first_slot});
        }
        channel += channels;
        quad += quadsOf(channels);
      }
      t.quads = t.row_quads = own_quads ? quad : quadsOf(channel);
      for (uint32_t j = 0; j < i; ++j) {
        if (tensor(j).root == i) tensor(j).row_quads = t.row_quads;
      }
    }
  }

  // All that lies in `input`'s allocation (it may be a concat itself) now lies in that of `concat`.
  void moveInto(uint32_t input, uint32_t concat, uint32_t quad) {
    for (uint32_t j = 0; j <= input; ++j) {
      if (tensor(j).root != input) continue;
      tensor(j).root = concat;
      tensor(j).quad += quad;
    }
  }

  // An op is run once only if all that lies in its allocation is, and all that it reads.
  void narrowConstants() {
    for (bool changed = true; changed;) {
      changed = false;
      std::vector<bool> root_constant(graph_.ops.size(), true);
      for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
        if (tensor(i).root != kNone && !constant_[i]) root_constant[tensor(i).root] = false;
      }
      for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
        if (!constant_[i]) continue;
        const bool stays = (tensor(i).root == kNone || root_constant[tensor(i).root]) &&
                           std::all_of(op(i).inputs.begin(), op(i).inputs.end(), [&](uint32_t k) { return constant_[k]; });
        if (stays) continue;
        constant_[i] = false;
        changed = true;
      }
    }
  }

  void addStep(Step step) {
    const StepOf in{device_, graph_, plan_, step};
    step.kernel = chooseKernel(in);
    if (step.kernel == nullptr) {
      throw Error(ErrorCode::Unsupported, "op " + op(step.op).name + ": no kernel runs it on this device");
    }
    (constant_[step.result] ? plan_.constant_steps : plan_.steps).push_back(step);
  }

  void makeSteps() {
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (!live_[i] || fused_[i]) continue;
      Step step;
      step.op = step.result = i;
      if (!op(i).inputs.empty()) step.source = op(i).inputs[0];
      if (chain_[i] != kNone) {
        addStep(convStep(i));
        continue;
      }
      switch (op(i).type) {
        case OpType::Input:
        case OpType::Conv2d:
          break;  // packed by the pass; above
        case OpType::Noise:
          step.kind = Step::Kind::Noise;
          addStep(step);
          break;
        case OpType::SpaceToDepth:
        case OpType::DepthToSpace:
        case OpType::Upsample:
          step.kind = Step::Kind::Rearrange;
          addStep(step);
          break;
        case OpType::Add:
        case OpType::Blend:
        case OpType::Modulate:
          step.kind = op(i).type == OpType::Add     ? Step::Kind::Add
                      : op(i).type == OpType::Blend ? Step::Kind::Blend
                                                    : Step::Kind::Modulate;
          step.addend = op(i).inputs[1];
          addStep(step);
          break;
        case OpType::Concat:
          for (const auto& [k, first_slot] : copied_[i]) {
            step.kind = Step::Kind::Rearrange;
            step.source = op(i).inputs[k];
            step.begin_channel = first_slot;
            // With quads of its own an input pads them itself.
            step.pad = k + 1 == op(i).inputs.size() || readByConvsOnly(i);
            addStep(step);
          }
          break;
      }
    }
  }

  // Convolutions read through a space_to_depth where the kernel that they have anyway can.
  void takeInFolds() {
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (chain_[i] == kNone || fused_[i]) continue;
      const Step step = convStep(i);
      const uint32_t folded = op(step.op).inputs[0];
      if (op(folded).type != OpType::SpaceToDepth || !readOnce(folded) || constant_[folded]) continue;
      const Kernel* kernel = chooseKernel({device_, graph_, plan_, step});
      fused_[folded] = true;
      const Step through = convStep(i);
      // Texels' channels padded to quads must not cost more than half again of the convolution.
      const uint32_t quads = foldedQuads(tensor(through.source), through.fold);
      if (kernel != nullptr && kernel->fits({device_, graph_, plan_, through}) && quads * 2 <= tensor(folded).quads * 3) {
        tensor(folded) = {};
      } else {
        fused_[folded] = false;
      }
    }
  }

  // The convolution that ends in op `last`, with all that is fused with it.
  Step convStep(uint32_t last) const {
    Step step;
    step.kind = Step::Kind::Conv;
    step.op = chain_[last];
    step.result = last;
    step.source = op(step.op).inputs[0];
    if (fused_[step.source]) {  // an upsample or a space_to_depth: nothing else that is fused away is read by a convolution
      if (op(step.source).type == OpType::Upsample) {
        step.upsample = true;
      } else {
        step.fold = op(step.source).block;
      }
      step.source = op(step.source).inputs[0];
    }
    uint32_t end = last;
    if (op(last).type == OpType::Add) {
      end = op(last).inputs[taken_[last]];
      step.addend = op(last).inputs[1 - taken_[last]];
      step.add_activation = op(last).activation;
    }
    if (op(end).type == OpType::DepthToSpace) step.block = op(end).block;
    return step;
  }

  void allocate() {
    constexpr int32_t kForever = INT32_MAX;
    std::vector<uint32_t> roots;
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (tensor(i).root != i) continue;
      roots.push_back(i);
      tensor(i).first = kForever;
      tensor(i).last = -1;
    }
    const auto touch = [&](uint32_t i, int32_t time) {
      PlannedTensor& root = tensor(tensor(i).root);
      root.first = std::min(root.first, time);
      root.last = std::max(root.last, time);
    };
    const auto touchAll = [&](const std::vector<Step>& steps, int32_t first_time) {
      for (size_t s = 0; s < steps.size(); ++s) {
        for (const uint32_t i : {steps[s].source, steps[s].addend, steps[s].result}) {
          if (i != kNone) touch(i, first_time + static_cast<int32_t>(s));
        }
      }
    };
    touchAll(plan_.constant_steps, 0);
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (live_[i] && op(i).type == OpType::Input) touch(i, plan_.packingTime());
    }
    touchAll(plan_.steps, plan_.timeOf(0));
    touch(graph_.output, kForever);

    std::vector<uint32_t> scratch;
    std::vector<Lifetime> lifetimes;
    for (const uint32_t i : roots) {
      PlannedTensor& t = tensor(i);
      // 16384^2 texels x 1024 quads x 16 bytes stay far below 2^64.
      t.bytes = uint64_t{t.row_quads} * 4 * device_.element_bytes * t.width * t.height;
      if (i == tensor(graph_.output).root) {
        t.room = Room::Output;
        plan_.output_bytes = t.bytes;
      } else if (constant_[i] && t.last > plan_.packingTime()) {
        t.room = Room::Constant;
        t.offset = plan_.constant_bytes;
        plan_.constant_bytes += (t.bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
      } else {
        scratch.push_back(i);
        lifetimes.push_back({t.bytes, t.first, t.last});
      }
    }
    const ArenaLayout layout = placeByLifetime(lifetimes, kTensorAlignment);
    for (size_t k = 0; k < scratch.size(); ++k) tensor(scratch[k]).offset = layout.offsets[k];
    plan_.scratch_bytes = layout.bytes;
    for (PlannedTensor& t : plan_.tensors) {
      if (t.root == kNone) continue;
      const PlannedTensor& root = tensor(t.root);
      t.room = root.room;
      t.offset = root.offset;
      t.bytes = root.bytes;
      t.first = root.first;
      t.last = root.last;
    }
  }

  struct Copy {
    uint32_t input = 0;  // index among the concat's inputs
    uint32_t first_slot = 0;
  };

  const Graph& graph_;
  const DeviceTraits& device_;
  Plan plan_;
  std::vector<std::vector<uint32_t>> readers_;
  std::vector<bool> live_, fused_;
  std::vector<bool> constant_;  // of each op: its tensor is computed once
  std::vector<uint32_t> chain_;
  std::vector<uint32_t> taken_;            // of an add with a convolution taken in: the input that is it
  std::vector<std::vector<Copy>> copied_;  // inputs that each concat has to copy
};

}  // namespace

uint32_t convQuads(uint32_t conv_channels, uint32_t block) {
  return quadsOf(conv_channels / (block * block)) * block * block;
}

bool foldsWithoutGaps(const PlannedTensor& source) { return source.channels == 3; }

uint32_t foldedQuads(const PlannedTensor& source, uint32_t fold) {
  return foldsWithoutGaps(source) ? fold * fold / 4 * 3 : source.quads * fold * fold;
}

const Kernel* chooseKernel(const StepOf& in) {
  const char* preferred = in.device.preferred;
  const Kernel* measured = in.device.choices != nullptr ? in.device.choices->find(in) : nullptr;
  if (preferred == nullptr && measured != nullptr && measured->fits(in)) return measured;
  const Kernel* cheapest = nullptr;
  for (const Kernel* kernel : allKernels()) {
    if (!kernel->fits(in)) continue;
    if (preferred != nullptr && std::strcmp(preferred, kernel->name()) == 0) return kernel;
    if (cheapest == nullptr || kernel->cost(in) < cheapest->cost(in)) cheapest = kernel;
  }
  return cheapest;
}

Plan makePlan(const Graph& graph, uint32_t width, uint32_t height, const DeviceTraits& device) {
  return Planner(graph, width, height, device).run();
}

}  // namespace impasto::vulkan
