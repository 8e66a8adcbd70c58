// Shadows of the sun: the views that they are drawn by, and that they are sharp at the camera's feet in large scenes.
#include "g_buffer_fixture.h"
#include "renderer/shadow_fit.h"

namespace impasto::test {
namespace {

constexpr float kAspect = 1.5f;
constexpr uint32_t kTexels = 2048;

Bounds boxOf(float half) {
  Bounds bounds;
  bounds.add(glm::vec3(-half, 0.0f, -half));
  bounds.add(glm::vec3(half, half * 0.1f, half));
  return bounds;
}

const glm::vec3 kToSun = glm::normalize(glm::vec3(0.4f, 0.7f, 0.5f));

std::array<ShadowFit, kShadowCascades> fits(const CameraView& camera, float distance = 0.0f) {
  return fitShadows(boxOf(300.0f), camera, kAspect, kToSun, distance, kTexels);
}

TEST(ShadowFit, CoversTheSceneAndFinerWhatIsNear) {
  const CameraView camera = lookAt({10, 2, 30}, {0, 1, 0}, kFov, 0.1f);
  const auto cascades = fits(camera);
  EXPECT_FLOAT_EQ(cascades[1].texel_size, cascades[0].texel_size * 0.25f);
  EXPECT_FLOAT_EQ(cascades[2].texel_size, cascades[0].texel_size * 0.0625f);
  const glm::mat4 world = glm::inverse(camera.view);
  const float tan_y = std::tan(kFov * 0.5f);
  for (uint32_t i = 0; i < kShadowCascades; ++i) {
    // Corners of the view, to as far as this cascade reaches: the whole scene's is held by its box below.
    const float reach = i == 0 ? 0.0f : cascades[i].half_extent;
    for (const glm::vec2 corner : {glm::vec2(-1, -1), {1, -1}, {-1, 1}, {1, 1}, {0, 0}}) {
      for (const float depth : {0.1f, 0.5f, 1.0f}) {
        const glm::vec4 view(corner.x * tan_y * kAspect * reach * depth, corner.y * tan_y * reach * depth, -reach * depth, 1.0f);
        const glm::vec3 mapped = cascades[i].matrix * (world * view);
        EXPECT_TRUE(glm::all(glm::greaterThanEqual(mapped, glm::vec3(0.0f))) && glm::all(glm::lessThanEqual(mapped, glm::vec3(1.0f))))
            << "cascade " << i << ", " << mapped.x << " " << mapped.y << " " << mapped.z;
      }
    }
  }
  for (int corner = 0; corner < 8; ++corner) {
    const Bounds box = boxOf(300.0f);
    const glm::vec3 point(corner & 1 ? box.low.x : box.high.x, corner & 2 ? box.low.y : box.high.y, corner & 4 ? box.low.z : box.high.z);
    const glm::vec3 mapped = cascades[0].matrix * glm::vec4(point, 1.0f);
    EXPECT_TRUE(mapped.x >= 0.0f && mapped.x <= 1.0f && mapped.y >= 0.0f && mapped.y <= 1.0f && mapped.z <= 1.0f);
  }
}

// Moving the camera moves a map by whole texels, so that edges do not crawl.
TEST(ShadowFit, IsSnappedToTexels) {
  const auto here = fits(lookAt({10, 2, 30}, {0, 1, 0}, kFov, 0.1f));
  const auto there = fits(lookAt({10.013f, 2.3f, 29.7f}, {0.1f, 1.1f, -0.2f}, kFov, 0.1f));
  for (uint32_t i = 0; i < kShadowCascades; ++i) {
    EXPECT_FLOAT_EQ(here[i].texel_size, there[i].texel_size);
    const glm::vec3 moved = (here[i].matrix * glm::vec4(0, 0, 0, 1) - there[i].matrix * glm::vec4(0, 0, 0, 1)) * static_cast<float>(kTexels);
    EXPECT_NEAR(moved.x, std::round(moved.x), 0.01f) << i;
    EXPECT_NEAR(moved.y, std::round(moved.y), 0.01f) << i;
  }
}

TEST(ShadowFit, LeavesOutWhatLooksAtNothing) {
  const auto far_off = fits(lookAt({0, 1500, 1500}, {0, 0, 0}, kFov, 0.1f));  // the scene is beyond both
  EXPECT_EQ(far_off[1].texel_size, 0.0f);
  EXPECT_EQ(far_off[2].texel_size, 0.0f);
  EXPECT_LT((far_off[2].matrix * glm::vec4(1, 2, 3, 1)).x, 0.0f);
  const auto near_by = fits(lookAt({0, 2, 5}, {0, 1, 0}, kFov, 0.1f), 40.0f);
  EXPECT_LT(near_by[0].half_extent, 45.0f);  // no farther than shadows are wanted
}

// A post of 12 cm on a plain of 600 m, seen from three metres: one map over all of it has texels of 40 cm.
TEST_F(GBuffer, ShadowsAreSharpAtTheFeetInALargeScene) {
  Scene scene;
  scene.materials.push_back({.name = "plain", .double_sided = true});
  MeshBuilder ground, post;
  ground.quad(0, {-300, 0, 300}, {300, 0, 300}, {300, 0, -300}, {-300, 0, -300}, glm::vec3(0.5f));
  addNode(scene, "ground", ground.finish(scene, "ground"));
  post.quad(0, {-0.06f, 0, 0}, {0.06f, 0, 0}, {0.06f, 1.5f, 0}, {-0.06f, 1.5f, 0}, glm::vec3(0.5f));
  addNode(scene, "post", post.finish(scene, "post"));
  scene.environment.to_sun = glm::normalize(glm::vec3(0.0f, 1.0f, -1.0f));  // from behind it: the shadow comes to us
  scene.environment.sun_color = glm::vec3(4.0f);
  scene.environment.cloud_cover = 0.0f;
  const Pose pose = poseAt(scene, 0.0);
  const CameraView camera = lookAt({0, 2.5f, 3.0f}, {0, 0, 0.7f}, kFov, 0.05f);
  SceneRenderer renderer(device(), scene, 240, 160);
  Look look;
  look.ambient_occlusion = false;
  renderer.setLook(look);
  const Pictures picture = render(renderer, {camera, &pose}, std::nullopt);
  // Along a row across the shadow: dark for about as many pixels as the post is wide, at once bright beside it.
  const auto at = [&](const glm::vec3& point) {
    const glm::vec4 clip = camera.projection(1.5f) * camera.view * glm::vec4(point, 1.0f);
    return glm::uvec2((clip.x / clip.w * 0.5f + 0.5f) * 240.0f, (clip.y / clip.w * 0.5f + 0.5f) * 160.0f);
  };
  const uint32_t row = at({0, 0, 0.8f}).y;
  const int width = static_cast<int>(at({0.06f, 0, 0.8f}).x - at({-0.06f, 0, 0.8f}).x);
  const auto brightness = [&](uint32_t x) { return static_cast<int>(picture.color[(row * 240 + x) * 4 + 1]); };
  const int open = brightness(30), covered = brightness(at({0, 0, 0.8f}).x);
  ASSERT_LT(covered, open * 6 / 10) << "no shadow where the post's is";
  int dark = 0;
  for (uint32_t x = 20; x < 220; ++x) dark += brightness(x) < (open + covered) / 2;
  EXPECT_NEAR(dark, width, 0.5 * width + 1);
}

}  // namespace
}  // namespace impasto::test
