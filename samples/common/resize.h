// Resampling of pictures in linear light. Thread-safe.
#pragma once

#include <cstdint>

#include "common/picture.h"

namespace impasto::app {

// Cubic (Mitchell and Netravali 1988, B = C = 1/3), widened when the picture shrinks so that nothing is skipped.
Picture resizePicture(const Picture& picture, uint32_t width, uint32_t height);

// The extent of the same shape whose longer side is `longer_side`.
struct Extent {
  uint32_t width = 0, height = 0;
};
Extent fitExtent(uint32_t width, uint32_t height, uint32_t longer_side);

}  // namespace impasto::app
