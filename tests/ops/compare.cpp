#include "ops/compare.h"

#include <algorithm>
#include <cmath>

#include "backend/cpu_backend.h"
#include "backend/module.h"
#include "backend/reference_executor.h"

namespace impasto::test {

std::unique_ptr<vulkan::VulkanDevice> makeVariant(const TestDevice& test_device, const Variant& variant) {
  if (variant.half && !test_device.storage_16bit) return nullptr;
  std::unique_ptr<vulkan::VulkanDevice> device = makeVulkanDevice(test_device, variant.half);
  if (variant.software && !device->software) return nullptr;
  if (variant.matrix && device->matrix.m == 0) return nullptr;
  device->software = variant.software;
  device->preferred_kernel = variant.convolution();
  return device;
}

Agreement compare(const Tensor& result, const Style& style, const std::vector<Tensor>& values, Rounding rounding) {
  const Tensor& expected = values[style.graph.output];
  const Tensor bounds = boundError(style, values, rounding);
  Agreement agreement;
  double largest = 1;
  for (uint32_t c = 0; c < result.channels; ++c) {
    for (uint32_t y = 0; y < result.height; ++y) {
      for (uint32_t x = 0; x < result.width; ++x) {
        const double value = expected.at(c, y, x), bound = bounds.at(c, y, x);
        const double error = std::abs(double{result.at(c, y, x)} - value);
        largest = std::max(largest, std::abs(value));
        agreement.bound = std::max(agreement.bound, bound);
        if (!(error <= agreement.error)) agreement.error = error;  // NaN sticks
        const double ratio = error == 0 ? 0 : error / bound;
        if (ratio <= agreement.closest || std::isnan(agreement.closest)) continue;
        agreement.closest = ratio;
        agreement.worst = std::to_string(result.at(c, y, x)) + " where the reference has " + std::to_string(value) +
                          " +- " + std::to_string(bound) + ", channel " + std::to_string(c) + " at " +
                          std::to_string(x) + ", " + std::to_string(y);
      }
    }
  }
  agreement.bound /= largest;
  agreement.error /= largest;
  return agreement;
}

Tensor VariantTest::paint(const Style& style, const ReferenceInputs& inputs) {
  const uint32_t width = inputs.color.width, height = inputs.color.height;
  if (onVulkan()) {
    GeneratorRunner runner(device(), vulkanDevice(), style, width, height);
    for (const vulkan::Step& step : runner.generator().plan().steps) {
      if (step.kind != vulkan::Step::Kind::Conv) continue;
      EXPECT_STREQ(step.kernel->name(), GetParam().convolution());
    }
    return runner.run(inputs);
  }
  return HostRunner(make_executor_, style, width, height).run(inputs);
}

Agreement VariantTest::expectAgreement(const Style& style, const ReferenceInputs& inputs, const std::string& what) {
  const uint32_t width = inputs.color.width, height = inputs.color.height;
  const std::vector<Tensor> values = runReferenceOps(style, inputs);
  Agreement agreement = compare(paint(style, inputs), style, values, GetParam().rounding());
  EXPECT_LE(agreement.closest, 1.0) << what << " at " << width << "x" << height << ": " << agreement.worst;
  closest_ = std::max(closest_, agreement.closest);
  bound_ = std::max(bound_, agreement.bound);
  return agreement;
}

Agreement VariantTest::expectAgreement(const Style& style, uint32_t width, uint32_t height, uint32_t seed,
                                       const std::string& what) {
  return expectAgreement(style, makeRandomInputs(style.graph, height, width, seed),
                         what + ", seed " + std::to_string(seed));
}

void VariantTest::SetUp() {
  if (GetParam().engine == Engine::Reference) {
    make_executor_ = makeReferenceExecutor;
    return;
  }
  if (GetParam().engine == Engine::Cpu) {
    const CpuPrecision precision = GetParam().half ? CpuPrecision::Bfloat16 : CpuPrecision::Float;
    try {
      make_executor_ = loadCpuExecutors({IMPASTO_MODULES}, {2, precision});
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
    return;
  }
  VulkanTest::SetUp();
  if (IsSkipped()) return;
  std::unique_ptr<vulkan::VulkanDevice>& made = devices()[GetParam().name];
  if (made == nullptr) made = makeVariant(device(), GetParam());
  if (made == nullptr) GTEST_SKIP() << device().name << " cannot run the variant " << GetParam().name;
}

void VariantTest::TearDown() {
  if (bound_ > 0) {
    RecordProperty("largest_error_over_bound", std::to_string(closest_));
    RecordProperty("largest_bound", std::to_string(bound_));
  }
  if (onVulkan()) VulkanTest::TearDown();
}

std::map<std::string, std::unique_ptr<vulkan::VulkanDevice>>& VariantTest::devices() {
  static std::map<std::string, std::unique_ptr<vulkan::VulkanDevice>> made;
  return made;
}

// They go when the last test has run, and before any environment's TearDown(), which is where the shared TestDevice goes.
class VariantTest::DevicesListener : public ::testing::EmptyTestEventListener {
  void OnEnvironmentsTearDownStart(const ::testing::UnitTest&) override { devices().clear(); }
};

void VariantTest::SetUpTestSuite() {
  [[maybe_unused]] static const bool listening = [] {
    ::testing::UnitTest::GetInstance()->listeners().Append(new DevicesListener);
    return true;
  }();
}

}  // namespace impasto::test
