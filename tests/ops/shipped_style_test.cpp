// A style of the project at the size that it is made for, against the reference: what a graph of a few texels cannot
// show, because its tensors lie within one band and its sums are short.
#include <cmath>
#include <filesystem>
#include <string>

#include "ops/compare.h"

namespace impasto::test {
namespace {

class ShippedStyleTest : public VariantTest {
 protected:
  void expectLikeTheReference(const std::string& path, uint32_t width, uint32_t height) {
    const Style style = readStyleFile(path);
    // Smooth, like a frame, with noise on it.
    ReferenceInputs inputs = makeRandomInputs(style.graph, height, width, 1);
    for (uint32_t c = 0; c < 3; ++c) {
      for (uint32_t y = 0; y < height; ++y) {
        for (uint32_t x = 0; x < width; ++x) {
          const float wave = 0.5f + 0.4f * std::sin(0.01f * static_cast<float>(x + c * 100)) *
                                        std::cos(0.013f * static_cast<float>(y));
          inputs.color.at(c, y, x) = 0.9f * wave + 0.1f * inputs.color.at(c, y, x);
        }
      }
    }
    const Tensor expected = runReference(style, inputs);
    const Tensor result = paint(style, inputs);
    ASSERT_EQ(result.data.size(), expected.data.size());
    double largest = 0, sum = 0;
    for (size_t i = 0; i < expected.data.size(); ++i) {
      const double error = std::abs(double{result.data[i]} - double{expected.data[i]});
      if (!(error <= largest)) largest = error;  // NaN sticks
      sum += error;
    }
    const double mean = sum / static_cast<double>(expected.data.size());
    RecordProperty("largest_error", std::to_string(largest));
    RecordProperty("mean_error", std::to_string(mean));
    // The worst case of error_bound.h says nothing about so many convolutions in a row. This is what could be seen in a
    // picture of 8 bits: no value is a whole step away, and most are not a tenth of one. fp32 sums in another order must
    // not show at all; bfloat16, with three bits less than fp16, may show eight times as much as that.
    const Rounding rounding = GetParam().rounding();
    const double steps = rounding == Rounding::Half ? 1 : rounding == Rounding::Bfloat16 ? 8 : 0.01;
    EXPECT_LT(largest, steps / 255) << path;
    EXPECT_LT(mean, steps / 10 / 255) << path;
  }
};

// Not the variants for GPUs, which are slow on a CPU, nor the reference.
constexpr Variant kShipped[] = {kAllVariants[0], kAllVariants[1], kAllVariants[5], kAllVariants[6]};

TEST_P(ShippedStyleTest, At1080p) {
  expectLikeTheReference(std::string(IMPASTO_STYLES) + "/the_scream.safetensors", 1920, 1080);
}

TEST_P(ShippedStyleTest, AllStyles) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(IMPASTO_STYLES)) {
    if (entry.path().extension() != ".safetensors") continue;
    expectLikeTheReference(entry.path().string(), 317, 181);
    ++count;
  }
  EXPECT_GT(count, 0u);
}

INSTANTIATE_TEST_SUITE_P(Slow, ShippedStyleTest, ::testing::ValuesIn(kShipped), nameOf);

}  // namespace
}  // namespace impasto::test
