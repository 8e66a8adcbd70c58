// Draco and meshopt: what the encoders pack comes out again, and damage is told in one line.
#include <draco/compression/encode.h>
#include <draco/mesh/triangle_soup_mesh_builder.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <meshoptimizer.h>

#include <random>

#include "gltf_maker.h"
#include "renderer/error.h"
#include "renderer/scene/gltf.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

using render::loadGltf;
using render::Scene;
using testing::HasSubstr;

// A strip of triangles with colours.
struct Strip {
  std::vector<float> positions;
  std::vector<uint8_t> colors;
  std::vector<uint32_t> indices;
  explicit Strip(uint32_t quads) {
    for (uint32_t i = 0; i <= quads; ++i) {
      const auto x = static_cast<float>(i);
      positions.insert(positions.end(), {x, 0, 0, x, 1, x * 0.25f});
      for (int k = 0; k < 2; ++k) colors.insert(colors.end(), {static_cast<uint8_t>(i * 8), 255, 51, 255});
      if (i == quads) continue;
      const uint32_t a = i * 2;
      indices.insert(indices.end(), {a, a + 2, a + 1, a + 1, a + 2, a + 3});
    }
  }
  size_t count() const { return positions.size() / 3; }
};

std::vector<glm::vec3> corners(const Scene& scene) {
  std::vector<glm::vec3> out;
  for (const uint32_t index : scene.indices) out.push_back(scene.vertices[index].position);
  return out;
}

GltfMaker meshoptScene(const Strip& strip) {
  GltfMaker maker;
  const auto addView = [&](std::vector<unsigned char> packed, size_t count, size_t stride, const char* mode) {
    const size_t view = maker.view(packed.data(), packed.size());
    const nlohmann::json placed = maker.root["bufferViews"][view];
    nlohmann::json packing = {{"buffer", 0},
                              {"byteOffset", placed["byteOffset"]},
                              {"byteLength", placed["byteLength"]},
                              {"count", count},
                              {"byteStride", stride},
                              {"mode", mode}};
    maker.root["bufferViews"][view] = {
        {"buffer", 0}, {"byteLength", count * stride}, {"extensions", {{"EXT_meshopt_compression", packing}}}};
    return view;
  };
  const auto vertices = [&](const void* from, size_t stride) {
    std::vector<unsigned char> packed(meshopt_encodeVertexBufferBound(strip.count(), stride));
    packed.resize(meshopt_encodeVertexBuffer(packed.data(), packed.size(), from, strip.count(), stride));
    return addView(std::move(packed), strip.count(), stride, "ATTRIBUTES");
  };
  const auto accessor = [&](size_t view, int type, size_t count, const char* kind, bool normalized) {
    maker.root["accessors"].push_back(
        {{"bufferView", view}, {"componentType", type}, {"count", count}, {"type", kind}, {"normalized", normalized}});
    return maker.root["accessors"].size() - 1;
  };
  const size_t position = accessor(vertices(strip.positions.data(), 12), 5126, strip.count(), "VEC3", false);
  const size_t color = accessor(vertices(strip.colors.data(), 4), 5121, strip.count(), "VEC4", true);
  std::vector<unsigned char> packed(meshopt_encodeIndexBufferBound(strip.indices.size(), strip.count()));
  packed.resize(meshopt_encodeIndexBuffer(packed.data(), packed.size(), strip.indices.data(), strip.indices.size()));
  const size_t indices = accessor(addView(std::move(packed), strip.indices.size(), 4, "TRIANGLES"), 5125,
                                  strip.indices.size(), "SCALAR", false);
  maker.root["meshes"] = {
      {{"primitives", {{{"attributes", {{"POSITION", position}, {"COLOR_0", color}}}, {"indices", indices}}}}}};
  maker.root["nodes"] = {{{"mesh", 0}}};
  maker.root["extensionsRequired"] = {"EXT_meshopt_compression"};
  return maker;
}

GltfMaker dracoScene(const Strip& strip) {
  draco::TriangleSoupMeshBuilder builder;
  builder.Start(static_cast<int>(strip.indices.size() / 3));
  const int position = builder.AddAttribute(draco::GeometryAttribute::POSITION, 3, draco::DT_FLOAT32);
  const int color = builder.AddAttribute(draco::GeometryAttribute::COLOR, 4, draco::DT_UINT8);
  for (uint32_t face = 0; face < strip.indices.size() / 3; ++face) {
    const uint32_t* i = &strip.indices[face * 3];
    const auto p = [&](int c) { return &strip.positions[i[c] * 3]; };
    const auto k = [&](int c) { return &strip.colors[i[c] * 4]; };
    builder.SetAttributeValuesForFace(position, draco::FaceIndex(face), p(0), p(1), p(2));
    builder.SetAttributeValuesForFace(color, draco::FaceIndex(face), k(0), k(1), k(2));
  }
  const auto mesh = builder.Finalize();
  draco::Encoder encoder;  // lossless: nothing is quantised
  draco::EncoderBuffer packed;
  EXPECT_TRUE(encoder.EncodeMeshToBuffer(*mesh, &packed).ok());

  GltfMaker maker;
  const size_t view = maker.view(packed.data(), packed.size());
  const nlohmann::json count = mesh->num_points();
  maker.root["accessors"] = {{{"componentType", 5126}, {"count", count}, {"type", "VEC3"}},
                             {{"componentType", 5121}, {"count", count}, {"type", "VEC4"}, {"normalized", true}},
                             {{"componentType", 5125}, {"count", strip.indices.size()}, {"type", "SCALAR"}}};
  const nlohmann::json ids = {{"POSITION", mesh->attribute(position)->unique_id()},
                              {"COLOR_0", mesh->attribute(color)->unique_id()}};
  maker.root["meshes"] = {
      {{"primitives",
        {{{"attributes", {{"POSITION", 0}, {"COLOR_0", 1}}},
          {"indices", 2},
          {"extensions", {{"KHR_draco_mesh_compression", {{"bufferView", view}, {"attributes", ids}}}}}}}}}};
  maker.root["nodes"] = {{{"mesh", 0}}};
  maker.root["extensionsRequired"] = {"KHR_draco_mesh_compression"};
  return maker;
}

