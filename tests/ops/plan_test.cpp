// What is fused, and that no tensor is overwritten while it is still read: by following a plan step by step with labels
// in place of values.
#include "vulkan/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "support/random_style.h"

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
      const bool overlap = other.offset < written.offset + written.bytes && written.offset < other.offset + other.bytes;
      it = it->first.first != written.root && overlap ? owners_.erase(it) : std::next(it);
    }
    owners_[{written.root, written.quad + quad}] = op;
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

TEST(Plan, NothingIsOverwrittenWhileItIsNeeded) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Style style = makeRandomStyle(seed);
    const Plan plan = vulkan::makePlan(style.graph, 1 + seed % 50, 1 + seed % 37, 4);
    const auto isConcat = [&](uint32_t op) { return style.graph.ops[op].type == OpType::Concat; };
    Memory memory(plan);
    for (uint32_t i = 0; i < style.graph.ops.size(); ++i) {
      const PlannedTensor& t = plan.tensors[i];
      if (t.root == kNone) continue;
      EXPECT_EQ(t.offset % vulkan::kTensorAlignment, 0u);
      EXPECT_LE(t.offset + t.bytes, plan.arena_bytes);
      EXPECT_LE(t.quad + t.quads, t.row_quads);
      if (style.graph.ops[i].type == OpType::Input) memory.write(i);
    }
    for (const Step& step : plan.steps) {
      for (const uint32_t input : {step.source, step.addend}) {
        if (input == kNone) continue;
        EXPECT_TRUE(memory.holds(input, isConcat(input)));
      }
      if (!isConcat(step.result)) {
        memory.write(step.result);
        continue;
      }
      // A copy into a concat keeps what the others have put there.
      const PlannedTensor& result = plan.tensors[step.result];
      const PlannedTensor& source = plan.tensors[step.source];
      for (uint32_t q = step.begin_channel / 4; q <= (step.begin_channel + source.channels - 1) / 4; ++q) {
        EXPECT_LT(result.quad + q, result.row_quads);
        memory.writeQuad(step.result, q);
      }
    }
    EXPECT_TRUE(memory.holds(style.graph.output, isConcat(style.graph.output)));
  }
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
  const Plan plan = vulkan::makePlan(graph, 8, 8, 4);
  ASSERT_EQ(plan.steps.size(), 4u);  // conv, space_to_depth, conv with both, conv
  EXPECT_EQ(plan.steps[2].block, 2u);
  EXPECT_EQ(plan.steps[2].addend, wide);
  EXPECT_EQ(plan.steps[2].result, sum);
  EXPECT_EQ(plan.tensors[conv].root, kNone);
  EXPECT_EQ(plan.tensors[shuffled].root, kNone);
}

TEST(Plan, ConcatOfConvolutionsCopiesNothing) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t features = addConv(graph, color, 7, 3);
  const uint32_t noise = addNoise(graph, 5, 1, 1);
  graph.output = addConv(graph, addOp(graph, OpType::Concat, {color, features, noise}), 3, 3);
  validateGraph(graph);
  const Plan plan = vulkan::makePlan(graph, 9, 9, 4);
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
  const Plan plan = vulkan::makePlan(graph, 9, 9, 4);
  EXPECT_EQ(plan.steps.size(), 1u);
  EXPECT_EQ(plan.tensors[depth].root, kNone);
}

}  // namespace
}  // namespace impasto::test
