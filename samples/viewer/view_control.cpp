#include "viewer/view_control.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace impasto::app {
namespace {

constexpr float kGripPixels = 9.0f;   // either side of the split's line
constexpr float kClickPixels = 4.0f;  // a press that moves less is a click

}  // namespace

std::optional<VkOffset2D> ViewControl::takeClick() { return std::exchange(click_, std::nullopt); }

void ViewControl::update(Model& model, const Input& input, VkRect2D view, float scale, bool mouse, bool keys) {
  const InputFrame& now = input.now();
  motion_ = {};
  const auto width = static_cast<float>(view.extent.width), height = static_cast<float>(view.extent.height);
  const glm::vec2 at = now.mouse - glm::vec2(view.offset.x, view.offset.y);
  const bool inside = mouse && at.x >= 0.0f && at.y >= 0.0f && at.x < width && at.y < height;
  const bool split = model.state.view.layout == static_cast<int>(Layout::Split);

  if (grip_ == Grip::None && inside) {
    const bool left = now.pressed[GLFW_MOUSE_BUTTON_LEFT], right = now.pressed[GLFW_MOUSE_BUTTON_RIGHT];
    if (left || right) {
      const bool on_line = std::abs(at.x - model.state.view.split * width) <= kGripPixels * scale;
      grip_ = left && split && on_line ? Grip::Split : Grip::Turn;
    } else if (now.pressed[GLFW_MOUSE_BUTTON_MIDDLE]) {
      grip_ = Grip::Move;
    }
    pressed_at_ = now.mouse;
    dragged_ = false;
  }
  if (grip_ != Grip::None) {
    const glm::vec2 way = now.mouse - pressed_at_;
    const glm::vec2 moved = now.moved / std::max(height, 1.0f);
    if (!dragged_ && glm::length(way) > kClickPixels * scale) {
      dragged_ = true;
      // Whoever turns the scene's camera wants to look around.
      const bool turns = grip_ == Grip::Turn || grip_ == Grip::Move;
      if (turns && model.state.camera.kind == static_cast<int>(CameraKind::Scene)) {
        apply(model, setTo(Command::CameraChoice, static_cast<float>(CameraKind::Orbit)));
      }
    }
    if (dragged_ && grip_ == Grip::Split) apply(model, setTo(Command::Split, at.x / std::max(width, 1.0f)));
    if (dragged_ && grip_ == Grip::Turn) motion_.turned = moved;
    if (dragged_ && grip_ == Grip::Move) motion_.moved = moved;
    bool held = false;
    for (const bool down : now.down) held = held || down;
    if (!held) {
      const bool clicked = grip_ == Grip::Turn && !dragged_ && now.released[GLFW_MOUSE_BUTTON_LEFT];
      if (clicked) click_ = VkOffset2D{static_cast<int32_t>(at.x), static_cast<int32_t>(at.y)};
      grip_ = Grip::None;
    }
  }
  if (inside && now.wheel != 0.0f) {
    if (model.state.camera.kind == static_cast<int>(CameraKind::Fly)) {
      apply(model, setTo(Command::FlySpeed, model.state.camera.speed * std::pow(1.15f, now.wheel)));
    } else {
      apply(model, setTo(Command::CameraChoice, static_cast<float>(CameraKind::Orbit)));
      motion_.nearer = now.wheel;
    }
  }
  if (!keys) return;
  const auto axis = [&](int positive, int negative) {
    return static_cast<float>(input.held(positive)) - static_cast<float>(input.held(negative));
  };
  motion_.flown = {axis(GLFW_KEY_D, GLFW_KEY_A), axis(GLFW_KEY_E, GLFW_KEY_Q), axis(GLFW_KEY_W, GLFW_KEY_S)};
  motion_.fast = input.held(GLFW_KEY_LEFT_SHIFT) || input.held(GLFW_KEY_RIGHT_SHIFT);
}

}  // namespace impasto::app
