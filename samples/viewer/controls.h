// What the keys and the mouse of the viewer do.
#pragma once

#include <impasto/impasto.h>

#include "renderer/camera.h"
#include "renderer/scene/scene.h"
#include "window.h"

namespace impasto::app {

inline constexpr const char* kKeyHelp =
    "Keys: 1-9 or Tab style, Space painting on and off, Left and Right or mouse drag split, Up and Down strength,\n"
    "      , and . colour preservation, - and = detail, P pause, F free camera (W A S D Q E, right mouse button "
    "looks),\n"
    "      C scene camera, F12 or Enter screenshot, Escape quit";

class ViewerControls {
 public:
  ViewerControls(Window& window, size_t style_count, const ImpastoControls& controls);

  // Moves the free camera and the split by what is held now; `seconds` since the last call, `scale` the scene's radius.
  void update(double seconds, const render::CameraView& scene_camera, float scale);

  const render::CameraView& camera() const noexcept { return camera_; }
  ImpastoControls controls() const;
  float split() const noexcept { return painting_ ? split_ : 1.0f; }
  size_t style() const noexcept { return style_; }
  bool painting() const noexcept { return painting_; }
  bool paused() const noexcept { return paused_; }
  bool takeScreenshotRequest();  // once for every press

 private:
  void onKey(int key);

  Window& window_;
  size_t style_count_, style_ = 0;
  ImpastoControls controls_;
  float split_ = 0.5f;
  bool painting_ = true, paused_ = false, free_ = false, screenshot_ = false;
  render::CameraView camera_;
  glm::vec3 position_{0.0f};
  float yaw_ = 0.0f, pitch_ = 0.0f;
  glm::dvec2 last_mouse_{0.0};
};

}  // namespace impasto::app
