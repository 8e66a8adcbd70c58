// The G-buffer against geometry worked out by hand: depth, normals and motion vectors of a plane and the sky.
#include "g_buffer_fixture.h"

namespace impasto::test {
namespace {

using namespace render;

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

TEST_F(GBuffer, LinesAndPointsAreDrawn) {
  Scene scene = squareScene();
  scene.materials.push_back({.name = "ink", .base_color = {1, 0, 0, 1}, .shading = Shading::Unlit});
  const auto add = [&](Shape shape, const std::vector<glm::vec3>& places) {
    Primitive primitive;
    primitive.shape = shape;
    primitive.material = 1;
    primitive.first_index = static_cast<uint32_t>(scene.indices.size());
    primitive.index_count = static_cast<uint32_t>(places.size());
    for (const glm::vec3& place : places) {
      Vertex vertex;
      vertex.position = place;
      vertex.normal = glm::vec3(0.0f);
      primitive.bounds.add(place);
      scene.indices.push_back(static_cast<uint32_t>(scene.vertices.size()));
      scene.vertices.push_back(vertex);
    }
    scene.meshes.push_back({.name = "ink", .primitives = {primitive}});
    addNode(scene, "ink", static_cast<int>(scene.meshes.size()) - 1);
  };
  add(Shape::Lines, {{-1.5f, -0.8f, 0.1f}, {1.5f, -0.8f, 0.1f}});
  std::vector<glm::vec3> dots;
  for (int i = 0; i < 30; ++i) dots.emplace_back(-1.45f + 0.1f * static_cast<float>(i), 0.8f, 0.1f);
  add(Shape::Points, dots);
  const Pose pose = poseAt(scene, 0.0);
  for (const bool smooth : {false, true}) {  // with it the G-buffer is drawn by pipelines of its own
    SceneRenderer renderer(device(), scene, 90, 72);
    Look look;
    look.temporal_smoothing = smooth;
    look.tonemap = Tonemap::None;
    renderer.setLook(look);
    const Pictures picture = render(renderer, {frontCamera(), &pose}, std::nullopt);
    size_t line = 0, points = 0, red = 0;
    for (uint32_t y = 0; y < 72; ++y) {
      for (uint32_t x = 0; x < 90; ++x) {
        line += picture.objectAt(x, y) == 2;
        points += picture.objectAt(x, y) == 3;
        const uint8_t* c = &picture.color[(y * 90 + x) * 4];
        red += c[0] > c[1] + 20;
        if (picture.objectAt(x, y) < 2) continue;
        EXPECT_EQ(picture.baseColorAt(x, y), glm::u8vec3(255, 0, 0));
      }
    }
    EXPECT_GT(line, 25u);
    EXPECT_GT(points, 5u);
    EXPECT_GT(red, line / 2);
  }
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

TEST_F(GBuffer, BaseColorAndObjectAreOfWhatIsSeen) {
  Scene scene = squareScene();
  scene.materials[0].base_color = glm::vec4(1.0f, 0.25f, 0.0f, 1.0f);  // times the square's grey, 0.5
  scene.nodes.insert(scene.nodes.begin(), Node{.name = "empty"});
  const Pose pose = poseAt(scene, 0.0);
  const Pictures out = render(scene, 32, 32, {frontCamera(), &pose}, std::nullopt);
  EXPECT_EQ(out.objectAt(16, 16), 2u);  // one more than the node's index
  EXPECT_EQ(out.objectAt(0, 0), 0u);
  EXPECT_EQ(out.baseColorAt(0, 0), glm::u8vec3(0));
  const glm::u8vec3 color = out.baseColorAt(16, 16);  // 0.5, 0.125, 0 in sRGB's encoding, whatever the light
  EXPECT_NEAR(color.r, 188, 1);
  EXPECT_NEAR(color.g, 99, 1);
  EXPECT_EQ(color.b, 0);
}

// The rule of scene_renderer.h: half or more covers, less leaves what is behind.
TEST_F(GBuffer, BlendedSurfacesOwnTheirPixelsFromOneHalfOn) {
  for (const auto& [alpha, owns] : {std::pair{0.6f, true}, {0.4f, false}}) {
    Scene scene = squareScene();
    scene.materials.push_back({.name = "pane", .base_color = glm::vec4(1.0f, 1.0f, 1.0f, alpha)});
    scene.materials[1].alpha_mode = AlphaMode::Blend;
    MeshBuilder builder;
    builder.quad(1, {-1, -1, 0}, {1, -1, 0}, {1, 1, 0}, {-1, 1, 0}, glm::vec3(1.0f, 0.0f, 0.0f));
    addNode(scene, "pane", builder.finish(scene, "pane"), {0.0f, 0.0f, 1.0f});
    const Pose before = poseAt(scene, 0.0);
    scene.nodes[1].translation.x = 0.25f;
    const Pose now = poseAt(scene, 0.0);
    const Pictures out = render(scene, 48, 48, {frontCamera(), &now}, FrameView{frontCamera(), &before});
    EXPECT_NEAR(out.depthAt(24, 24), owns ? kDistance - 1.0f : kDistance, 1e-4f);
    EXPECT_EQ(out.objectAt(24, 24), owns ? 2u : 1u);
    EXPECT_EQ(out.baseColorAt(24, 24).g == 0, owns);
    const float moved = -0.25f * pixelsPerMetre(48) * kDistance / (kDistance - 1.0f);
    EXPECT_NEAR(out.motionAt(24, 24).x, owns ? moved : 0.0f, 1e-3f);
    EXPECT_GT(out.color[(24 * 48 + 24) * 4], out.color[(24 * 48 + 24) * 4 + 1]);  // it is blended in any case
  }
}

TEST_F(GBuffer, CornersAreDarkerWithAmbientOcclusion) {
  Scene scene = squareScene();
  scene.environment.sun_color = glm::vec3(0.0f);
  MeshBuilder builder;
  builder.quad(0, {-2, 0, 0}, {-2, 0, 3}, {2, 0, 3}, {2, 0, 0}, glm::vec3(0.5f));  // a shelf, seen from above
  addNode(scene, "shelf", builder.finish(scene, "shelf"));
  const Pose pose = poseAt(scene, 0.0);
  const CameraView camera = lookAt({0, 4, 6}, {0, 0.5f, 0}, kFov, 0.1f);
  SceneRenderer renderer(device(), scene, 96, 96);
  const auto brightness = [&](bool occlusion) {
    Look look;
    look.ambient_occlusion = occlusion;
    renderer.setLook(look);
    const Pictures out = render(renderer, {camera, &pose}, std::nullopt);
    double corner = 0.0, open = 0.0;
    const glm::mat4 clip = camera.projection(1.0f) * camera.view;
    const auto red = [&](const glm::vec3& point) {
      const glm::vec4 p = clip * glm::vec4(point, 1.0f);
      const auto x = static_cast<uint32_t>((p.x / p.w * 0.5f + 0.5f) * 96),
                 y = static_cast<uint32_t>((p.y / p.w * 0.5f + 0.5f) * 96);
      return static_cast<double>(out.color[(y * 96 + x) * 4]);
    };
    for (float x = -1.0f; x <= 1.0f; x += 0.1f) {
      corner += red({x, 0.06f, 0.0f});
      open += red({x, 0.0f, 1.6f});
    }
    return std::pair(corner, open);
  };
  const auto [corner_off, open_off] = brightness(false);
  const auto [corner_on, open_on] = brightness(true);
  EXPECT_LT(corner_on, corner_off * 0.94);
  EXPECT_GT(open_on, open_off * 0.97);
}

TEST_F(GBuffer, LampsShineWithinTheirConeAndRange) {
  Scene scene = squareScene();
  scene.environment.sun_color = glm::vec3(0.0f);
  const auto redAt = [&](uint32_t x) {
    const Pose pose = poseAt(scene, 0.0);
    return render(scene, 64, 64, {frontCamera(), &pose}, std::nullopt).color[(32 * 64 + x) * 4];
  };
  const int dark = redAt(32);
  addNode(scene, "lamp", kNone, {0.0f, 0.0f, 2.0f});  // it shines along -Z, at the square
  scene.lights.push_back({.kind = LightKind::Spot, .node = 1, .color = glm::vec3(20.0f)});
  scene.lights[0].inner_angle = 0.1f;
  scene.lights[0].outer_angle = 0.2f;
  EXPECT_GT(redAt(32), dark + 60);
  EXPECT_NEAR(redAt(44), dark, 1);  // outside the cone
  scene.lights[0].range = 1.5f;     // the square is 2 away
  EXPECT_NEAR(redAt(32), dark, 1);
}

// A card halfway between a lamp and the middle of the wall; the lamp stands so that another face of its cube sees it.
TEST_F(GBuffer, LampsThrowShadows) {
  struct Case {
    LightKind kind;
    glm::vec3 lamp;
  };
  for (const Case& c : {Case{LightKind::Point, {1.5f, 0.0f, 2.0f}}, Case{LightKind::Point, {2.0f, 0.0f, 1.0f}},
                        Case{LightKind::Point, {-2.0f, 0.0f, 1.0f}}, Case{LightKind::Point, {0.0f, 2.0f, 1.0f}},
                        Case{LightKind::Point, {0.0f, -2.0f, 1.0f}}, Case{LightKind::Spot, {1.5f, 0.0f, 2.0f}}}) {
    SCOPED_TRACE(testing::Message() << static_cast<int>(c.kind) << " at " << c.lamp.x << ", " << c.lamp.y);
    Scene scene = squareScene();
    scene.environment.sun_color = glm::vec3(0.0f);
    MeshBuilder builder;
    builder.quad(0, {-0.3f, -0.3f, 0}, {0.3f, -0.3f, 0}, {0.3f, 0.3f, 0}, {-0.3f, 0.3f, 0}, glm::vec3(0.5f));
    addNode(scene, "card", builder.finish(scene, "card"), c.lamp * 0.5f);
    addNode(scene, "lamp", kNone, c.lamp);
    scene.lights.push_back({.kind = c.kind, .node = 2, .color = glm::vec3(20.0f), .outer_angle = 0.9f});
    const Pose pose = poseAt(scene, 0.0);
    SceneRenderer renderer(device(), scene, 64, 64);
    const auto picture = [&](bool shadows) {
      Look look;
      look.lamp_shadows = shadows;
      renderer.setLook(look);
      return render(renderer, {frontCamera(), &pose}, std::nullopt);
    };
    const Pictures without = picture(false), with = picture(true);
    const auto red = [](const Pictures& out, const glm::vec2& at) {  // of the wall, metres
      const auto pixel = [&](float metres) { return static_cast<uint32_t>(32.0f + metres * pixelsPerMetre(64)); };
      return static_cast<int>(out.color[(pixel(-at.y) * 64 + pixel(at.x)) * 4]);
    };
    const glm::vec2 beyond = -glm::normalize(glm::vec2(c.lamp)) * 1.2f;  // the ray over the card's edge
    EXPECT_LT(red(with, {0, 0}), red(without, {0, 0}) - 30);
    const glm::vec2 aside(-beyond.y, beyond.x);
    EXPECT_NEAR(red(with, aside), red(without, aside), 2);
    EXPECT_EQ(with.depth, without.depth);
  }
}

// Sunlit white next to sunlit light grey must not come out the same.
TEST_F(GBuffer, SunlitWallsStayApart) {
  Scene scene = squareScene();
  scene.environment.to_sun = {0.0f, 0.0f, 1.0f};
  const auto greenOf = [&](float albedo) {
    scene.materials[0].base_color = glm::vec4(glm::vec3(albedo * 2.0f), 1.0f);  // the square's own grey is 0.5
    const Pose pose = poseAt(scene, 0.0);
    return static_cast<int>(render(scene, 16, 16, {frontCamera(), &pose}, std::nullopt).color[(8 * 16 + 8) * 4 + 1]);
  };
  const int white = greenOf(0.9f), grey = greenOf(0.6f);
  EXPECT_LT(white, 250);
  EXPECT_GT(white - grey, 8);
}

TEST_F(GBuffer, AnEnvironmentMapLightsAndIsSeen) {
  Scene scene = squareScene();
  // Green above the horizon, black below; seen from the front, the square faces the horizon.
  std::vector<glm::vec3> pixels;
  for (int i = 0; i < 64 * 32; ++i) pixels.push_back(i < 64 * 16 ? glm::vec3(0.0f, 1.0f, 0.0f) : glm::vec3(0.0f));
  const EnvironmentMap map = makeEnvironmentMap(64, 32, pixels);
  EXPECT_FALSE(map.has_sun);
  SceneRenderer renderer(device(), scene, 64, 64);
  renderer.setEnvironmentMap(map);
  renderer.setEnvironment(litBy(map, scene.environment));
  const Pose pose = poseAt(scene, 0.0);
  const Pictures out = render(renderer, {frontCamera(), &pose}, std::nullopt);
  const auto pixel = [&](uint32_t x, uint32_t y) { return glm::make_vec3(&out.color[(y * 64 + x) * 4]); };
  EXPECT_GT(pixel(2, 2).g, 180);   // sky
  EXPECT_LT(pixel(2, 61).g, 10);   // ground
  EXPECT_GT(pixel(32, 32).g, 60);  // half the sky is in view of the square
  EXPECT_LT(pixel(32, 32).g, 180);
}

TEST(EnvironmentMaps, TakeTheSunOut) {
  constexpr uint32_t kWidth = 256, kHeight = 128;
  std::vector<glm::vec3> pixels(kWidth * kHeight, glm::vec3(1.0f));
  const uint32_t x = 192, y = 40;  // to the right (+X), 34 degrees high
  pixels[y * kWidth + x] = glm::vec3(30000.0f, 20000.0f, 10000.0f);
  const EnvironmentMap map = makeEnvironmentMap(kWidth, kHeight, pixels);
  ASSERT_TRUE(map.has_sun);
  EXPECT_GT(map.to_sun.x, 0.8f);
  EXPECT_NEAR(map.to_sun.y, std::cos((40.5f / 128.0f) * 3.14159265f), 1e-4f);
  EXPECT_NEAR(map.sun_color.g / map.sun_color.r, 2.0f / 3.0f, 0.02f);
  // What is left is an even sky: irradiance / pi is 1 whichever way one looks.
  EXPECT_NEAR(map.irradiance[0].g, 1.0f, 0.05f);
  for (size_t i = 1; i < 9; ++i) EXPECT_LT(std::abs(map.irradiance[i].g), 0.06f);
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
