#include "renderer/environment_map.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <glm/gtc/packing.hpp>
#include <memory>

#include "renderer/error.h"

// A private copy of the decoder: programs that link this library may have one of their own.
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_HDR
#define STBI_NO_STDIO
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#include <stb/stb_image.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace impasto::render {
namespace {

constexpr float kPi = 3.14159265f;
constexpr uint32_t kLevels = 6;  // fewer for pictures of a few pixels
constexpr uint32_t kWidest = 2048;
constexpr float kLuxPerSunColor = 2.4f;  // as frame.glsl

struct Picture {
  uint32_t width = 0, height = 0;
  std::vector<glm::vec3> pixels;

  glm::vec3 direction(uint32_t x, uint32_t y) const {
    const float longitude = ((static_cast<float>(x) + 0.5f) / static_cast<float>(width) - 0.5f) * 2.0f * kPi;
    const float from_zenith = (static_cast<float>(y) + 0.5f) / static_cast<float>(height) * kPi;
    return {std::sin(from_zenith) * std::sin(longitude), std::cos(from_zenith),
            -std::sin(from_zenith) * std::cos(longitude)};
  }
  // Of one pixel, steradian.
  float solidAngle(uint32_t y) const {
    const float from_zenith = (static_cast<float>(y) + 0.5f) / static_cast<float>(height) * kPi;
    return std::sin(from_zenith) * (2.0f * kPi / static_cast<float>(width)) * (kPi / static_cast<float>(height));
  }
  // Bilinear; wraps around the horizon.
  glm::vec3 at(const glm::vec3& d) const {
    const float u = std::atan2(d.x, -d.z) / (2.0f * kPi) + 0.5f, v = std::acos(std::clamp(d.y, -1.0f, 1.0f)) / kPi;
    const float x = u * static_cast<float>(width) - 0.5f, y = v * static_cast<float>(height) - 0.5f;
    const float fx = x - std::floor(x), fy = y - std::floor(y);
    const auto w = static_cast<int>(width), h = static_cast<int>(height);
    const auto pixel = [&](int i, int j) {
      return pixels[static_cast<size_t>(std::clamp(j, 0, h - 1)) * width + static_cast<size_t>(((i % w) + w) % w)];
    };
    const int i = static_cast<int>(std::floor(x)), j = static_cast<int>(std::floor(y));
    return glm::mix(glm::mix(pixel(i, j), pixel(i + 1, j), fx), glm::mix(pixel(i, j + 1), pixel(i + 1, j + 1), fx), fy);
  }
};

float luminance(const glm::vec3& c) { return glm::dot(c, glm::vec3(0.2126f, 0.7152f, 0.0722f)); }

Picture halved(const Picture& from) {
  Picture out{std::max(from.width / 2, 1u), std::max(from.height / 2, 1u), {}};
  out.pixels.reserve(size_t{out.width} * out.height);
  for (uint32_t y = 0; y < out.height; ++y) {
    for (uint32_t x = 0; x < out.width; ++x) {
      glm::vec3 sum(0.0f);
      for (uint32_t k = 0; k < 4; ++k) {
        sum += from.pixels[size_t{std::min(y * 2 + k / 2, from.height - 1)} * from.width +
                           std::min(x * 2 + k % 2, from.width - 1)];
      }
      out.pixels.push_back(sum * 0.25f);
    }
  }
  return out;
}

// A sun is a small place that sends a good part of all light. It is cut down to what is around it.
void takeSunOut(Picture& sky, EnvironmentMap& map) {
  constexpr float kSunAngle = 0.07f;  // radians around the brightest pixel: the disc and its glare
  size_t brightest = 0;
  float total = 0.0f;
  for (uint32_t y = 0; y < sky.height; ++y) {
    for (uint32_t x = 0; x < sky.width; ++x) {
      const size_t i = size_t{y} * sky.width + x;
      if (luminance(sky.pixels[i]) > luminance(sky.pixels[brightest])) brightest = i;
      total += luminance(sky.pixels[i]) * sky.solidAngle(y);
    }
  }
  const auto sun_x = static_cast<uint32_t>(brightest % sky.width), sun_y = static_cast<uint32_t>(brightest / sky.width);
  const glm::vec3 to_sun = sky.direction(sun_x, sun_y);
  const float mean = total / (4.0f * kPi), threshold = 20.0f * mean;
  glm::vec3 illuminance(0.0f);
  std::vector<size_t> inside;
  for (uint32_t y = 0; y < sky.height; ++y) {
    for (uint32_t x = 0; x < sky.width; ++x) {
      const size_t i = size_t{y} * sky.width + x;
      if (glm::dot(sky.direction(x, y), to_sun) < std::cos(kSunAngle) || luminance(sky.pixels[i]) < threshold) continue;
      illuminance += sky.pixels[i] * sky.solidAngle(y);
      inside.push_back(i);
    }
  }
  if (luminance(illuminance) < 0.1f * total || to_sun.y < 0.02f) return;
  for (const size_t i : inside) sky.pixels[i] *= threshold / luminance(sky.pixels[i]);
  map.has_sun = true;
  map.to_sun = to_sun;
  map.sun_color = illuminance / kLuxPerSunColor;
}

std::array<glm::vec3, 9> irradianceOf(const Picture& sky) {
  // Ramamoorthi and Hanrahan 2001: the basis' constants, and the cosine lobe's pi, 2 pi / 3, pi / 4 over pi.
  constexpr std::array<float, 9> kBasis = {0.282095f, 0.488603f, 0.488603f, 0.488603f, 1.092548f,
                                           1.092548f, 0.315392f, 1.092548f, 0.546274f};
  std::array<glm::vec3, 9> sums{};
  for (uint32_t y = 0; y < sky.height; ++y) {
    const float angle = sky.solidAngle(y);
    for (uint32_t x = 0; x < sky.width; ++x) {
      const glm::vec3 n = sky.direction(x, y), light = sky.pixels[size_t{y} * sky.width + x] * angle;
      const std::array<float, 9> terms = {
          1.0f, n.y, n.z, n.x, n.x * n.y, n.y * n.z, 3.0f * n.z * n.z - 1.0f, n.x * n.z, n.x * n.x - n.y * n.y};
      for (size_t i = 0; i < 9; ++i) sums[i] += light * terms[i];
    }
  }
  for (size_t i = 0; i < 9; ++i) {
    const float lobe = i == 0 ? 1.0f : (i < 4 ? 2.0f / 3.0f : 0.25f);
    sums[i] *= kBasis[i] * kBasis[i] * lobe;
  }
  return sums;
}

// What a surface of this roughness mirrors when it is looked at along its normal (Karis 2013): GGX samples, taken from
// a smaller picture the fewer there are of them.
Picture prefiltered(const Picture& blurred, uint32_t width, uint32_t height, float roughness) {
  constexpr uint32_t kSamples = 48;
  const float alpha = roughness * roughness;
  std::vector<glm::vec3> offsets;  // half vectors in tangent space
  for (uint32_t i = 0; i < kSamples; ++i) {
    uint32_t bits = i;  // radical inverse
    bits = (bits << 16) | (bits >> 16);
    bits = ((bits & 0x55555555u) << 1) | ((bits & 0xAAAAAAAAu) >> 1);
    bits = ((bits & 0x33333333u) << 2) | ((bits & 0xCCCCCCCCu) >> 2);
    bits = ((bits & 0x0F0F0F0Fu) << 4) | ((bits & 0xF0F0F0F0u) >> 4);
    bits = ((bits & 0x00FF00FFu) << 8) | ((bits & 0xFF00FF00u) >> 8);
    const float u = (static_cast<float>(i) + 0.5f) / kSamples, v = static_cast<float>(bits) * 2.3283064e-10f;
    const float cosine = std::sqrt((1.0f - v) / (1.0f + (alpha * alpha - 1.0f) * v));
    const float sine = std::sqrt(1.0f - cosine * cosine);
    offsets.emplace_back(sine * std::cos(2.0f * kPi * u), sine * std::sin(2.0f * kPi * u), cosine);
  }
  Picture out{width, height, {}};
  out.pixels.reserve(size_t{width} * height);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      const glm::vec3 n = out.direction(x, y);
      const glm::vec3 up = std::abs(n.y) < 0.99f ? glm::vec3(0, 1, 0) : glm::vec3(1, 0, 0);
      const glm::vec3 tangent = glm::normalize(glm::cross(up, n)), bitangent = glm::cross(n, tangent);
      glm::vec3 sum(0.0f);
      float weights = 0.0f;
      for (const glm::vec3& h : offsets) {
        const glm::vec3 half_way = tangent * h.x + bitangent * h.y + n * h.z;
        const glm::vec3 light = half_way * (2.0f * h.z) - n;
        const float cosine = glm::dot(n, light);
        if (cosine <= 0.0f) continue;
        sum += blurred.at(light) * cosine;
        weights += cosine;
      }
      out.pixels.push_back(sum / std::max(weights, 1e-6f));
    }
  }
  return out;
}

