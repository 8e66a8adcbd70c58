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

std::unique_ptr<vulkan::VulkanDevice> makeVariant(const TestDevice& test_device, const Variant& variant) {
  if (variant.half && !test_device.storage_16bit) return nullptr;
  std::unique_ptr<vulkan::VulkanDevice> device = makeVulkanDevice(test_device, variant.half);
  if (variant.software && !device->software) return nullptr;
  device->software = variant.software;
  return device;
}

void expectAgreement(const TestDevice& test_device, const vulkan::VulkanDevice& device, const Style& style,
                     uint32_t width, uint32_t height, uint32_t seed, const std::string& what) {
  const ReferenceInputs inputs = makeRandomInputs(style.graph, height, width, seed);
  const Tensor expected = runReference(style, inputs);
  GeneratorRunner runner(test_device, device, style, width, height);
  const Tensor result = runner.run(inputs);
  ASSERT_EQ(result.data.size(), expected.data.size());
  EXPECT_LE(relativeError(result, expected), device.half_precision ? 1e-2 : 2e-5)
      << what << " at " << width << "x" << height << ", seed " << seed;
}

void VariantTest::SetUp() {
  VulkanTest::SetUp();
  if (IsSkipped()) return;
  std::unique_ptr<vulkan::VulkanDevice>& made = devices()[GetParam().name];
  if (made == nullptr) made = makeVariant(device(), GetParam());
  if (made == nullptr) GTEST_SKIP() << device().name << " cannot run the variant " << GetParam().name;
}

std::map<std::string, std::unique_ptr<vulkan::VulkanDevice>>& VariantTest::devices() {
  static std::map<std::string, std::unique_ptr<vulkan::VulkanDevice>> made;
  return made;
}

}  // namespace impasto::test
