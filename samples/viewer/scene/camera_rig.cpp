#include "viewer/scene/camera_rig.h"

#include <algorithm>
#include <cmath>

namespace impasto::app {
namespace {

constexpr float kTurn = 3.0f;  // radians for a drag over the view's height
constexpr float kMostPitch = 1.5f;
constexpr float kLongestStep = 0.1f;  // seconds: a hitch is no leap

}  // namespace

void CameraRig::setScene(const glm::vec3& center, float radius) {
  center_ = center;
  radius_ = std::max(radius, 1e-6f);
  first_ = true;
}

glm::vec3 CameraRig::ahead() const {
  return {-std::sin(yaw_) * std::cos(pitch_), std::sin(pitch_), -std::cos(yaw_) * std::cos(pitch_)};
}

void CameraRig::lookFrom(const render::CameraView& view) {
  const glm::mat4 world = glm::inverse(view.view);
  const glm::vec3 direction = -glm::vec3(world[2]);
  position_ = glm::vec3(world[3]);
  yaw_ = std::atan2(-direction.x, -direction.z);
  pitch_ = std::asin(std::clamp(direction.y, -1.0f, 1.0f));
  // Around the point of the view's middle that is nearest to the scene's.
  distance_ = std::clamp(glm::dot(center_ - position_, direction), radius_ * 0.05f, radius_ * 10.0f);
  target_ = position_ + direction * distance_;
}

void CameraRig::reset(const render::CameraView& scene_camera) {
  lookFrom(scene_camera);
  view_ = scene_camera;
  cut_ = true;
}

void CameraRig::update(const State::Camera& state, const CameraMotion& motion, const render::CameraView& scene_camera,
                       double seconds) {
  const auto kind = static_cast<CameraKind>(state.kind);
  cut_ = first_ || (kind == CameraKind::Scene && (kind_ != kind || index_ != state.index));
  if (first_) {
    lookFrom(scene_camera);
  } else if (kind != kind_ && kind != CameraKind::Scene) {
    lookFrom(view_);
  }
  first_ = false;
  kind_ = kind;
  index_ = state.index;
  if (kind == CameraKind::Scene) {
    view_ = scene_camera;
    return;
  }
  const glm::vec3 right(std::cos(yaw_), 0.0f, -std::sin(yaw_));
  if (kind == CameraKind::Orbit) {
    yaw_ -= motion.turned.x * kTurn;
    pitch_ = std::clamp(pitch_ - motion.turned.y * kTurn, -kMostPitch, kMostPitch);
    distance_ = std::clamp(distance_ * std::pow(0.88f, motion.nearer), radius_ * 1e-3f, radius_ * 50.0f);
    // What is under the pointer stays there.
    const float extent = 2.0f * distance_ * std::tan(scene_camera.vertical_fov * 0.5f);
    target_ += (-right * motion.moved.x + glm::cross(right, ahead()) * motion.moved.y) * extent;
    position_ = target_ - ahead() * distance_;
  } else {
    yaw_ -= motion.turned.x * kTurn;
    pitch_ = std::clamp(pitch_ - motion.turned.y * kTurn, -kMostPitch, kMostPitch);
    const float speed = radius_ * 0.33f * state.speed * (motion.fast ? 4.0f : 1.0f);
    const glm::vec3 along = right * motion.flown.x + glm::vec3(0.0f, 1.0f, 0.0f) * motion.flown.y + ahead() * motion.flown.z;
    position_ += along * (std::min(static_cast<float>(seconds), kLongestStep) * speed);
  }
  view_ = render::lookAt(position_, position_ + ahead(), scene_camera.vertical_fov, scene_camera.near_plane);
}

}  // namespace impasto::app
