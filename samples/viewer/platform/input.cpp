#include "viewer/platform/input.h"

#include <algorithm>

namespace impasto::app {
namespace {

using Kind = InputEvent::Kind;

bool changes(const InputEvent& event) { return event.kind == Kind::Button || (event.kind == Kind::Key && !event.repeated); }

}  // namespace

const InputFrame& Input::next() {
  frame_.keys.clear();
  frame_.text.clear();
  frame_.dropped.clear();
  frame_.wheel = 0.0f;
  const glm::vec2 before = frame_.mouse;
  for (int b = 0; b < kMouseButtons; ++b) frame_.pressed[b] = frame_.released[b] = false;

  bool button_changed = false;
  size_t taken = 0;
  for (; taken < queue_.size(); ++taken) {
    InputEvent& event = queue_[taken];
    const bool again = std::any_of(frame_.keys.begin(), frame_.keys.end(), [&](const InputEvent& other) {
      return changes(event) && event.kind == Kind::Key && changes(other) && other.code == event.code;
    });
    // Nor may the mouse be elsewhere than where a button changed.
    if (again || (button_changed && (event.kind == Kind::Button || event.kind == Kind::Move))) break;
    button_changed = button_changed || event.kind == Kind::Button;
    take(event);
  }
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<long>(taken));
  frame_.moved = before.x < 0.0f ? glm::vec2(0.0f) : frame_.mouse - before;
  return frame_;
}

void Input::take(InputEvent& event) {
  switch (event.kind) {
    case Kind::Key:
      if (!event.repeated) {
        std::erase(held_, event.code);
        if (event.down) held_.push_back(event.code);
      }
      frame_.keys.push_back(std::move(event));
      break;
    case Kind::Text:
      frame_.text.push_back(static_cast<unsigned>(event.code));
      break;
    case Kind::Move:
      frame_.mouse = {event.x, event.y};
      break;
    case Kind::Button:
      if (event.code < 0 || event.code >= kMouseButtons) break;
      (event.down ? frame_.pressed : frame_.released)[event.code] = true;
      frame_.down[event.code] = event.down;
      break;
    case Kind::Wheel:
      frame_.wheel += event.y;
      break;
    case Kind::Drop:
      frame_.dropped.push_back(std::move(event.path));
      break;
  }
}

bool Input::held(int key) const { return std::find(held_.begin(), held_.end(), key) != held_.end(); }

}  // namespace impasto::app
