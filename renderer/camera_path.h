// Cameras that move by themselves: around a scene, through it, or along a path from a file.
#pragma once

#include <filesystem>
#include <vector>

#include "renderer/camera.h"

namespace impasto::render {

struct CameraKey {
  double seconds = 0.0;
  glm::vec3 position{0.0f};
  glm::quat rotation{1.0f, 0.0f, 0.0f, 0.0f};  // view to world; the camera looks along its -Z
  float vertical_fov = 0.8f;                   // radians
};

// Positions by a Catmull-Rom curve through the keys, rotations by spherical interpolation; before the first key and
// after the last it stands still. Plain data.
struct CameraPath {
  std::vector<CameraKey> keys;  // at least one, times ascending
  float near_plane = 0.05f;

  CameraView at(double seconds) const;
  double duration() const { return keys.empty() ? 0.0 : keys.back().seconds; }
};

CameraKey keyOf(const CameraView& camera, double seconds);

// Once around the middle of a box in `seconds`, from where frameBounds() sees it.
CameraPath orbitPath(const Bounds& bounds, float aspect, double seconds);

// Through the scene's viewpoints (or around its bounding box) and back to the first in `seconds`.
CameraPath flyPath(const Scene& scene, const Pose& pose, const Bounds& bounds, double seconds);

// JSON: {"format": "impasto-camera-path", "version": 1, "near": metres, "keys": [{"seconds": t, "position": [x, y, z],
// "rotation": [x, y, z, w], "vertical_fov": radians}, ...]}. Throw Error, naming the file.
CameraPath readCameraPath(const std::filesystem::path& path);
void writeCameraPath(const CameraPath& camera_path, const std::filesystem::path& path);

}  // namespace impasto::render