class GltfCompression : public testing::TestWithParam<GltfMaker (*)(const Strip&)> {
 protected:
  Scene load(const GltfMaker& maker) {
    maker.write(dir_.path() / "packed.glb");
    return loadGltf(dir_.path() / "packed.glb");
  }
  TempDir dir_;
};

TEST_P(GltfCompression, GivesBackWhatWasPacked) {
  const Strip strip(20);
  const Scene scene = load(GetParam()(strip));
  ASSERT_EQ(scene.indices.size(), strip.indices.size());
  // Encoders may turn a triangle's corners and reorder triangles: compare as sets of corners.
  std::vector<glm::vec3> expected;
  for (const uint32_t i : strip.indices) expected.push_back(glm::make_vec3(&strip.positions[i * 3]));
  const auto less = [](const glm::vec3& a, const glm::vec3& b) {
    return std::tie(a.x, a.y, a.z) < std::tie(b.x, b.y, b.z);
  };
  std::vector<glm::vec3> found = corners(scene);
  std::sort(expected.begin(), expected.end(), less);
  std::sort(found.begin(), found.end(), less);
  EXPECT_EQ(found, expected);
  for (const render::Vertex& vertex : scene.vertices) {
    const auto red = static_cast<float>(static_cast<uint8_t>(static_cast<int>(vertex.position.x) * 8)) / 255.0f;
    EXPECT_NEAR(vertex.color.r / 65535.0f, red, 1e-3f);
    EXPECT_NEAR(vertex.color.b / 65535.0f, 0.2f, 1e-3f);
  }
  // Flat normals of a file without normals: all of unit length.
  for (const render::Vertex& vertex : scene.vertices) EXPECT_NEAR(glm::length(vertex.normal), 1.0f, 1e-5f);
}

TEST_P(GltfCompression, SurvivesDamage) {
  const GltfMaker whole = GetParam()(Strip(20));
  std::mt19937 random(7);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    GltfMaker damaged = whole;
    for (uint32_t hits = 1 + random() % 3; hits > 0; --hits) {
      damaged.data[random() % damaged.data.size()] = static_cast<std::byte>(random() % 256);
    }
    try {
      load(damaged);
    } catch (const render::Error& error) {
      ++refused;
      EXPECT_THAT(error.what(), HasSubstr("packed.glb"));
    }
  }
  EXPECT_GT(refused, 30);
}

TEST_P(GltfCompression, SaysThatTheBytesEndTooSoon) {
  GltfMaker cut = GetParam()(Strip(20));
  nlohmann::json& view = cut.root["bufferViews"][0];
  nlohmann::json& length =
      view.contains("extensions") ? view["extensions"]["EXT_meshopt_compression"]["byteLength"] : view["byteLength"];
  length = length.get<size_t>() / 2;
  EXPECT_THROW(load(cut), render::Error);
}

INSTANTIATE_TEST_SUITE_P(, GltfCompression, testing::Values(&meshoptScene, &dracoScene),
                         [](const auto& which) { return which.index == 0 ? "Meshopt" : "Draco"; });

TEST(GltfMeshopt, RefusesParametersThatTheDecoderWouldAssert) {
  const TempDir dir;
  const auto refusal = [&](const char* key, const nlohmann::json& value) {
    GltfMaker maker = meshoptScene(Strip(4));
    maker.root["bufferViews"][0]["extensions"]["EXT_meshopt_compression"][key] = value;
    maker.write(dir.path() / "x.glb");
    try {
      loadGltf(dir.path() / "x.glb");
      return std::string("the file was accepted");
    } catch (const render::Error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_THAT(refusal("byteStride", 7), HasSubstr("a stride of 7"));
  EXPECT_THAT(refusal("byteStride", 1000), HasSubstr("a stride of 1000"));
  EXPECT_THAT(refusal("mode", "MAGIC"), HasSubstr("MAGIC"));
  EXPECT_THAT(refusal("filter", "OCTAHEDRAL"), HasSubstr("OCTAHEDRAL"));
  EXPECT_THAT(refusal("count", 4000000000u), HasSubstr("2 GB"));
  EXPECT_THAT(refusal("buffer", 9), HasSubstr("buffer is 9"));
}

}  // namespace
}  // namespace impasto::test
