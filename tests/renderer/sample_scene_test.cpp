// The scene that comes with Impasto.
#include "renderer/scene/sample_scene.h"

#include <gtest/gtest.h>

#include "renderer/scene/pose.h"

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

}  // namespace
}  // namespace impasto::test
