// Round trips of every format, and what is said about what a format cannot hold.
#include "media/image_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/color_profile.h"
#include "support/temp_dir.h"
#include "test_images.h"

namespace impasto::media {
namespace {

using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ImageFormat, IsTheNamesExtensionInAnyCase) {
  EXPECT_EQ(imageFormatOfName("a/b.PNG"), ImageFormat::Png);
  EXPECT_EQ(imageFormatOfName("b.jpg"), ImageFormat::Jpeg);
  EXPECT_EQ(imageFormatOfName("b.x.JPeG"), ImageFormat::Jpeg);
  EXPECT_EQ(imageFormatOfName("b.webp"), ImageFormat::Webp);
  EXPECT_EQ(imageFormatOfName("b.tif"), ImageFormat::Tiff);
  EXPECT_EQ(imageFormatOfName("b.TIFF"), ImageFormat::Tiff);
  EXPECT_EQ(imageFormatOfName("b.exr"), ImageFormat::Exr);
  EXPECT_EQ(imageFormatOfName("b.gif"), std::nullopt);
  EXPECT_EQ(imageFormatOfName("png"), std::nullopt);
}

TEST(ImageFile, WhatAFormatHoldsComesBackBitForBit) {
  const struct {
    ImageFormat format;
    SampleType type;
    int quality;
  } cases[] = {{ImageFormat::Png, SampleType::U8, 95},   {ImageFormat::Png, SampleType::U16, 95},
               {ImageFormat::Webp, SampleType::U8, 100}, {ImageFormat::Tiff, SampleType::U8, 95},
               {ImageFormat::Tiff, SampleType::U16, 95}, {ImageFormat::Tiff, SampleType::F32, 95},
               {ImageFormat::Exr, SampleType::F16, 95},  {ImageFormat::Exr, SampleType::F32, 95}};
  for (const auto& [format, type, quality] : cases) {
    for (const bool has_alpha : {false, true}) {
      SCOPED_TRACE(testing::Message() << "format " << static_cast<int>(format) << ", type " << static_cast<int>(type)
                                      << ", alpha " << has_alpha);
      const Image image = makeImage(37, 23, type, has_alpha);
      const Image back = throughFile(image, format, quality);
      EXPECT_EQ(back.type, type);
      EXPECT_EQ(back.has_alpha, has_alpha);
      EXPECT_EQ(maxDifference(image, back), 0);
    }
  }
}

TEST(ImageFile, ExrWithHalfCoverIsWithinARounding) {
  Image image = makeImage(16, 16, SampleType::F16, true);
  std::vector<float> values = valuesOf(image);
  for (size_t i = 3; i < values.size(); i += 4) values[i] = 0.3f;
  storePixels(image, 0, 0, values.size() / 4, values.data());
  // Multiplied by alpha and divided again, each rounded to 11 bits: values up to 4.
  EXPECT_LE(maxDifference(image, throughFile(image, ImageFormat::Exr)), 4.0f / 1024);
}

TEST(ImageFile, LossyFormatsAreClose) {
  // Smooth, as photographs are in most places.
  Image image(64, 48, SampleType::U8);
  for (uint32_t y = 0; y < 48; ++y) {
    for (uint32_t x = 0; x < 64; ++x) {
      const float p[4] = {static_cast<float>(x) / 64, static_cast<float>(y) / 48, 0.5f, 1};
      storePixels(image, x, y, 1, p);
    }
  }
  EXPECT_LE(maxDifference(image, throughFile(image, ImageFormat::Jpeg)), 8.0f / 255);
  EXPECT_LE(maxDifference(image, throughFile(image, ImageFormat::Webp)), 12.0f / 255);
}

TEST(ImageFile, SixteenBitsAndFloatsBecomeWhatTheFormatHolds) {
  const Image deep = makeImage(20, 20, SampleType::U16, false);
  EXPECT_EQ(throughFile(deep, ImageFormat::Jpeg, 100).type, SampleType::U8);
  EXPECT_LE(maxDifference(deep, throughFile(deep, ImageFormat::Webp, 100)), 0.5f / 255 + 1e-6f);
  // Encoded integers become linear floats and come back as they were.
  const Image exr = throughFile(deep, ImageFormat::Exr);
  EXPECT_EQ(exr.type, SampleType::F32);
  const float code = valuesOf(deep)[0];
  EXPECT_NEAR(valuesOf(exr)[0], linearFromSrgb(code), 1e-6f);
  EXPECT_EQ(maxDifference(deep, throughFile(exr, ImageFormat::Png)), 0);
}

TEST(ImageFile, JpegLaysTransparentPixelsOnWhite) {
  Image image(32, 16, SampleType::U8);  // black, and nowhere to be seen
  image.has_alpha = true;
  Notes notes;
  encodeImage(image, ImageFormat::Jpeg, {}, notes);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("laid on white")));
  const Image back = throughFile(image, ImageFormat::Jpeg);
  EXPECT_FALSE(back.has_alpha);
  for (const float v : valuesOf(back)) EXPECT_GE(v, 253.0f / 255);
}