EnvironmentMap::Level packed(const Picture& picture) {
  constexpr float kBrightest = 60000.0f;  // half floats end at 65504
  EnvironmentMap::Level level{picture.width, picture.height, {}};
  level.pixels.reserve(picture.pixels.size());
  for (const glm::vec3& pixel : picture.pixels) {
    const glm::vec3 p = glm::min(pixel, kBrightest);
    level.pixels.emplace_back(glm::packHalf1x16(p.r), glm::packHalf1x16(p.g), glm::packHalf1x16(p.b),
                              glm::packHalf1x16(1.0f));
  }
  return level;
}

}  // namespace

EnvironmentMap makeEnvironmentMap(uint32_t width, uint32_t height, std::vector<glm::vec3> pixels) {
  Picture sky{width, height, std::move(pixels)};
  for (glm::vec3& pixel : sky.pixels) {
    for (glm::length_t c = 0; c < 3; ++c) {
      pixel[c] = std::isfinite(pixel[c]) ? std::max(pixel[c], 0.0f) : 0.0f;
    }
  }
  while (sky.width > kWidest) sky = halved(sky);
  EnvironmentMap map;
  takeSunOut(sky, map);
  Picture blurred = sky;
  while (blurred.width > 128) blurred = halved(blurred);
  map.irradiance = irradianceOf(blurred);
  map.levels.push_back(packed(sky));
  blurred = sky;
  const uint32_t levels = std::min(kLevels, static_cast<uint32_t>(std::bit_width(std::max(sky.width, sky.height))));
  for (uint32_t i = 1; i < levels; ++i) {
    blurred = halved(blurred);
    const float roughness = static_cast<float>(i) / static_cast<float>(levels - 1);
    map.levels.push_back(
        packed(prefiltered(i < 3 ? blurred : halved(blurred), blurred.width, blurred.height, roughness)));
  }
  return map;
}

