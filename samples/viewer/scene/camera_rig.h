// Where the view looks from: a camera of the scene, an orbit around a point, or flying.
#pragma once

#include "renderer/camera.h"
#include "viewer/model/state.h"

namespace impasto::app {

// What the hands do in one frame.
struct CameraMotion {
  glm::vec2 turned{0.0f};  // by a drag, fractions of the view's height
  glm::vec2 moved{0.0f};   // by a drag with the middle button, likewise
  float nearer = 0.0f;     // wheel steps
  glm::vec3 flown{0.0f};   // right, up, ahead: -1 to 1 each
  bool fast = false;
};

class CameraRig {
 public:
  // A scene's: its middle, and how large it is.
  void setScene(const glm::vec3& center, float radius);

  // Goes on from the view as it was when the kind of camera changes. `scene_camera` is where the scene's own is now.
  void update(const State::Camera& state, const CameraMotion& motion, const render::CameraView& scene_camera,
              double seconds);

  // Orbit and flight begin anew from the scene's camera.
  void reset(const render::CameraView& scene_camera);

  const render::CameraView& view() const { return view_; }
  bool cut() const { return cut_; }  // the last update() jumped

 private:
  void lookFrom(const render::CameraView& view);
  glm::vec3 ahead() const;

  CameraKind kind_ = CameraKind::Scene;
  int index_ = 0;
  render::CameraView view_;
  glm::vec3 center_{0.0f}, target_{0.0f}, position_{0.0f};
  float radius_ = 1.0f, distance_ = 1.0f, yaw_ = 0.0f, pitch_ = 0.0f;
  bool cut_ = true, first_ = true;
};

}  // namespace impasto::app
