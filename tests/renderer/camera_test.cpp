// Cameras: framing, tours, paths.
#include "renderer/camera.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "renderer/camera_path.h"
#include "renderer/error.h"
#include "renderer/occupancy.h"
#include "renderer/scene/mesh_builder.h"
#include "renderer/scene/sample_scene.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

using namespace render;
using testing::HasSubstr;

TEST(Camera, FramesASceneWithoutACamera) {
  Scene scene;
  scene.materials.emplace_back();
  for (const glm::vec3& corner : {glm::vec3(100, 0, 0), glm::vec3(130, 5, 0), glm::vec3(100, 5, -40)}) {
    scene.indices.push_back(static_cast<uint32_t>(scene.vertices.size()));
    scene.vertices.push_back({.position = corner});
  }
  scene.meshes.push_back({"triangle", {{Shape::Triangles, 0, 3, 0, {}}}});
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

// A closed box of 10 x 10 x 10 around the origin, and a stack of cubes in it.
Scene roomScene() {
  Scene scene;
  scene.materials.emplace_back();
  MeshBuilder builder;
  builder.box(0, {-5, -5, -5}, {5, 5, 5}, glm::vec3(0.5f));
  for (int i = 0; i < 12; ++i) {
    const auto y = static_cast<float>(i) * 0.3f - 5.0f;
    builder.box(0, {-0.4f, y, -0.4f}, {0.4f, y + 0.3f, 0.4f}, glm::vec3(0.5f));
  }
  addNode(scene, "room", builder.finish(scene, "room"));
  return scene;
}

TEST(Camera, DoesNotWaitForWhatLiesFarOff) {
  Scene scene;
  scene.materials.emplace_back();
  MeshBuilder builder;
  for (int i = 0; i < 30; ++i) builder.box(0, {-1, -1, -1}, {1, 1, 1}, glm::vec3(0.5f));
  builder.quad(0, {500, 0, 0}, {500.1f, 0, 0}, {500.1f, 0.1f, 0}, {500, 0.1f, 0}, glm::vec3(0.5f));
  addNode(scene, "cubes and a speck", builder.finish(scene, "mesh"));
  EXPECT_LT(glm::length(sceneCamera(scene, poseAt(scene, 0.0), 1.0f).position()), 12.0f);
}

TEST(Camera, ToursKeepRoomBeforeThem) {
  const Scene scene = roomScene();
  const Pose pose = poseAt(scene, 0.0);
  const Bounds bounds = worldBounds(scene, pose);
  const Occupancy occupancy(scene, pose);
  int blocked_without = 0;
  for (uint32_t clip = 0; clip < 40; ++clip) {
    const auto room = [&](const CameraView& camera) {
      const glm::mat4 world = glm::inverse(camera.view);
      return occupancy.clearWay(camera.position(), -glm::vec3(world[2]), 10.0f);
    };
    EXPECT_GT(room(tourCamera(scene, bounds, clip, 0.0f, &occupancy)), 1.0f) << "clip " << clip;
    blocked_without += room(tourCamera(scene, bounds, clip, 0.0f)) < 1.0f;
  }
  EXPECT_GT(blocked_without, 0) << "every place has room: the test tests nothing";
}

TEST(Occupancy, StopsRaysAtWalls) {
  const Scene scene = roomScene();
  const Occupancy occupancy(scene, poseAt(scene, 0.0));
  const float tolerance = occupancy.cubeSize() * 1.5f;
  EXPECT_NEAR(occupancy.clearWay({2, 0, 0}, {1, 0, 0}, 100.0f), 3.0f, tolerance);
  EXPECT_NEAR(occupancy.clearWay({20, 0, 0}, {-1, 0, 0}, 100.0f), 15.0f, tolerance);
  EXPECT_EQ(occupancy.clearWay({20, 0, 0}, {1, 0, 0}, 100.0f), 100.0f);
  EXPECT_EQ(occupancy.clearWay({5, 0, 0}, {1, 0, 0}, 100.0f), 0.0f);
}

TEST(CameraPath, PassesThroughItsKeysAndStaysAtItsEnds) {
  CameraPath path;
  path.keys = {{1.0, {0, 0, 0}, {1, 0, 0, 0}, 0.5f},
               {2.0, {1, 0, 0}, glm::angleAxis(1.0f, glm::vec3(0, 1, 0)), 0.7f},
               {4.0, {1, 2, 0}, glm::angleAxis(1.0f, glm::vec3(0, 1, 0)), 0.9f}};
  const auto near = [](const glm::vec3& a, const glm::vec3& b) { return glm::length(a - b) < 1e-5f; };
  EXPECT_TRUE(near(path.at(-3.0).position(), {0, 0, 0}));
  EXPECT_TRUE(near(path.at(2.0).position(), {1, 0, 0}));
  EXPECT_TRUE(near(path.at(9.0).position(), {1, 2, 0}));
  EXPECT_FLOAT_EQ(path.at(3.0).vertical_fov, 0.8f);
  const glm::vec3 ahead = -glm::vec3(glm::inverse(path.at(1.5).view)[2]);
  EXPECT_TRUE(near(ahead, {-std::sin(0.5f), 0, -std::cos(0.5f)}));
}

TEST(CameraPath, FilesComeBackAsTheyWere) {
  const TempDir dir;
  CameraPath path;
  path.near_plane = 0.25f;
  path.keys = {{0.0, {0.1f, 2, 3}, glm::normalize(glm::quat(0.3f, 0.1f, 0.2f, 0.9f)), 0.5f},
               {1.5, {1, 0, 7}, {1, 0, 0, 0}, 0.7f}};
  writeCameraPath(path, dir.path() / "path.json");
  const CameraPath read = readCameraPath(dir.path() / "path.json");
  ASSERT_EQ(read.keys.size(), 2u);
  EXPECT_EQ(read.near_plane, 0.25f);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read.keys[i].seconds, path.keys[i].seconds);
    EXPECT_EQ(read.keys[i].position, path.keys[i].position);
    EXPECT_LT(glm::length(read.keys[i].rotation - path.keys[i].rotation), 1e-6f);
  }
}

