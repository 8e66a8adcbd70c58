// What a painted frame looks like: the GPU's pass against the generator and the composite in plain C++.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "api/pass_fixture.h"
#include "pass/composite_reference.h"
#include "reference/reference.h"

namespace impasto::test {
namespace {

struct Case {
  const char* name;
  PassSettings pass;
  float strength = 1, color_preservation = 0, detail = 0, exposure = 0;
  float brightest = 1;
  bool mask = false;
  bool in_place = false;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

constexpr auto kSrgb = IMPASTO_COLOR_ENCODING_SRGB;
constexpr auto kLinear = IMPASTO_COLOR_ENCODING_LINEAR;
constexpr VkFormat kRgba8 = VK_FORMAT_R8G8B8A8_UNORM;
constexpr VkFormat kBgra8 = VK_FORMAT_B8G8R8A8_UNORM;
constexpr VkFormat kRgba8Srgb = VK_FORMAT_R8G8B8A8_SRGB;
constexpr VkFormat kRgba16f = VK_FORMAT_R16G16B16A16_SFLOAT;

Pixels makeMask(uint32_t width, uint32_t height) {
  Pixels mask(width, height);  // columns of 0, 1 and values between
  for (size_t i = 0; i < mask.rgba.size() / 4; ++i) mask.rgba[i * 4] = static_cast<float>(i % width % 4) / 3.0f;
  return mask;
}

class PaintingTest : public PassTest {
 protected:
  // What the pass should make of `seen_by_shader`, by the reference.
  static Pixels expected(const Style& style, const Case& c, const Pixels& seen_by_shader, const Pixels* mask) {
    CompositeSettings settings;
    settings.input = static_cast<ColorEncoding>(c.pass.input_encoding);
    settings.output = static_cast<ColorEncoding>(c.pass.output_encoding);
    settings.exposure = c.exposure == 0 ? 1 : c.exposure;
    settings.strength = c.strength;
    settings.color_preservation = c.color_preservation;
    settings.detail = c.detail;
    const uint32_t width = seen_by_shader.width, height = seen_by_shader.height;
    const std::vector<float> rgb = seen_by_shader.rgb();
    std::vector<float> mask_values;
    if (mask) {
      for (size_t i = 0; i < mask->rgba.size(); i += 4) mask_values.push_back(mask->rgba[i]);
    }
    ReferenceInputs inputs;
    inputs.color = seenColor(settings, width, height, rgb.data());
    const Tensor painted = runReference(style, inputs);
    std::vector<float> out(rgb.size());
    composite(settings, rgb.data(), inputs.color, painted, mask ? mask_values.data() : nullptr, out.data());
    Pixels result = seen_by_shader;  // alpha stays
    for (size_t i = 0; i < out.size(); ++i) result.rgba[i / 3 * 4 + i % 3] = out[i];
    return result;
  }

  // A frame's result: what came out and, for bit-exact comparisons, its bytes and those of the input.
  struct Result {
    Pixels painted;
    std::vector<uint8_t> bytes, input_bytes;
    Pixels expected;
  };

  Result paint(const Style& style, const Case& c) {
    const ContextPtr context = makeContext();
    const StylePtr handle = toHandle(style);
    const PassPtr pass = makePass(context.get(), handle.get(), c.pass);
    const Pixels source = makePixels(c.pass.width, c.pass.height, 7, c.brightest);
    Result result;
    result.input_bytes = encodePixels(source, c.pass.input_format);
    const Pixels seen = decodePixels(result.input_bytes, c.pass.width, c.pass.height, c.pass.input_format);

    FrameImages images(device(), c.pass, source);
    TestImage both(device(), c.pass.output_format, c.pass.width, c.pass.height,
                   VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_SAMPLED_BIT);
    both.upload(source, VK_IMAGE_LAYOUT_GENERAL);
    TestImage mask(device(), VK_FORMAT_R32_SFLOAT, c.pass.width, c.pass.height, VK_IMAGE_USAGE_SAMPLED_BIT);
    const Pixels mask_pixels = makeMask(c.pass.width, c.pass.height);
    mask.upload(mask_pixels, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);

    auto controls = sized<ImpastoControls>();
    impastoDefaultControls(&controls);
    controls.strength = c.strength;
    controls.color_preservation = c.color_preservation;
    controls.detail = c.detail;
    ImpastoFrame frame = images.frame();
    if (c.in_place) frame.color = frame.output = toFrameImage(both);
    if (c.mask) frame.mask = toFrameImage(mask);
    frame.controls = &controls;
    frame.exposure = c.exposure;
    paintFrame(pass.get(), frame);

    result.bytes = (c.in_place ? both : images.output).download();
    result.painted = decodePixels(result.bytes, c.pass.width, c.pass.height, c.pass.output_format);
    result.expected = expected(style, c, seen, c.mask ? &mask_pixels : nullptr);
    return result;
  }

