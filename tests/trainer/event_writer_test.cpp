// Event files, read back by the format's own rules: TFRecord framing and protocol buffer wire types.
#include "logging/event_writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <map>
#include <vector>

#include "base/error.h"
#include "support/temp_dir.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

uint64_t littleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

uint32_t masked(std::string_view bytes) {
  const uint32_t crc = crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

std::vector<std::string> records(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string file((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::vector<std::string> result;
  for (size_t at = 0; at < file.size();) {
    const std::string length = file.substr(at, 8);
    EXPECT_EQ(littleEndian(file.substr(at + 8, 4)), masked(length));
    const std::string data = file.substr(at + 12, littleEndian(length));
    EXPECT_EQ(littleEndian(file.substr(at + 12 + data.size(), 4)), masked(data));
    result.push_back(data);
    at += 16 + data.size();
  }
  return result;
}

// Field number -> its raw value (fixed ones as their bytes); each field once.
std::map<int, std::string> fields(const std::string& message) {
  std::map<int, std::string> result;
  size_t at = 0;
  const auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<uint8_t>(message.at(at++));
      value |= uint64_t(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.size()) {
    const uint64_t key = varint();
    std::string& value = result[static_cast<int>(key >> 3)];
    switch (key & 7) {
      case 0: value = std::to_string(varint()); break;
      case 1: value = message.substr(at, 8), at += 8; break;
      case 5: value = message.substr(at, 4), at += 4; break;
      default: {
        const uint64_t size = varint();
        value = message.substr(at, size);
        at += size;
      }
    }
  }
  return result;
}

TEST(Crc32c, GivesThePublishedValues) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(EventWriterTest, RecordsHoldWhatWasLogged) {
  const TempDir dir;
  EventWriter writer(dir.file("logs"));
  writer.scalar(300, "train/loss", 1.5);
  const std::vector<std::byte> png(200, std::byte{7});
  writer.picture(301, "samples", png, 12, 9);
  writer.text(302, "settings", "words");
  EXPECT_TRUE(writer.good());
  const std::vector<std::string> events = records(writer.path());
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(fields(events[0])[3], "brain.Event:2");
  EXPECT_EQ(fields(events[1])[2], "300");
  std::map<int, std::string> value = fields(fields(fields(events[1])[5])[1]);
  EXPECT_EQ(value[1], "train/loss");
  EXPECT_EQ(std::bit_cast<float>(static_cast<uint32_t>(littleEndian(value[2]))), 1.5f);
  std::map<int, std::string> picture = fields(fields(fields(fields(events[2])[5])[1])[4]);
  EXPECT_EQ(picture[1], "9");
  EXPECT_EQ(picture[2], "12");
  EXPECT_EQ(picture[4], std::string(200, '\7'));
  std::map<int, std::string> text = fields(fields(fields(events[3])[5])[1]);
  EXPECT_EQ(fields(text[8])[8], "words");
  EXPECT_EQ(fields(fields(text[9])[1])[1], "text");
}

TEST(EventWriterTest, ASecondRunWritesBesideTheFirst) {
  const TempDir dir;
  const EventWriter first(dir.file("logs")), second(dir.file("logs"));
  EXPECT_NE(first.path(), second.path());
  std::ofstream(dir.file("file")) << "in the way";
  EXPECT_ERROR(EventWriter(dir.file("file")), ErrorCode::Io, "file");
}

}  // namespace
}  // namespace impasto::test
