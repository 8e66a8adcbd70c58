// Compares a generator on Vulkan with the reference.
#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "support/generator_runner.h"
#include "support/random_style.h"

namespace impasto::test {

struct Variant {
  const char* name;
  bool half;      // fp16 tensors and weights, fp32 sums
  bool software;  // the convolution for Vulkan on a CPU, where the device is one
};

inline constexpr Variant kVariants[] = {
    {"fp32", false, true}, {"fp16", true, true}, {"fp32_gpu", false, false}, {"fp16_gpu", true, false}};

inline void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }
inline std::string nameOf(const ::testing::TestParamInfo<Variant>& info) { return info.param.name; }

// nullptr where the device cannot run the variant.
std::unique_ptr<vulkan::VulkanDevice> makeVariant(const TestDevice& test_device, const Variant& variant);

// The largest difference, relative to the larger of 1 and the reference's largest value.
double relativeError(const Tensor& result, const Tensor& expected);

// Runs both and expects them to agree:
//   fp32: the same sums in another order, each of up to `terms` products of the order of 1: rounding adds up as a
//   random
//         walk, sqrt(terms) * 2^-24, and a few times that at its extremes; the ops here stay under 2e-5.
//   fp16: every tensor is rounded to 11 bits, 2^-11 relative, once for each op in a chain: 1e-2 for graphs of up to two
//         dozen ops (the reference does not round).
void expectAgreement(const TestDevice& test_device, const vulkan::VulkanDevice& device, const Style& style,
                     uint32_t width, uint32_t height, uint32_t seed, const std::string& what);

// A test on each variant that the device can run; skips by name on the others. One VulkanDevice for a whole suite:
// its generators share their pipelines.
class VariantTest : public VulkanTest, public ::testing::WithParamInterface<Variant> {
 protected:
  void SetUp() override;
  static void TearDownTestSuite() { devices().clear(); }
  const vulkan::VulkanDevice& vulkanDevice() { return *devices().at(GetParam().name); }

 private:
  static std::map<std::string, std::unique_ptr<vulkan::VulkanDevice>>& devices();
};

}  // namespace impasto::test
