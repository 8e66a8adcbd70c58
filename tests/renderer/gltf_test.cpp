// The glTF reader: what it reads, what it refuses, and that no file can hurt it.
#include "renderer/scene/gltf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "common/picture_file.h"
#include "gltf_maker.h"
#include "renderer/error.h"
#include "renderer/scene/pose.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

using render::loadGltf;
using render::Scene;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Gltf : public testing::Test {
 protected:
  Scene load(const std::string& name = "scene.gltf") {
    maker_.write(dir_.path() / name);
    return loadGltf(dir_.path() / name);
  }
  // The message of the error that the file is refused with.
  std::string refusal(const std::string& name = "scene.gltf") {
    try {
      load(name);
    } catch (const render::Error& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr(name), Not(HasSubstr("\n"))));
      return error.what();
    }
    ADD_FAILURE() << "the file was accepted";
    return "";
  }

  TempDir dir_;
  GltfMaker maker_;
};

TEST_F(Gltf, GivesFlatNormalsToAMeshWithoutNormals) {
  maker_.addTriangle();
  const Scene scene = load();
  ASSERT_EQ(scene.vertices.size(), 3u);
  for (const render::Vertex& vertex : scene.vertices) EXPECT_EQ(vertex.normal, glm::vec3(0, 0, 1));
  EXPECT_EQ(scene.indices, (std::vector<uint32_t>{0, 1, 2}));
}

TEST_F(Gltf, ReadsTheSameFromGlb) {
  maker_.addTriangle();
  const Scene text = load("a.gltf"), binary = load("b.glb");
  ASSERT_EQ(text.vertices.size(), binary.vertices.size());
  for (size_t i = 0; i < text.vertices.size(); ++i) EXPECT_EQ(text.vertices[i].position, binary.vertices[i].position);
}

TEST_F(Gltf, TurnsStripsIntoTriangles) {
  const size_t position = maker_.floats({0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0}, "VEC3");
  const size_t normal = maker_.floats({0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1}, "VEC3");
  maker_.root["meshes"] = {
      {{"primitives", {{{"attributes", {{"POSITION", position}, {"NORMAL", normal}}}, {"mode", 5}}}}}};
  maker_.root["nodes"] = {{{"mesh", 0}}};
  EXPECT_EQ(load().indices, (std::vector<uint32_t>{0, 1, 2, 1, 3, 2}));
}

TEST_F(Gltf, ReadsQuantizedPositions) {
  const size_t position = maker_.shorts({0, 0, 0, 32767, 0, 0, 0, -32767, 0}, "VEC3", true);
  maker_.root["meshes"] = {{{"primitives", {{{"attributes", {{"POSITION", position}}}}}}}};
  maker_.root["nodes"] = {{{"mesh", 0}}};
  maker_.root["extensionsRequired"] = {"KHR_mesh_quantization"};
  const Scene scene = load();
  EXPECT_EQ(scene.vertices[1].position, glm::vec3(1, 0, 0));
  EXPECT_EQ(scene.vertices[2].position, glm::vec3(0, -1, 0));
}

TEST_F(Gltf, ReplacesSparseElements) {
  nlohmann::json& primitive = maker_.addTriangle();
  const uint16_t where[2] = {1, 0};  // padded to a multiple of four
  const float what[3] = {7, 8, 9};
  const size_t places = maker_.view(where, 4), values = maker_.view(what, 12);
  const size_t position = primitive["attributes"]["POSITION"];
  maker_.root["accessors"][position]["sparse"] = {{"count", 1},
                                                  {"indices", {{"bufferView", places}, {"componentType", 5123}}},
                                                  {"values", {{"bufferView", values}}}};
  EXPECT_EQ(load().vertices[1].position, glm::vec3(7, 8, 9));
}

TEST_F(Gltf, PlacesChildrenInTheirParents) {
  maker_.addTriangle();
  maker_.root["nodes"] = {{{"children", {1}}, {"scale", {2, 2, 2}}, {"translation", {10, 0, 0}}},
                          {{"mesh", 0}, {"translation", {1, 2, 3}}}};
  const Scene scene = load();
  const render::Pose pose = render::poseAt(scene, 0.0);
  EXPECT_EQ(glm::vec3(pose.world.back()[3]), glm::vec3(12, 4, 6));
}

