// What the glTF reader makes of materials, UV sets, variants, lights, morph targets, tangents and animations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <webp/encode.h>

#include <cstdlib>

#include "gltf_maker.h"
#include "renderer/camera.h"
#include "renderer/error.h"
#include "renderer/scene/gltf.h"
#include "renderer/scene/pose.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

using render::loadGltf;
using render::Scene;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class GltfFeatures : public testing::Test {
 protected:
  Scene load(const render::GltfOptions& options = {}) {
    maker_.write(dir_.path() / "scene.glb");
    return loadGltf(dir_.path() / "scene.glb", options);
  }
  std::string refusal(const render::GltfOptions& options = {}) {
    try {
      load(options);
    } catch (const render::Error& error) {
      return error.what();
    }
    return "the file was accepted";
  }

  // A picture of one colour as a texture; returns the texture's index.
  size_t texture() {
    std::vector<uint8_t> rgb(4 * 4 * 3, 200);
    uint8_t* bytes = nullptr;
    const size_t size = WebPEncodeLosslessRGB(rgb.data(), 4, 4, 12, &bytes);
    const size_t view = maker_.view(bytes, size);
    WebPFree(bytes);
    maker_.root["images"].push_back({{"bufferView", view}, {"mimeType", "image/webp"}});
    const size_t image = maker_.root["images"].size() - 1;
    maker_.root["textures"].push_back({{"extensions", {{"EXT_texture_webp", {{"source", image}}}}}});
    return maker_.root["textures"].size() - 1;
  }

  TempDir dir_;
  GltfMaker maker_;
};

