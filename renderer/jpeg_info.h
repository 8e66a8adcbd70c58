// What stb_image does not say about a JPEG file, and what it must not be given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace impasto::render {

struct JpegInfo {
  bool complete = false;  // the end-of-image marker was found: the picture is not cut off
  bool sound = true;      // false: a Huffman table of more than 256 codes, which stb_image 2.27 writes past its end for
  int orientation = 1;    // EXIF, 1 to 8: 1 is upright
};

// Of all formats that are read, only JPEG begins with a marker; fill bytes before it are allowed.
bool looksLikeJpeg(std::span<const uint8_t> bytes);

// Walks the markers of hostile bytes; never reads outside them. Sees every segment that stb_image sees.
JpegInfo inspectJpeg(std::span<const uint8_t> bytes);

}  // namespace impasto::render
