// Work on the rows of a picture, on all processors.
#pragma once

#include <cstdint>
#include <functional>

namespace impasto::media {

// Calls `work(first, last)` for bands of rows that together are [0, rows), on several threads at once; throws what one of
// them throws, when all have ended.
void forRowBands(uint32_t rows, const std::function<void(uint32_t first, uint32_t last)>& work);

}  // namespace impasto::media
