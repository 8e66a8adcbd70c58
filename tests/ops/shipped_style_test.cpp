// A style of the project at the size that it is made for, against the reference: what a graph of a few texels cannot
// show, because its tensors lie within one band and its sums are short.
#include <cmath>
#include <string>

#include "ops/compare.h"

namespace impasto::test {
namespace {

class ShippedStyleTest : public VariantTest {};

// Not the variants for GPUs, which are slow on a CPU.
TEST_P(ShippedStyleTest, At1080p) {
  const Style style = readStyleFile(std::string(IMPASTO_STYLES) + "/the_scream.safetensors");
  // Smooth, like a frame, with noise on it.
  ReferenceInputs inputs = makeRandomInputs(style.graph, 1080, 1920, 1);
  for (uint32_t c = 0; c < 3; ++c) {
    for (uint32_t y = 0; y < 1080; ++y) {
      for (uint32_t x = 0; x < 1920; ++x) {
        const float wave = 0.5f + 0.4f * std::sin(0.01f * static_cast<float>(x + c * 100)) *
                                      std::cos(0.013f * static_cast<float>(y));
        inputs.color.at(c, y, x) = 0.9f * wave + 0.1f * inputs.color.at(c, y, x);
      }
    }
  }
  const Tensor expected = runReference(style, inputs);
  GeneratorRunner runner(device(), vulkanDevice(), style, 1920, 1080);
  const Tensor result = runner.run(inputs);
  double largest = 0, sum = 0;
  for (size_t i = 0; i < expected.data.size(); ++i) {
    const double error = std::abs(double{result.data[i]} - double{expected.data[i]});
    if (!(error <= largest)) largest = error;  // NaN sticks
    sum += error;
  }
  RecordProperty("largest_error", std::to_string(largest));
  RecordProperty("mean_error", std::to_string(sum / static_cast<double>(expected.data.size())));
  RecordProperty("vulkan_seconds", std::to_string(runner.lastSeconds()));
  // The worst case of error_bound.h says nothing about so many convolutions in a row. This is what could be seen in a
  // picture of 8 bits: no value is a whole step away, and most are not a tenth of one. fp32 sums in another order must
  // not show at all.
  const double mean = sum / static_cast<double>(expected.data.size());
  EXPECT_LT(largest, GetParam().half ? 1.0 / 255 : 0.01 / 255);
  EXPECT_LT(mean, GetParam().half ? 0.1 / 255 : 0.001 / 255);
}

INSTANTIATE_TEST_SUITE_P(Slow, ShippedStyleTest, ::testing::ValuesIn(kVariants, kVariants + 2), nameOf);

}  // namespace
}  // namespace impasto::test