  // 8-bit outputs: 2/255, one for rounding and one for fp16 tensors and the GPU's pow(). Float outputs: 4e-3 of the
  // value, at least of display white, for the same reasons without rounding.
  static void expectClose(const Result& result, VkFormat format) {
    double worst = 0;
    for (size_t i = 0; i < result.painted.rgba.size(); ++i) {
      const bool is_float = format == kRgba16f;
      float want = result.expected.rgba[i];
      if (!is_float) want = std::clamp(want, 0.0f, 1.0f);
      const float scale = is_float ? 4e-3f * std::max(1.0f, std::abs(want)) : 2.01f / 255.0f;
      worst = std::max(worst, static_cast<double>(std::abs(result.painted.rgba[i] - want) / scale));
    }
    EXPECT_LE(worst, 1.0) << "in units of the tolerance";
  }
};

class PaintingCases : public PaintingTest, public testing::WithParamInterface<Case> {};

TEST_P(PaintingCases, EqualsTheReference) {
  expectClose(paint(makeSmallStyle(3), GetParam()), GetParam().pass.output_format);
}

TEST_P(PaintingCases, EqualsTheReferenceWithANegative) {
  expectClose(paint(makeNegativeStyle(), GetParam()), GetParam().pass.output_format);
}

INSTANTIATE_TEST_SUITE_P(
    , PaintingCases,
    testing::Values(
        Case{"Plain", {33, 17}}, Case{"OnePixel", {1, 1}}, Case{"OneRow", {37, 1}}, Case{"OneColumn", {1, 29}},
        Case{"Wide", {4096, 3}}, Case{"HalfStrength", {33, 17}, 0.5f}, Case{"ColorPreserved", {33, 17}, 1, 1},
        Case{"ColorHalfPreserved", {33, 17}, 0.8f, 0.5f}, Case{"Detail", {33, 17}, 1, 0, 1},
        Case{"DetailOnePixel", {1, 1}, 1, 0, 1}, Case{"AllControls", {40, 24}, 0.7f, 0.3f, 0.6f},
        Case{"Mask", {33, 17}, 1, 0, 0, 0, 1, true},
        Case{"InPlace", {33, 17, kRgba8, kSrgb, kRgba8, kSrgb}, 1, 0, 0, 0, 1, false, true},
        Case{"InPlaceWithDetailAndMask", {33, 17, kRgba8, kSrgb, kRgba8, kSrgb}, 1, 0, 1, 0, 1, true, true},
        Case{"Bgra8", {33, 17, kBgra8, kSrgb, kBgra8, kSrgb}},
        Case{"SrgbViewIn", {33, 17, kRgba8Srgb, kLinear, kRgba8, kSrgb}},
        Case{"Linear16f", {33, 17, kRgba16f, kLinear, kRgba16f, kLinear}},
        Case{"LinearHdr", {33, 17, kRgba16f, kLinear, kRgba16f, kLinear}, 1, 0.3f, 0.5f, 0.5f, 12.0f, true},
        Case{"LinearExposed", {33, 17, kRgba16f, kLinear, kRgba16f, kLinear}, 0.6f, 0, 0, 4.0f},
        Case{"LinearHdrToSrgb", {33, 17, kRgba16f, kLinear, kRgba8, kSrgb}, 1, 0, 0, 0.7f, 3.0f},
        Case{"SrgbToLinear", {33, 17, kRgba8, kSrgb, kRgba16f, kLinear}, 1, 0, 0, 2.0f}),
    [](const auto& test) { return test.param.name; });

// Bit for bit where encodings and formats are equal.
class UntouchedCases : public PaintingTest, public testing::WithParamInterface<Case> {};

TEST_P(UntouchedCases, StrengthZeroLeavesTheFrame) {
  Case c = GetParam();
  c.strength = 0;
  c.detail = 1;
  const Result result = paint(makeNegativeStyle(), c);
  EXPECT_EQ(result.bytes, result.input_bytes);
}

TEST_P(UntouchedCases, MaskZeroLeavesThePixel) {
  Case c = GetParam();
  c.mask = true;
  const Result result = paint(makeNegativeStyle(), c);
  const size_t texel = result.bytes.size() / (c.pass.width * c.pass.height);
  size_t changed = 0;
  for (size_t i = 0; i < result.bytes.size(); ++i) {
    const size_t x = i / texel % c.pass.width;
    if (x % 4 == 0) {
      ASSERT_EQ(result.bytes[i], result.input_bytes[i]) << "byte " << i;
    } else {
      changed += result.bytes[i] != result.input_bytes[i];
    }
  }
  EXPECT_GT(changed, result.bytes.size() / 4);  // and the others are painted
}

INSTANTIATE_TEST_SUITE_P(
    , UntouchedCases,
    testing::Values(Case{"Rgba8", {64, 48}}, Case{"Bgra8", {33, 17, kBgra8, kSrgb, kBgra8, kSrgb}},
                    Case{"Linear16fHdr", {33, 17, kRgba16f, kLinear, kRgba16f, kLinear}, 1, 0, 0, 3.0f, 40.0f},
                    Case{"InPlace", {33, 17, kRgba8, kSrgb, kRgba8, kSrgb}, 1, 0, 0, 0, 1, false, true}),
    [](const auto& test) { return test.param.name; });

// NaN, infinities and negative values in an HDR frame come out finite where they are painted.
TEST_F(PaintingTest, HostileFloatsArePaintedFinite) {
  Case c{"", {8, 4, kRgba16f, kLinear, kRgba16f, kLinear}};
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get(), c.pass);
  Pixels source = makePixels(8, 4, 1);
  const float hostile[] = {NAN, INFINITY, -INFINITY, -3.0f, 65504.0f, 0.0f};
  for (size_t i = 0; i < source.rgba.size(); ++i) {
    if (i % 4 != 3) source.rgba[i] = hostile[i % std::size(hostile)];
  }
  FrameImages images(device(), c.pass, source);
  paintFrame(pass.get(), images.frame());
  for (const float value : images.output.downloadPixels().rgba) EXPECT_TRUE(std::isfinite(value));
}

TEST_F(PaintingTest, DepthAndNormalsReachTheGenerator) {
  const PassSettings settings{20, 12};
  const ContextPtr context = makeContext();
  const Pixels source = makePixels(20, 12, 5);
  FrameImages images(device(), settings, source);
  TestImage extra(device(), kRgba16f, 20, 12, VK_IMAGE_USAGE_SAMPLED_BIT);
  Pixels values(20, 12);
  for (size_t i = 0; i < values.rgba.size(); ++i) values.rgba[i] = static_cast<float>(i % 9) / 4.0f - 1.0f;
  extra.upload(values, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);

  const StylePtr normals_style = toHandle(makeNormalsStyle());
  const PassPtr normals_pass = makePass(context.get(), normals_style.get(), settings);
  ImpastoFrame frame = images.frame();
  frame.normals = toFrameImage(extra);
  paintFrame(normals_pass.get(), frame);
  const Pixels by_normals = images.output.downloadPixels();

  const StylePtr depth_style = toHandle(makeDepthStyle());
  const PassPtr depth_pass = makePass(context.get(), depth_style.get(), settings);
  frame = images.frame();
  frame.depth = toFrameImage(extra);
  paintFrame(depth_pass.get(), frame);
  const Pixels by_depth = images.output.downloadPixels();

  for (uint32_t y = 0; y < 12; ++y) {
    for (uint32_t x = 0; x < 20; ++x) {
      const float depth = 1.0f / (1.0f + std::max(values.at(x, y, 0), 0.0f));
      EXPECT_NEAR(by_depth.at(x, y, 0), 0.5f * source.at(x, y, 0) + 0.5f * depth, 2.01f / 255.0f);
      for (uint32_t c = 0; c < 3; ++c) {
        EXPECT_NEAR(by_normals.at(x, y, c), 0.5f + 0.5f * std::clamp(values.at(x, y, c), -1.0f, 1.0f), 2.01f / 255.0f);
      }
    }
  }
}

TEST_F(PaintingTest, FullPrecisionTensorsGiveTheSamePicture) {
  ImpastoContextInfo info = contextInfo();
  info.half_precision = VK_FALSE;
  ImpastoContext raw = nullptr;
  ASSERT_EQ(impastoCreateContext(&info, &raw), IMPASTO_SUCCESS) << impastoGetLastError();
  const ContextPtr context(raw);
  const Case c{"", {33, 17}, 0.9f, 0.2f, 0.5f};
  const Style style = makeSmallStyle(3);
  const StylePtr handle = toHandle(style);
  const PassPtr pass = makePass(context.get(), handle.get(), c.pass);
  const Pixels source = makePixels(33, 17, 7);
  FrameImages images(device(), c.pass, source);
  auto controls = sized<ImpastoControls>();
  impastoDefaultControls(&controls);
  controls.strength = c.strength;
  controls.color_preservation = c.color_preservation;
  controls.detail = c.detail;
  ImpastoFrame frame = images.frame();
  frame.controls = &controls;
  paintFrame(pass.get(), frame);
  Result result;
  result.painted = images.output.downloadPixels();
  result.expected = expected(style, c, decodePixels(encodePixels(source, kRgba8), 33, 17, kRgba8), nullptr);
  expectClose(result, kRgba8);
}

}  // namespace
}  // namespace impasto::test
