// The G-buffer against geometry worked out by hand: depth, normals and motion vectors of a plane and the sky.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <glm/gtc/packing.hpp>

#include "renderer/frame_runner.h"
#include "renderer/scene/mesh_builder.h"
#include "renderer/scene_renderer.h"

namespace impasto::test {
namespace {

using namespace render;

constexpr float kFov = 0.9f;
constexpr float kDistance = 5.0f;

struct Pictures {
  uint32_t width = 0;
  std::vector<uint8_t> color;
  std::vector<float> depth;
  std::vector<uint16_t> normal;
  std::vector<float> motion;

  float depthAt(uint32_t x, uint32_t y) const { return depth[y * width + x]; }
  glm::vec3 normalAt(uint32_t x, uint32_t y) const {
    const uint16_t* n = &normal[(y * width + x) * 4];
    return {glm::unpackHalf1x16(n[0]), glm::unpackHalf1x16(n[1]), glm::unpackHalf1x16(n[2])};
  }
  glm::vec2 motionAt(uint32_t x, uint32_t y) const {
    return {motion[(y * width + x) * 2], motion[(y * width + x) * 2 + 1]};
  }
};

// A square of side 4 at the origin, facing +Z; the camera looks at it from kDistance away.
Scene squareScene() {
  Scene scene;
  scene.materials.push_back({.name = "plain", .double_sided = true});
  MeshBuilder builder;
  builder.quad(0, {-2, -2, 0}, {2, -2, 0}, {2, 2, 0}, {-2, 2, 0}, glm::vec3(0.5f));
  addNode(scene, "square", builder.finish(scene, "square"));
  scene.environment.cloud_cover = 0.0f;
  return scene;
}

CameraView frontCamera(const glm::vec3& offset = glm::vec3(0.0f)) {
  const glm::vec3 position = glm::vec3(0, 0, kDistance) + offset;
  return lookAt(position, position - glm::vec3(0, 0, 1), kFov, 0.1f);
}

class GBuffer : public testing::Test {
 protected:
  static Device& device() {
    static Device instance([] {
      DeviceOptions options;
      options.validation = true;
      return options;
    }());
    return instance;
  }

  void TearDown() override {
    for (const std::string& message : device().validationMessages()) ADD_FAILURE() << message;
  }

  static Pictures render(const Scene& scene, uint32_t width, uint32_t height, const FrameView& now,
                         const std::optional<FrameView>& previous) {
    SceneRenderer renderer(device(), scene, width, height);
    return render(renderer, now, previous);
  }

  static Pictures render(SceneRenderer& renderer, const FrameView& now, const std::optional<FrameView>& previous) {
    FrameRunner runner(device());
    const Targets& targets = renderer.targets();
    const Readback color(device(), targets.color, 4), depth(device(), targets.depth, 4),
        normal(device(), targets.normal, 8), motion(device(), targets.motion, 8);
    runner.run([&](VkCommandBuffer commands) {
      renderer.record(commands, 0, now, previous);
      constexpr VkImageLayout kLayout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL;
      color.record(commands, targets.color, kLayout);
      depth.record(commands, targets.depth, kLayout);
      normal.record(commands, targets.normal, kLayout);
      motion.record(commands, targets.motion, kLayout);
    });
    Pictures out;
    out.width = renderer.width();
    const auto copy = [](auto& values, const Readback& from) {
      values.resize(from.size() / sizeof(values[0]));
      std::memcpy(values.data(), from.data(), from.size());
    };
    copy(out.color, color);
    copy(out.depth, depth);
    copy(out.normal, normal);
    copy(out.motion, motion);
    return out;
  }

