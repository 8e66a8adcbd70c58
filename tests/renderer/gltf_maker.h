// Makes small glTF files for the tests, as text with embedded buffers or as GLB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace impasto::test {

struct GltfMaker {
  nlohmann::json root;
  std::vector<std::byte> data;

  GltfMaker();

  // Each appends to the buffer and returns the accessor's index.
  size_t floats(const std::vector<float>& values, const std::string& type);
  size_t shorts(const std::vector<int16_t>& values, const std::string& type, bool normalized);
  size_t indices(const std::vector<uint16_t>& values);
  size_t view(const void* bytes, size_t size);  // a buffer view

  // A mesh of one triangle in the plane z = 0, shown by a node; returns the primitive for more attributes.
  nlohmann::json& addTriangle();

  std::string text() const;                             // .gltf
  std::vector<std::byte> binary() const;                // .glb
  void write(const std::filesystem::path& path) const;  // by its extension
};

void writeBytes(const std::filesystem::path& path, const std::vector<std::byte>& bytes);

}  // namespace impasto::test
