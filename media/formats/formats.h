// The file formats, one file each: from bytes to samples and back, through the format's own library. Called by
// image_file.cpp only, which does what is the same for all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "media/color_profile.h"
#include "media/image.h"

namespace impasto::media {

using Notes = std::vector<std::string>;  // what could not be kept, each a line

// A picture as it is stored.
struct Decoded {
  Image image;                         // grey has R = G = B; CMYK lies in R, G, B and A, 1 is full ink
  ColorModel model = ColorModel::Rgb;  // Grey or Cmyk: of that kind, with a profile of that kind, if any
  int orientation = 1;                 // where the format says it outside of EXIF
};

// What a reader is told and tells.
struct Reading {
  Notes& notes;
  uint64_t max_pixels = uint64_t{kMaxPictureSide} * kMaxPictureSide;

  // Before memory is taken: throws Error unless both are 1 to kMaxPictureSide, and within max_pixels.
  void checkExtent(uint64_t width, uint64_t height) const;
};

// Throw Error that says what is wrong ("damaged: ...") and does not name the file.
Decoded decodePng(std::span<const uint8_t> bytes, const Reading& reading);
Decoded decodeJpeg(std::span<const uint8_t> bytes, const Reading& reading);
Decoded decodeWebp(std::span<const uint8_t> bytes, const Reading& reading);
Decoded decodeTiff(std::span<const uint8_t> bytes, const Reading& reading);
Decoded decodeExr(std::span<const uint8_t> bytes, const Reading& reading);

// The image is of a sample type, and has what else, the format can hold. `quality`: 1 to 100.
std::vector<std::byte> encodePng(const Image& image, Notes& notes);                // U8, U16
std::vector<std::byte> encodeJpeg(const Image& image, int quality, Notes& notes);  // U8
std::vector<std::byte> encodeWebp(const Image& image, int quality, Notes& notes);  // U8; 100 is lossless
std::vector<std::byte> encodeTiff(const Image& image, Notes& notes);               // U8, U16, F32
std::vector<std::byte> encodeExr(const Image& image, Notes& notes);                // F16, F32

}  // namespace impasto::media