  // How many pixels one metre is at kDistance in a picture of this height.
  static float pixelsPerMetre(uint32_t height) {
    return static_cast<float>(height) * 0.5f / std::tan(kFov * 0.5f) / kDistance;
  }
};

TEST_F(GBuffer, DepthIsAlongTheViewDirection) {
  const Scene scene = squareScene();
  const Pose pose = poseAt(scene, 0.0);
  const Pictures out = render(scene, 64, 48, {frontCamera(), &pose}, std::nullopt);
  // The same in the middle and off it: depth, not distance. fp32 interpolation: a few units in the last place.
  EXPECT_NEAR(out.depthAt(32, 24), kDistance, 1e-4f);
  EXPECT_NEAR(out.depthAt(20, 14), kDistance, 1e-4f);
  EXPECT_EQ(out.depthAt(0, 0), kSkyDepth);
}

TEST_F(GBuffer, DepthOfATiltedPlane) {
  Scene scene = squareScene();
  scene.nodes[0].rotation = glm::angleAxis(0.6f, glm::vec3(0, 1, 0));
  const Pose pose = poseAt(scene, 0.0);
  const Pictures out = render(scene, 64, 64, {frontCamera(), &pose}, std::nullopt);
  const glm::vec3 normal(std::sin(0.6f), 0.0f, std::cos(0.6f));
  for (const uint32_t x : {26u, 32u, 40u}) {
    // The ray through the pixel's centre meets the plane through the origin.
    const float across = ((static_cast<float>(x) + 0.5f) / 32.0f - 1.0f) * std::tan(kFov * 0.5f);
    const float up = -((30.0f + 0.5f) / 32.0f - 1.0f) * std::tan(kFov * 0.5f);
    const glm::vec3 ray(across, up, -1.0f);
    const float expected = -kDistance * normal.z / glm::dot(ray, normal);
    EXPECT_NEAR(out.depthAt(x, 30), expected, 1e-3f) << "x " << x;
    EXPECT_LT(glm::length(out.normalAt(x, 30) - normal), 2e-3f);  // half floats
  }
}

TEST_F(GBuffer, NothingMovesWithoutAPreviousFrame) {
  const Scene scene = squareScene();
  const Pose pose = poseAt(scene, 0.0);
  for (const float value : render(scene, 40, 30, {frontCamera(), &pose}, std::nullopt).motion) ASSERT_EQ(value, 0.0f);
}

TEST_F(GBuffer, MotionOfAMovingObject) {
  Scene scene = squareScene();
  const Pose before = poseAt(scene, 0.0);
  scene.nodes[0].translation = {0.25f, -0.5f, 0.0f};
  const Pose now = poseAt(scene, 0.0);
  const Pictures out = render(scene, 64, 48, {frontCamera(), &now}, FrameView{frontCamera(), &before});
  // It moved right and down (Y of pictures points down): where it was is to the left and above.
  const float scale = pixelsPerMetre(48);
  EXPECT_NEAR(out.motionAt(32, 24).x, -0.25f * scale, 1e-3f);
  EXPECT_NEAR(out.motionAt(32, 24).y, -0.5f * scale, 1e-3f);
  EXPECT_EQ(out.motionAt(0, 0), glm::vec2(0.0f));  // the sky stays
}

TEST_F(GBuffer, MotionOfAMovingCamera) {
  const Scene scene = squareScene();
  const Pose pose = poseAt(scene, 0.0);
  const Pictures out = render(scene, 64, 48, {frontCamera({0.3f, 0.0f, 0.0f}), &pose}, FrameView{frontCamera(), &pose});
  EXPECT_NEAR(out.motionAt(30, 24).x, 0.3f * pixelsPerMetre(48), 1e-3f);
  EXPECT_NEAR(out.motionAt(30, 24).y, 0.0f, 1e-3f);
}

TEST_F(GBuffer, MotionOfTheSkyWhenTheCameraTurns) {
  const Scene scene = squareScene();
  const Pose pose = poseAt(scene, 0.0);
  const CameraView before = frontCamera();
  CameraView now = before;
  constexpr float kAngle = 0.05f;  // to the left, so that all moves right
  now.view = glm::rotate(glm::mat4(1.0f), -kAngle, glm::vec3(0, 1, 0)) * before.view;
  const Pictures out = render(scene, 64, 48, {now, &pose}, FrameView{before, &pose});
  constexpr float kFocal = 24.0f;
  const float focal = kFocal / std::tan(kFov * 0.5f);
  const float here = 2.5f - 32.0f;  // pixel 2 of the upper row, from the middle
  const float angle = std::atan(here / focal);
  EXPECT_NEAR(out.motionAt(2, 0).x, focal * std::tan(angle - kAngle) - here, 0.02f);
  EXPECT_EQ(out.depthAt(2, 0), kSkyDepth);
}

TEST_F(GBuffer, MotionOfASkinnedMesh) {
  Scene scene = squareScene();
  for (Vertex& vertex : scene.vertices) vertex.weights = glm::u16vec4(65535, 0, 0, 0);
  addNode(scene, "joint", kNone);
  scene.skins.push_back({{1}, {glm::mat4(1.0f)}});
  scene.nodes[0].skin = 0;
  const Pose before = poseAt(scene, 0.0);
  scene.nodes[1].translation = {0.2f, 0.0f, 0.0f};
  const Pose now = poseAt(scene, 0.0);
  const Pictures out = render(scene, 64, 48, {frontCamera(), &now}, FrameView{frontCamera(), &before});
  EXPECT_NEAR(out.motionAt(32, 24).x, -0.2f * pixelsPerMetre(48), 1e-3f);
}

TEST_F(GBuffer, BackFacesAreCulledUnlessDoubleSided) {
  Scene scene = squareScene();
  scene.nodes[0].rotation = glm::angleAxis(3.14159265f, glm::vec3(0, 1, 0));
  const Pose pose = poseAt(scene, 0.0);
  EXPECT_NEAR(render(scene, 16, 16, {frontCamera(), &pose}, std::nullopt).depthAt(8, 8), kDistance, 1e-4f);
  scene.materials[0].double_sided = false;
  EXPECT_EQ(render(scene, 16, 16, {frontCamera(), &pose}, std::nullopt).depthAt(8, 8), kSkyDepth);
  scene.nodes[0].scale.z = -1.0f;  // mirrored: inside out twice is right again
  const Pose mirrored = poseAt(scene, 0.0);
  EXPECT_NEAR(render(scene, 16, 16, {frontCamera(), &mirrored}, std::nullopt).depthAt(8, 8), kDistance, 1e-4f);
}

TEST_F(GBuffer, SurfacesThatFaceTheEyeExactlyAreLit) {
  Scene scene = squareScene();
  for (Vertex& vertex : scene.vertices) vertex.normal = glm::vec3(0.0f);  // the shader then takes the view direction
  const Pose pose = poseAt(scene, 0.0);
  const Pictures out = render(scene, 64, 64, {frontCamera(), &pose}, std::nullopt);
  for (uint32_t y = 10; y < 54; ++y) {
    for (uint32_t x = 10; x < 54; ++x) {
      ASSERT_GT(out.color[(y * out.width + x) * 4], 40) << x << ", " << y;  // NaN would be black
    }
  }
}

TEST_F(GBuffer, MaskedHolesShowWhatIsBehind) {
  Scene scene = squareScene();
  scene.materials[0].alpha_mode = AlphaMode::Mask;
  scene.materials[0].base_color.a = 0.4f;
  const Pose pose = poseAt(scene, 0.0);
  EXPECT_EQ(render(scene, 16, 16, {frontCamera(), &pose}, std::nullopt).depthAt(8, 8), kSkyDepth);
  scene.materials[0].alpha_cutoff = 0.3f;
  EXPECT_NEAR(render(scene, 16, 16, {frontCamera(), &pose}, std::nullopt).depthAt(8, 8), kDistance, 1e-4f);
}

TEST_F(GBuffer, ShadowsFallWhereTheSunIsHidden) {
  Scene scene = squareScene();
  scene.environment.to_sun = {0.0f, 0.0f, 1.0f};
  MeshBuilder builder;
  builder.quad(0, {-0.4f, -0.4f, 0}, {0.4f, -0.4f, 0}, {0.4f, 0.4f, 0}, {-0.4f, 0.4f, 0}, glm::vec3(0.5f));
  addNode(scene, "blind", builder.finish(scene, "blind"), {0.0f, 0.0f, 8.0f});  // behind the camera
  const Pose pose = poseAt(scene, 0.0);
  const Pictures out = render(scene, 48, 48, {frontCamera(), &pose}, std::nullopt);
  const auto red = [&](uint32_t x, uint32_t y) { return out.color[(y * out.width + x) * 4]; };
  EXPECT_LT(red(24, 24) + 40, red(14, 14));
}

TEST_F(GBuffer, AnyExtentWorks) {
  const Scene scene = squareScene();
  const Pose pose = poseAt(scene, 0.0);
  SceneRenderer renderer(device(), scene, 1, 1);
  EXPECT_NEAR(render(renderer, {frontCamera(), &pose}, std::nullopt).depthAt(0, 0), kDistance, 1e-4f);
  for (const auto& [width, height] : {std::pair{97u, 3u}, {1u, 61u}, {17u, 13u}}) {
    renderer.resize(width, height);
    const Pictures out = render(renderer, {frontCamera(), &pose}, std::nullopt);
    EXPECT_NEAR(out.depthAt(width / 2, height / 2), kDistance, 1e-4f);
  }
  EXPECT_THROW(renderer.resize(0, 5), Error);
  EXPECT_THROW(SceneRenderer(device(), scene, kMaxExtent + 1, 1), Error);
}

}  // namespace
}  // namespace impasto::test
