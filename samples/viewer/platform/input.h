// What people do with keyboard and mouse, and what scripts say they do: one queue for both.
//
// A frame takes from the queue only as far as no key and no button changes twice, so that a quick click is still a click
// when frames are slow. Positions are pixels of the framebuffer. Main thread only.
#pragma once

#include <string>
#include <vector>

#include "renderer/maths.h"
#include "viewer/model/keys.h"

namespace impasto::app {

struct InputEvent {
  enum class Kind { Key, Text, Move, Button, Wheel, Drop };
  Kind kind = Kind::Move;
  int code = 0;           // GLFW's key or button, or the character of a Text
  bool down = false;
  bool repeated = false;  // a key that is held
  int modifiers = 0;
  float x = 0.0f, y = 0.0f;
  std::string path;  // of a Drop
};

inline constexpr int kMouseButtons = 3;  // left, right, middle

// What one frame sees.
struct InputFrame {
  std::vector<InputEvent> keys;  // pressed, repeated and released
  std::vector<unsigned> text;
  std::vector<std::string> dropped;
  glm::vec2 mouse{-1.0f}, moved{0.0f};
  float wheel = 0.0f;
  bool down[kMouseButtons] = {}, pressed[kMouseButtons] = {}, released[kMouseButtons] = {};
};

class Input {
 public:
  void push(InputEvent event) { queue_.push_back(std::move(event)); }
  const InputFrame& next();  // takes the next frame's share
  const InputFrame& now() const { return frame_; }
  bool held(int key) const;
  bool waiting() const { return !queue_.empty(); }

 private:
  void take(InputEvent& event);

  std::vector<InputEvent> queue_;
  InputFrame frame_;
  std::vector<int> held_;
};

}  // namespace impasto::app
