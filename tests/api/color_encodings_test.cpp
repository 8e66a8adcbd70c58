// Colours through the whole pass on the GPU: every encoding to every other against the reference, whose arithmetic
// color_test.cpp holds to the standards; a few numbers of the standards once more from end to end; the formats.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "api/painter_fixture.h"

namespace impasto::test {
namespace {

using enum ColorEncoding;

constexpr VkFormat kRgba32f = VK_FORMAT_R32G32B32A32_SFLOAT;
constexpr VkFormat kRgba16f = VK_FORMAT_R16G16B16A16_SFLOAT;
constexpr VkFormat kRgba8 = VK_FORMAT_R8G8B8A8_UNORM;
constexpr VkFormat kRgb10 = VK_FORMAT_A2B10G10R10_UNORM_PACK32;
constexpr VkFormat kRg11b10f = VK_FORMAT_B10G11R11_UFLOAT_PACK32;
constexpr uint32_t kWidth = 24, kHeight = 10;

const char* nameOf(ColorEncoding encoding) {
  switch (encoding) {
    case Srgb:
      return "Srgb";
    case Linear:
      return "Linear";
    case Scrgb:
      return "Scrgb";
    case Hdr10:
      break;
  }
  return "Hdr10";
}

// Within what the encoding can hold; float encodings have highlights, scRGB colours outside of the primaries.
Pixels pictureFor(ColorEncoding encoding) {
  Pixels pixels = makePixels(kWidth, kHeight, 5, encoding == Linear || encoding == Scrgb ? 6.0f : 1.0f);
  if (encoding != Scrgb) return pixels;
  for (size_t i = 0; i < pixels.rgba.size(); i += 28) pixels.rgba[i] = -0.25f;
  return pixels;
}

struct Result {
  Pixels painted, expected;
  std::vector<uint8_t> bytes, input_bytes;
};

class ColorEncodingsTest : public VulkanTest {
 protected:
  // The negative of `source`, mixed by columns: 0, 1/3, 2/3, all of it.
  Result paint(const ::impasto::PassSettings& settings, const Pixels& source, float strength = 1.0f,
               const PainterOptions& options = {}, float exposure = 1.5f) {
    const Style style = makeNegativeStyle();
    PainterRunner runner(device(), style, {source.width, source.height, settings}, options);
    TestImage color(device(), settings.input_format, source.width, source.height, VK_IMAGE_USAGE_SAMPLED_BIT);
    TestImage output(device(), settings.output_format, source.width, source.height, VK_IMAGE_USAGE_STORAGE_BIT);
    TestImage mask(device(), VK_FORMAT_R32_SFLOAT, source.width, source.height, VK_IMAGE_USAGE_SAMPLED_BIT);
    LayerInputs inputs;
    Result result;
    result.input_bytes = encodePixels(source, settings.input_format);
    inputs.color = decodePixels(result.input_bytes, source.width, source.height, settings.input_format);
    inputs.mask = Pixels(source.width, source.height);
    for (size_t i = 0; i < inputs.mask.rgba.size(); i += 4) {
      inputs.mask.rgba[i] = static_cast<float>(i / 4 % source.width % 4) / 3.0f;
    }
    color.upload(source, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
    output.upload(Pixels(source.width, source.height), VK_IMAGE_LAYOUT_GENERAL);
    mask.upload(inputs.mask, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
    ImpastoControls controls;
    impastoDefaultControls(&controls);
    controls.strength = strength;
    controls.color_preservation = 0.25f;
    controls.detail = 0.5f;
    auto frame = sized<ImpastoFrame>();
    frame.color = toFrameImage(color);
    frame.output = toFrameImage(output);
    frame.mask = toFrameImage(mask);
    frame.controls = &controls;
    frame.exposure = exposure;
    runner.paint(frame);
    result.bytes = output.download();
    result.painted = decodePixels(result.bytes, source.width, source.height, settings.output_format);
    result.expected =
        PassReference(style, settings).paint(readFrame(settings, source.width, source.height, frame), inputs);
    return result;
  }

  // `step`: of the output's format, absolute or, of a float format, relative. Beside it 2e-3 of the value, of display
  // white at least: fp16 tensors, and pow() of a GPU.
  static void expectClose(const Result& result, float absolute_step, float relative_step = 0) {
    for (size_t i = 0; i < result.painted.rgba.size(); ++i) {
      const float want = result.expected.rgba[i], magnitude = std::max(1.0f, std::abs(want));
      ASSERT_NEAR(result.painted.rgba[i], want, 2e-3f * magnitude + absolute_step + relative_step * std::abs(want))
          << "value " << i;
    }
  }
};

class EncodingPairs : public ColorEncodingsTest,
                      public testing::WithParamInterface<std::tuple<ColorEncoding, ColorEncoding>> {};

TEST_P(EncodingPairs, EqualTheReference) {
  ::impasto::PassSettings settings;
  std::tie(settings.input_encoding, settings.output_encoding) = GetParam();
  settings.input_format = settings.output_format = kRgba32f;
  settings.paper_white = 160.0f;
  const Pixels picture = pictureFor(settings.input_encoding);
  expectClose(paint(settings, picture), 0);
  const Result unpainted = paint(settings, picture, 0.0f);
  expectClose(unpainted, 0);
  if (settings.input_encoding == settings.output_encoding) {
    EXPECT_EQ(unpainted.bytes, unpainted.input_bytes);
  }
}

constexpr auto kEncodings = {Srgb, Linear, Scrgb, Hdr10};
INSTANTIATE_TEST_SUITE_P(, EncodingPairs,
                         testing::Combine(testing::ValuesIn(kEncodings), testing::ValuesIn(kEncodings)),
                         [](const auto& test) {
                           return std::string(nameOf(std::get<0>(test.param))) + "To" + nameOf(std::get<1>(test.param));
                         });

// One colour through the pass with nothing painted over it: values of the standards, as in color_test.cpp.
TEST_F(ColorEncodingsTest, StandardsFromEndToEnd) {
  struct Case {
    ColorEncoding input, output;
    float from[3], to[3];
  };
  const Case cases[] = {
      {Hdr10, Srgb, {0.580689f, 0.580689f, 0.580689f}, {1, 1, 1}},                     // 203 cd/m2 is display white
      {Hdr10, Scrgb, {0.580689f, 0.580689f, 0.580689f}, {2.5375f, 2.5375f, 2.5375f}},  // which is 203 / 80
      {Hdr10, Scrgb, {0.508078f, 0.508078f, 0.508078f}, {1.25f, 1.25f, 1.25f}},        // 100 cd/m2
      {Srgb, Hdr10, {1, 1, 1}, {0.580689f, 0.580689f, 0.580689f}},
      {Srgb, Linear, {0.5f, 0, 1}, {0.214041f / 1.5f, 0, 1 / 1.5f}},  // the frame's exposure is 1.5
      {Scrgb, Srgb, {2.5375f * 0.214041f, -1.0f, 2.5375f}, {0.5f, 0, 1}},
      // sRGB's red at 203 cd/m2: 127.36, 14.03 and 3.33 cd/m2 of the primaries of BT.2020.
      {Srgb, Hdr10, {1, 0, 0}, {0.532546f, 0.327023f, 0.220069f}},
  };
  for (const Case& c : cases) {
    ::impasto::PassSettings settings;
    settings.input_encoding = c.input;
    settings.output_encoding = c.output;
    settings.input_format = settings.output_format = kRgba32f;
    Pixels source(2, 1);
    for (size_t i = 0; i < 3; ++i) source.rgba[i] = source.rgba[4 + i] = c.from[i];
    const Pixels painted = paint(settings, source, 0.0f).painted;
    for (uint32_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(painted.at(1, 0, i), c.to[i], 1e-3f) << nameOf(c.input) << " to " << nameOf(c.output) << ", " << i;
    }
  }
}

struct FormatCase {
  const char* name;
  VkFormat input, output;
  ColorEncoding encoding;
  float absolute_step, relative_step;
};
std::ostream& operator<<(std::ostream& out, const FormatCase& c) { return out << c.name; }

class FormatCases : public ColorEncodingsTest, public testing::WithParamInterface<FormatCase> {};

TEST_P(FormatCases, EqualTheReference) {
  const FormatCase& c = GetParam();
  if (!TestImage::supported(device(), c.input, VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT) ||
      !TestImage::supported(device(), c.output, VK_FORMAT_FEATURE_STORAGE_IMAGE_BIT)) {
    GTEST_SKIP() << "the device has no such images";
  }
  ::impasto::PassSettings settings;
  settings.input_encoding = settings.output_encoding = c.encoding;
  settings.input_format = c.input;
  settings.output_format = c.output;
  Result result = paint(settings, pictureFor(c.encoding));
  // Alpha is copied as far as the format has it.
  for (size_t i = 3; i < result.painted.rgba.size(); i += 4) {
    if (c.output == kRg11b10f || c.output == kRgb10) result.expected.rgba[i] = result.painted.rgba[i];
  }
  expectClose(result, c.absolute_step, c.relative_step);
  if (c.input == c.output) {
    const Result untouched = paint(settings, pictureFor(c.encoding), 0.0f);
    EXPECT_EQ(untouched.bytes, untouched.input_bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(, FormatCases,
                         testing::Values(FormatCase{"Hdr10InRgb10", kRgb10, kRgb10, Hdr10, 0.51f / 1023, 0},
                                         FormatCase{"Hdr10InRgba8", kRgba8, kRgba8, Hdr10, 0.51f / 255, 0},
                                         FormatCase{"SrgbInRgb10", kRgb10, kRgb10, Srgb, 0.51f / 1023, 0},
                                         FormatCase{"ScrgbInRgba16f", kRgba16f, kRgba16f, Scrgb, 0, 0x1p-11f},
                                         FormatCase{"LinearInRg11b10f", kRg11b10f, kRg11b10f, Linear, 0, 0x1p-5f},
                                         FormatCase{"Rg11b10fToRgba16f", kRg11b10f, kRgba16f, Linear, 0, 0x1p-11f}),
                         [](const auto& test) { return test.param.name; });

// A device that has not enabled shaderStorageImageWriteWithoutFormat: three formats, by shaders that know them.
TEST_F(ColorEncodingsTest, OutputsOfKnownFormatNeedNoFeature) {
  TestDeviceOptions device_options;
  device_options.write_without_format = false;
  if (!useDevice(device_options)) return;
  PainterOptions options;
  options.write_without_format = false;
  for (const VkFormat format : {kRgba8, kRgba16f, kRgba32f}) {
    for (const bool half : {false, true}) {
      ::impasto::PassSettings settings;
      settings.input_format = settings.output_format = format;
      options.half = half;
      expectClose(paint(settings, pictureFor(Srgb), 1.0f, options), format == kRgba8 ? 0.51f / 255 : 0, 0x1p-11f);
    }
  }
}

// What a float output is given stays within what it holds, and never becomes infinite.
TEST_F(ColorEncodingsTest, TheBrightestIsTheLargestNumber) {
  for (const VkFormat format : {kRgba16f, kRg11b10f, kRgba32f}) {
    ::impasto::PassSettings settings;
    settings.input_encoding = settings.output_encoding = Linear;
    settings.input_format = kRgba32f;
    settings.output_format = format;
    // Red: its negative is as bright, in green and blue. With an exposure of 1/2, what is seen as 65504 is written as
    // twice that.
    Pixels source(8, 1);
    for (size_t i = 0; i < source.rgba.size(); i += 4) source.rgba[i] = i % 8 == 0 ? 1e30f : INFINITY;
    source.rgba[4 * 4] = INFINITY;  // this one is not painted
    const Result result = paint(settings, source, 1.0f, {}, 0.5f);
    EXPECT_GE(result.painted.at(3, 0, 1), 64512.0f);
    for (size_t i = 4; i < result.painted.rgba.size(); ++i) {
      // Unpainted, and in equal encodings and formats the value itself.
      if (i / 4 % 4 == 0 && format == settings.input_format) continue;
      EXPECT_TRUE(std::isfinite(result.painted.rgba[i]) && result.painted.rgba[i] <= 65504.0f)
          << "value " << i << " is " << result.painted.rgba[i];
    }
  }
}

}  // namespace
}  // namespace impasto::test