TEST_F(GltfFeatures, ReadsLinesAndPoints) {
  const size_t position = maker_.floats({0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0}, "VEC3");
  const size_t normal = maker_.floats({0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1}, "VEC3");
  maker_.root["materials"] = {{{"name", "ink"}}};
  auto primitives = nlohmann::json::array();
  for (int mode = 0; mode <= 3; ++mode) {
    primitives.push_back({{"attributes", {{"POSITION", position}}}, {"mode", mode}, {"material", 0}});
  }
  primitives.push_back({{"attributes", {{"POSITION", position}, {"NORMAL", normal}}}, {"mode", 1}, {"material", 0}});
  maker_.root["meshes"] = {{{"primitives", primitives}}};
  maker_.root["nodes"] = {{{"mesh", 0}}};
  const Scene scene = load();
  EXPECT_THAT(scene.warnings, IsEmpty());
  const auto& read = scene.meshes.at(0).primitives;
  const auto indicesOf = [&](size_t p) {
    std::vector<uint32_t> indices(scene.indices.begin() + read[p].first_index,
                                  scene.indices.begin() + read[p].first_index + read[p].index_count);
    for (uint32_t& index : indices) index -= read[p].first_vertex;
    return indices;
  };
  EXPECT_EQ(read[0].shape, render::Shape::Points);
  for (size_t p = 1; p < 5; ++p) EXPECT_EQ(read[p].shape, render::Shape::Lines);
  EXPECT_THAT(indicesOf(0), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(indicesOf(1), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(indicesOf(2), ElementsAre(0, 1, 1, 2, 2, 3, 3, 0));
  EXPECT_THAT(indicesOf(3), ElementsAre(0, 1, 1, 2, 2, 3));
  // Without normals there is no light to be taken; with them there is.
  EXPECT_EQ(read[0].material, read[3].material);
  EXPECT_EQ(scene.materials.at(static_cast<size_t>(read[0].material)).shading, render::Shading::Unlit);
  EXPECT_EQ(scene.materials.at(static_cast<size_t>(read[4].material)).shading, render::Shading::Standard);
}

TEST_F(GltfFeatures, ReadsOrthographicCameras) {
  maker_.addTriangle();
  maker_.root["cameras"] = {{{"type", "orthographic"}, {"orthographic", {{"xmag", 3.0}, {"ymag", 2.0}, {"znear", 0.5}, {"zfar", 20.0}}}}};
  maker_.root["nodes"].push_back({{"camera", 0}, {"translation", {0, 0, 6}}});
  const Scene scene = load();
  EXPECT_THAT(scene.warnings, IsEmpty());
  ASSERT_EQ(scene.cameras.size(), 1u);
  const render::CameraView view = render::sceneCamera(scene, render::poseAt(scene, 0.0), 1.5f, 0);
  const auto seenAt = [&](const glm::vec3& point) {
    const glm::vec4 clip = view.projection(1.5f) * view.view * glm::vec4(point, 1.0f);
    return glm::vec3(clip) / clip.w;
  };
  // Two units up are the picture's rim, three to the right its side; nearer and farther things are as large.
  EXPECT_NEAR(seenAt({3, 2, 0}).x, 1.0f, 2e-3f);
  EXPECT_NEAR(seenAt({3, 2, 0}).y, -1.0f, 2e-3f);
  EXPECT_NEAR(seenAt({0, 2, 2}).y, -1.0f, 3e-3f);
  EXPECT_NEAR(seenAt({0, 2, -2}).y, -1.0f, 3e-3f);
  EXPECT_LT(seenAt({0, 0, 0}).z, seenAt({0, 0, 1}).z);  // reversed depth, still apart
  EXPECT_LE(seenAt({0, 0, 5.4f}).z, 1.0f);
  EXPECT_GT(seenAt({0, 0, 5.6f}).z, 1.0f);  // nearer than znear
  for (const auto& [key, value, message] : {std::tuple{"ymag", 0.0, "ymag is 0"}, {"zfar", 0.1, "not 0 <= znear < zfar"}}) {
    maker_.root["cameras"][0]["orthographic"][key] = value;
    EXPECT_THAT(refusal(), HasSubstr(message));
    maker_.root["cameras"][0]["orthographic"] = {{"xmag", 3.0}, {"ymag", 2.0}, {"znear", 0.5}, {"zfar", 20.0}};
  }
  maker_.root["cameras"][0].erase("orthographic");
  EXPECT_THAT(load().warnings, testing::Contains(HasSubstr("neither a perspective nor an orthographic")));
}

TEST_F(GltfFeatures, ReadsWebp) {
  maker_.addTriangle()["material"] = 0;
  maker_.root["materials"] = {{{"emissiveTexture", {{"index", texture()}}}}};
  maker_.root["extensionsRequired"] = {"EXT_texture_webp"};
  const Scene scene = load();
  ASSERT_EQ(scene.textures.size(), 1u);
  EXPECT_EQ(scene.textures[0].width, 4u);
  EXPECT_EQ(scene.textures[0].rgba[0], 200);
}

TEST_F(GltfFeatures, GivesEachTextureItsUvSetAndTransform) {
  nlohmann::json& primitive = maker_.addTriangle();
  primitive["material"] = 0;
  primitive["attributes"]["TEXCOORD_1"] = maker_.floats({1, 1, 2, 2, 3, 3}, "VEC2");
  primitive["attributes"]["TEXCOORD_3"] = maker_.floats({5, 5, 6, 6, 7, 7}, "VEC2");
  const nlohmann::json transform = {{"offset", {0.5, 0.25}}, {"scale", {2, 4}}};
  const nlohmann::json moved = {{"offset", {0.5, 0.25}}, {"texCoord", 1}};
  maker_.root["materials"] = {
      {{"pbrMetallicRoughness",
        {{"baseColorTexture",
          {{"index", texture()}, {"texCoord", 3}, {"extensions", {{"KHR_texture_transform", transform}}}}},
         {"metallicRoughnessTexture", {{"index", texture()}, {"extensions", {{"KHR_texture_transform", moved}}}}}}},
       {"occlusionTexture", {{"index", texture()}, {"texCoord", 3}, {"strength", 0.5}}}}};
  const Scene scene = load();
  EXPECT_THAT(scene.warnings, IsEmpty());
  const render::Material& material = scene.materials[0];
  EXPECT_EQ(material.base_color_map.transform * glm::vec3(1, 1, 1), glm::vec3(2.5f, 4.25f, 1));
  EXPECT_EQ(material.roughness_map.transform * glm::vec3(1, 1, 1), glm::vec3(1.5f, 1.25f, 1));
  EXPECT_EQ(material.occlusion_map.transform, glm::mat3(1.0f));
  EXPECT_EQ(material.occlusion_strength, 0.5f);
  EXPECT_EQ(material.occlusion_map.uv_set, material.base_color_map.uv_set);
  ASSERT_NE(material.roughness_map.uv_set, material.base_color_map.uv_set);
  const auto uv = [&](const render::TextureUse& use) {
    return use.uv_set == 0 ? scene.vertices[1].uv : scene.vertices[1].uv1;
  };
  EXPECT_EQ(uv(material.base_color_map), glm::vec2(6, 6));
  EXPECT_EQ(uv(material.roughness_map), glm::vec2(2, 2));
}

TEST_F(GltfFeatures, WarnsOfAThirdUvSetAndOfOneThatIsMissing) {
  nlohmann::json& primitive = maker_.addTriangle();
  primitive["material"] = 0;
  primitive["attributes"]["TEXCOORD_0"] = maker_.floats({1, 1, 2, 2, 3, 3}, "VEC2");
  maker_.root["materials"] = {{{"pbrMetallicRoughness", {{"baseColorTexture", {{"index", texture()}}}}},
                               {"emissiveTexture", {{"index", texture()}, {"texCoord", 1}}},
                               {"occlusionTexture", {{"index", texture()}, {"texCoord", 2}}}}};
  const Scene scene = load();
  EXPECT_THAT(scene.warnings, ElementsAre(HasSubstr("TEXCOORD_2 is left out"), HasSubstr("has no TEXCOORD_1")));
  EXPECT_EQ(scene.materials[0].occlusion_map.texture, render::kNone);
}

TEST_F(GltfFeatures, ChoosesAVariantByName) {
  maker_.addTriangle()["extensions"]["KHR_materials_variants"]["mappings"] = {{{"material", 1}, {"variants", {1}}}};
  maker_.root["meshes"][0]["primitives"][0]["material"] = 0;
  maker_.root["materials"] = {{{"name", "plain"}}, {{"name", "other"}}};
  maker_.root["extensions"]["KHR_materials_variants"]["variants"] = {{{"name", "day"}}, {{"name", "night"}}};
  const auto materialOf = [](const Scene& scene) {
    return scene.materials[static_cast<size_t>(scene.meshes[0].primitives[0].material)].name;
  };
  EXPECT_EQ(materialOf(load()), "plain");
  EXPECT_EQ(materialOf(load({.variant = "day"})), "plain");
  EXPECT_EQ(materialOf(load({.variant = "night"})), "other");
  EXPECT_THAT(load().variants, ElementsAre("day", "night"));
  EXPECT_THAT(refusal({.variant = "noon"}), testing::AllOf(HasSubstr("noon"), HasSubstr("day, night")));
}

TEST_F(GltfFeatures, ReadsLampsAndMakesADirectionalLightTheSun) {
  maker_.addTriangle();
  maker_.root["extensions"]["KHR_lights_punctual"]["lights"] = {
      {{"type", "directional"}, {"intensity", 2.4}, {"color", {1, 0.5, 0}}},
      {{"type", "spot"}, {"intensity", 3}, {"range", 8}, {"spot", {{"innerConeAngle", 0.1}, {"outerConeAngle", 0.4}}}}};
  const auto light = [](int index) { return nlohmann::json{{"KHR_lights_punctual", {{"light", index}}}}; };
  maker_.root["nodes"] = {{{"mesh", 0}, {"children", {1, 2}}},
                          {{"extensions", light(0)}},
                          {{"extensions", light(1)}, {"translation", {0, 2, 0}}}};
  const Scene scene = load();
  ASSERT_EQ(scene.lights.size(), 1u);
  EXPECT_EQ(scene.lights[0].kind, render::LightKind::Spot);
  EXPECT_EQ(scene.lights[0].range, 8.0f);
  EXPECT_EQ(scene.lights[0].outer_angle, 0.4f);
  EXPECT_EQ(scene.environment.to_sun, glm::vec3(0, 0, 1));  // it shines along -Z
  EXPECT_NEAR(scene.environment.sun_color.g / scene.environment.sun_color.r, 0.5f, 1e-5f);
  maker_.root["nodes"][1]["extensions"]["KHR_lights_punctual"]["light"] = 2;
  EXPECT_THAT(refusal(), HasSubstr("light is 2, but there are 2 lights"));
}

TEST_F(GltfFeatures, DimsLampsThatWouldDrownEverything) {
  maker_.addTriangle();
  maker_.root["extensions"]["KHR_lights_punctual"]["lights"] = {{{"type", "point"}, {"intensity", 54351.0}},
                                                                {{"type", "point"}, {"intensity", 5435.1}}};
  for (int i = 0; i < 2; ++i) {
    maker_.root["nodes"].push_back({{"extensions", {{"KHR_lights_punctual", {{"light", i}}}}}});
  }
  maker_.root["scenes"] = {{{"nodes", {0, 1, 2}}}};
  const Scene scene = load();
  EXPECT_LT(scene.lights[0].color.r, 100.0f);
  EXPECT_NEAR(scene.lights[1].color.r / scene.lights[0].color.r, 0.1f, 1e-5f);
  EXPECT_EQ(scene.environment.sun_color, glm::vec3(0.0f));
}

class GltfMorphs : public GltfFeatures {
 protected:
  // A triangle with two targets that move its first corner along X and Y.
  GltfMorphs() {
    nlohmann::json& primitive = maker_.addTriangle();
    const size_t right = maker_.floats({1, 0, 0, 0, 0, 0, 0, 0, 0}, "VEC3");
    const size_t up = maker_.floats({0, 1, 0, 0, 0, 0, 0, 0, 0}, "VEC3");
    primitive["targets"] = {{{"POSITION", right}}, {{"POSITION", up}}};
  }
  static glm::vec3 firstCorner(const Scene& scene, double seconds) {
    const render::Pose pose = render::poseAt(scene, seconds);
    return render::placedVertex(scene, pose, 0, scene.meshes[0].primitives[0], scene.indices[0]);
  }
};

TEST_F(GltfMorphs, ApplyRestWeights) {
  EXPECT_EQ(firstCorner(load(), 0.0), glm::vec3(0, 0, 0));
  maker_.root["meshes"][0]["weights"] = {0.5, 0.25};
  EXPECT_EQ(firstCorner(load(), 0.0), glm::vec3(0.5f, 0.25f, 0));
  maker_.root["nodes"][0]["weights"] = {0, 1};  // the node's go before the mesh's
  EXPECT_EQ(firstCorner(load(), 0.0), glm::vec3(0, 1, 0));
}

TEST_F(GltfMorphs, PlayWeights) {
  const auto animate = [&](const std::string& interpolation, const std::vector<float>& values) {
    const size_t times = maker_.floats({0, 2}, "SCALAR"), output = maker_.floats(values, "SCALAR");
    maker_.root["animations"] = {
        {{"samplers", {{{"input", times}, {"output", output}, {"interpolation", interpolation}}}},
         {"channels", {{{"sampler", 0}, {"target", {{"node", 0}, {"path", "weights"}}}}}}}};
  };
  animate("LINEAR", {0, 1, 1, 0});
  EXPECT_EQ(firstCorner(load(), 0.5), glm::vec3(0.25f, 0.75f, 0));
  // In-tangents, values and out-tangents of both targets, key after key; flat tangents make t*t*(3 - 2t).
  animate("CUBICSPLINE", {0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0});
  const float t = 0.25f, eased = t * t * (3 - 2 * t);
  EXPECT_LT(glm::length(firstCorner(load(), 0.5) - glm::vec3(eased, 1 - eased, 0)), 1e-6f);
}

TEST_F(GltfMorphs, RefuseWhatDoesNotFit) {
  maker_.root["meshes"][0]["weights"] = {1};
  EXPECT_THAT(refusal(), HasSubstr("weights is not a list of 2 numbers"));
  maker_.root["meshes"][0].erase("weights");
  maker_.root["meshes"][0]["primitives"][0]["targets"][0]["POSITION"] = maker_.floats({0, 0, 0}, "VEC3");
  EXPECT_THAT(refusal(), HasSubstr("does not fit the mesh"));
}

TEST_F(GltfFeatures, PlaysOneAnimationOrAllAtOnce) {
  maker_.addTriangle();
  maker_.root["nodes"].push_back({{"name", "other"}});
  maker_.root["scenes"] = {{{"nodes", {0, 1}}}};
  const size_t times = maker_.floats({0, 1}, "SCALAR"), values = maker_.floats({4, 0, 0, 4, 0, 0}, "VEC3");
  for (int node = 0; node < 2; ++node) {
    maker_.root["animations"].push_back(
        {{"samplers", {{{"input", times}, {"output", values}}}},
         {"channels", {{{"sampler", 0}, {"target", {{"node", node}, {"path", "translation"}}}}}}});
  }
  const Scene scene = load();
  const auto moved = [&](int animation) {
    const render::Pose pose = render::poseAt(scene, 0.5, animation);
    return std::pair(pose.world[0][3].x, pose.world[1][3].x);
  };
  EXPECT_EQ(moved(0), std::pair(4.0f, 0.0f));
  EXPECT_EQ(moved(1), std::pair(0.0f, 4.0f));
  EXPECT_EQ(moved(render::kNone), std::pair(0.0f, 0.0f));
  EXPECT_EQ(moved(render::kAllAnimations), std::pair(4.0f, 4.0f));
}

TEST_F(GltfFeatures, KeepsTheFourStrongestOfEightJoints) {
  nlohmann::json& primitive = maker_.addTriangle();
  const std::vector<int16_t> first = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3},
                             second = {4, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0};
  primitive["attributes"]["JOINTS_0"] = maker_.shorts(first, "VEC4", false);
  primitive["attributes"]["JOINTS_1"] = maker_.shorts(second, "VEC4", false);
  std::vector<float> a, b;
  for (int i = 0; i < 3; ++i) {
    a.insert(a.end(), {0.1f, 0.2f, 0.2f, 0.2f});
    b.insert(b.end(), {0.3f, 0, 0, 0});
  }
  primitive["attributes"]["WEIGHTS_0"] = maker_.floats(a, "VEC4");
  primitive["attributes"]["WEIGHTS_1"] = maker_.floats(b, "VEC4");
  nlohmann::json joints = nlohmann::json::array();
  for (int i = 1; i <= 5; ++i) {
    maker_.root["nodes"].push_back(nlohmann::json::object());
    joints.push_back(i);
  }
  maker_.root["skins"] = {{{"joints", joints}}};
  maker_.root["nodes"][0]["skin"] = 0;
  const render::Vertex& vertex = load().vertices[0];
  EXPECT_EQ(vertex.joints, glm::u16vec4(4, 1, 2, 3));
  EXPECT_NEAR(vertex.weights[0] / 65535.0, 0.3 / 0.9, 1e-4);
}

TEST_F(GltfFeatures, MakesTangentsForNormalMapsAndSplitsMirroredVertices) {
  // Two triangles share an edge, at x = 0; their pictures are mirrored there.
  const size_t position = maker_.floats({0, 0, 0, 0, 1, 0, 1, 0, 0, -1, 0, 0}, "VEC3");
  const size_t normal = maker_.floats({0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1}, "VEC3");
  const size_t uv = maker_.floats({0, 1, 0, 0, 1, 1, 1, 1}, "VEC2");
  const size_t indices = maker_.indices({0, 2, 1, 0, 1, 3});
  maker_.root["meshes"] = {{{"primitives",
                             {{{"attributes", {{"POSITION", position}, {"NORMAL", normal}, {"TEXCOORD_0", uv}}},
                               {"indices", indices},
                               {"material", 0}}}}}};
  maker_.root["nodes"] = {{{"mesh", 0}}};
  maker_.root["materials"] = {{{"normalTexture", {{"index", texture()}}}}};
  const Scene scene = load();
  EXPECT_EQ(scene.vertices.size(), 6u);  // the shared two, twice
  for (size_t corner = 0; corner < 6; ++corner) {
    const glm::vec4 tangent = glm::vec4(scene.vertices[scene.indices[corner]].tangent) / 32767.0f;
    const float along = corner < 3 ? 1.0f : -1.0f;  // U grows away from x = 0
    EXPECT_NEAR(tangent.x, along, 1e-3f);
    // The bitangent points up the picture, +Y on both: cross(normal, tangent) is +Y for +X.
    EXPECT_NEAR(tangent.w, along, 1e-3f);
  }
}

}  // namespace
}  // namespace impasto::test
