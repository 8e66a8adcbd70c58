// What is rounded to fp16 where tensors are, and what is not.
#include <algorithm>

#include "ops/compare.h"

namespace impasto::test {
namespace {

class PrecisionTest : public VariantTest {};

INSTANTIATE_TEST_SUITE_P(, PrecisionTest, ::testing::ValuesIn(kVariants), nameOf);

// 2049 is no fp16: rounded, the frame would be 0 where it is 1.
TEST_P(PrecisionTest, BiasesStayInFp32) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  graph.output = addConv(graph, color, 3, 1);
  Random random(1);
  Style style = makeStyle(std::move(graph), random);
  style.weights.begin()->second = {{-2048, 0, 0, 0, -2048, 0, 0, 0, -2048}, {2049, 2049, 2049}};
  ReferenceInputs inputs;
  inputs.color = Tensor(3, 4, 4);
  std::fill(inputs.color.data.begin(), inputs.color.data.end(), 1.0f);
  const Tensor frame = GeneratorRunner(device(), vulkanDevice(), style, 4, 4).run(inputs);
  for (const float value : frame.data) EXPECT_EQ(value, 1.0f);
}

}  // namespace
}  // namespace impasto::test
