#include "cuda/variants.h"

#include <algorithm>

namespace impasto::test {

Agreement VariantTest::expectAgreement(const Style& style, const ReferenceInputs& inputs, const std::string& what) {
  const uint32_t width = inputs.color.width, height = inputs.color.height;
  const std::vector<Tensor> values = runReferenceOps(style, inputs);
  const Tensor result = CudaRunner(style, width, height, GetParam().device).run(inputs);
  Agreement agreement = compare(result, style, values, Rounding::Half, kTensorCoreSumRounding);
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
  if (const std::string reason = cuda::machine::whyNot(); !reason.empty()) GTEST_SKIP() << reason;
}

void VariantTest::TearDown() {
  if (bound_ == 0) return;
  RecordProperty("largest_error_over_bound", std::to_string(closest_));
  RecordProperty("largest_bound", std::to_string(bound_));
}

}  // namespace impasto::test
