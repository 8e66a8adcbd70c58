// Writes the seeds of fuzz_gltf: small files that together use most of what the reader reads.
#include <cstdio>
#include <exception>
#include <filesystem>

#include "renderer/gltf_maker.h"

using namespace impasto::test;

namespace {

GltfMaker skinned() {
  GltfMaker maker;
  nlohmann::json& primitive = maker.addTriangle();
  primitive["indices"] = maker.indices({0, 1, 2});
  primitive["attributes"]["JOINTS_0"] = maker.shorts(std::vector<int16_t>(12, 0), "VEC4", false);
  primitive["attributes"]["WEIGHTS_0"] = maker.floats({1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, "VEC4");
  const size_t bind = maker.floats({1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, "MAT4");
  maker.root["skins"] = {{{"joints", {1}}, {"inverseBindMatrices", bind}}};
  maker.root["nodes"] = {{{"mesh", 0}, {"skin", 0}, {"children", {1}}}, {{"translation", {0, 1, 0}}}};
  const size_t times = maker.floats({0, 1}, "SCALAR"), values = maker.floats({0, 0, 0, 1, 1, 0, 0, 0}, "VEC4");
  maker.root["animations"] = {{{"samplers", {{{"input", times}, {"output", values}}}},
                               {"channels", {{{"sampler", 0}, {"target", {{"node", 1}, {"path", "rotation"}}}}}}}};
  return maker;
}

GltfMaker morphed() {
  GltfMaker maker;
  nlohmann::json& primitive = maker.addTriangle();
  const size_t delta = maker.floats({1, 0, 0, 0, 0, 0, 0, 0, 0}, "VEC3");
  primitive["targets"] = {{{"POSITION", delta}}, {{"NORMAL", delta}}};
  maker.root["meshes"][0]["weights"] = {0.5, 0.25};
  const size_t times = maker.floats({0, 1}, "SCALAR"), values = maker.floats(std::vector<float>(12, 0.5f), "SCALAR");
  maker.root["animations"] = {{{"samplers", {{{"input", times}, {"output", values}, {"interpolation", "CUBICSPLINE"}}}},
                               {"channels", {{{"sampler", 0}, {"target", {{"node", 0}, {"path", "weights"}}}}}}}};
  return maker;
}

GltfMaker lit() {
  GltfMaker maker;
  nlohmann::json& primitive = maker.addTriangle();
  primitive["material"] = 0;
  primitive["attributes"]["COLOR_0"] = maker.floats(std::vector<float>(9, 0.5f), "VEC3");
  primitive["attributes"]["NORMAL"] = maker.floats({0, 0, 1, 0, 0, 1, 0, 0, 1}, "VEC3");
  primitive["extensions"]["KHR_materials_variants"]["mappings"] = {{{"material", 0}, {"variants", {0}}}};
  maker.root["extensions"]["KHR_materials_variants"]["variants"] = {{{"name", "a"}}};
  maker.root["extensions"]["KHR_lights_punctual"]["lights"] = {{{"type", "spot"}, {"range", 3}}};
  maker.root["nodes"][0]["extensions"]["KHR_lights_punctual"]["light"] = 0;
  maker.root["nodes"][0]["camera"] = 0;
  maker.root["cameras"] = {{{"type", "perspective"}, {"perspective", {{"yfov", 1.0}, {"znear", 0.1}}}}};
  maker.root["materials"] = {{{"alphaMode", "MASK"},
                              {"emissiveFactor", {1, 0, 0}},
                              {"extensions", {{"KHR_materials_unlit", nlohmann::json::object()}}}}};
  return maker;
}

GltfMaker sparse() {
  GltfMaker maker;
  nlohmann::json& primitive = maker.addTriangle();
  primitive["mode"] = 5;
  const uint16_t where[2] = {1, 0};
  const float what[3] = {7, 8, 9};
  const size_t places = maker.view(where, 4), values = maker.view(what, 12),
               position = primitive["attributes"]["POSITION"];
  maker.root["accessors"][position]["sparse"] = {{"count", 1},
                                                 {"indices", {{"bufferView", places}, {"componentType", 5123}}},
                                                 {"values", {{"bufferView", values}}}};
  return maker;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_gltf_corpus FOLDER\n");
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    skinned().write(folder / "skinned.glb");
    morphed().write(folder / "morphed.glb");
    lit().write(folder / "lit.glb");
    sparse().write(folder / "sparse.glb");
    sparse().write(folder / "text.gltf");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_gltf_corpus: %s\n", error.what());
    return 1;
  }
  return 0;
}
