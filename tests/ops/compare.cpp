#include "ops/compare.h"

#include <algorithm>

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
