#include "renderer/jpeg_info.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace impasto::render {
namespace {

constexpr uint8_t kStartOfImage = 0xD8, kEndOfImage = 0xD9, kHuffmanTables = 0xC4, kApp1 = 0xE1;
constexpr uint16_t kOrientationTag = 0x0112;
constexpr uint16_t kShortType = 3;

// The TIFF structure inside an EXIF segment.
class Tiff {
 public:
  explicit Tiff(std::span<const uint8_t> bytes) : bytes_(bytes), big_endian_(!bytes.empty() && bytes[0] == 'M') {}

  std::optional<uint32_t> u16(size_t at) const {
    if (at > bytes_.size() || bytes_.size() - at < 2) return std::nullopt;
    return big_endian_ ? bytes_[at] << 8 | bytes_[at + 1] : bytes_[at + 1] << 8 | bytes_[at];
  }
  std::optional<uint32_t> u32(size_t at) const {
    const auto first = u16(at), second = u16(at + 2);
    if (!first || !second) return std::nullopt;
    return big_endian_ ? *first << 16 | *second : *second << 16 | *first;
  }

 private:
  std::span<const uint8_t> bytes_;
  bool big_endian_;
};

// Exif 2.3, 4.6: "Exif\0\0", a TIFF header, the directory of the main image.
int exifOrientation(std::span<const uint8_t> segment) {
  constexpr std::array<uint8_t, 6> kHeader = {'E', 'x', 'i', 'f', 0, 0};
  if (segment.size() < kHeader.size() || !std::equal(kHeader.begin(), kHeader.end(), segment.begin())) return 1;
  const Tiff tiff(segment.subspan(kHeader.size()));
  const auto directory = tiff.u32(4);
  if (!directory) return 1;
  const auto entries = tiff.u16(*directory);
  if (!entries) return 1;
  for (size_t i = 0; i < *entries; ++i) {
    const size_t entry = size_t{*directory} + 2 + i * 12;
    const auto tag = tiff.u16(entry), type = tiff.u16(entry + 2), value = tiff.u16(entry + 8);
    if (!tag || !type || !value) return 1;
    if (*tag == kOrientationTag) return *type == kShortType && *value >= 1 && *value <= 8 ? static_cast<int>(*value) : 1;
  }
  return 1;
}

// ITU-T T.81, B.2.4.2: tables, each of a class, 16 counts of codes, and as many values.
bool soundHuffmanTables(std::span<const uint8_t> segment) {
  constexpr size_t kCounts = 16, kMaxCodes = 256;
  while (!segment.empty()) {
    if (segment.size() < 1 + kCounts) return false;
    const auto counts = segment.subspan(1, kCounts);
    const size_t codes = std::accumulate(counts.begin(), counts.end(), size_t{0});
    if (codes > kMaxCodes || codes > segment.size() - 1 - kCounts) return false;
    segment = segment.subspan(1 + kCounts + codes);
  }
  return true;
}

}  // namespace

bool looksLikeJpeg(std::span<const uint8_t> bytes) { return !bytes.empty() && bytes[0] == 0xFF; }

JpegInfo inspectJpeg(std::span<const uint8_t> bytes) {
  JpegInfo info;
  bool exif_seen = false;
  size_t at = 0;
  while (at + 1 < bytes.size()) {
    if (bytes[at] != 0xFF) {  // entropy-coded data, or rubbish between segments
      ++at;
      continue;
    }
    const uint8_t marker = bytes[at + 1];
    if (marker == 0xFF) {  // fill byte
      ++at;
      continue;
    }
    at += 2;
    if (marker == kEndOfImage) {
      info.complete = true;
      return info;
    }
    const bool alone = marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= kStartOfImage);
    if (alone) continue;  // an escaped byte, a restart marker
    if (bytes.size() - at < 2) return info;
    const size_t length = static_cast<size_t>(bytes[at]) << 8 | bytes[at + 1];
    if (length < 2 || length > bytes.size() - at) return info;
    if (marker == kApp1 && !exif_seen) {
      const auto segment = bytes.subspan(at + 2, length - 2);
      info.orientation = exifOrientation(segment);
      exif_seen = info.orientation != 1;
    }
    if (marker == kHuffmanTables && !soundHuffmanTables(bytes.subspan(at + 2, length - 2))) info.sound = false;
    at += length;
  }
  return info;
}

}  // namespace impasto::render