TEST(CameraPath, FilesAreChecked) {
  const TempDir dir;
  const auto refusal = [&](const nlohmann::json& keys) {
    const nlohmann::json whole = {{"format", "impasto-camera-path"}, {"version", 1}, {"keys", keys}};
    std::ofstream(dir.path() / "path.json") << whole.dump();
    try {
      readCameraPath(dir.path() / "path.json");
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("path.json"));
      return std::string(error.what());
    }
    return std::string("the file was accepted");
  };
  using Json = nlohmann::json;
  const auto keyAt = [](double seconds) {
    return Json{{"seconds", seconds}, {"position", {1, 2, 3}}, {"rotation", {0, 0, 0, 1}}, {"vertical_fov", 1}};
  };
  const auto changed = [&](const char* member, const Json& value) {
    Json key = keyAt(0);
    key[member] = value;
    return refusal(Json::array({key}));
  };
  EXPECT_EQ(refusal(Json::array({keyAt(0)})), "the file was accepted");
  EXPECT_THAT(refusal(Json::array()), HasSubstr("no list of keys"));
  EXPECT_THAT(refusal(Json::array({5})), HasSubstr("key 0"));
  EXPECT_THAT(changed("position", {1, 2}), HasSubstr("position"));
  EXPECT_THAT(changed("rotation", {0, 0, 0, 0}), HasSubstr("rotation"));
  EXPECT_THAT(changed("seconds", nullptr), HasSubstr("seconds"));
  EXPECT_THAT(changed("vertical_fov", 7), HasSubstr("vertical_fov"));
  EXPECT_THAT(refusal(Json::array({keyAt(2), keyAt(1)})), HasSubstr("backwards"));
}

}  // namespace
}  // namespace impasto::test
