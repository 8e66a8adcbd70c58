// What is fused, and that no tensor is overwritten while it is still read: by following a plan step by step with labels
// in place of values.
#include "vulkan/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "planning/lower.h"
#include "support/random_style.h"
#include "vulkan/cost.h"
#include "vulkan/kernels/kernel.h"

namespace impasto::test {
namespace {

using vulkan::kNone;
using vulkan::Plan;
using vulkan::PlannedTensor;
using vulkan::Step;

size_t countSteps(const Plan& plan, Step::Kind kind) {
  return static_cast<size_t>(
      std::count_if(plan.steps.begin(), plan.steps.end(), [&](const Step& step) { return step.kind == kind; }));
}

// Who wrote each quad of one row of an allocation, and whether memory was taken by another allocation since.
class Memory {
 public:
  explicit Memory(const Plan& plan) : plan_(plan) {}

  void write(uint32_t op) {
    for (uint32_t q = 0; q < plan_.tensors[op].quads; ++q) writeQuad(op, q);
  }
  void writeQuad(uint32_t op, uint32_t quad) {
    const PlannedTensor& written = plan_.tensors[op];
    for (auto it = owners_.begin(); it != owners_.end();) {
      const PlannedTensor& other = plan_.tensors[it->first.first];
      const bool overlap = other.room == written.room && other.offset < written.offset + written.bytes &&
                           written.offset < other.offset + other.bytes;
      it = it->first.first != written.root && overlap ? owners_.erase(it) : std::next(it);
    }
    owners_[{written.root, written.quad + quad}] = op;
  }
  // Another pass has used the scratch memory.
  void loseScratch() {
    std::erase_if(owners_, [&](const auto& entry) {
      return plan_.tensors[entry.first.first].room == vulkan::Room::Scratch;
    });
  }
  // A concat's own tensor holds what its inputs wrote, so only presence is asked for there.
  ::testing::AssertionResult holds(uint32_t op, bool concat) const {
    const PlannedTensor& read = plan_.tensors[op];
    for (uint32_t q = 0; q < read.quads; ++q) {
      const auto owner = owners_.find({read.root, read.quad + q});
      if (owner == owners_.end() || (!concat && owner->second != op)) {
        return ::testing::AssertionFailure() << "quad " << q << " of op " << op << " is not there any more";
      }
    }
    return ::testing::AssertionSuccess();
  }

 private:
  const Plan& plan_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> owners_;  // (root, quad) -> op
};

uint64_t bytesOf(const Plan& plan, vulkan::Room room) {
  return room == vulkan::Room::Scratch    ? plan.scratch_bytes
         : room == vulkan::Room::Constant ? plan.constant_bytes
                                          : plan.output_bytes;
}

class PlanWalk {
 public:
  PlanWalk(const Graph& graph, const Plan& plan) : graph_(graph), plan_(plan), memory_(plan) {}

  void pack() {
    for (uint32_t i = 0; i < graph_.ops.size(); ++i) {
      if (plan_.tensors[i].root != kNone && graph_.ops[i].type == OpType::Input) memory_.write(i);
    }
  }

  void run(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      for (const uint32_t input : {step.source, step.addend}) {
        if (input == kNone) continue;
        EXPECT_TRUE(memory_.holds(input, isConcat(input)));
      }
      if (!isConcat(step.result)) {
        memory_.write(step.result);
        continue;
      }
      // A copy into a concat keeps what the others have put there.
      const PlannedTensor& result = plan_.tensors[step.result];
      const PlannedTensor& source = plan_.tensors[step.source];
      for (uint32_t q = step.begin_channel / 4; q <= (step.begin_channel + source.channels - 1) / 4; ++q) {
        EXPECT_LT(result.quad + q, result.row_quads);
        memory_.writeQuad(step.result, q);
      }
    }
  }

  void checkOutput() { EXPECT_TRUE(memory_.holds(graph_.output, isConcat(graph_.output))); }
  void loseScratch() { memory_.loseScratch(); }

 private:
  bool isConcat(uint32_t op) const { return graph_.ops[op].type == OpType::Concat; }