class GltfAnimation : public Gltf {
 protected:
  // X of the node's place at `seconds`, animated from 0 (at 1 s) to 10 (at 3 s).
  float placeAt(const std::string& interpolation, double seconds) {
    GltfMaker maker;
    maker.addTriangle();
    const size_t times = maker.floats({1, 3}, "SCALAR");
    const bool cubic = interpolation == "CUBICSPLINE";
    const size_t values = cubic ? maker.floats({0, 0, 0, 0, 0, 0, 5, 0, 0, 1, 0, 0, 10, 0, 0, 0, 0, 0}, "VEC3")
                                : maker.floats({0, 0, 0, 10, 0, 0}, "VEC3");
    maker.root["animations"] = {
        {{"samplers", {{{"input", times}, {"output", values}, {"interpolation", interpolation}}}},
         {"channels", {{{"sampler", 0}, {"target", {{"node", 0}, {"path", "translation"}}}}}}}};
    maker.write(dir_.path() / "animated.gltf");
    return render::poseAt(loadGltf(dir_.path() / "animated.gltf"), seconds).world[0][3].x;
  }
};

TEST_F(GltfAnimation, Interpolates) {
  EXPECT_FLOAT_EQ(placeAt("LINEAR", 0.5), 0.0f);  // before the first key
  EXPECT_FLOAT_EQ(placeAt("LINEAR", 1.5), 2.5f);
  EXPECT_FLOAT_EQ(placeAt("STEP", 2.9), 0.0f);
  // Hermite at t = 1/2 over 2 s, tangents 5 and 1: (0 + 10) / 2 + 2 * (5 - 1) / 8.
  EXPECT_FLOAT_EQ(placeAt("CUBICSPLINE", 2.0), 6.0f);
}

TEST_F(GltfAnimation, Loops) { EXPECT_FLOAT_EQ(placeAt("LINEAR", 3.0 * 4 + 2.0), 5.0f); }

TEST_F(Gltf, ReadsTexturesOfOddSizes) {
  app::writePicture(app::Picture(13, 7), dir_.file("odd picture.png"));
  nlohmann::json& primitive = maker_.addTriangle();
  primitive["material"] = 0;
  primitive["attributes"]["TEXCOORD_0"] = maker_.floats({0, 0, 1, 0, 0, 1}, "VEC2");
  maker_.root["materials"] = {{{"pbrMetallicRoughness", {{"baseColorTexture", {{"index", 0}}}}}}};
  maker_.root["textures"] = {{{"source", 0}}};
  maker_.root["images"] = {{{"uri", "odd%20picture.png"}}};
  const Scene scene = load();
  ASSERT_EQ(scene.textures.size(), 1u);
  EXPECT_EQ(scene.textures[0].width, 13u);
  EXPECT_EQ(scene.textures[0].height, 7u);
  EXPECT_TRUE(scene.warnings.empty());
}

TEST_F(Gltf, WarnsOfAMissingTextureAndGoesOn) {
  maker_.addTriangle()["material"] = 0;
  maker_.root["materials"] = {{{"pbrMetallicRoughness", {{"baseColorTexture", {{"index", 0}}}}}}};
  maker_.root["textures"] = {{{"source", 0}}};
  maker_.root["images"] = {{{"uri", "gone.png"}}};
  const Scene scene = load();
  ASSERT_EQ(scene.warnings.size(), 1u);
  EXPECT_THAT(scene.warnings[0], HasSubstr("gone.png"));
  EXPECT_EQ(scene.materials[0].base_color_map.texture, render::kNone);
}

TEST_F(Gltf, NamesARequiredExtensionItDoesNotKnow) {
  maker_.addTriangle();
  maker_.root["extensionsRequired"] = {"EXT_no_such_thing"};
  EXPECT_THAT(refusal(), HasSubstr("EXT_no_such_thing"));
  maker_.root["extensionsRequired"] = {"KHR_texture_basisu"};
  EXPECT_THAT(refusal(), AllOf(HasSubstr("KHR_texture_basisu"), HasSubstr("KTX2")));
}

