// EXIF, resolution and orientation through files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/exif.h"
#include "test_images.h"

namespace impasto::media {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Big-endian EXIF of an orientation, a maker and the address of a second directory (the thumbnail's).
std::vector<uint8_t> makeExif(uint8_t orientation) {
  std::vector<uint8_t> exif = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 2};
  const auto add = [&](std::initializer_list<int> bytes) {
    for (const int b : bytes) exif.push_back(static_cast<uint8_t>(b));
  };
  add({0x01, 0x0F, 0, 2, 0, 0, 0, 4, 'A', 'c', 'm', 0});             // maker, ASCII
  add({0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0});         // orientation, SHORT
  add({0, 0, 0, 38, 0, 0, 0, 0, 0, 0});                              // next directory: an empty one
  return exif;
}

TEST(Exif, IsReadInBothByteOrdersAndNeverOutside) {
  EXPECT_EQ(exifOrientation(makeExif(6)), 6);
  EXPECT_EQ(exifOrientation(makeExif(9)), 1);
  EXPECT_EQ(exifOrientation({}), 1);
  std::vector<uint8_t> whole = makeExif(6);
  for (size_t size = 0; size < whole.size(); ++size) {
    std::vector<uint8_t> cut(whole.begin(), whole.begin() + static_cast<long>(size));
    exifOrientation(cut);
    exifResolution(cut);
    updateExif(cut, 3, 4);
    EXPECT_EQ(cut.size(), size);
  }
}

TEST(Exif, AnUpdateTurnsUprightDropsTheThumbnailAndKeepsTheRest) {
  std::vector<uint8_t> exif = makeExif(6);
  updateExif(exif, 10, 10);
  EXPECT_EQ(exifOrientation(exif), 1);
  std::vector<uint8_t> expected = makeExif(1);
  expected[8 + 2 + 24 + 3] = 0;
  EXPECT_EQ(exif, expected);
}

TEST(Exif, KeepsAResolution) {
  const auto resolution = exifResolution(exifOfResolution({11811, 5905.5}));
  ASSERT_TRUE(resolution);
  EXPECT_NEAR((*resolution)[0], 11811, 0.01);
  EXPECT_NEAR((*resolution)[1], 5905.5, 0.01);
}

TEST(Metadata, ExifIsKeptByPngJpegAndWebp) {
  for (const ImageFormat format : {ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Webp}) {
    SCOPED_TRACE(static_cast<int>(format));
    Image image = makeImage(9, 7, SampleType::U8, false);
    image.metadata.exif = makeExif(1);
    const Image back = throughFile(image, format);
    std::vector<uint8_t> expected = makeExif(1);
    updateExif(expected, 9, 7);
    EXPECT_EQ(back.metadata.exif, expected);
  }
}

TEST(Metadata, FormatsWithoutAPlaceForExifSaySo) {
  for (const ImageFormat format : {ImageFormat::Tiff, ImageFormat::Exr}) {
    Image image = makeImage(9, 7, SampleType::U8, false);
    image.metadata.exif = makeExif(1);
    Notes notes;
    encodeImage(image, format, {}, notes);
    EXPECT_THAT(notes, ElementsAre(HasSubstr("EXIF")));
  }
}

TEST(Metadata, ResolutionIsKeptByEveryFormat) {
  for (const ImageFormat format : kAllFormats) {
    SCOPED_TRACE(static_cast<int>(format));
    Image image = makeImage(9, 7, SampleType::U8, false);
    image.metadata.pixels_per_metre = {300 / 0.0254, 150 / 0.0254};
    const auto back = throughFile(image, format).metadata.pixels_per_metre;
    // PNG counts whole pixels per metre, JPEG whole ones per inch.
    EXPECT_NEAR(back[0] * 0.0254, 300, 0.02);
    EXPECT_NEAR(back[1] * 0.0254, 150, 0.02);
    Image without = makeImage(9, 7, SampleType::U8, false);
    EXPECT_THAT(throughFile(without, format).metadata.pixels_per_metre, ElementsAre(0, 0));
  }
}

TEST(Metadata, PicturesAreTurnedAsTheirOrientationSays) {
  // One bright quarter: its corner tells where the picture's first row and column went.
  Image stored(32, 16, SampleType::U8);
  for (uint32_t y = 0; y < 16; ++y) {
    for (uint32_t x = 0; x < 32; ++x) {
      const float v = x < 16 && y < 8 ? 1.0f : 0.0f;
      const float p[4] = {v, v, v, 1};
      storePixels(stored, x, y, 1, p);
    }
  }
  struct Expected {
    bool right, bottom, turned;
  };
  // Exif 2.3, tag 0x0112: where row 0 and column 0 are shown.
  const Expected expected[8] = {{false, false, false}, {true, false, false}, {true, true, false}, {false, true, false},
                                {false, false, true},  {true, false, true},  {true, true, true},  {false, true, true}};
  std::vector<uint8_t> plain = encoded(stored, ImageFormat::Jpeg);
  for (uint8_t orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(int{orientation});
    const std::vector<uint8_t> exif = makeExif(orientation);
    std::vector<uint8_t> segment = {0xFF, 0xE1, 0, static_cast<uint8_t>(exif.size() + 8), 'E', 'x', 'i', 'f', 0, 0};
    segment.insert(segment.end(), exif.begin(), exif.end());
    std::vector<uint8_t> jpeg = plain;
    jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
    const Image image = decoded(jpeg);
    EXPECT_EQ(exifOrientation(image.metadata.exif), 1);
    const auto& [right, bottom, turned] = expected[orientation - 1];
    ASSERT_EQ(image.width, turned ? 16u : 32u);
    ASSERT_EQ(image.height, turned ? 32u : 16u);
    for (const bool in_right : {false, true}) {
      for (const bool in_bottom : {false, true}) {
        float p[4];
        loadPixels(image, image.width * (in_right ? 3 : 1) / 4, image.height * (in_bottom ? 3 : 1) / 4, 1, p);
        EXPECT_EQ(p[0] > 0.5f, in_right == right && in_bottom == bottom);
      }
    }
  }
}

}  // namespace
}  // namespace impasto::media
