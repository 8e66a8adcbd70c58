// Colour profiles: kept by files, applied where sRGB is wanted.
#include "media/color_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_images.h"

namespace impasto::media {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::array<float, 8> kSrgb = {0.64f, 0.33f, 0.30f, 0.60f, 0.15f, 0.06f, 0.3127f, 0.3290f};
constexpr std::array<float, 8> kWide = {0.735f, 0.265f, 0.115f, 0.826f, 0.157f, 0.018f, 0.3127f, 0.3290f};
constexpr std::array<float, 8> kAcescg = {0.713f, 0.293f, 0.165f, 0.830f, 0.128f, 0.044f, 0.32168f, 0.33767f};

TEST(ColorProfile, IsKeptByFiles) {
  for (const ImageFormat format : {ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Webp, ImageFormat::Tiff}) {
    SCOPED_TRACE(static_cast<int>(format));
    Image image = makeImage(12, 9, SampleType::U8, false);
    image.metadata.icc = profileOf(kWide, 2.2);
    ASSERT_FALSE(image.metadata.icc.empty());
    EXPECT_EQ(throughFile(image, format).metadata.icc, image.metadata.icc);
  }
}

TEST(ColorProfile, ExrKeepsItsPrimariesAndConvertsProfiles) {
  Image image = makeImage(12, 9, SampleType::F32, false);
  image.metadata.chromaticities = kAcescg;
  image.metadata.icc = profileOf(kAcescg, 1);
  const Image back = throughFile(image, ImageFormat::Exr);
  ASSERT_TRUE(back.metadata.chromaticities);
  EXPECT_EQ(*back.metadata.chromaticities, kAcescg);
  EXPECT_EQ(maxDifference(back, image), 0);

  Image photo = makeImage(12, 9, SampleType::U16, false);
  photo.metadata.icc = profileOf(kWide, 2.2);
  Notes notes;
  const auto bytes = encodeImage(photo, ImageFormat::Exr, {}, notes);
  EXPECT_THAT(notes, Contains(HasSubstr("converted to linear sRGB")));
}

TEST(ColorProfile, ConversionsGoThereAndBack) {
  const ColorTransform transform(profileOf(kWide, 2.2), false);
  EXPECT_FALSE(transform.isIdentity());
  // A colour within sRGB: both ways give it back.
  const std::array<float, 4> srgb = {0.6f, 0.4f, 0.5f, 0.25f};
  std::array<float, 4> color = srgb;
  transform.fromSrgb(color.data(), 1);
  EXPECT_GT(std::fabs(color[0] - srgb[0]), 0.01f);
  transform.toSrgb(color.data(), 1);
  for (size_t c = 0; c < 4; ++c) EXPECT_NEAR(color[c], srgb[c], 0.5f / 255);
  EXPECT_TRUE(ColorTransform(profileOf(kSrgb, 1), true).isIdentity());
}

TEST(ColorProfile, LinearLightIsNotCutOff) {
  const ColorTransform transform(profileOf(kAcescg, 1), true);
  std::array<float, 4> color = {3, 2, 1, 1};
  const auto before = color;
  transform.toSrgb(color.data(), 1);
  EXPECT_GT(color[0], 1);
  transform.fromSrgb(color.data(), 1);
  for (size_t c = 0; c < 3; ++c) EXPECT_NEAR(color[c], before[c], 1e-3f);
}

TEST(ColorProfile, PicturesForScreensAreSrgb) {
  // Wide primaries at half of red are a brighter, purer red in sRGB, and its white is white.
  Image image(2, 1, SampleType::U8);
  const float pixels[8] = {0.5f, 0.2f, 0.2f, 1, 1, 1, 1, 1};
  storePixels(image, 0, 0, 2, pixels);
  image.metadata.icc = profileOf(kWide, 2.2);
  const Picture picture = toPicture(image);
  EXPECT_GT(picture.rgba[0], 140);
  EXPECT_LT(picture.rgba[1], 51);
  for (size_t c = 4; c < 8; ++c) EXPECT_EQ(picture.rgba[c], 255);
}

TEST(ColorProfile, WhatIsNoProfileIsLeftOutAndSaid) {
  Image image = makeImage(8, 8, SampleType::U8, false);
  image.metadata.icc = std::vector<uint8_t>(300, 1);
  Notes notes;
  const Image back = decodeImage(encoded(image, ImageFormat::Jpeg), notes);  // JPEG files hold any bytes
  EXPECT_TRUE(back.metadata.icc.empty());
  EXPECT_THAT(notes, ElementsAre(HasSubstr("colour profile")));
}

}  // namespace
}  // namespace impasto::media
