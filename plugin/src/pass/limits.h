// What every way of painting a frame accepts.
#pragma once

#include <cstdint>

#include "style/graph.h"

namespace impasto {

inline constexpr uint32_t kMaxExtent = 16384;      // pixels, each way
inline constexpr uint32_t kMaxFramesInFlight = 8;

// Throws Error(InvalidArgument).
void checkExtent(uint32_t width, uint32_t height);

// Throws Error(Unsupported) for styles whose inputs this version cannot offer.
void checkInputsSupported(const Graph& graph);

}  // namespace impasto
