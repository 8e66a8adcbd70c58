// Where history comes from and when it is believed, in cases whose answer is known.
#include "pass/reproject_reference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/random_style.h"

namespace impasto::test {
namespace {

Tensor filled(uint32_t channels, uint32_t height, uint32_t width, float value) {
  Tensor tensor(channels, height, width);
  for (float& v : tensor.data) v = value;
  return tensor;
}

Tensor noisy(uint32_t channels, uint32_t height, uint32_t width, uint32_t seed, float low, float high) {
  Random random(seed);
  Tensor tensor(channels, height, width);
  for (float& v : tensor.data) v = random.uniform(low, high);
  return tensor;
}

constexpr uint32_t kWidth = 12, kHeight = 9;

// A frame, and the one before: at first the same.
struct Scene {
  ReprojectSettings settings;
  Tensor seen = filled(3, kHeight, kWidth, 0.4f);
  Tensor depth = filled(1, kHeight, kWidth, 0.2f);
  Tensor motion = filled(2, kHeight, kWidth, 0.0f);
  Tensor painted = noisy(3, kHeight, kWidth, 5, 0.0f, 1.0f);
  PlainFrame plain = keepPlainFrame(seen, depth);

  Tensor history() const { return reproject(settings, seen, depth, motion, painted, plain); }
};

TEST(Reproject, StillnessGivesThePaintedFrameBack) {
  Scene scene;
  scene.seen = noisy(3, kHeight, kWidth, 1, 0.0f, 1.0f);
  scene.plain = keepPlainFrame(scene.seen, scene.depth);
  const Tensor history = scene.history();
  for (uint32_t c = 0; c < 3; ++c) {
    for (uint32_t i = 0; i < kWidth * kHeight; ++i) {
      ASSERT_EQ(history.data[c * kWidth * kHeight + i], scene.painted.data[c * kWidth * kHeight + i]);
    }
  }
  for (uint32_t i = 0; i < kWidth * kHeight; ++i) ASSERT_EQ(history.data[3 * kWidth * kHeight + i], 1.0f);
}

// A pan by whole pixels moves the paint by so many, and what comes in at the border has no history.
TEST(Reproject, PansMoveThePaint) {
  Scene scene;
  for (uint32_t i = 0; i < kWidth * kHeight; ++i) {
    scene.motion.data[i] = -0.75f;                     // UV, say: the scale makes 3 pixels of it, to the right
    scene.motion.data[kWidth * kHeight + i] = 0.125f;  // and 2 down
  }
  scene.settings.motion_scale = {-4.0f, 16.0f};
  const Tensor history = scene.history();
  for (uint32_t y = 0; y < kHeight; ++y) {
    for (uint32_t x = 0; x < kWidth; ++x) {
      const bool inside = x + 3 < kWidth && y + 2 < kHeight;
      EXPECT_EQ(history.at(3, y, x), inside ? 1.0f : 0.0f) << x << ", " << y;
      for (uint32_t c = 0; c < 3; ++c) {
        EXPECT_EQ(history.at(c, y, x), inside ? scene.painted.at(c, y + 2, x + 3) : 0.0f) << x << ", " << y;
      }
    }
  }
}

// Catmull-Rom interpolation of a straight line is the line.
TEST(Reproject, BetweenTexelsALineStaysALine) {
  Scene scene;
  for (uint32_t y = 0; y < kHeight; ++y) {
    for (uint32_t x = 0; x < kWidth; ++x) {
      for (uint32_t c = 0; c < 3; ++c)
        scene.painted.at(c, y, x) = 0.05f * static_cast<float>(x) + 0.02f * static_cast<float>(y);
    }
  }
  scene.motion = filled(2, kHeight, kWidth, 0.25f);
  const Tensor history = scene.history();
  for (uint32_t y = 1; y + 2 < kHeight; ++y) {
    for (uint32_t x = 1; x + 2 < kWidth; ++x) {
      EXPECT_NEAR(history.at(0, y, x), scene.painted.at(0, y, x) + 0.25f * 0.07f, 1e-6f);
    }
  }
}

// At an edge the cubic overshoots: by 1/16 of the step, half way beside it.
TEST(Reproject, EdgesDoNotRing) {
  Scene scene;
  for (uint32_t y = 0; y < kHeight; ++y) {
    for (uint32_t x = 0; x < kWidth; ++x) {
      for (uint32_t c = 0; c < 3; ++c) scene.painted.at(c, y, x) = x < 6 ? 0.2f : 0.8f;
    }
  }
  for (uint32_t i = 0; i < kWidth * kHeight; ++i) scene.motion.data[i] = 0.5f;
  const Tensor history = scene.history();
  for (uint32_t x = 0; x < kWidth; ++x) {
    const float expected = x < 5 ? 0.2f : x == 5 ? 0.5f : 0.8f;
    EXPECT_NEAR(history.at(0, 4, x), expected, 1e-6f) << x;
  }
}

TEST(Reproject, JitterThatMotionHoldsIsTakenOut) {
  Scene scene;
  scene.motion = filled(2, kHeight, kWidth, 0.3f);  // previous jitter - this one
  scene.settings.motion_offset = {-0.3f, -0.3f};
  EXPECT_EQ(scene.history().at(0, 4, 4), scene.painted.at(0, 4, 4));
}

// A previous frame of half the extent: its texels lie where the frame's pixels were.
TEST(Reproject, AnotherExtentIsMappedOntoThisOne) {
  Scene scene;
  scene.painted = noisy(3, 3, 4, 6, 0.0f, 1.0f);
  scene.plain = keepPlainFrame(filled(3, 3, 4, 0.4f), filled(1, 3, 4, 0.2f));
  const Tensor history = scene.history();
  EXPECT_EQ(history.at(3, 4, 4), 1.0f);
  EXPECT_EQ(history.at(0, 4, 4), scene.painted.at(0, 1, 1));  // (4.5, 4.5) / 3 - 0.5 = (1, 1)
  EXPECT_EQ(history.at(2, 7, 10), scene.painted.at(2, 2, 3));
}

TEST(Reproject, OutsideAndNanHaveNoHistory) {
  for (const float moved : {-1000.0f, 1000.0f, NAN, INFINITY}) {
    Scene scene;
    scene.motion = filled(2, kHeight, kWidth, moved);
    for (const float value : scene.history().data) ASSERT_EQ(value, 0.0f);
  }
}

TEST(Reproject, DisocclusionIsByDepth) {
  for (const auto& [previous_metres, believed] :
       {std::pair{4.0f, 1.0f}, {4.1f, 1.0f}, {3.9f, 1.0f}, {5.0f, 0.0f}, {3.2f, 0.0f}, {400.0f, 0.0f}, {0.2f, 0.0f}}) {
    Scene scene;  // 1 / (1 + 4 m)
    scene.plain.depth = filled(1, kHeight, kWidth, 1.0f / (1.0f + previous_metres));
    EXPECT_EQ(scene.history().at(3, 4, 4), believed) << previous_metres << " m";
    scene.depth = {};  // not known in this frame
    EXPECT_EQ(scene.history().at(3, 4, 4), 1.0f) << previous_metres << " m";
  }
}

TEST(Reproject, TheFarthestIsOneDistance) {
  Scene scene;
  scene.depth = filled(1, kHeight, kWidth, 0.0f);                // sky
  scene.plain.depth = filled(1, kHeight, kWidth, 1.0f / 50000);  // mountains
  EXPECT_EQ(scene.history().at(3, 4, 4), 1.0f);
}

TEST(Reproject, PlainFramesThatDisagreeDropHistory) {
  for (const auto& [difference, believed] : {std::pair{4.0f, 1.0f}, {7.0f, 1.0f}, {33.0f, 0.0f}, {100.0f, 0.0f}}) {
    Scene scene;
    for (uint32_t i = 0; i < kWidth * kHeight; ++i) scene.seen.data[i] += difference / 255.0f;  // red alone
    EXPECT_EQ(scene.history().at(3, 4, 4), believed) << difference;
  }
  Scene scene;
  scene.seen = filled(3, kHeight, kWidth, 0.4f + 20.0f / 255.0f);
  const float half = scene.history().at(3, 4, 4);
  EXPECT_GT(half, 0.3f);
  EXPECT_LT(half, 0.7f);
}

TEST(Reproject, FilmGrainDoesNotMatter) {
  Scene scene;
  Tensor before = scene.seen;
  Random random(3);
  for (float& value : before.data) value += random.uniform(-2.0f, 2.0f) / 255.0f;
  for (float& value : scene.seen.data) value += random.uniform(-2.0f, 2.0f) / 255.0f;
  for (Tensor* tensor : {&before, &scene.seen}) {
    for (float& value : tensor->data) value = std::round(value * 255.0f) / 255.0f;  // an 8-bit frame
  }
  scene.plain = keepPlainFrame(before, scene.depth);
  const Tensor history = scene.history();
  for (uint32_t i = 0; i < kWidth * kHeight; ++i) ASSERT_EQ(history.data[3 * kWidth * kHeight + i], 1.0f);
}

TEST(Reproject, TemporalWeightScalesValidity) {
  Scene scene;
  scene.settings.temporal_weight = 0.25f;
  EXPECT_EQ(scene.history().at(3, 4, 4), 0.25f);
  scene.settings.temporal_weight = 0.0f;
  for (const float value : scene.history().data) ASSERT_EQ(value, 0.0f);
}

// ---- the depth that a moving camera makes us expect, against points moved by the matrices themselves

using Matrix = std::array<float, 16>;

std::array<double, 4> times(const Matrix& m, const std::array<double, 4>& v) {
  std::array<double, 4> out{};
  for (size_t row = 0; row < 4; ++row) {
    for (size_t column = 0; column < 4; ++column) out[row] += static_cast<double>(m[column * 4 + row]) * v[column];
  }
  return out;
}

// World to view of a camera at `eye`, turned by `yaw` about y and then by `pitch` about x.
Matrix viewMatrix(const std::array<double, 3>& eye, double yaw, double pitch) {
  const double cy = std::cos(yaw), sy = std::sin(yaw), cp = std::cos(pitch), sp = std::sin(pitch);
  const double rows[3][3] = {{cy, 0, sy}, {sp * sy, cp, -sp * cy}, {-cp * sy, sp, cp * cy}};
  Matrix m{};
  for (size_t r = 0; r < 3; ++r) {
    double moved = 0;
    for (size_t c = 0; c < 3; ++c) {
      m[c * 4 + r] = static_cast<float>(rows[r][c]);
      moved -= rows[r][c] * eye[c];
    }
    m[12 + r] = static_cast<float>(moved);
  }
  m[15] = 1;
  return m;
}

Matrix perspective(float x, float y,
                   float shift) {  // Vulkan's y down, reversed and infinite; off centre as for one eye
  Matrix m{};
  m[0] = x;
  m[5] = -y;
  m[8] = shift;
  m[11] = -1;
  m[14] = 0.1f;
  return m;
}

Matrix orthographic(float x, float y) {
  Matrix m{};
  m[0] = x;
  m[5] = -y;
  m[10] = -0.01f;
  m[12] = 0.1f;
  m[15] = 1;
  return m;
}

TEST(ExpectedDepth, FollowsTheMatrices) {
  const uint32_t width = 64, height = 48;
  for (const Matrix& projection :
       {perspective(1.2f, 1.6f, 0.0f), perspective(0.9f, 0.9f, 0.3f), orthographic(0.2f, 0.3f)}) {
    Camera camera, previous;
    camera.view = viewMatrix({1, 2, 3}, 0.3, -0.2);
    previous.view = viewMatrix({0.5, 2.5, 4}, 0.1, 0.15);
    camera.projection = previous.projection = projection;
    camera.jitter = {0.25f, -0.375f};
    const float metres = 0.5f;  // of one unit
    const ExpectedDepth expected = expectedDepth(camera, previous, width, height, metres);
    Random random(4);
    for (int i = 0; i < 100; ++i) {
      // A point of the world, drawn by both cameras.
      const std::array<double, 4> world = {static_cast<double>(random.uniform(-9, 9)),
                                           static_cast<double>(random.uniform(-9, 9)),
                                           static_cast<double>(random.uniform(-40, -9)), 1};
      const std::array<double, 4> view = times(camera.view, world);
      const std::array<double, 4> clip = times(camera.projection, view);
      if (-view[2] < 1) continue;
      const float x = static_cast<float>((clip[0] / clip[3] * 0.5 + 0.5) * width) + camera.jitter[0];
      const float y = static_cast<float>((clip[1] / clip[3] * 0.5 + 0.5) * height) + camera.jitter[1];
      const float now = static_cast<float>(-view[2]) * metres;
      const double then = -times(previous.view, world)[2] * static_cast<double>(metres);
      const float got = now * (expected.scale[0] * x + expected.scale[1] * y + expected.scale[2]) +
                        expected.offset[0] * x + expected.offset[1] * y + expected.offset[2];
      EXPECT_NEAR(got, then, 1e-4 * std::max(1.0, std::abs(then)) + 1e-3);
    }
  }
}

TEST(ExpectedDepth, IsEqualWhereACameraIsNotKnown) {
  Camera camera, previous;
  const auto isEqual = [&] {
    const ExpectedDepth e = expectedDepth(camera, previous, 64, 48, 1.0f);
    return e.scale == std::array<float, 3>{0, 0, 1} && e.offset == std::array<float, 3>{0, 0, 0};
  };
  EXPECT_TRUE(isEqual());
  camera.view = viewMatrix({1, 2, 3}, 0.3, 0);
  EXPECT_TRUE(isEqual());
  camera.projection = perspective(1, 1, 0);
  EXPECT_TRUE(isEqual());
  previous.view = viewMatrix({2, 2, 3}, 0.2, 0);
  EXPECT_FALSE(isEqual());
  camera.view = {1};  // no inverse
  EXPECT_TRUE(isEqual());
}

// The camera walks towards a wall: without matrices its approach looks like another surface, with them it does not.
TEST(ExpectedDepth, WalkingIsNoDisocclusion) {
  Scene scene;  // the wall is 4 m away, and was 5 m away
  scene.plain.depth = filled(1, kHeight, kWidth, 1.0f / 6.0f);
  EXPECT_EQ(scene.history().at(3, 4, 4), 0.0f);
  Camera camera, previous;
  camera.view = viewMatrix({0, 0, 0}, 0, 0);
  camera.projection = perspective(1, 1, 0);
  previous.view = viewMatrix({0, 0, 1}, 0, 0);
  scene.settings.expected = expectedDepth(camera, previous, kWidth, kHeight, 1.0f);
  EXPECT_EQ(scene.history().at(3, 4, 4), 1.0f);
}

}  // namespace
}  // namespace impasto::test
