// Whole random graphs against the reference, within bounds that follow from the arithmetic (error_bound.h).
#include <utility>

#include IMPASTO_TEST_VARIANTS

namespace impasto::test {
namespace {

class RandomGraphTest : public VariantTest {
 protected:
  // Calls check(agreement) for each of `seeds` graphs; fewer for the variants for GPUs, which are slow on a CPU.
  template <typename Check>
  void forEachGraph(uint32_t seeds, const RandomStyleOptions& options, const Check& check) {
    if (!GetParam().software) seeds = (seeds + 3) / 4;
    for (uint32_t seed = 1; seed <= seeds; ++seed) {
      Random random(seed * 7919);
      const uint32_t width = random.between(1, 40), height = random.between(1, 40);
      check(expectAgreement(makeRandomStyle(seed, options), width, height, seed, "random graph"));
    }
  }

  // Bounds that say something: a fault of a few roundings is beyond them.
  static void expectTight(const Agreement& agreement) {
    EXPECT_LT(agreement.bound, GetParam().rounding() == Rounding::Bfloat16 ? 0x1p-3 : 0x1p-6);
  }

  // Where many convolutions in a row make the worst case useless. Roundings add up as a random walk instead: fp32 sums of
  // up to a few hundred products, sqrt(n) * 2^-24; 2^-11 for each fp16 tensor in a chain of up to two dozen, 2^-8 for each of bfloat16.
  void expectTypical(const Agreement& agreement) const {
    const Rounding rounding = GetParam().rounding();
    EXPECT_LE(agreement.error, rounding == Rounding::None ? 2e-5 : rounding == Rounding::Half ? 1e-2 : 8e-2);
  }
};

INSTANTIATE_TEST_SUITE_P(, RandomGraphTest, ::testing::ValuesIn(kAllVariants), nameOf);

constexpr RandomStyleOptions kShallow = {.min_ops = 2, .max_ops = 6, .max_channels = 6};
constexpr RandomStyleOptions kShallowVersion2 = {.min_ops = 2, .max_ops = 6, .max_channels = 6, .version_2 = true};

TEST_P(RandomGraphTest, Shallow) { forEachGraph(32, kShallow, expectTight); }
TEST_P(RandomGraphTest, ShallowOfVersion2) { forEachGraph(32, kShallowVersion2, expectTight); }

TEST_P(RandomGraphTest, Deep) {
  forEachGraph(16, {}, [&](const Agreement& agreement) { expectTypical(agreement); });
}

TEST_P(RandomGraphTest, DeepOfVersion2) {
  forEachGraph(16, {.version_2 = true}, [&](const Agreement& agreement) { expectTypical(agreement); });
}

TEST_P(RandomGraphTest, SmallGenerator) {
  const Style style = makeSmallStyle(5);
  for (const auto& [width, height] : {std::pair{1u, 1u}, {37u, 53u}, {64u, 48u}}) {
    expectTypical(expectAgreement(style, width, height, 5, "small generator"));
  }
}

}  // namespace
}  // namespace impasto::test