TEST_F(Gltf, WarnsOfAnExtensionThatIsLeftOut) {
  maker_.addTriangle();
  maker_.root["extensionsUsed"] = {"KHR_materials_clearcoat", "KHR_materials_unlit"};
  EXPECT_THAT(load().warnings, ElementsAre(HasSubstr("KHR_materials_clearcoat")));
}

TEST_F(Gltf, RefusesNestingWhereNumbersBelong) {
  maker_.addTriangle();
  constexpr size_t kDepth = 200000;  // to follow it by recursion would end the process
  std::string text = maker_.text();
  const std::string marker = "\"nodes\":[{";
  const size_t place = text.find(marker);
  ASSERT_NE(place, std::string::npos) << text;
  text.insert(place + marker.size(), "\"children\":[" + std::string(kDepth, '[') + std::string(kDepth, ']') + "],");
  const auto path = dir_.path() / "deep.gltf";
  std::ofstream(path) << text;
  try {
    loadGltf(path);
    FAIL() << "the file was accepted";
  } catch (const render::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("children holds an array"));
  }
}

TEST_F(Gltf, ReadsTensOfThousandsOfObjects) {
  maker_.addTriangle();
  constexpr size_t kCount = 20000;  // a search through a list for each object of another would take minutes
  const nlohmann::json mesh = maker_.root["meshes"][0];
  nlohmann::json meshes = nlohmann::json::array(), nodes = meshes, shown = meshes;
  for (size_t i = 0; i < kCount; ++i) {
    meshes.push_back(mesh);
    nodes.push_back({{"mesh", i}});
    shown.push_back(i);
  }
  maker_.root["meshes"] = meshes;
  maker_.root["nodes"] = nodes;
  maker_.root["scenes"] = {{{"nodes", shown}}};
  EXPECT_EQ(load().nodes.size(), kCount);
}

TEST_F(Gltf, RefusesScenesLargerThanFloatsCanSquare) {
  maker_.addTriangle();
  maker_.root["nodes"][0]["scale"] = {1e20, 1e20, 1e20};
  EXPECT_THAT(refusal(), HasSubstr("farther than"));
}

TEST_F(Gltf, LeavesOutJpegsThatWouldHurtTheDecoder) {
  app::writePicture(app::Picture(8, 8), dir_.file("a.jpg"));
  std::ifstream file(dir_.file("a.jpg"), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const size_t table = bytes.find("\xFF\xC4");
  ASSERT_NE(table, std::string::npos);
  bytes.replace(table + 5, 16, std::string(16, '\x7F'));  // a Huffman table of 16 x 127 codes; 256 are possible
  maker_.addTriangle()["material"] = 0;
  maker_.root["materials"] = {{{"pbrMetallicRoughness", {{"baseColorTexture", {{"index", 0}}}}}}};
  maker_.root["textures"] = {{{"source", 0}}};
  maker_.root["images"] = {{{"bufferView", maker_.view(bytes.data(), bytes.size())}, {"mimeType", "image/jpeg"}}};
  const Scene scene = load();
  EXPECT_TRUE(scene.textures.empty());
  ASSERT_EQ(scene.warnings.size(), 1u);
  EXPECT_THAT(scene.warnings[0], HasSubstr("left out"));
}

TEST_F(Gltf, RefusesIndicesPastTheVertices) {
  const size_t indices = maker_.indices({0, 1, 7});
  maker_.addTriangle()["indices"] = indices;
  EXPECT_THAT(refusal(), HasSubstr("index 7 of 3 vertices"));
}

TEST_F(Gltf, RefusesAccessorsPastTheirBuffer) {
  const nlohmann::json& primitive = maker_.addTriangle();
  maker_.root["accessors"][primitive["attributes"]["POSITION"].get<size_t>()]["count"] = 4;
  EXPECT_THAT(refusal(), HasSubstr("past the end"));
}

TEST_F(Gltf, RefusesAHugeCountBeforeItTakesMemory) {
  const nlohmann::json& primitive = maker_.addTriangle();
  nlohmann::json& accessor = maker_.root["accessors"][primitive["attributes"]["POSITION"].get<size_t>()];
  accessor["count"] = 4000000000u;
  accessor.erase("bufferView");
  EXPECT_THAT(refusal(), HasSubstr("too many"));
}

TEST_F(Gltf, RefusesBufferViewsPastTheirBuffer) {
  maker_.addTriangle();
  maker_.root["bufferViews"][0]["byteOffset"] = 4294967295u;
  EXPECT_THAT(refusal(), HasSubstr("past the end"));
}

TEST_F(Gltf, RefusesNodesThatAreTheirOwnAncestors) {
  maker_.addTriangle();
  maker_.root["nodes"] = {{{"mesh", 0}, {"children", {1}}}, {{"children", {0}}}};
  EXPECT_THAT(refusal(), HasSubstr("ancestor"));
}

TEST_F(Gltf, RefusesNodesWithTwoParents) {
  maker_.addTriangle();
  maker_.root["nodes"] = {{{"children", {1, 2}}}, {{"children", {2}}}, {{"mesh", 0}}};
  EXPECT_THAT(refusal(), HasSubstr("two parents"));
}

TEST_F(Gltf, RefusesIndicesOfObjectsThatAreNotThere) {
  maker_.addTriangle();
  maker_.root["nodes"][0]["mesh"] = 5;
  EXPECT_THAT(refusal(), HasSubstr("mesh is 5, but there are 1 meshes"));
}

TEST_F(Gltf, RefusesJointsThatTheSkinDoesNotHave) {
  nlohmann::json& primitive = maker_.addTriangle();
  primitive["attributes"]["JOINTS_0"] = maker_.shorts({0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0}, "VEC4", false);
  primitive["attributes"]["WEIGHTS_0"] = maker_.floats({1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, "VEC4");
  maker_.root["skins"] = {{{"joints", {0}}}};
  maker_.root["nodes"][0]["skin"] = 0;
  EXPECT_THAT(refusal(), HasSubstr("joint 3"));
}

TEST_F(Gltf, NamesTheGltfThatWantsAMissingFile) {
  maker_.addTriangle();
  nlohmann::json whole = nlohmann::json::parse(maker_.text());
  whole["buffers"][0]["uri"] = "gone.bin";
  std::ofstream(dir_.path() / "wants.gltf") << whole.dump();
  try {
    loadGltf(dir_.path() / "wants.gltf");
    FAIL() << "the file was accepted";
  } catch (const render::Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("wants.gltf"), HasSubstr("gone.bin"), HasSubstr("buffer 0")));
  }
}

