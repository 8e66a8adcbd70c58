#include "base/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace impasto {
namespace {

TEST(Half, EveryHalfSurvivesTheWayToFloatAndBack) {
  for (uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float value = floatFromHalf(half);
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(floatFromHalf(halfFromFloat(value))));
    else
      EXPECT_EQ(halfFromFloat(value), half) << value;
  }
}

TEST(Half, ReadsKnownValues) {
  EXPECT_EQ(floatFromHalf(0x3C00), 1.0f);
  EXPECT_EQ(floatFromHalf(0xC000), -2.0f);
  EXPECT_EQ(floatFromHalf(0x3555), 0.333251953125f);
  EXPECT_EQ(floatFromHalf(0x7BFF), 65504.0f);
  EXPECT_EQ(floatFromHalf(0x0001), 0x1p-24f);
  EXPECT_EQ(floatFromHalf(0x03FF), 1023 * 0x1p-24f);
  EXPECT_EQ(floatFromHalf(0xFC00), -std::numeric_limits<float>::infinity());
}

// Against the definition: of the two halves around a number the nearer, or the even one if both are as near.
TEST(Half, RoundsToNearestEven) {
  for (uint16_t half = 0; half < 0x7BFF; ++half) {
    const float low = floatFromHalf(half), high = floatFromHalf(static_cast<uint16_t>(half + 1));
    const float middle = low + (high - low) / 2;  // exact: halves have 13 bits to spare
    const auto even = static_cast<uint16_t>(half + (half & 1));
    EXPECT_EQ(halfFromFloat(middle), even);
    EXPECT_EQ(halfFromFloat(std::nextafter(middle, 0.0f)), half);
    EXPECT_EQ(halfFromFloat(std::nextafter(middle, 1e6f)), half + 1);
    EXPECT_EQ(halfFromFloat(-middle), even | 0x8000);
  }
}

TEST(Half, OverflowsFrom65520On) {
  EXPECT_EQ(halfFromFloat(65519.996f), 0x7BFF);
  EXPECT_EQ(halfFromFloat(65520.0f), 0x7C00);
  EXPECT_EQ(halfFromFloat(-std::numeric_limits<float>::max()), 0xFC00);
  EXPECT_EQ(halfFromFloat(std::numeric_limits<float>::denorm_min()), 0);
}

}  // namespace
}  // namespace impasto
