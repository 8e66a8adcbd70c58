#include "controls.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace impasto::app {
namespace {

void nudge(float& value, float by) { value = std::clamp(std::round((value + by) * 20.0f) / 20.0f, 0.0f, 1.0f); }

}  // namespace

ViewerControls::ViewerControls(Window& window, size_t style_count, const ImpastoControls& controls)
    : window_(window), style_count_(style_count), controls_(controls) {
  window_.on_key = [this](int key) { onKey(key); };
}

void ViewerControls::onKey(int key) {
  constexpr float kStep = 0.05f;
  if (key >= GLFW_KEY_1 && key <= GLFW_KEY_9) {
    const auto wanted = static_cast<size_t>(key - GLFW_KEY_1);
    if (wanted < style_count_) style_ = wanted;
    return;
  }
  switch (key) {
    case GLFW_KEY_TAB:
      if (style_count_ > 0) style_ = (style_ + 1) % style_count_;
      break;
    case GLFW_KEY_SPACE:
      painting_ = !painting_;
      break;
    case GLFW_KEY_LEFT:
      split_ = std::max(split_ - kStep, 0.0f);
      break;
    case GLFW_KEY_RIGHT:
      split_ = std::min(split_ + kStep, 1.0f);
      break;
    case GLFW_KEY_UP:
      nudge(controls_.strength, kStep);
      break;
    case GLFW_KEY_DOWN:
      nudge(controls_.strength, -kStep);
      break;
    case GLFW_KEY_PERIOD:
      nudge(controls_.color_preservation, kStep);
      break;
    case GLFW_KEY_COMMA:
      nudge(controls_.color_preservation, -kStep);
      break;
    case GLFW_KEY_EQUAL:
      nudge(controls_.detail, kStep);
      break;
    case GLFW_KEY_MINUS:
      nudge(controls_.detail, -kStep);
      break;
    case GLFW_KEY_P:
      paused_ = !paused_;
      break;
    case GLFW_KEY_C:
      free_ = false;
      break;
    case GLFW_KEY_F: {
      // From where the scene's camera is now.
      const glm::mat4 world = glm::inverse(camera_.view);
      const glm::vec3 ahead = -glm::vec3(world[2]);
      position_ = glm::vec3(world[3]);
      yaw_ = std::atan2(-ahead.x, -ahead.z);
      pitch_ = std::asin(std::clamp(ahead.y, -1.0f, 1.0f));
      free_ = true;
      break;
    }
    case GLFW_KEY_F12:
    case GLFW_KEY_ENTER:
      screenshot_ = true;
      break;
    case GLFW_KEY_ESCAPE:
      window_.close();
      break;
    default:
      break;
  }
}

void ViewerControls::update(double seconds, const render::CameraView& scene_camera, float scale) {
  const glm::dvec2 mouse = window_.mouse(), moved = mouse - last_mouse_;
  last_mouse_ = mouse;
  if (window_.mouseHeld(GLFW_MOUSE_BUTTON_LEFT)) {
    split_ = std::clamp(static_cast<float>(mouse.x), 0.0f, 1.0f);
  }
  camera_ = scene_camera;
  if (!free_) return;
  if (window_.mouseHeld(GLFW_MOUSE_BUTTON_RIGHT)) {
    yaw_ -= static_cast<float>(moved.x) * 3.0f;
    pitch_ = std::clamp(pitch_ - static_cast<float>(moved.y) * 2.0f, -1.5f, 1.5f);
  }
  const glm::vec3 ahead(-std::sin(yaw_) * std::cos(pitch_), std::sin(pitch_), -std::cos(yaw_) * std::cos(pitch_));
  const glm::vec3 right(std::cos(yaw_), 0.0f, -std::sin(yaw_)), up(0.0f, 1.0f, 0.0f);
  const auto axis = [&](int positive, int negative) {
    return static_cast<float>(window_.held(positive)) - static_cast<float>(window_.held(negative));
  };
  const glm::vec3 along =
      ahead * axis(GLFW_KEY_W, GLFW_KEY_S) + right * axis(GLFW_KEY_D, GLFW_KEY_A) + up * axis(GLFW_KEY_E, GLFW_KEY_Q);
  position_ += along * (static_cast<float>(std::min(seconds, 0.1)) * std::min(scale * 0.5f, 12.0f));
  camera_ = render::lookAt(position_, position_ + ahead, scene_camera.vertical_fov, scene_camera.near_plane);
}

ImpastoControls ViewerControls::controls() const { return controls_; }

bool ViewerControls::takeScreenshotRequest() { return std::exchange(screenshot_, false); }

}  // namespace impasto::app
