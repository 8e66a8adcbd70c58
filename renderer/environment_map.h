// Light from all around, out of a high dynamic range picture (equirectangular, Radiance .hdr): what the sky shows, what
// surfaces mirror at every roughness, and what they scatter. Made once on the CPU.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "renderer/maths.h"
#include "renderer/scene/scene.h"

namespace impasto::render {

struct EnvironmentMap {
  struct Level {
    uint32_t width = 0, height = 0;
    std::vector<glm::u16vec4> pixels;  // half floats, RGBA; the zenith in the first row, -Z in the middle column
  };
  std::vector<Level> levels;              // 0: as seen; level i: as a surface of roughness i / (count - 1) mirrors it
  std::array<glm::vec3, 9> irradiance{};  // over pi, spherical harmonics with the basis' constants folded in

  // The sun, if one was found in the picture: taken out of it, so that it can throw shadows.
  bool has_sun = false;
  glm::vec3 to_sun{0.0f, 1.0f, 0.0f};
  glm::vec3 sun_color{0.0f};  // as Environment::sun_color
};

// Throws Error, naming the file.
EnvironmentMap loadEnvironmentMap(const std::filesystem::path& path);

// The same from pixels, linear RGB, row by row.
EnvironmentMap makeEnvironmentMap(uint32_t width, uint32_t height, std::vector<glm::vec3> pixels);

// `environment` with the map's sun instead of its own.
Environment litBy(const EnvironmentMap& map, Environment environment);

}  // namespace impasto::render