EnvironmentMap loadEnvironmentMap(const std::filesystem::path& path) {
  constexpr uintmax_t kMaxFileBytes = 500'000'000;
  const auto fail = [&](const char* why) { throw Error(path.string() + ": " + why); };
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) fail("no such file");
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > kMaxFileBytes) fail("larger than 500 MB");
  std::vector<char> bytes(static_cast<size_t>(size));
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) fail("cannot be read");

  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data());
  const int length = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  if (!stbi_is_hdr_from_memory(data, length) || !stbi_info_from_memory(data, length, &width, &height, &channels)) {
    fail("not a Radiance picture (.hdr)");
  }
  constexpr int kMostSide = 16384;
  if (width < 2 || height < 2 || width > kMostSide || height > kMostSide) fail("smaller than 2 or larger than 16384");
  const std::unique_ptr<float, decltype(&std::free)> values(
      stbi_loadf_from_memory(data, length, &width, &height, &channels, 3), &std::free);
  if (!values) fail("damaged");
  std::vector<glm::vec3> pixels(static_cast<size_t>(width) * static_cast<size_t>(height));
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = glm::make_vec3(values.get() + i * 3);
  return makeEnvironmentMap(static_cast<uint32_t>(width), static_cast<uint32_t>(height), std::move(pixels));
}

Environment litBy(const EnvironmentMap& map, Environment environment) {
  if (map.has_sun) environment.to_sun = map.to_sun;
  environment.sun_color = map.has_sun ? map.sun_color : glm::vec3(0.0f);
  return environment;
}

}  // namespace impasto::render
