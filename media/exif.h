// What must be known of EXIF data and changed in them when a picture is painted. The rest is kept byte for byte.
// `exif` is a TIFF structure (Exif 2.3, 4.6), read as hostile input: nothing is read or written outside it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace impasto::media {

// 1 to 8; 1 (upright) where it is not said.
int exifOrientation(std::span<const uint8_t> exif);

// Pixels per metre, horizontally and vertically.
std::optional<std::array<double, 2>> exifResolution(std::span<const uint8_t> exif);

// For the picture as it is written: upright, of this extent in pixels, without the thumbnail of what it was.
void updateExif(std::vector<uint8_t>& exif, uint32_t width, uint32_t height);

// EXIF data that hold a resolution and nothing else.
std::vector<uint8_t> exifOfResolution(const std::array<double, 2>& pixels_per_metre);

}  // namespace impasto::media
