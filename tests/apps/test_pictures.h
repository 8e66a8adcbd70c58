// Pictures for the tests: a smooth ramp with some detail, the same for the same extent and seed.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "common/picture.h"
#include "support/random_style.h"

namespace impasto::test {

inline app::Picture makePicture(uint32_t width, uint32_t height, uint32_t seed, bool has_alpha = false) {
  Random random(seed);
  app::Picture picture(width, height);
  picture.has_alpha = has_alpha;
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      uint8_t* p = picture.pixel(x, y);
      p[0] = static_cast<uint8_t>(x * 200 / width + random.below(40));
      p[1] = static_cast<uint8_t>(y * 200 / height + random.below(40));
      p[2] = static_cast<uint8_t>((x / 8 + y / 8) % 2 * 150 + random.below(40));
      if (has_alpha) p[3] = static_cast<uint8_t>(random.below(256));
    }
  }
  return picture;
}

inline std::string readBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void writeBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// The largest difference of any channel, alpha included; 256 if the extents differ.
inline int maxDifference(const app::Picture& a, const app::Picture& b) {
  if (a.width != b.width || a.height != b.height) return 256;
  int most = 0;
  for (size_t i = 0; i < a.rgba.size(); ++i) most = std::max(most, std::abs(int{a.rgba[i]} - int{b.rgba[i]}));
  return most;
}

}  // namespace impasto::test
