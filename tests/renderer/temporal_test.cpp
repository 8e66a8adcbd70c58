// Temporal smoothing: what it gathers is what more samples would show, and nothing of what is gone.
#include "g_buffer_fixture.h"

namespace impasto::test {
namespace {

constexpr uint32_t kWidth = 96, kHeight = 72;

class Temporal : public GBuffer {
 protected:
  Temporal() {
    scene_ = squareScene();
    scene_.materials[0].shading = Shading::Unlit;
    scene_.environment.sun_color = glm::vec3(0.0f);
    // Slanted edges, and a bar finer than a pixel.
    scene_.nodes[0].rotation = glm::angleAxis(0.23f, glm::vec3(0, 0, 1));
    MeshBuilder bar;
    bar.quad(0, {-3, 1.6f, 0.1f}, {3, 2.3f, 0.1f}, {3, 2.34f, 0.1f}, {-3, 1.64f, 0.1f}, glm::vec3(0.02f));
    addNode(scene_, "bar", bar.finish(scene_, "bar"));
  }

  static Look look(bool smooth) {
    Look look;
    look.tonemap = Tonemap::None;
    look.ambient_occlusion = false;
    look.temporal_smoothing = smooth;
    return look;
  }

  // The last of `frames` frames, each `step` after the one before.
  Pictures lastOf(int frames, bool smooth, const glm::vec3& step = glm::vec3(0.0f)) {
    SceneRenderer renderer(device(), scene_, kWidth, kHeight);
    renderer.setLook(look(smooth));
    const glm::vec3 start = scene_.nodes[0].translation;
    Pose before;
    Pictures picture;
    for (int i = 0; i < frames; ++i) {
      scene_.nodes[0].translation = start + step * static_cast<float>(i);
      const Pose now = poseAt(scene_, 0.0);
      std::optional<FrameView> previous;
      if (i > 0) previous = FrameView{frontCamera(), &before};
      picture = render(renderer, {frontCamera(), &now}, previous);
      before = now;
    }
    scene_.nodes[0].translation = start;
    return picture;
  }

  // Linear light of the same with 12 x 12 times the samples.
  std::vector<float> supersampled(const CameraView& camera = frontCamera()) {
    constexpr uint32_t kTimes = 12;
    SceneRenderer renderer(device(), scene_, kWidth * kTimes, kHeight * kTimes);
    renderer.setLook(look(false));
    const Pose pose = poseAt(scene_, 0.0);
    const Pictures large = render(renderer, {camera, &pose}, std::nullopt);
    std::vector<float> out(kWidth * kHeight * 3);
    for (uint32_t y = 0; y < kHeight * kTimes; ++y) {
      for (uint32_t x = 0; x < kWidth * kTimes; ++x) {
        for (uint32_t c = 0; c < 3; ++c) {
          out[(y / kTimes * kWidth + x / kTimes) * 3 + c] += linear(large.color[(y * kWidth * kTimes + x) * 4 + c]) / (kTimes * kTimes);
        }
      }
    }
    return out;
  }

  static float linear(uint8_t code) {
    const float v = static_cast<float>(code) / 255.0f;
    return v <= 0.04045f ? v / 12.92f : std::pow((v + 0.055f) / 1.055f, 2.4f);
  }

  static std::vector<float> linearOf(const Pictures& picture) {
    std::vector<float> out(picture.color.size() / 4 * 3);
    for (size_t i = 0; i < out.size(); ++i) out[i] = linear(picture.color[i / 3 * 4 + i % 3]);
    return out;
  }

  // Root mean square over the pixels.
  static double errorOf(const Pictures& picture, const std::vector<float>& wanted) {
    const std::vector<float> seen = linearOf(picture);
    double sum = 0.0;
    for (size_t i = 0; i < wanted.size(); ++i) {
      const double off = seen[i] - wanted[i];
      sum += off * off;
    }
    return std::sqrt(sum / static_cast<double>(wanted.size()));
  }

