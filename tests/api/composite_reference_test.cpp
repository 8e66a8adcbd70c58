// The composite's arithmetic in closed form.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "pass/composite_reference.h"

namespace impasto::test {
namespace {

Tensor filled(uint32_t width, uint32_t height, std::vector<float> rgb) {
  Tensor tensor(3, height, width);
  for (uint32_t c = 0; c < 3; ++c) {
    for (uint32_t i = 0; i < width * height; ++i) tensor.data[size_t{c} * width * height + i] = rgb[c];
  }
  return tensor;
}

std::vector<float> compositeOne(const CompositeSettings& settings, std::vector<float> color, std::vector<float> paint,
                                const float* mask = nullptr) {
  std::vector<float> out(3);
  composite(settings, color.data(), seenColor(settings, 1, 1, color.data()), filled(1, 1, paint), mask, out.data());
  return out;
}

float luma(const std::vector<float>& c) { return 0.2126f * c[0] + 0.7152f * c[1] + 0.0722f * c[2]; }

TEST(CompositeReference, SrgbCurveInvertsItself) {
  EXPECT_FLOAT_EQ(srgbEncode(0.0f), 0.0f);
  EXPECT_NEAR(srgbEncode(1.0f), 1.0f, 1e-6f);
  EXPECT_NEAR(srgbEncode(0.214041f), 0.5f, 1e-5f);  // IEC 61966-2-1
  for (int i = 0; i <= 255; ++i) {
    const float value = static_cast<float>(i) / 255.0f;
    EXPECT_NEAR(srgbEncode(srgbDecode(value)), value, 1e-6f);
  }
}

TEST(CompositeReference, FullStrengthIsThePaintClamped) {
  const std::vector<float> out = compositeOne({}, {0.2f, 0.4f, 0.6f}, {1.5f, -0.5f, 0.25f});
  EXPECT_FLOAT_EQ(out[0], 1.0f);
  EXPECT_FLOAT_EQ(out[1], 0.0f);
  EXPECT_FLOAT_EQ(out[2], 0.25f);
}

TEST(CompositeReference, StrengthTimesMaskMixes) {
  CompositeSettings settings;
  settings.strength = 0.5f;
  const float mask = 0.5f;
  EXPECT_NEAR(compositeOne(settings, {0.2f, 0.4f, 0.6f}, {0.6f, 0.4f, 0.2f}, &mask)[0], 0.3f, 1e-6f);
}

TEST(CompositeReference, PreservedColorKeepsChromaAndTakesLightness) {
  CompositeSettings settings;
  settings.color_preservation = 1;
  const std::vector<float> color = {0.5f, 0.4f, 0.3f}, paint = {0.4f, 0.6f, 0.7f};
  const std::vector<float> out = compositeOne(settings, color, paint);
  EXPECT_NEAR(luma(out), luma(paint), 1e-6f);
  EXPECT_NEAR(out[2] - luma(out), color[2] - luma(color), 1e-6f);  // Cb
  EXPECT_NEAR(out[0] - luma(out), color[0] - luma(color), 1e-6f);  // Cr
}

TEST(CompositeReference, DetailPutsBackWhatATentRemoves) {
  CompositeSettings settings;
  settings.detail = 1;
  std::vector<float> color(5 * 5 * 3, 0.0f);
  for (int c = 0; c < 3; ++c) color[12 * 3 + c] = 0.5f;  // a dot in the middle of 5x5
  std::vector<float> out(color.size());
  const Tensor seen = seenColor(settings, 5, 5, color.data());
  composite(settings, color.data(), seen, filled(5, 5, {0.4f, 0.4f, 0.4f}), nullptr, out.data());
  EXPECT_NEAR(out[12 * 3], 0.4f + 0.5f - 0.5f * 9.0f / 81.0f, 1e-6f);
  EXPECT_NEAR(out[11 * 3], 0.4f - 0.5f * 6.0f / 81.0f, 1e-6f);
}

TEST(CompositeReference, HighlightsSurvivePainting) {
  CompositeSettings settings;
  settings.input = settings.output = ColorEncoding::Linear;
  settings.exposure = 2.0f;
  const std::vector<float> bright = {8.0f, 4.0f, 2.0f};  // 16 times display white
  float factor = 16.0f;
  const Tensor seen = seenColor(settings, 1, 1, bright.data());
  EXPECT_NEAR(seen.at(0, 0, 0), 1.0f, 1e-6f);
  EXPECT_NEAR(srgbDecode(seen.at(1, 0, 0)), 0.5f, 1e-5f);
  const std::vector<float> out = compositeOne(settings, bright, {0.5f, 0.5f, 1.0f});
  EXPECT_NEAR(out[0], srgbDecode(0.5f) * factor / settings.exposure, 1e-4f);
  EXPECT_NEAR(out[2], factor / settings.exposure, 1e-4f);
}

TEST(CompositeReference, ZeroStrengthIsTheInputOrItsConversion) {
  CompositeSettings settings;
  settings.strength = 0;
  settings.input = settings.output = ColorEncoding::Linear;
  EXPECT_EQ(compositeOne(settings, {-1.0f, 70000.0f, 0.3f}, {0, 0, 0}), (std::vector<float>{-1.0f, 70000.0f, 0.3f}));
  settings.output = ColorEncoding::Srgb;
  settings.exposure = 2.0f;
  EXPECT_NEAR(compositeOne(settings, {0.107021f, 3.0f, 0.0f}, {0, 0, 0})[0], 0.5f, 1e-5f);
}

}  // namespace
}  // namespace impasto::test