// What is not as the specification has it is not guessed at.
TEST_F(Gltf, RefusesValuesOfTheWrongKind) {
  const auto refused = [&](const char* pointer, const nlohmann::json& value, const char* expected) {
    const nlohmann::json before = maker_.root;
    maker_.root[nlohmann::json::json_pointer(pointer)] = value;
    EXPECT_THAT(refusal(), HasSubstr(expected)) << pointer;
    maker_.root = before;
  };
  maker_.addTriangle()["material"] = 0;
  maker_.root["materials"] = {nlohmann::json::object()};
  refused("/materials/0/alphaMode", "GLASS", "GLASS");
  refused("/materials/0/alphaMode", 3, "alphaMode");
  refused("/materials/0/doubleSided", "yes", "doubleSided");
  refused("/materials/0/pbrMetallicRoughness", 1, "pbrMetallicRoughness");
  refused("/materials/0/emissiveFactor", {1, 2}, "emissiveFactor");
  refused("/nodes/0/rotation", {0, 0, 0, 0}, "rotation");
  refused("/nodes/0/name", 7, "name");
  refused("/meshes/0/primitives", nlohmann::json::array(), "no primitives");
  refused("/accessors/0/normalized", 1, "normalized");
  refused("/animations", nlohmann::json::array({nlohmann::json::object()}), "no channels");
}

TEST_F(Gltf, WarnsOfHalfATriangle) {
  const size_t indices = maker_.indices({0, 1, 2, 0, 1});
  maker_.addTriangle()["indices"] = indices;
  const Scene scene = load();
  EXPECT_EQ(scene.indices.size(), 3u);
  EXPECT_THAT(scene.warnings, ElementsAre(HasSubstr("no whole triangles")));
}

TEST_F(Gltf, RefusesAGlbWhoseFirstChunkIsNotItsJson) {
  maker_.addTriangle();
  std::vector<std::byte> file = maker_.binary();
  file[16] = std::byte{'X'};
  writeBytes(dir_.path() / "x.glb", file);
  try {
    loadGltf(dir_.path() / "x.glb");
    FAIL() << "the file was accepted";
  } catch (const render::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("first chunk"));
  }
}

