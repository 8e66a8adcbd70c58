// What keyboard and mouse do in the view, beside the keys of the table: the split's line, the camera, picking.
#pragma once

#include <vulkan/vulkan.h>

#include <optional>

#include "viewer/platform/input.h"
#include "viewer/scene/camera_rig.h"

namespace impasto::app {

class ViewControl {
 public:
  // `view`: where the picture is, pixels. With `mouse` and `keys` false they are the panels'.
  void update(Model& model, const Input& input, VkRect2D view, float scale, bool mouse, bool keys);

  const CameraMotion& motion() const { return motion_; }
  std::optional<VkOffset2D> takeClick();  // in the picture, pixels

 private:
  enum class Grip { None, Split, Turn, Move };
  CameraMotion motion_;
  Grip grip_ = Grip::None;
  glm::vec2 pressed_at_{0.0f};
  bool dragged_ = false;
  std::optional<VkOffset2D> click_;
};

}  // namespace impasto::app
