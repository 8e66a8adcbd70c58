// Colour in and out, against numbers worked out from the standards: none of them comes from the functions under test.
#include "pass/color.h"

#include <gtest/gtest.h>

#include <cmath>

namespace impasto::test {
namespace {

using enum ColorEncoding;

void expectNear(const Rgb& value, const Rgb& expected, float tolerance) {
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(value[i], expected[i], tolerance) << "component " << i;
}

TEST(Color, SrgbCurve) {  // IEC 61966-2-1
  EXPECT_FLOAT_EQ(srgbEncode(0.0f), 0.0f);
  EXPECT_NEAR(srgbEncode(1.0f), 1.0f, 1e-6f);
  EXPECT_NEAR(srgbEncode(0.214041f), 0.5f, 1e-5f);
  EXPECT_NEAR(srgbEncode(0.18f), 0.461356f, 1e-5f);
  EXPECT_NEAR(srgbDecode(0.04f), 0.0030960f, 1e-6f);  // the straight part
  for (int i = 0; i <= 255; ++i) {
    const float value = static_cast<float>(i) / 255.0f;
    EXPECT_NEAR(srgbEncode(srgbDecode(value)), value, 1e-6f);
  }
}

TEST(Color, PqCurve) {  // SMPTE ST 2084, of 10000 cd/m2; ITU-R BT.2408 table 1 has 203 cd/m2 at 58 %
  EXPECT_NEAR(pqEncode(0.01f), 0.508078f, 1e-5f);
  EXPECT_NEAR(pqEncode(0.0203f), 0.580689f, 1e-5f);
  EXPECT_NEAR(pqEncode(0.1f), 0.751827f, 1e-5f);
  EXPECT_NEAR(pqEncode(1.0f), 1.0f, 1e-6f);
  EXPECT_NEAR(pqEncode(0.0f), 0.0f, 1e-6f);
  EXPECT_NEAR(pqDecode(0.508078f), 0.01f, 1e-6f);
  EXPECT_NEAR(pqDecode(0.751827f), 0.1f, 1e-5f);
  EXPECT_FLOAT_EQ(pqDecode(0.0f), 0.0f);
}

TEST(Color, UnitsOfDisplayWhite) {
  EXPECT_FLOAT_EQ(displayWhiteScale(Srgb, 4.0f, 100.0f), 1.0f);
  EXPECT_FLOAT_EQ(displayWhiteScale(Linear, 4.0f, 100.0f), 4.0f);
  EXPECT_FLOAT_EQ(displayWhiteScale(Scrgb, 4.0f, 160.0f), 0.5f);  // 1.0 is 80 cd/m2
  EXPECT_FLOAT_EQ(displayWhiteScale(Hdr10, 4.0f, 200.0f), 0.005f);
}

// 203 cd/m2 of white, PQ-encoded, is display white at paper white 203; 1000 cd/m2 is 1000/203 of it.
TEST(Color, Hdr10White) {
  const float scale = 1.0f / 203.0f;
  expectNear(decodeColor({0.580689f, 0.580689f, 0.580689f}, Hdr10, scale), {1, 1, 1}, 1e-4f);
  const float bright = 1000.0f / 203.0f;
  expectNear(decodeColor({0.751827f, 0.751827f, 0.751827f}, Hdr10, scale), {bright, bright, bright}, 1e-3f);
  expectNear(encodeColor({1, 1, 1}, Hdr10, 203.0f, kLargestColor), {0.580689f, 0.580689f, 0.580689f}, 1e-5f);
  expectNear(encodeColor({100, 100, 100}, Hdr10, 203.0f, kLargestColor), {1, 1, 1}, 1e-6f);  // beyond 10000 cd/m2
}

// The matrices of ITU-R BT.2087, here from the chromaticities of BT.709 and BT.2020 and D65: pure red of BT.709 is
// (0.627404, 0.069097, 0.016391) in BT.2020; pure red of BT.2020 is (1.660491, -0.124550, -0.018151) in BT.709.
TEST(Color, Hdr10Primaries) {
  const Rgb red = encodeColor({1, 0, 0}, Hdr10, 10000.0f, kLargestColor);
  expectNear({pqDecode(red[0]), pqDecode(red[1]), pqDecode(red[2])}, {0.627404f, 0.069097f, 0.016391f}, 2e-5f);
  expectNear(decodeColor({1, 0, 0}, Hdr10, 1.0f / 10000.0f), {1.660491f, -0.124550f, -0.018151f}, 2e-5f);
  expectNear(decodeColor({0, 0, 1}, Hdr10, 1.0f / 10000.0f), {-0.072850f, -0.008349f, 1.118730f}, 2e-5f);
}

TEST(Color, ScrgbIsLinearAndKeepsNegatives) {
  // Display white at 203 cd/m2 is 203/80 in scRGB.
  expectNear(encodeColor({1, 0.5f, -0.25f}, Scrgb, 203.0f / 80.0f, kLargestColor), {2.5375f, 1.26875f, -0.634375f},
             1e-6f);
  expectNear(decodeColor({2.5375f, -1.26875f, 0}, Scrgb, 80.0f / 203.0f), {1, -0.5f, 0}, 1e-6f);
}

// A BT.2020 red outside of the sRGB primaries survives scRGB in between.
TEST(Color, WideColorsSurviveScrgb) {
  const Rgb wide = {0.58f, 0.2f, 0.1f};
  const float hdr = 1.0f / 203.0f, scrgb = 80.0f / 203.0f;
  const Rgb there = encodeColor(decodeColor(wide, Hdr10, hdr), Scrgb, 1 / scrgb, kLargestColor);
  EXPECT_LT(there[1], 0.0f);
  expectNear(encodeColor(decodeColor(there, Scrgb, scrgb), Hdr10, 1 / hdr, kLargestColor), wide, 2e-4f);
}

TEST(Color, HighlightsKeepTheirHue) {
  const SeenColor seen = seenColor({4.0f, 2.0f, 1.0f}, Linear, 2.0f);
  EXPECT_FLOAT_EQ(seen.highlight, 8.0f);
  expectNear(seen.color, {1.0f, 0.735357f, 0.537099f}, 1e-5f);  // sRGB of 1, 1/2, 1/4
  EXPECT_NEAR(seenColor({1, 1, 1}, Hdr10, 1.0f / 203.0f).highlight, 10000.0f / 203.0f, 0.01f);
}

TEST(Color, NegativeAndNanAreSeenAsBlack) {
  for (const ColorEncoding encoding : {Srgb, Linear, Scrgb}) {
    const SeenColor seen = seenColor({-1.0f, NAN, -INFINITY}, encoding, 1.0f);
    EXPECT_EQ(seen.color, (Rgb{0, 0, 0}));
    EXPECT_EQ(seen.highlight, 1.0f);
  }
  const SeenColor hdr = seenColor({-1.0f, NAN, -INFINITY}, Hdr10, 0.005f);
  expectNear(hdr.color, {0, 0, 0}, 1e-6f);
}

TEST(Color, NothingIsWrittenAboveWhatTheOutputHolds) {
  for (const ColorEncoding encoding : {Srgb, Linear, Scrgb, Hdr10}) {
    for (const float value : encodeColor({65504.0f, INFINITY, NAN}, encoding, 1000.0f, kLargestColor)) {
      EXPECT_TRUE(value <= 65504.0f && value >= 0.0f) << value;
    }
  }
  EXPECT_EQ(encodeColor({60000, 0, 0}, Linear, 4.0f, 64512.0f)[0], 64512.0f);
  EXPECT_EQ(encodeColor({-60000, 0, 0}, Linear, 4.0f, 64512.0f)[0], -64512.0f);
}

}  // namespace
}  // namespace impasto::test
