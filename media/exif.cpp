#include "media/exif.h"

#include <cmath>
#include <cstddef>

namespace impasto::media {
namespace {

constexpr uint32_t kOrientation = 0x0112, kXResolution = 0x011A, kYResolution = 0x011B, kResolutionUnit = 0x0128,
                   kExifDirectory = 0x8769, kPixelWidth = 0xA002, kPixelHeight = 0xA003;
constexpr uint32_t kShort = 3, kLong = 4, kRational = 5;
constexpr uint32_t kInches = 2, kCentimetres = 3;

class Tiff {
 public:
  explicit Tiff(std::span<const uint8_t> bytes) : bytes_(bytes), big_endian_(!bytes.empty() && bytes[0] == 'M') {}

  // 0 outside of the bytes.
  uint32_t u16(size_t at) const {
    if (!holds(at, 2)) return 0;
    return big_endian_ ? bytes_[at] << 8 | bytes_[at + 1] : bytes_[at + 1] << 8 | bytes_[at];
  }
  uint32_t u32(size_t at) const {
    return big_endian_ ? u16(at) << 16 | u16(at + 2) : u16(at + 2) << 16 | u16(at);
  }
  bool holds(size_t at, size_t size) const { return at <= bytes_.size() && bytes_.size() - at >= size; }
  bool isBigEndian() const { return big_endian_; }

  size_t firstDirectory() const { return u32(4); }
  // Where the entry of `tag` begins; nothing if there is none.
  std::optional<size_t> find(size_t directory, uint32_t tag) const {
    const size_t count = u16(directory);
    for (size_t i = 0; i < count; ++i) {
      const size_t entry = directory + 2 + i * 12;
      if (!holds(entry, 12)) break;
      if (u16(entry) == tag) return entry;
    }
    return std::nullopt;
  }
  // The value of an entry that holds one SHORT or LONG.
  std::optional<uint32_t> number(size_t directory, uint32_t tag) const {
    const auto entry = find(directory, tag);
    if (!entry || u32(*entry + 4) != 1) return std::nullopt;
    if (u16(*entry + 2) == kShort) return u16(*entry + 8);
    if (u16(*entry + 2) == kLong) return u32(*entry + 8);
    return std::nullopt;
  }
  std::optional<double> rational(size_t directory, uint32_t tag) const {
    const auto entry = find(directory, tag);
    if (!entry || u16(*entry + 2) != kRational || !holds(u32(*entry + 8), 8)) return std::nullopt;
    const size_t at = u32(*entry + 8);
    const double denominator = u32(at + 4);
    return denominator > 0 ? std::optional(u32(at) / denominator) : std::nullopt;
  }

 private:
  std::span<const uint8_t> bytes_;
  bool big_endian_;
};

void put(std::vector<uint8_t>& bytes, size_t at, uint32_t value, size_t size, bool big_endian) {
  for (size_t i = 0; i < size; ++i) {
    bytes[at + i] = static_cast<uint8_t>(value >> 8 * (big_endian ? size - 1 - i : i));
  }
}

// Only where there is such an entry of one SHORT or LONG.
void setNumber(std::vector<uint8_t>& exif, size_t directory, uint32_t tag, uint32_t value) {
  const Tiff tiff(exif);
  if (!tiff.number(directory, tag)) return;
  const size_t entry = *tiff.find(directory, tag);
  put(exif, entry + 8, value, tiff.u16(entry + 2) == kShort ? 2 : 4, tiff.isBigEndian());
}

}  // namespace

int exifOrientation(std::span<const uint8_t> exif) {
  const Tiff tiff(exif);
  const uint32_t value = tiff.number(tiff.firstDirectory(), kOrientation).value_or(1);
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

std::optional<std::array<double, 2>> exifResolution(std::span<const uint8_t> exif) {
  const Tiff tiff(exif);
  const size_t directory = tiff.firstDirectory();
  const auto x = tiff.rational(directory, kXResolution), y = tiff.rational(directory, kYResolution);
  const uint32_t unit = tiff.number(directory, kResolutionUnit).value_or(kInches);
  if (!x || !y || *x <= 0 || *y <= 0 || (unit != kInches && unit != kCentimetres)) return std::nullopt;
  const double per_metre = unit == kInches ? 1 / 0.0254 : 100;
  return std::array{*x * per_metre, *y * per_metre};
}

void updateExif(std::vector<uint8_t>& exif, uint32_t width, uint32_t height) {
  const Tiff tiff(exif);
  const size_t directory = tiff.firstDirectory();
  const size_t next = directory + 2 + size_t{tiff.u16(directory)} * 12;
  const bool has_next = tiff.holds(next, 4);
  const bool big_endian = tiff.isBigEndian();
  if (has_next) put(exif, next, 0, 4, big_endian);  // the second directory is the thumbnail's
  setNumber(exif, directory, kOrientation, 1);
  if (const auto details = Tiff(exif).number(directory, kExifDirectory)) {
    setNumber(exif, *details, kPixelWidth, width);
    setNumber(exif, *details, kPixelHeight, height);
  }
}

std::vector<uint8_t> exifOfResolution(const std::array<double, 2>& pixels_per_metre) {
  // Header, a directory of three entries, two fractions behind it.
  constexpr size_t kDirectory = 8, kFractions = kDirectory + 2 + 3 * 12 + 4;
  std::vector<uint8_t> exif(kFractions + 2 * 8);
  exif[0] = exif[1] = 'I';
  put(exif, 2, 42, 2, false);
  put(exif, 4, kDirectory, 4, false);
  put(exif, kDirectory, 3, 2, false);
  const auto entry = [&](size_t index, uint32_t tag, uint32_t type, uint32_t value) {
    const size_t at = kDirectory + 2 + index * 12;
    put(exif, at, tag, 2, false);
    put(exif, at + 2, type, 2, false);
    put(exif, at + 4, 1, 4, false);
    put(exif, at + 8, value, 4, false);
  };
  constexpr uint32_t kDenominator = 10000;
  entry(0, kXResolution, kRational, kFractions);
  entry(1, kYResolution, kRational, kFractions + 8);
  entry(2, kResolutionUnit, kShort, kInches);
  for (size_t i = 0; i < 2; ++i) {
    put(exif, kFractions + i * 8, static_cast<uint32_t>(std::lround(pixels_per_metre[i] * 0.0254 * kDenominator)), 4, false);
    put(exif, kFractions + i * 8 + 4, kDenominator, 4, false);
  }
  return exif;
}

}  // namespace impasto::media
