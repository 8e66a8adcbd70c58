// The scene that comes with Impasto, and cameras.
#include "renderer/scene/sample_scene.h"

#include <gtest/gtest.h>

#include "renderer/camera.h"

namespace impasto::test {
namespace {

using namespace render;

TEST(SampleScene, IsTheSameEveryTime) {
  const Scene a = makeSampleScene(), b = makeSampleScene();
  ASSERT_EQ(a.vertices.size(), b.vertices.size());
  EXPECT_EQ(a.indices, b.indices);
  for (size_t i = 0; i < a.vertices.size(); ++i) {
    ASSERT_EQ(a.vertices[i].position, b.vertices[i].position);
    ASSERT_EQ(a.vertices[i].color, b.vertices[i].color);
  }
}

TEST(SampleScene, IsLightEnoughForASoftwareRenderer) {
  const Scene scene = makeSampleScene();
  size_t triangles = 0;
  for (const Node& node : scene.nodes) {
    if (node.mesh == kNone) continue;
    for (const Primitive& primitive : scene.meshes[static_cast<size_t>(node.mesh)].primitives) {
      triangles += primitive.index_count / 3;
    }
  }
  EXPECT_LT(triangles, 300000u);
}

TEST(SampleScene, RefersOnlyToWhatIsThere) {
  const Scene scene = makeSampleScene();
  for (const uint32_t index : scene.indices) ASSERT_LT(index, scene.vertices.size());
  for (const Mesh& mesh : scene.meshes) {
    for (const Primitive& primitive : mesh.primitives) {
      ASSERT_LT(static_cast<size_t>(primitive.material), scene.materials.size());
      ASSERT_LE(primitive.first_index + primitive.index_count, scene.indices.size());
    }
  }
  for (size_t i = 0; i < scene.nodes.size(); ++i) ASSERT_LT(scene.nodes[i].parent, static_cast<int>(i));
  for (const Vertex& vertex : scene.vertices) ASSERT_TRUE(std::isfinite(glm::dot(vertex.position, vertex.normal)));
}

TEST(SampleScene, MovesAndComesBackAfterOneLoop) {
  const Scene scene = makeSampleScene();
  const Pose start = poseAt(scene, 0.0), middle = poseAt(scene, 3.0), end = poseAt(scene, kSampleSceneSeconds);
  size_t moved = 0;
  for (size_t i = 0; i < scene.nodes.size(); ++i) {
    for (glm::length_t c = 0; c < 4; ++c) {
      moved += glm::length(start.world[i][c] - middle.world[i][c]) > 1e-3f;
      EXPECT_LT(glm::length(start.world[i][c] - end.world[i][c]), 1e-3f) << scene.nodes[i].name;
    }
  }
  EXPECT_GT(moved, 10u);
}

TEST(Camera, FramesASceneWithoutACamera) {
  Scene scene;
  scene.materials.emplace_back();
  for (const glm::vec3& corner : {glm::vec3(100, 0, 0), glm::vec3(130, 5, 0), glm::vec3(100, 5, -40)}) {
    scene.indices.push_back(static_cast<uint32_t>(scene.vertices.size()));
    scene.vertices.push_back({.position = corner});
  }
  scene.meshes.push_back({"triangle", {{0, 3, 0, {}}}});
  scene.nodes.push_back({.mesh = 0});
  for (const auto& [aspect, scale] : {std::pair{0.5f, 1.0f}, {1.0f, 1.0f}, {2.4f, 1.0f}, {1.0f, 1e-9f}, {1.0f, 1e9f}}) {
    scene.nodes[0].scale = glm::vec3(scale);
    const CameraView camera = sceneCamera(scene, poseAt(scene, 0.0), aspect);
    float widest = 0.0f;
    for (const Vertex& vertex : scene.vertices) {
      const glm::vec4 clip = camera.projection(aspect) * camera.view * glm::vec4(vertex.position * scale, 1.0f);
      ASSERT_GT(clip.w, 0.0f);
      ASSERT_LT(clip.z, clip.w);  // beyond the near plane: depth is reversed
      widest = std::max({widest, std::abs(clip.x / clip.w), std::abs(clip.y / clip.w)});
    }
    EXPECT_LT(widest, 1.0f);
    EXPECT_GT(widest, 0.5f);  // the box is framed, and the triangle does not fill it
  }
}

TEST(Camera, OfANodeWithoutAnExtentIsStillAView) {
  Scene scene;
  scene.nodes.push_back({.translation = {1, 2, 3}, .scale = glm::vec3(0.0f)});
  scene.cameras.push_back({.node = 0});
  const CameraView camera = sceneCamera(scene, poseAt(scene, 0.0), 1.0f);
  EXPECT_EQ(camera.position(), glm::vec3(1, 2, 3));
}

TEST(Camera, ToursRepeatAndVary) {
  const Scene scene = makeSampleScene();
  const Bounds bounds = worldBounds(scene, poseAt(scene, 0.0));
  EXPECT_EQ(tourCamera(scene, bounds, 40, 0.5f).view, tourCamera(scene, bounds, 40, 0.5f).view);
  for (uint32_t clip = 1; clip < 60; ++clip) {
    EXPECT_GT(glm::length(tourCamera(scene, bounds, clip, 0.0f).position() -
                          tourCamera(scene, bounds, clip - 1, 0.0f).position()),
              0.1f);
  }
}

}  // namespace
}  // namespace impasto::test
