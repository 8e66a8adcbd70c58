// Motion vectors, tested by what they are for: the frame before, fetched along them, is this frame, wherever the same
// surface was seen.
//
// The square is unlit and carries a smooth picture, so that its colour is a function of the surface alone. Stated
// error: over the pixels that were visible, the mean difference is below 0.6 of 255 and one in a hundred may be off by
// more than 6 (edges cover part of a pixel; a picture that is looked up between pixels is not quite the picture).
#include "g_buffer_fixture.h"

namespace impasto::test {
namespace {

using namespace render;

constexpr uint32_t kWidth = 160, kHeight = 120;

class Motion : public GBuffer {
 protected:
  Motion() {
    Texture texture;
    texture.name = "waves";
    texture.width = texture.height = 256;
    texture.srgb = false;
    for (int y = 0; y < 256; ++y) {
      for (int x = 0; x < 256; ++x) {
        const float u = static_cast<float>(x) / 256.0f * 6.2831853f, v = static_cast<float>(y) / 256.0f * 6.2831853f;
        const auto wave = [](float phase) { return static_cast<uint8_t>(128.0f + 60.0f * std::sin(phase)); };
        texture.rgba.insert(texture.rgba.end(), {wave(u * 2 + v), wave(v * 2), wave(u - v * 2), 255});
      }
    }
    scene_.textures.push_back(texture);
    Material material;
    material.shading = Shading::Unlit;
    material.double_sided = true;
    material.base_color_map.texture = 0;
    scene_.materials.push_back(material);
    scene_.environment.cloud_cover = 0.0f;
    // A sheet of 24 x 24 quads from -2 to 2, facing +Z.
    std::vector<Vertex> points;
    for (int row = 0; row < 25; ++row) {
      for (int column = 0; column < 25; ++column) {
        Vertex vertex;
        vertex.uv = glm::vec2(column, row) / 24.0f;
        vertex.position = glm::vec3(vertex.uv * 4.0f - 2.0f, 0.0f);
        vertex.color = packColor(glm::vec3(1.0f));
        points.push_back(vertex);
      }
    }
    MeshBuilder builder;
    builder.grid(0, points, 25);
    addNode(scene_, "sheet", builder.finish(scene_, "sheet"));
  }

  // Renders both moments and compares; `before_camera` is the previous frame's.
  void expectExact(const Pose& before, const Pose& now, const CameraView& before_camera, const CameraView& now_camera) {
    SceneRenderer renderer(device(), scene_, kWidth, kHeight);
    Look look;
    look.tonemap = Tonemap::None;
    renderer.setLook(look);
    const Pictures first = render(renderer, {before_camera, &before}, std::nullopt);
    const Pictures second = render(renderer, {now_camera, &now}, FrameView{before_camera, &before});
    size_t compared = 0, off = 0, moved = 0;
    double sum = 0.0;
    for (uint32_t y = 0; y < kHeight; ++y) {
      for (uint32_t x = 0; x < kWidth; ++x) {
        if (second.objectAt(x, y) == 0) continue;
        const glm::vec2 motion = second.motionAt(x, y), from = glm::vec2(x, y) + motion;
        if (from.x < 0.0f || from.y < 0.0f || from.x > kWidth - 1 || from.y > kHeight - 1) continue;
        const auto x0 = static_cast<uint32_t>(from.x), y0 = static_cast<uint32_t>(from.y);
        const uint32_t x1 = std::min(x0 + 1, kWidth - 1), y1 = std::min(y0 + 1, kHeight - 1);
        const float depth_before = glm::unpackHalf1x16(second.normal[(y * kWidth + x) * 4 + 3]);
        bool visible = true;
        for (const auto& [i, j] : {std::pair{x0, y0}, {x1, y0}, {x0, y1}, {x1, y1}}) {
          visible = visible && first.objectAt(i, j) == second.objectAt(x, y) &&
                    std::abs(first.depthAt(i, j) - depth_before) < 0.02f * depth_before;
        }
        if (!visible) continue;
        ++compared;
        moved += glm::length(motion) > 0.5f;
        const auto texel = [&](uint32_t i, uint32_t j) {
          return glm::vec3(glm::make_vec3(&first.color[(j * kWidth + i) * 4]));
        };
        const glm::vec2 f = from - glm::vec2(x0, y0);
        const glm::vec3 warped =
            glm::mix(glm::mix(texel(x0, y0), texel(x1, y0), f.x), glm::mix(texel(x0, y1), texel(x1, y1), f.x), f.y);
        const glm::vec3 difference = glm::abs(warped - glm::vec3(glm::make_vec3(&second.color[(y * kWidth + x) * 4])));
        const float largest = std::max({difference.r, difference.g, difference.b});
        sum += static_cast<double>(difference.r + difference.g + difference.b) / 3.0;
        off += largest > 6.0f;
      }
    }
    ASSERT_GT(compared, 4000u);
    EXPECT_GT(moved, compared / 3) << "nothing moved: the test tests nothing";
    EXPECT_LT(sum / static_cast<double>(compared), 0.6);
    EXPECT_LT(static_cast<double>(off) / static_cast<double>(compared), 0.01);
  }