TEST(ImageFile, NotesSayWhatIsLost) {
  const auto notesOf = [](const Image& image, ImageFormat format) {
    Notes notes;
    encodeImage(image, format, {}, notes);
    return notes;
  };
  EXPECT_THAT(notesOf(makeImage(8, 8, SampleType::U16, false), ImageFormat::Jpeg), ElementsAre(HasSubstr("16 bits")));
  EXPECT_THAT(notesOf(makeImage(8, 8, SampleType::F32, false), ImageFormat::Png), ElementsAre(HasSubstr("brighter than white")));
  EXPECT_THAT(notesOf(makeImage(8, 8, SampleType::U16, true), ImageFormat::Png), IsEmpty());
  EXPECT_THAT(notesOf(makeImage(8, 8, SampleType::U8, false), ImageFormat::Jpeg), IsEmpty());
  EXPECT_THAT(notesOf(makeImage(8, 8, SampleType::F16, true), ImageFormat::Exr), IsEmpty());
}

TEST(ImageFile, EightBitPicturesKeepEveryPixel) {
  const TempDir dir;
  for (const bool has_alpha : {false, true}) {
    const Picture picture = toPicture(makeImage(37, 23, SampleType::U8, has_alpha));
    writePicture(picture, dir.file("a.png"));
    const Picture back = readPicture(dir.file("a.png"));
    EXPECT_EQ(back.has_alpha, has_alpha);
    EXPECT_EQ(back.rgba, picture.rgba);
  }
}

TEST(ImageFile, TheContentsTellTheFormatNotTheName) {
  const TempDir dir;
  writeBytes(dir.file("really_a_png.jpg"), encoded(makeImage(4, 4, SampleType::U8, false), ImageFormat::Png));
  EXPECT_EQ(readPicture(dir.file("really_a_png.jpg")).width, 4u);
}

TEST(ImageFile, TexturesAreTakenAsTheyAreStored) {
  Image image = makeImage(24, 16, SampleType::U8, true);
  for (const ImageFormat format : kAllFormats) {
    const auto bytes = encoded(image, format);
    EXPECT_THAT(errorOf([&] { decodeStored(bytes, 24 * 16 - 1); }), HasSubstr("24x16 pixels are more"));
  }
  image.metadata.icc = profileOf({0.735f, 0.265f, 0.115f, 0.826f, 0.157f, 0.018f, 0.3127f, 0.3290f}, 2.2);
  const Picture stored = decodeStored(encoded(image, ImageFormat::Png), 24 * 16);
  const auto* samples = reinterpret_cast<const uint8_t*>(image.samples.data());
  EXPECT_EQ(stored.rgba, std::vector<uint8_t>(samples, samples + image.samples.size()));
}

TEST(ImageFile, NamesMayBeAsLongAsTheFileSystemAllows) {
  const TempDir dir;
  const std::string path = dir.file(std::string(251, 'n') + ".png");  // 255 bytes
  writePicture(Picture(4, 4), path);
  EXPECT_EQ(readPicture(path).width, 4u);
}

TEST(ImageFile, WhatCannotBeWrittenLeavesNothingBehind) {
  const TempDir dir;
  const Picture picture(8, 8);
  EXPECT_THAT(errorOf([&] { writePicture(picture, dir.file("missing/a.png")); }), HasSubstr("a.png: cannot write"));
  EXPECT_THAT(errorOf([&] { writePicture(picture, dir.file("a.gif")); }), HasSubstr("a.gif: the name must end in"));
  std::filesystem::create_directory(dir.file("folder.png"));
  EXPECT_THAT(errorOf([&] { writePicture(picture, dir.file("folder.png")); }), HasSubstr("folder.png: cannot write"));
  std::filesystem::remove(dir.file("folder.png"));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace impasto::media
