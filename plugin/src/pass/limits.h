// What every way of painting a frame accepts.
#pragma once

#include <cstdint>

namespace impasto {

inline constexpr uint32_t kMaxExtent = 16384;  // pixels, each way
inline constexpr uint32_t kMaxFramesInFlight = 8;
inline constexpr uint32_t kMaxLayers = 4;

// Throws Error(InvalidArgument).
void checkExtent(uint32_t width, uint32_t height);

}  // namespace impasto