  void expectExactOverTime(double before, double now) {
    const Pose a = poseAt(scene_, before), b = poseAt(scene_, now);
    expectExact(a, b, frontCamera(), frontCamera());
  }

  Scene scene_;
};

TEST_F(Motion, OfACameraThatMovesAndTurns) {
  scene_.nodes[0].rotation = glm::angleAxis(0.5f, glm::vec3(0, 1, 0));
  const Pose pose = poseAt(scene_, 0.0);
  expectExact(pose, pose, frontCamera(), lookAt({0.4f, 0.2f, 4.6f}, {0.2f, 0.0f, 0.0f}, kFov * 0.95f, 0.1f));
}

TEST_F(Motion, OfARotatingNode) {
  const Pose before = poseAt(scene_, 0.0);
  scene_.nodes[0].rotation = glm::angleAxis(0.15f, glm::normalize(glm::vec3(0.3f, 1.0f, 0.6f)));
  scene_.nodes[0].translation = {0.1f, 0.05f, 0.2f};
  const Pose now = poseAt(scene_, 0.0);
  expectExact(before, now, frontCamera(), frontCamera());
}

TEST_F(Motion, OfASkin) {
  // The left is held, the right bends forward, in between both.
  for (Vertex& vertex : scene_.vertices) {
    const float right = glm::smoothstep(-1.0f, 1.0f, vertex.position.x);
    vertex.joints = {0, 1, 0, 0};
    vertex.weights = glm::u16vec4((1.0f - right) * 65535.0f, right * 65535.0f, 0, 0);
  }
  addNode(scene_, "still", kNone);
  addNode(scene_, "bends", kNone);
  scene_.skins.push_back({{1, 2}, {glm::mat4(1.0f), glm::mat4(1.0f)}});
  scene_.nodes[0].skin = 0;
  const Pose before = poseAt(scene_, 0.0);
  scene_.nodes[2].rotation = glm::angleAxis(-0.25f, glm::vec3(0, 1, 0));
  const Pose now = poseAt(scene_, 0.0);
  expectExact(before, now, frontCamera(), frontCamera());
}

TEST_F(Motion, OfMorphTargets) {
  // Two targets, a swelling and a shear; their weights cross.
  Primitive& primitive = scene_.meshes[0].primitives[0];
  primitive.vertex_count = static_cast<uint32_t>(scene_.vertices.size());
  primitive.morph_targets = 2;
  for (int target = 0; target < 2; ++target) {
    for (const Vertex& vertex : scene_.vertices) {
      const glm::vec3 p = vertex.position;
      scene_.morphs.push_back(
          {target == 0 ? p * 0.2f + glm::vec3(0, 0, 0.3f * std::cos(p.x)) : glm::vec3(p.y * 0.3f, 0, 0),
           glm::vec3(0.0f)});
    }
  }
  scene_.meshes[0].weights = {0.0f, 0.0f};
  Channel channel;
  channel.path = Path::Weights;
  channel.weight_count = 2;
  channel.times = {0.0f, 1.0f};
  channel.weights = {0.0f, 1.0f, 1.0f, 0.0f};
  scene_.animations.push_back({"morph", 1.0f, {channel}});
  expectExactOverTime(0.3, 0.6);
}

TEST_F(Motion, OfWind) {
  scene_.materials[0].deformation = Deformation::Wind;
  for (Vertex& vertex : scene_.vertices) vertex.sway = 0.4f * (vertex.position.y + 2.0f) / 4.0f;
  expectExactOverTime(1.0, 1.25);
}

TEST_F(Motion, OfClothAndWaves) {
  for (const Deformation deformation : {Deformation::Cloth, Deformation::Waves}) {
    scene_.materials[0].deformation = deformation;
    const bool waves = deformation == Deformation::Waves;
    for (Vertex& vertex : scene_.vertices) vertex.sway = waves ? 3.0f : 0.2f;
    expectExactOverTime(1.0, waves ? 1.5 : 1.1);
  }
}

}  // namespace
}  // namespace impasto::test