TEST_F(Gltf, RefusesOtherFiles) {
  std::ofstream(dir_.file("x.gltf")) << "not json";
  EXPECT_THROW(loadGltf(dir_.file("x.gltf")), render::Error);
  std::ofstream(dir_.file("empty.glb"));
  EXPECT_THROW(loadGltf(dir_.file("empty.glb")), render::Error);
  EXPECT_THROW(loadGltf(dir_.file("missing.glb")), render::Error);
  EXPECT_THROW(loadGltf(dir_.path()), render::Error);
  maker_.root["asset"]["version"] = "1.0";
  maker_.addTriangle();
  EXPECT_THAT(refusal(), HasSubstr("glTF version 1.0"));
}

// A file with something of everything, for damaging.
GltfMaker everything() {
  GltfMaker maker;
  const size_t indices = maker.indices({0, 1, 2});
  nlohmann::json& primitive = maker.addTriangle();
  primitive["indices"] = indices;
  primitive["material"] = 0;
  primitive["attributes"]["JOINTS_0"] = maker.shorts(std::vector<int16_t>(12, 0), "VEC4", false);
  primitive["attributes"]["WEIGHTS_0"] = maker.floats({1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, "VEC4");
  primitive["attributes"]["COLOR_0"] = maker.floats(std::vector<float>(9, 0.5f), "VEC3");
  maker.root["materials"] = {{{"alphaMode", "MASK"}, {"emissiveFactor", {1, 0, 0}}}};
  const size_t bind = maker.floats({1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, "MAT4");
  maker.root["skins"] = {{{"joints", {1}}, {"inverseBindMatrices", bind}}};
  maker.root["cameras"] = {{{"type", "perspective"}, {"perspective", {{"yfov", 1.0}, {"znear", 0.1}}}}};
  maker.root["nodes"] = {
      {{"mesh", 0}, {"skin", 0}, {"children", {1, 2}}}, {{"translation", {0, 1, 0}}}, {{"camera", 0}}};
  const size_t times = maker.floats({0, 1}, "SCALAR"), values = maker.floats({0, 0, 0, 1, 1, 1, 1, 1}, "VEC4");
  maker.root["animations"] = {{{"samplers", {{{"input", times}, {"output", values}}}},
                               {"channels", {{{"sampler", 0}, {"target", {{"node", 1}, {"path", "rotation"}}}}}}}};
  return maker;
}

// Loads, or refuses in one line: anything else (a crash, another exception, a sanitizer's report) fails the test.
void expectLoadedOrRefused(const std::filesystem::path& path) {
  try {
    const Scene scene = loadGltf(path);
    render::worldBounds(scene, render::poseAt(scene, 0.5));
  } catch (const render::Error& error) {
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
  }
}

TEST_F(Gltf, SurvivesEveryTruncation) {
  const std::vector<std::byte> whole = everything().binary();
  const auto path = dir_.path() / "cut.glb";
  for (size_t size = 0; size < whole.size(); ++size) {
    writeBytes(path, {whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size)});
    EXPECT_THROW(loadGltf(path), render::Error) << size << " bytes";
  }
}

TEST_F(Gltf, SurvivesRandomDamage) {
  constexpr uint32_t kSeed = 20;
  std::printf("seed %u\n", kSeed);
  std::mt19937 random(kSeed);
  const std::vector<std::byte> whole = everything().binary();
  for (int round = 0; round < 1500; ++round) {
    std::vector<std::byte> damaged = whole;
    for (uint32_t hits = 1 + random() % 4; hits > 0; --hits) {
      // Digits become other digits more often than not: that changes counts and indices and leaves the JSON whole.
      std::byte& target = damaged[random() % damaged.size()];
      const bool digit = target >= std::byte{'0'} && target <= std::byte{'9'};
      target = digit ? static_cast<std::byte>('0' + random() % 10) : static_cast<std::byte>(random() % 256);
    }
    const auto path = dir_.path() / "damaged.glb";
    writeBytes(path, damaged);
    expectLoadedOrRefused(path);
  }
}

}  // namespace
}  // namespace impasto::test
