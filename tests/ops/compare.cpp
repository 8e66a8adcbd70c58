#include "ops/compare.h"

#include <algorithm>
#include <cmath>

namespace impasto::test {

double relativeError(const Tensor& result, const Tensor& expected) {
  double largest = 1.0, difference = 0.0;
  for (size_t i = 0; i < expected.data.size(); ++i) {
    const double d = std::abs(double{result.data[i]} - double{expected.data[i]});
    if (!(d <= difference)) difference = d;  // NaN sticks
    largest = std::max(largest, std::abs(double{expected.data[i]}));
  }
  return difference / largest;
}

void expectAgreement(const TestDevice& test_device, const Variant& variant, const Style& style, uint32_t width,
                     uint32_t height, uint32_t seed, const std::string& what) {
  const std::unique_ptr<vulkan::VulkanDevice> device = makeVariant(test_device, variant);
  if (device == nullptr) return;
  const ReferenceInputs inputs = makeRandomInputs(style.graph, height, width, seed);
  const Tensor expected = runReference(style, inputs);
  GeneratorRunner runner(test_device, *device, style, width, height);
  const Tensor result = runner.run(inputs);
  ASSERT_EQ(result.data.size(), expected.data.size());
  EXPECT_LE(relativeError(result, expected), variant.half ? 1e-2 : 2e-5)
      << what << " at " << width << "x" << height << ", seed " << seed << ", " << variant.name;
}

}  // namespace impasto::test
