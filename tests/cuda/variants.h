// The tests of ../ops on CUDA kernels: what they take from IMPASTO_TEST_VARIANTS. The kernels run on this CPU
// (tests/support/cuda_shim), where any fault that the shim finds fails the test, or on a GPU: IMPASTO_TEST_MACHINE
// says.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "cuda/cuda_runner.h"
#include "ops/agreement.h"
#include "support/random_style.h"

namespace impasto::test {

// A device to plan for.
struct Variant {
  const char* name;
  cuda::DeviceTraits device;
  bool software = true;  // as many graphs as for backends that are made for a CPU

  Rounding rounding() const noexcept { return Rounding::Half; }
};

inline std::vector<Variant> allVariants() {
  std::vector<Variant> variants;
  for (const auto& [name, device] : cuda::machine::devices()) variants.push_back({name, device});
  return variants;
}
inline const std::vector<Variant> kAllVariants = allVariants();

inline void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }
inline std::string nameOf(const ::testing::TestParamInfo<Variant>& info) { return info.param.name; }

class VariantTest : public ::testing::TestWithParam<Variant> {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Paints one frame on both and expects each value to be within its bound (ops/error_bound.h).
  Agreement expectAgreement(const Style& style, const ReferenceInputs& inputs, const std::string& what);
  // Of random inputs.
  Agreement expectAgreement(const Style& style, uint32_t width, uint32_t height, uint32_t seed,
                            const std::string& what);

 private:
  double closest_ = 0, bound_ = 0;
};

}  // namespace impasto::test