  const Graph& graph_;
  const Plan& plan_;
  Memory memory_;
};

TEST(Plan, NothingIsOverwrittenWhileItIsNeeded) {
  size_t with_constants = 0;
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Style style = makeRandomStyle(seed);
    const Graph graph = lower(style.graph, style.weights).graph;
    const Plan plan = vulkan::makePlan(graph, 1 + seed % 50, 1 + seed % 37, {});
    for (const PlannedTensor& t : plan.tensors) {
      if (t.root == kNone) continue;
      EXPECT_EQ(t.offset % vulkan::kTensorAlignment, 0u);
      EXPECT_LE(t.offset + t.bytes, bytesOf(plan, t.room));
      EXPECT_LE(t.quad + t.quads, t.row_quads);
    }
    with_constants += plan.constant_bytes > 0 ? 1 : 0;
    // What is constant is computed once; between two frames others use the scratch memory.
    PlanWalk walk(graph, plan);
    walk.run(plan.constant_steps);
    for (int frame = 0; frame < 2; ++frame) {
      walk.pack();
      walk.run(plan.steps);
      walk.checkOutput();
      walk.loseScratch();
    }
    EXPECT_EQ(plan.tensors[graph.output].room, vulkan::Room::Output);
  }
  EXPECT_GT(with_constants, 20u);
}

TEST(Plan, NoiseBesideFeaturesIsConvolvedOnce) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t features = addConv(graph, color, 8, 3);
  const uint32_t noise = addNoise(graph, 4, 1, 1);
  const uint32_t concat = addOp(graph, OpType::Concat, {features, noise});
  const uint32_t mix = addConv(graph, concat, 8, 3, 1, Activation::Relu);
  graph.output = addConv(graph, mix, 3, 1);
  Random random(1);
  const Style style = makeStyle(graph, random);
  const LoweredGraph lowered = lower(style.graph, style.weights);
  const Plan plan = vulkan::makePlan(lowered.graph, 8, 8, {});
  EXPECT_EQ(plan.constant_steps.size(), 2u);  // noise, its convolution
  ASSERT_EQ(plan.steps.size(), 3u);           // features, mix with the addend, output
  EXPECT_EQ(plan.tensors[plan.steps[1].addend].room, vulkan::Room::Constant);
  EXPECT_EQ(plan.steps[1].add_activation, Activation::Relu);
}

TEST(Plan, ConvolutionTakesInWhatFollows) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t wide = addConv(graph, color, 8, 1);
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {wide}, 2);
  const uint32_t conv = addConv(graph, folded, 32, 3);
  const uint32_t shuffled = addOp(graph, OpType::DepthToSpace, {conv}, 2);
  const uint32_t sum = addOp(graph, OpType::Add, {shuffled, wide});
  graph.output = addConv(graph, sum, 3, 1);
  validateGraph(graph);
  const Plan plan = vulkan::makePlan(graph, 8, 8, {});
  ASSERT_EQ(plan.steps.size(), 3u);  // conv, conv with all three, conv
  EXPECT_EQ(plan.steps[1].source, wide);
  EXPECT_EQ(plan.steps[1].fold, 2u);
  EXPECT_EQ(plan.steps[1].block, 2u);
  EXPECT_EQ(plan.steps[1].addend, wide);
  EXPECT_EQ(plan.steps[1].result, sum);
  EXPECT_EQ(plan.tensors[folded].root, kNone);
  EXPECT_EQ(plan.tensors[conv].root, kNone);
  EXPECT_EQ(plan.tensors[shuffled].root, kNone);
}

double bytesOfSteps(const Graph& graph, const Plan& plan, const vulkan::DeviceTraits& device) {
  double bytes = 0;
  for (const LaunchCost& cost : vulkan::costsOf(graph, plan, device)) bytes += cost.bytes;
  return bytes;
}

