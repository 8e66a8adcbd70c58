// TIFF files that this project does not write, but others do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tiffio.h>

#include "support/temp_dir.h"
#include "test_images.h"

namespace impasto::media {
namespace {

using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint32_t kWidth = 40, kHeight = 24;

// A grey picture with a bright quarter at the top left; `set_up` says how it is stored.
class Maker {
 public:
  explicit Maker(const std::string& path) : tiff_(TIFFOpen(path.c_str(), "w")) {
    TIFFSetField(tiff_, TIFFTAG_IMAGEWIDTH, kWidth);
    TIFFSetField(tiff_, TIFFTAG_IMAGELENGTH, kHeight);
    TIFFSetField(tiff_, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff_, TIFFTAG_ROWSPERSTRIP, 5);
  }
  ~Maker() { TIFFClose(tiff_); }
  Maker(const Maker&) = delete;
  Maker& operator=(const Maker&) = delete;

  TIFF* tiff() const { return tiff_; }
  static bool bright(uint32_t x, uint32_t y) { return x < kWidth / 2 && y < kHeight / 2; }

 private:
  TIFF* tiff_;
};

void writePalette(const std::string& path, uint16_t orientation) {
  const Maker maker(path);
  TIFF* t = maker.tiff();
  TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_PALETTE);
  TIFFSetField(t, TIFFTAG_ORIENTATION, orientation);
  std::vector<uint16_t> red(256, 0x2000), green(256, 0x4000), blue(256, 0x6000);
  red[1] = green[1] = blue[1] = 0xFFFF;
  TIFFSetField(t, TIFFTAG_COLORMAP, red.data(), green.data(), blue.data());
  std::vector<uint8_t> line(kWidth);
  for (uint32_t y = 0; y < kHeight; ++y) {
    for (uint32_t x = 0; x < kWidth; ++x) line[x] = Maker::bright(x, y);
    TIFFWriteScanline(t, line.data(), y, 0);
  }
}

void writePlain(const std::string& path, uint16_t orientation) {
  const Maker maker(path);
  TIFF* t = maker.tiff();
  TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 3);
  TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(t, TIFFTAG_ORIENTATION, orientation);
  std::vector<uint8_t> line(kWidth * 3);
  for (uint32_t y = 0; y < kHeight; ++y) {
    for (uint32_t x = 0; x < kWidth; ++x) {
      const bool bright = Maker::bright(x, y);
      line[x * 3] = bright ? 0xFF : 0x20;
      line[x * 3 + 1] = bright ? 0xFF : 0x40;
      line[x * 3 + 2] = bright ? 0xFF : 0x60;
    }
    TIFFWriteScanline(t, line.data(), y, 0);
  }
}

TEST(Tiff, PalettesAndPlainColoursAreTurnedAlike) {
  const TempDir dir;
  for (uint16_t orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    writePalette(dir.file("palette.tif"), orientation);
    writePlain(dir.file("plain.tif"), orientation);
    Notes notes;
    const Image palette = readImage(dir.file("palette.tif"), notes), plain = readImage(dir.file("plain.tif"), notes);
    EXPECT_EQ(plain.width, orientation >= 5 ? kHeight : kWidth);
    EXPECT_EQ(maxDifference(palette, plain), 0);
    // Exif 2.3: 1, 5 keep the stored corner at the top left; 2, 6 at the top right; 3, 7 bottom right; 4, 8 bottom left.
    float p[4];
    const bool right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    const bool bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    loadPixels(plain, right ? plain.width - 1 : 0, bottom ? plain.height - 1 : 0, 1, p);
    EXPECT_EQ(p[0], 1);
  }
}

TEST(Tiff, TilesPlanesAndGreyAreTheSamePicture) {
  const TempDir dir;
  {
    const Maker maker(dir.file("tiles.tif"));  // 16-bit grey in tiles of 16 x 16
    TIFF* t = maker.tiff();
    TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 16);
    TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(t, TIFFTAG_TILEWIDTH, 16);
    TIFFSetField(t, TIFFTAG_TILELENGTH, 16);
    std::vector<uint16_t> tile(16 * 16);
    for (uint32_t top = 0; top < kHeight; top += 16) {
      for (uint32_t left = 0; left < kWidth; left += 16) {
        for (uint32_t i = 0; i < 256; ++i) tile[i] = Maker::bright(left + i % 16, top + i / 16) ? 60000 : 1234;
        TIFFWriteTile(t, tile.data(), left, top, 0, 0);
      }
    }
  }
  {
    const Maker maker(dir.file("planes.tif"));  // 16-bit RGB, one plane after the other
    TIFF* t = maker.tiff();
    TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 16);
    TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 3);
    TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(t, TIFFTAG_PLANARCONFIG, PLANARCONFIG_SEPARATE);
    std::vector<uint16_t> line(kWidth);
    for (uint16_t plane = 0; plane < 3; ++plane) {
      for (uint32_t y = 0; y < kHeight; ++y) {
        for (uint32_t x = 0; x < kWidth; ++x) line[x] = Maker::bright(x, y) ? 60000 : 1234;
        TIFFWriteScanline(t, line.data(), y, plane);
      }
    }
  }
  Notes notes;
  const Image tiles = readImage(dir.file("tiles.tif"), notes), planes = readImage(dir.file("planes.tif"), notes);
  EXPECT_EQ(tiles.type, SampleType::U16);
  EXPECT_EQ(maxDifference(tiles, planes), 0);
  float p[4];
  loadPixels(tiles, 0, 0, 1, p);
  EXPECT_NEAR(p[2], 60000.0f / 65535, 1e-6f);
  EXPECT_TRUE(notes.empty());
}

TEST(Tiff, CmykIsConvertedAndSaid) {
  const TempDir dir;
  {
    const Maker maker(dir.file("cmyk.tif"));
    TIFF* t = maker.tiff();
    TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 4);
    TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_SEPARATED);
    std::vector<uint8_t> line(kWidth * 4);
    for (uint32_t x = 0; x < kWidth; ++x) line[x * 4 + 1] = 255;  // magenta alone
    for (uint32_t y = 0; y < kHeight; ++y) TIFFWriteScanline(t, line.data(), y, 0);
  }
  Notes notes;
  const Image image = readImage(dir.file("cmyk.tif"), notes);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("CMYK is converted to sRGB")));
  float p[4];
  loadPixels(image, 3, 3, 1, p);
  EXPECT_EQ(p[0], 1);
  EXPECT_EQ(p[1], 0);
  EXPECT_EQ(p[2], 1);
  EXPECT_EQ(p[3], 1);
}

}  // namespace
}  // namespace impasto::media
