// Quick hands and slow frames.
#include <gtest/gtest.h>

#include "viewer/platform/input.h"

namespace impasto::test {
namespace {

using namespace impasto::app;
using Kind = InputEvent::Kind;

TEST(ViewerInput, AQuickClickIsStillAClick) {
  Input input;
  input.push({.kind = Kind::Move, .x = 5, .y = 6});
  input.push({.kind = Kind::Button, .code = 0, .down = true});
  input.push({.kind = Kind::Button, .code = 0, .down = false});
  input.push({.kind = Kind::Move, .x = 50, .y = 60});
  const InputFrame& pressed = input.next();
  EXPECT_TRUE(pressed.pressed[0]);
  EXPECT_TRUE(pressed.down[0]);
  EXPECT_EQ(pressed.mouse.x, 5.0f);
  const InputFrame& released = input.next();
  EXPECT_TRUE(released.released[0]);
  EXPECT_FALSE(released.down[0]);
  EXPECT_EQ(released.mouse.x, 5.0f);  // where it was let go
  EXPECT_EQ(input.next().mouse.x, 50.0f);
}

TEST(ViewerInput, AKeyPressedTwiceIsPressedInTwoFrames) {
  Input input;
  for (const bool down : {true, false, true, false}) input.push({.kind = Kind::Key, .code = 65, .down = down});
  int presses = 0;
  for (int i = 0; i < 4; ++i) {
    for (const InputEvent& event : input.next().keys) presses += event.down ? 1 : 0;
    EXPECT_EQ(input.held(65), i % 2 == 0);
  }
  EXPECT_EQ(presses, 2);
  EXPECT_FALSE(input.waiting());
}

TEST(ViewerInput, MovesAndWheelAddUp) {
  Input input;
  input.push({.kind = Kind::Move, .x = 1, .y = 1});
  input.next();
  input.push({.kind = Kind::Move, .x = 3, .y = 1});
  input.push({.kind = Kind::Move, .x = 7, .y = 2});
  input.push({.kind = Kind::Wheel, .y = 1});
  input.push({.kind = Kind::Wheel, .y = 2});
  const InputFrame& frame = input.next();
  EXPECT_EQ(frame.moved, glm::vec2(6, 1));
  EXPECT_EQ(frame.wheel, 3.0f);
}

}  // namespace
}  // namespace impasto::test
