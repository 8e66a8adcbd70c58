// Whole random graphs against the reference.
#include "ops/compare.h"

namespace impasto::test {
namespace {

class RandomGraphTest : public VariantTest {};

INSTANTIATE_TEST_SUITE_P(, RandomGraphTest, ::testing::ValuesIn(kVariants), nameOf);

TEST_P(RandomGraphTest, AgreesWithReference) {
  // The variant for GPUs is slow on a CPU: fewer graphs.
  const uint32_t count = GetParam().software ? 24 : 6;
  for (uint32_t seed = 1; seed <= count; ++seed) {
    Random random(seed * 7919);
    const Style style = makeRandomStyle(seed);
    expectAgreement(device(), vulkanDevice(), style, random.between(1, 40), random.between(1, 40), seed,
                    "random graph");
  }
}

TEST_P(RandomGraphTest, OfVersion2AgreesWithReference) {
  const uint32_t count = GetParam().software ? 24 : 6;
  for (uint32_t seed = 1; seed <= count; ++seed) {
    Random random(seed * 7907);
    const Style style = makeRandomStyle(seed, {.version_2 = true});
    expectAgreement(device(), vulkanDevice(), style, random.between(1, 40), random.between(1, 40), seed,
                    "random graph of version 2");
  }
}

TEST_P(RandomGraphTest, SmallGeneratorAgreesWithReference) {
  const Style style = makeSmallStyle(5);
  for (const auto& [width, height] : {std::pair{1u, 1u}, {37u, 53u}, {64u, 48u}}) {
    expectAgreement(device(), vulkanDevice(), style, width, height, 5, "small generator");
  }
}

}  // namespace
}  // namespace impasto::test
