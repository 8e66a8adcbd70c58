// What stb_image does not say about a JPEG file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace impasto::app {

struct JpegInfo {
  bool complete = false;  // the end-of-image marker was found: the picture is not cut off
  int orientation = 1;    // EXIF, 1 to 8: 1 is upright
};

bool looksLikeJpeg(std::span<const uint8_t> bytes);

// Walks the markers of hostile bytes; never reads outside them.
JpegInfo inspectJpeg(std::span<const uint8_t> bytes);

}  // namespace impasto::app
