// Repeatable noise on the CPU, for shapes, colours and textures of the sample scene.
#pragma once

#include <cmath>
#include <cstdint>

#include "renderer/maths.h"

namespace impasto::render::sample {

inline float hash01(uint32_t x, uint32_t y = 0, uint32_t z = 0) {
  uint32_t n = x * 1597334673u ^ y * 3812015801u ^ z * 2798796415u;
  n = (n ^ (n >> 15)) * 2246822519u;
  n = (n ^ (n >> 13)) * 3266489917u;
  return static_cast<float>((n ^ (n >> 16)) >> 8) * (1.0f / 16777216.0f);
}

// A small generator whose sequence is fixed by its seed on every machine.
class Random {
 public:
  explicit Random(uint32_t seed) : seed_(seed) {}
  float uniform(float low = 0.0f, float high = 1.0f) { return low + (high - low) * hash01(seed_, ++count_, 77u); }
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(uniform() * static_cast<float>(n)) % n; }

 private:
  uint32_t seed_, count_ = 0;
};

// Smooth noise in [0, 1]; `period` > 0 makes it repeat.
inline float valueNoise(glm::vec2 p, int period = 0, uint32_t seed = 0) {
  const glm::vec2 cell = glm::floor(p);
  glm::vec2 f = p - cell;
  f = f * f * (3.0f - 2.0f * f);
  const auto corner = [&](int dx, int dy) {
    int x = static_cast<int>(cell.x) + dx, y = static_cast<int>(cell.y) + dy;
    if (period > 0) {
      x = ((x % period) + period) % period;
      y = ((y % period) + period) % period;
    }
    return hash01(static_cast<uint32_t>(x), static_cast<uint32_t>(y), seed);
  };
  return glm::mix(glm::mix(corner(0, 0), corner(1, 0), f.x), glm::mix(corner(0, 1), corner(1, 1), f.x), f.y);
}

inline float fbm(glm::vec2 p, int octaves, int period = 0, uint32_t seed = 0) {
  float sum = 0.0f, amplitude = 0.5f;
  for (int i = 0; i < octaves; ++i) {
    sum += amplitude * valueNoise(p, period, seed + static_cast<uint32_t>(i));
    p *= 2.0f;
    period *= 2;
    amplitude *= 0.5f;
  }
  return sum;
}

// "0xRRGGBB" as one reads it off a paint chart, to linear light.
inline glm::vec3 paint(uint32_t rgb) {
  const auto channel = [&](int shift) {
    const float s = static_cast<float>((rgb >> shift) & 255u) / 255.0f;
    return s <= 0.04045f ? s / 12.92f : std::pow((s + 0.055f) / 1.055f, 2.4f);
  };
  return {channel(16), channel(8), channel(0)};
}

}  // namespace impasto::render::sample
