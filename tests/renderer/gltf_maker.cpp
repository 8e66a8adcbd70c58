#include "gltf_maker.h"

#include <cstring>
#include <fstream>

namespace impasto::test {
namespace {

std::string base64(const std::vector<std::byte>& bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < bytes.size() ? static_cast<uint32_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? kDigits[bits >> (18 - 6 * k) & 63u] : '=';
  }
  return out;
}

void append32(std::vector<std::byte>& out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::byte>(value >> shift & 255u));
}

size_t addAccessor(GltfMaker& maker, size_t view, size_t component_type, size_t count, const std::string& type) {
  maker.root["accessors"].push_back(
      {{"bufferView", view}, {"componentType", component_type}, {"count", count}, {"type", type}});
  return maker.root["accessors"].size() - 1;
}

size_t componentsOf(const std::string& type) {
  return type == "SCALAR" ? 1 : (type == "VEC2" ? 2 : (type == "VEC3" ? 3 : (type == "VEC4" ? 4 : 16)));
}

}  // namespace

GltfMaker::GltfMaker() { root = {{"asset", {{"version", "2.0"}}}, {"scene", 0}, {"scenes", {{{"nodes", {0}}}}}}; }

size_t GltfMaker::view(const void* bytes, size_t size) {
  data.resize((data.size() + 3) / 4 * 4);
  const size_t offset = data.size();
  data.resize(offset + size);
  std::memcpy(data.data() + offset, bytes, size);
  root["bufferViews"].push_back({{"buffer", 0}, {"byteOffset", offset}, {"byteLength", size}});
  return root["bufferViews"].size() - 1;
}

size_t GltfMaker::floats(const std::vector<float>& values, const std::string& type) {
  return addAccessor(*this, view(values.data(), values.size() * 4), 5126, values.size() / componentsOf(type), type);
}

size_t GltfMaker::shorts(const std::vector<int16_t>& values, const std::string& type, bool normalized) {
  const size_t components = componentsOf(type), padded = (components * 2 + 3) / 4 * 4;  // vertices start at fours
  std::vector<std::byte> bytes(values.size() / components * padded);
  for (size_t i = 0; i < values.size(); ++i) {
    std::memcpy(bytes.data() + i / components * padded + i % components * 2, &values[i], 2);
  }
  const size_t index = view(bytes.data(), bytes.size());
  root["bufferViews"][index]["byteStride"] = padded;
  const size_t accessor = addAccessor(*this, index, 5122, values.size() / components, type);
  root["accessors"][accessor]["normalized"] = normalized;
  return accessor;
}

size_t GltfMaker::indices(const std::vector<uint16_t>& values) {
  return addAccessor(*this, view(values.data(), values.size() * 2), 5123, values.size(), "SCALAR");
}

nlohmann::json& GltfMaker::addTriangle() {
  const size_t position = floats({0, 0, 0, 1, 0, 0, 0, 1, 0}, "VEC3");
  root["meshes"].push_back({{"primitives", {{{"attributes", {{"POSITION", position}}}}}}});
  root["nodes"].push_back({{"mesh", root["meshes"].size() - 1}});
  return root["meshes"].back()["primitives"][0];
}

std::string GltfMaker::text() const {
  nlohmann::json whole = root;
  whole["buffers"] = {{{"byteLength", data.size()}, {"uri", "data:application/octet-stream;base64," + base64(data)}}};
  return whole.dump();
}

std::vector<std::byte> GltfMaker::binary() const {
  nlohmann::json whole = root;
  whole["buffers"] = {{{"byteLength", data.size()}}};
  std::string json = whole.dump();
  json.resize((json.size() + 3) / 4 * 4, ' ');
  std::vector<std::byte> chunk = data;
  chunk.resize((chunk.size() + 3) / 4 * 4);
  std::vector<std::byte> out;
  append32(out, 0x46546C67);
  append32(out, 2);
  append32(out, static_cast<uint32_t>(12 + 8 + json.size() + 8 + chunk.size()));
  append32(out, static_cast<uint32_t>(json.size()));
  append32(out, 0x4E4F534A);
  for (const char c : json) out.push_back(static_cast<std::byte>(c));
  append32(out, static_cast<uint32_t>(chunk.size()));
  append32(out, 0x004E4942);
  out.insert(out.end(), chunk.begin(), chunk.end());
  return out;
}

void GltfMaker::write(const std::filesystem::path& path) const {
  if (path.extension() == ".glb") {
    writeBytes(path, binary());
  } else {
    std::ofstream(path, std::ios::binary) << text();
  }
}

void writeBytes(const std::filesystem::path& path, const std::vector<std::byte>& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace impasto::test