  Scene scene_;
};

TEST_F(Temporal, StillEdgesBecomeWhatMoreSamplesWouldShow) {
  const std::vector<float> wanted = supersampled();
  const double plain = errorOf(lastOf(1, false), wanted), smooth = errorOf(lastOf(16, true), wanted);
  std::printf("error %.5f plain, %.5f smoothed\n", plain, smooth);
  EXPECT_LT(smooth, plain * 0.65);
}

// While the camera creeps, what changes from one frame to the next is what truly changes; steps of a quarter of a pixel's
// light, which four samples take, shimmer.
TEST_F(Temporal, EdgesShimmerLessUnderAMovingCamera) {
  const glm::vec3 step(0.004f, 0.006f, 0.0f);  // about a tenth of a pixel
  const Pose pose = poseAt(scene_, 0.0);
  const auto at = [&](int i) { return frontCamera(step * static_cast<float>(i)); };
  constexpr int kFirst = 12, kFrames = 16;
  const auto frames = [&](bool smooth) {
    SceneRenderer renderer(device(), scene_, kWidth, kHeight);
    renderer.setLook(look(smooth));
    std::vector<std::vector<float>> out;
    for (int i = 0; i < kFrames; ++i) {
      std::optional<FrameView> previous;
      if (i > 0) previous = FrameView{at(i - 1), &pose};
      const Pictures picture = render(renderer, {at(i), &pose}, previous);
      if (i >= kFirst) out.push_back(linearOf(picture));
    }
    return out;
  };
  std::vector<std::vector<float>> wanted;
  for (int i = kFirst; i < kFrames; ++i) wanted.push_back(supersampled(at(i)));
  const auto shimmer = [&](const std::vector<std::vector<float>>& seen) {
    double sum = 0.0;
    for (size_t t = 1; t < seen.size(); ++t) {
      for (size_t i = 0; i < seen[t].size(); ++i) {
        const double off = (seen[t][i] - seen[t - 1][i]) - (wanted[t][i] - wanted[t - 1][i]);
        sum += off * off;
      }
    }
    return std::sqrt(sum / static_cast<double>((seen.size() - 1) * seen[0].size()));
  };
  const double plain = shimmer(frames(false)), smooth = shimmer(frames(true));
  std::printf("shimmer %.5f plain, %.5f smoothed\n", plain, smooth);
  EXPECT_LT(smooth, plain * 0.65);
}

TEST_F(Temporal, WhatMovesLeavesNoTrail) {
  const glm::vec3 step(0.35f, 0.1f, 0.0f);  // some five pixels a frame
  const int frames = 9;
  const Pictures smooth = lastOf(frames, true, step);
  const glm::vec3 start = scene_.nodes[0].translation;
  scene_.nodes[0].translation = start + step * static_cast<float>(frames - 1);
  const Pictures plain = lastOf(1, false);
  scene_.nodes[0].translation = start;
  int compared = 0, most = 0;
  for (uint32_t y = 2; y < kHeight - 2; ++y) {
    for (uint32_t x = 2; x < kWidth - 2; ++x) {
      bool edge = false;
      for (uint32_t j = y - 2; j <= y + 2; ++j) {
        for (uint32_t i = x - 2; i <= x + 2; ++i) edge = edge || plain.objectAt(i, j) != plain.objectAt(x, y);
      }
      if (edge) continue;
      ++compared;
      for (uint32_t c = 0; c < 3; ++c) {
        most = std::max(most, std::abs(smooth.color[(y * kWidth + x) * 4 + c] - plain.color[(y * kWidth + x) * 4 + c]));
      }
    }
  }
  ASSERT_GT(compared, 3000);
  EXPECT_LE(most, 2);
}

TEST_F(Temporal, TheGBufferStandsStill) {
  const Pictures first = lastOf(1, true), fifth = lastOf(5, true);
  EXPECT_EQ(first.depth, fifth.depth);
  EXPECT_EQ(first.object, fifth.object);
  EXPECT_EQ(first.base_color, fifth.base_color);
  EXPECT_EQ(first.normal, fifth.normal);
  for (const float motion : fifth.motion) ASSERT_EQ(motion, 0.0f);
  // And is what it is without smoothing, but for pixels that an edge goes through.
  const Pictures plain = lastOf(1, false);
  size_t other = 0;
  for (size_t i = 0; i < plain.object.size(); ++i) {
    other += plain.object[i] != first.object[i];
    if (plain.object[i] != first.object[i]) continue;
    EXPECT_NEAR(plain.depth[i], first.depth[i], 1e-3f * plain.depth[i]);
  }
  EXPECT_LT(other, plain.object.size() / 40);
}

TEST_F(Temporal, ForgetsAtACutAndRepeatsItself) {
  SceneRenderer renderer(device(), scene_, kWidth, kHeight);
  renderer.setLook(look(true));
  const Pose pose = poseAt(scene_, 0.0);
  const auto two = [&] {
    const Pictures first = render(renderer, {frontCamera(), &pose}, std::nullopt);
    const Pictures second = render(renderer, {frontCamera(), &pose}, FrameView{frontCamera(), &pose});
    return std::pair(first.color, second.color);
  };
  const auto before = two();
  render(renderer, {frontCamera({0.5f, 0, 0}), &pose}, std::nullopt);
  const auto after = two();
  EXPECT_EQ(before.first, after.first);
  EXPECT_EQ(before.second, after.second);
  EXPECT_NE(before.first, before.second);  // it was drawn elsewhere
}

}  // namespace
}  // namespace impasto::test
