// Resampling of pictures in linear light. Thread-safe.
//
// The project's own, because stb_image_resize counts bytes of its output in int: a picture of 16384 x 16384 pixels at
// 16 bits is more.
#pragma once

#include <cstdint>

#include "media/image.h"

namespace impasto::media {

// Cubic (Mitchell and Netravali 1988, B = C = 1/3), widened when the picture shrinks so that nothing is skipped; at the
// ends the last column and row are repeated. Integers are taken as sRGB-encoded whatever the profile says: its curve is
// seldom far from that.
Image resizeImage(const Image& image, uint32_t width, uint32_t height);
Picture resizePicture(const Picture& picture, uint32_t width, uint32_t height);

// The extent of the same shape whose longer side is `longer_side`.
struct Extent {
  uint32_t width = 0, height = 0;
};
Extent fitExtent(uint32_t width, uint32_t height, uint32_t longer_side);

}  // namespace impasto::media
