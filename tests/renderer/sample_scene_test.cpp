// The scenes that come with Impasto.
#include "renderer/scene/sample_scene.h"

#include <gtest/gtest.h>

#include "renderer/scene/open_scene.h"
#include "renderer/scene/pose.h"

namespace impasto::test {
namespace {

using namespace render;

class SampleScene : public testing::TestWithParam<const char*> {
 protected:
  static Scene make() { return openScene(GetParam()); }
};

TEST_P(SampleScene, IsTheSameEveryTime) {
  const Scene a = make(), b = make();
  ASSERT_EQ(a.vertices.size(), b.vertices.size());
  EXPECT_EQ(a.indices, b.indices);
  for (size_t i = 0; i < a.vertices.size(); ++i) {
    ASSERT_EQ(a.vertices[i].position, b.vertices[i].position);
    ASSERT_EQ(a.vertices[i].color, b.vertices[i].color);
  }
}

TEST_P(SampleScene, IsLightEnoughForASoftwareRenderer) {
  const Scene scene = make();
  size_t triangles = 0;
  for (const Node& node : scene.nodes) {
    if (node.mesh == kNone) continue;
    for (const Primitive& primitive : scene.meshes[static_cast<size_t>(node.mesh)].primitives) {
      triangles += primitive.index_count / 3;
    }
  }
  EXPECT_LT(triangles, 300000u);
}

TEST_P(SampleScene, RefersOnlyToWhatIsThere) {
  const Scene scene = make();
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

TEST_P(SampleScene, MovesAndComesBackAfterOneLoop) {
  const Scene scene = make();
  const Pose start = poseAt(scene, 0.0), middle = poseAt(scene, 3.0), end = poseAt(scene, kSampleSceneSeconds);
  size_t moved = 0;
  for (size_t i = 0; i < scene.nodes.size(); ++i) {
    for (glm::length_t c = 0; c < 4; ++c) {
      moved += glm::length(start.world[i][c] - middle.world[i][c]) > 1e-3f;
      EXPECT_LT(glm::length(start.world[i][c] - end.world[i][c]), 1e-3f) << scene.nodes[i].name;
    }
  }
  EXPECT_GT(moved, 2u);  // in the garden only the camera: the rest is moved by the wind, in the shader
}

TEST_P(SampleScene, HasACameraAndViewpoints) {
  const Scene scene = make();
  EXPECT_FALSE(scene.cameras.empty());
  EXPECT_GE(scene.viewpoints.size(), 8u);
  for (const Light& light : scene.lights) ASSERT_LT(static_cast<size_t>(light.node), scene.nodes.size());
}

INSTANTIATE_TEST_SUITE_P(, SampleScene, testing::Values("harbour", "carousel", "atelier", "garden"),
                         [](const auto& which) { return std::string(which.param); });

}  // namespace
}  // namespace impasto::test