TEST(Plan, ConvolutionFoldsWhatItReads) {
  const vulkan::DeviceTraits portable{2, false, {}, 32, 49152}, cpu{2, true, {}, 8, 49152};
  std::vector<vulkan::DeviceTraits> gpus = {portable};
#if IMPASTO_MATRIX_SHADERS
  gpus.push_back({2, false, {16, 16, 16}, 32, 49152});
#endif
  for (const uint32_t block : {2u, 4u}) {
    Graph graph;
    const uint32_t color = addInput(graph, InputKind::Color);
    const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {color}, block);
    const uint32_t conv = addConv(graph, folded, 16, 3);
    graph.output = addOp(graph, OpType::DepthToSpace, {addConv(graph, conv, 3 * block * block, 3)}, block);
    validateGraph(graph);
    const Plan apart = vulkan::makePlan(graph, 64, 48, cpu);
    EXPECT_EQ(countSteps(apart, Step::Kind::Rearrange), 1u);
    EXPECT_EQ(apart.steps[1].fold, 1u);
    for (const vulkan::DeviceTraits& gpu : gpus) {
      const Plan plan = vulkan::makePlan(graph, 64, 48, gpu);
      EXPECT_EQ(countSteps(plan, Step::Kind::Rearrange), 0u);
      EXPECT_EQ(plan.tensors[folded].root, kNone);
      EXPECT_EQ(plan.steps[0].source, color);
      EXPECT_EQ(plan.steps[0].fold, block);
      // Colour is read by the convolution instead, and the folded tensor is neither written nor read.
      const double folded_bytes = 64 * 48 * 3 * 2;
      EXPECT_EQ(bytesOfSteps(graph, plan, gpu), bytesOfSteps(graph, apart, cpu) - 2 * folded_bytes);
    }
  }
}

TEST(Plan, WhatIsFoldedForOthersOrIsMostlyPaddingIsWritten) {
  for (const auto& [channels, block, folds] :
       {std::tuple{1u, 2u, false}, {2u, 4u, false}, {3u, 4u, true}, {4u, 2u, true}, {5u, 2u, false}, {6u, 2u, true}}) {
    for (const bool shared : {false, true}) {
      SCOPED_TRACE(std::to_string(channels) + " channels, " + (shared ? "shared" : "alone"));
      Graph graph;
      const uint32_t source = addConv(graph, addInput(graph, InputKind::Color), channels, 1);
      const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {source}, block);
      uint32_t last = addConv(graph, folded, channels * block * block, 3);
      if (shared) last = addOp(graph, OpType::Add, {last, folded});
      graph.output = addConv(graph, addOp(graph, OpType::DepthToSpace, {last}, block), 3, 1);
      validateGraph(graph);
      const Plan plan = vulkan::makePlan(graph, 16, 16, {});
      EXPECT_EQ(plan.tensors[folded].root == kNone, folds && !shared);
    }
  }
  Graph graph;  // a concat reads it
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {color}, 2);
  const uint32_t other = addConv(graph, color, 4, 3, 2);
  const uint32_t conv = addConv(graph, addOp(graph, OpType::Concat, {folded, other}), 12, 3);
  graph.output = addOp(graph, OpType::DepthToSpace, {conv}, 2);
  validateGraph(graph);
  EXPECT_NE(vulkan::makePlan(graph, 16, 16, {}).tensors[folded].root, kNone);
}

TEST(Plan, ConcatOfConvolutionsCopiesNothing) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t features = addConv(graph, color, 7, 3);
  const uint32_t noise = addNoise(graph, 5, 1, 1);
  graph.output = addConv(graph, addOp(graph, OpType::Concat, {color, features, noise}), 3, 3);
  validateGraph(graph);
  const Plan plan = vulkan::makePlan(graph, 9, 9, {});
  EXPECT_EQ(countSteps(plan, Step::Kind::Rearrange), 0u);
  EXPECT_EQ(plan.tensors[color].row_quads, 5u);  // 1 + 2 + 2
  EXPECT_EQ(plan.tensors[noise].quad, 3u);
}

TEST(Plan, UnneededOpsAreLeftOut) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t depth = addInput(graph, InputKind::Depth);
  addConv(graph, depth, 8, 3);
  graph.output = addConv(graph, color, 3, 3);
  validateGraph(graph);
  const Plan plan = vulkan::makePlan(graph, 9, 9, {});
  EXPECT_EQ(plan.steps.size(), 1u);
  EXPECT_EQ(plan.tensors[depth].root, kNone);
}

}  // namespace
}  // namespace impasto::test
