#include "common/picture_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/error.h"
#include "support/temp_dir.h"
#include "test_pictures.h"

namespace impasto::app {
namespace {

using test::makePicture;
using test::maxDifference;
using test::readBytes;
using test::TempDir;
using test::writeBytes;
using testing::HasSubstr;

std::string errorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// What readPicture says about a file; "" if it reads it.
std::string readError(const std::string& path) {
  return errorOf([&] { readPicture(path); });
}

std::string bigEndian32(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

// A JPEG with an EXIF segment put behind its start marker.
std::string withOrientation(const std::string& jpeg, char orientation) {
  const std::string tiff = std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) + orientation +
                           std::string("\0\0\0\0\0\0", 6);
  const std::string body = std::string("Exif\0\0", 6) + tiff;
  const auto length = static_cast<uint16_t>(body.size() + 2);
  return jpeg.substr(0, 2) + "\xFF\xE1" + static_cast<char>(length >> 8) + static_cast<char>(length) + body +
         jpeg.substr(2);
}

TEST(PictureFormat, IsTheNamesExtensionInAnyCase) {
  EXPECT_EQ(pictureFormat("a/b.PNG"), PictureFormat::Png);
  EXPECT_EQ(pictureFormat("b.jpg"), PictureFormat::Jpeg);
  EXPECT_EQ(pictureFormat("b.x.JPeG"), PictureFormat::Jpeg);
  EXPECT_EQ(pictureFormat("b.webp"), std::nullopt);
  EXPECT_EQ(pictureFormat("png"), std::nullopt);
}

TEST(PictureFile, PngKeepsEveryPixel) {
  const TempDir dir;
  for (const bool has_alpha : {false, true}) {
    const Picture picture = makePicture(37, 23, 1, has_alpha);
    writePicture(picture, dir.file("a.png"));
    const Picture back = readPicture(dir.file("a.png"));
    EXPECT_EQ(back.has_alpha, has_alpha);
    EXPECT_EQ(maxDifference(picture, back), 0);
  }
}

TEST(PictureFile, JpegIsCloseAndLaysTransparentPixelsOnWhite) {
  const TempDir dir;
  Picture picture(32, 16);
  picture.has_alpha = true;
  for (size_t i = 0; i < picture.rgba.size(); i += 4) picture.rgba[i] = picture.rgba[i + 3] = 0;
  writePicture(picture, dir.file("a.jpg"));
  const Picture back = readPicture(dir.file("a.jpg"));
  EXPECT_FALSE(back.has_alpha);
  EXPECT_LE(maxDifference(back, Picture(32, 16)), 2);  // quality 95: flat white comes back as white
}

TEST(PictureFile, TurnsJpegsAsTheirOrientationSays) {
  const TempDir dir;
  // Red left half on top of all grey: the corner that is bright tells where the picture's first row and column went.
  Picture stored(32, 16);
  for (uint32_t y = 0; y < 16; ++y) {
    for (uint32_t x = 0; x < 32; ++x) {
      const bool first_quarter = x < 16 && y < 8;
      for (int c = 0; c < 3; ++c) stored.pixel(x, y)[c] = first_quarter ? 255 : 0;
    }
  }
  writePicture(stored, dir.file("plain.jpg"));
  const std::string jpeg = readBytes(dir.file("plain.jpg"));
  struct Expected {
    bool right, bottom, turned;
  };
  // Exif 2.3, tag 0x0112: where row 0 and column 0 are shown.
  const Expected expected[8] = {{false, false, false}, {true, false, false}, {true, true, false}, {false, true, false},
                                {false, false, true},  {true, false, true},  {true, true, true},  {false, true, true}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    writeBytes(dir.file("turned.jpg"), withOrientation(jpeg, static_cast<char>(orientation)));
    const Picture picture = readPicture(dir.file("turned.jpg"));
    const auto& [right, bottom, turned] = expected[orientation - 1];
    ASSERT_EQ(picture.width, turned ? 16u : 32u);
    ASSERT_EQ(picture.height, turned ? 32u : 16u);
    for (const bool in_right : {false, true}) {
      for (const bool in_bottom : {false, true}) {
        const uint8_t value = picture.pixel(picture.width * (in_right ? 3 : 1) / 4, picture.height * (in_bottom ? 3 : 1) / 4)[0];
        EXPECT_EQ(value > 128, in_right == right && in_bottom == bottom);
      }
    }
  }
}

TEST(PictureFile, EveryTruncatedPngIsAnError) {
  const TempDir dir;
  writePicture(makePicture(20, 10, 2), dir.file("whole.png"));
  const std::string bytes = readBytes(dir.file("whole.png"));
  // The last chunk, IEND, is 12 bytes; all pixels are there without it, and without part of its checksum it is whole.
  for (size_t size = 0; size < bytes.size() - 12; ++size) {
    writeBytes(dir.file("cut.png"), bytes.substr(0, size));
    EXPECT_THAT(readError(dir.file("cut.png")), HasSubstr("cut.png: ")) << size << " of " << bytes.size() << " bytes";
  }
}

TEST(PictureFile, EveryTruncatedJpegIsAnError) {
  const TempDir dir;
  writePicture(makePicture(20, 10, 3), dir.file("whole.jpg"));
  const std::string bytes = withOrientation(readBytes(dir.file("whole.jpg")), 6);
  for (size_t size = 0; size < bytes.size(); ++size) {
    writeBytes(dir.file("cut.jpg"), bytes.substr(0, size));
    EXPECT_THAT(readError(dir.file("cut.jpg")), HasSubstr("cut.jpg: ")) << size << " of " << bytes.size() << " bytes";
  }
}

TEST(PictureFile, FlippedBytesAreReadOrRefusedButNeverCrash) {
  const TempDir dir;
  constexpr uint32_t kSeed = 4;
  test::Random random(kSeed);
  for (const char* name : {"a.png", "a.jpg"}) {
    writePicture(makePicture(24, 24, kSeed), dir.file(name));
    std::string whole = readBytes(dir.file(name));
    if (name[2] == 'j') whole = withOrientation(whole, 5);
    for (int round = 0; round < 300; ++round) {
      std::string bytes = whole;
      // Not the extent: 16384 x 16384 pixels are valid, and slow.
      for (int i = 0; i < 3; ++i) bytes[40 + random.below(static_cast<uint32_t>(bytes.size()) - 40)] ^= 1 << random.below(8);
      if (name[2] == 'j') {
        const size_t frame = bytes.find("\xFF\xC0");
        if (frame != std::string::npos) bytes.replace(frame, 9, whole.substr(whole.find("\xFF\xC0"), 9));
      }
      writeBytes(dir.file(name), bytes);
      const std::string error = readError(dir.file(name));
      if (!error.empty()) {
        EXPECT_THAT(error, HasSubstr(name)) << "seed " << kSeed << ", round " << round;
      }
    }
  }
}

TEST(PictureFile, HuffmanTablesOfTooManyCodesAreRefused) {
  const TempDir dir;
  writePicture(makePicture(16, 16, 7), dir.file("a.jpg"));
  std::string bytes = readBytes(dir.file("a.jpg"));
  const size_t table = bytes.find("\xFF\xC4");
  ASSERT_NE(table, std::string::npos);
  bytes.replace(table + 5, 16, std::string(16, '\x7F'));  // 16 x 127 codes; 256 are possible
  writeBytes(dir.file("a.jpg"), bytes);
  EXPECT_THAT(readError(dir.file("a.jpg")), HasSubstr("a.jpg: damaged: a Huffman table"));
  writeBytes(dir.file("a.jpg"), "\xFF" + bytes);  // a fill byte first
  EXPECT_THAT(readError(dir.file("a.jpg")), HasSubstr("a.jpg: damaged: a Huffman table"));
}

TEST(PictureFile, NamesWhatIsWrong) {
  const TempDir dir;
  EXPECT_THAT(readError(dir.file("none.png")), HasSubstr("none.png: no such file"));
  EXPECT_THAT(readError(dir.path().string()), HasSubstr("not a regular file"));
  writeBytes(dir.file("empty.png"), "");
  EXPECT_THAT(readError(dir.file("empty.png")), HasSubstr("empty.png: the file is empty"));
  writeBytes(dir.file("text.png"), "This is not a picture.\n");
  EXPECT_THAT(readError(dir.file("text.png")), HasSubstr("text.png: not a PNG or JPEG"));

  // A PNG header that claims 100000 x 2 pixels.
  writePicture(makePicture(4, 4, 5), dir.file("wide.png"));
  std::string bytes = readBytes(dir.file("wide.png"));
  bytes.replace(16, 4, bigEndian32(100000));
  writeBytes(dir.file("wide.png"), bytes);
  EXPECT_THAT(readError(dir.file("wide.png")), HasSubstr("16384"));
}

TEST(PictureFile, NamesMayBeAsLongAsTheFileSystemAllows) {
  const TempDir dir;
  const std::string path = dir.file(std::string(251, 'n') + ".png");  // 255 bytes
  writePicture(makePicture(4, 4, 8), path);
  EXPECT_EQ(readPicture(path).width, 4u);
}

TEST(PictureFile, WhatCannotBeWrittenLeavesNothingBehind) {
  const TempDir dir;
  const Picture picture = makePicture(8, 8, 6);
  EXPECT_THAT(errorOf([&] { writePicture(picture, dir.file("missing/a.png")); }), HasSubstr("a.png: cannot write"));
  EXPECT_THAT(errorOf([&] { writePicture(picture, dir.file("a.gif")); }), HasSubstr("a.gif: the name must end in"));
  std::filesystem::create_directory(dir.file("folder.png"));
  EXPECT_THAT(errorOf([&] { writePicture(picture, dir.file("folder.png")); }), HasSubstr("folder.png: cannot write"));
  std::filesystem::remove(dir.file("folder.png"));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace impasto::app
