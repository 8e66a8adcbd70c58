// Damaged files of every format: one clear line, never a crash, never a picture made up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"
#include "test_images.h"

namespace impasto::media {
namespace {

using test::TempDir;
using testing::HasSubstr;

SampleType typeFor(ImageFormat format) { return format == ImageFormat::Exr ? SampleType::F16 : SampleType::U8; }

std::vector<uint8_t> smallFile(ImageFormat format) {
  return encoded(makeImage(20, 10, typeFor(format), format != ImageFormat::Jpeg), format, 100);
}

class EveryFormat : public testing::TestWithParam<ImageFormat> {};

TEST_P(EveryFormat, EveryTruncatedPrefixIsAnError) {
  const std::vector<uint8_t> whole = smallFile(GetParam());
  ASSERT_EQ(decoded(whole).width, 20u);
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string error = errorOf([&] { decoded({whole.begin(), whole.begin() + static_cast<long>(size)}); });
    ASSERT_NE(error, "") << size << " of " << whole.size() << " bytes";
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
}

TEST_P(EveryFormat, FlippedBytesAreReadOrRefusedButNeverCrash) {
  constexpr uint32_t kSeed = 4;
  test::Random random(kSeed);
  const std::vector<uint8_t> whole = smallFile(GetParam());
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<uint8_t> bytes = whole;
    for (int i = 0; i < 3; ++i) bytes[random.below(static_cast<uint32_t>(bytes.size()))] ^= static_cast<uint8_t>(1u << random.below(8));
    const std::string error = errorOf([&] {
      try {
        decoded(bytes);
      } catch (const std::bad_alloc&) {  // an extent that is valid, and large
      }
    });
    refused += !error.empty();
    EXPECT_EQ(error.find('\n'), std::string::npos) << error << " (seed " << kSeed << ", round " << round << ")";
  }
  EXPECT_GT(refused, 0);
}

std::string nameOf(const testing::TestParamInfo<ImageFormat>& format) {
  constexpr const char* kNames[] = {"Png", "Jpeg", "Webp", "Tiff", "Exr"};
  return kNames[static_cast<size_t>(format.param)];
}
INSTANTIATE_TEST_SUITE_P(Hostile, EveryFormat, testing::ValuesIn(kAllFormats), nameOf);

TEST(HostileFile, NamesWhatIsWrong) {
  const TempDir dir;
  const auto readError = [](const std::string& path) { return errorOf([&] { readPicture(path); }); };
  EXPECT_THAT(readError(dir.file("none.png")), HasSubstr("none.png: no such file"));
  EXPECT_THAT(readError(dir.path().string()), HasSubstr("not a regular file"));
  writeBytes(dir.file("empty.png"), {});
  EXPECT_THAT(readError(dir.file("empty.png")), HasSubstr("empty.png: the file is empty"));
  writeBytes(dir.file("text.png"), {'t', 'e', 'x', 't', '\n'});
  EXPECT_THAT(readError(dir.file("text.png")), HasSubstr("text.png: not a PNG, JPEG"));
  std::vector<uint8_t> cut = smallFile(ImageFormat::Jpeg);
  cut.resize(cut.size() / 2);
  writeBytes(dir.file("cut.jpg"), cut);
  EXPECT_THAT(readError(dir.file("cut.jpg")), HasSubstr("cut.jpg: damaged: the data end too early"));
}

TEST(HostileFile, PicturesThatAreTooLargeAreRefusedBeforeMemoryIsTaken) {
  std::vector<uint8_t> png = smallFile(ImageFormat::Png);
  // The header says 100000 x 10; its checksum (of 17 bytes from 12 on) is made to fit.
  const uint8_t side[4] = {0, 1, 0x86, 0xA0};
  std::copy(side, side + 4, png.begin() + 16);
  uint32_t crc = 0xFFFFFFFF;
  for (size_t i = 12; i < 29; ++i) {
    crc ^= png[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
  }
  for (size_t i = 0; i < 4; ++i) png[29 + i] = static_cast<uint8_t>(~crc >> (24 - 8 * i));
  EXPECT_THAT(errorOf([&] { decoded(png); }), HasSubstr("100000x10 pixels; 1 to 16384"));
}

TEST(HostileFile, HuffmanTablesOfTooManyCodesAreRefused) {
  std::vector<uint8_t> jpeg = smallFile(ImageFormat::Jpeg);
  const uint8_t marker[2] = {0xFF, 0xC4};
  const auto table = std::search(jpeg.begin(), jpeg.end(), marker, marker + 2);
  ASSERT_NE(table, jpeg.end());
  std::fill(table + 5, table + 5 + 16, uint8_t{0x7F});  // 16 x 127 codes; 256 are possible
  EXPECT_THAT(errorOf([&] { decoded(jpeg); }), HasSubstr("damaged: "));
}

}  // namespace
}  // namespace impasto::media
