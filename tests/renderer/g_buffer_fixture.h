// Renders small scenes with validation layers and reads back the G-buffer.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <glm/gtc/packing.hpp>
#include <optional>
#include <vector>

#include "renderer/frame_runner.h"
#include "renderer/scene/mesh_builder.h"
#include "renderer/scene_renderer.h"

namespace impasto::test {

using namespace render;

inline constexpr float kFov = 0.9f;
inline constexpr float kDistance = 5.0f;

struct Pictures {
  uint32_t width = 0;
  std::vector<uint8_t> color;
  std::vector<float> depth;
  std::vector<uint16_t> normal;
  std::vector<float> motion;
  std::vector<uint8_t> base_color;
  std::vector<uint32_t> object;

  float depthAt(uint32_t x, uint32_t y) const { return depth[y * width + x]; }
  glm::vec3 normalAt(uint32_t x, uint32_t y) const {
    const uint16_t* n = &normal[(y * width + x) * 4];
    return {glm::unpackHalf1x16(n[0]), glm::unpackHalf1x16(n[1]), glm::unpackHalf1x16(n[2])};
  }
  glm::u8vec3 baseColorAt(uint32_t x, uint32_t y) const {
    const uint8_t* c = &base_color[(y * width + x) * 4];
    return {c[0], c[1], c[2]};
  }
  uint32_t objectAt(uint32_t x, uint32_t y) const { return object[y * width + x]; }
  glm::vec2 motionAt(uint32_t x, uint32_t y) const {
    return {motion[(y * width + x) * 2], motion[(y * width + x) * 2 + 1]};
  }
};

// A square of side 4 at the origin, facing +Z; the camera looks at it from kDistance away.
inline Scene squareScene() {
  Scene scene;
  scene.materials.push_back({.name = "plain", .double_sided = true});
  MeshBuilder builder;
  builder.quad(0, {-2, -2, 0}, {2, -2, 0}, {2, 2, 0}, {-2, 2, 0}, glm::vec3(0.5f));
  addNode(scene, "square", builder.finish(scene, "square"));
  scene.environment.cloud_cover = 0.0f;
  return scene;
}

inline CameraView frontCamera(const glm::vec3& offset = glm::vec3(0.0f)) {
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
        normal(device(), targets.normal, 8), motion(device(), targets.motion, 8),
        base_color(device(), targets.base_color, 4), object(device(), targets.object, 4);
    runner.run([&](VkCommandBuffer commands) {
      renderer.record(commands, 0, now, previous);
      constexpr VkImageLayout kLayout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL;
      color.record(commands, targets.color, kLayout);
      depth.record(commands, targets.depth, kLayout);
      normal.record(commands, targets.normal, kLayout);
      motion.record(commands, targets.motion, kLayout);
      base_color.record(commands, targets.base_color, kLayout);
      object.record(commands, targets.object, kLayout);
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
    copy(out.base_color, base_color);
    copy(out.object, object);
    return out;
  }

  // How many pixels one metre is at kDistance in a picture of this height.
  static float pixelsPerMetre(uint32_t height) {
    return static_cast<float>(height) * 0.5f / std::tan(kFov * 0.5f) / kDistance;
  }
};

}  // namespace impasto::test
