// A picture as screens and most programs hold it: 8-bit sRGB-encoded RGBA, rows from top to bottom, nothing between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace impasto::media {

inline constexpr uint32_t kMaxPictureSide = 16384;  // pixels; the largest frame of a pass

struct Picture {
  uint32_t width = 0, height = 0;
  bool has_alpha = false;      // otherwise alpha is 255 everywhere
  std::vector<uint8_t> rgba;

  Picture() = default;
  Picture(uint32_t w, uint32_t h) : width(w), height(h), rgba(size_t{w} * h * 4, 255) {}
  const uint8_t* pixel(uint32_t x, uint32_t y) const { return rgba.data() + (size_t{y} * width + x) * 4; }
  uint8_t* pixel(uint32_t x, uint32_t y) { return rgba.data() + (size_t{y} * width + x) * 4; }
};

}  // namespace impasto::media
