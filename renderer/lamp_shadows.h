// Shadows of lamps: an atlas of depth maps, one row of tiles for each lamp that throws shadows. A point light sees six
// tiles, the faces of a cube around it; a spot one.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "renderer/scene/scene.h"

namespace impasto::render {

inline constexpr uint32_t kShadowLamps = 4;    // the brightest of a scene
inline constexpr uint32_t kLampTiles = 6;      // of a lamp, side by side
inline constexpr uint32_t kLampTileSize = 512; // pixels

// Indices into Scene::lights of the brightest points and spots, kNone beyond those that there are. The choice is the
// scene's, not the camera's: shadows that come and go are worse than none.
std::array<int, kShadowLamps> shadowLamps(const Scene& scene);

// Clip space of each tile (depth 0 near, 1 far), for a lamp at its node's `world`; returns how many tiles it has. Nearer
// than a hundredth of `reach` nothing throws a shadow: shades and bulbs let their lamp's light out. `reach`: where its
// range ends, or what the scene measures.
uint32_t lampViews(const Light& light, const glm::mat4& world, float reach, std::span<glm::mat4, kLampTiles> views);

}  // namespace impasto::render
