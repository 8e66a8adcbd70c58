#include "capture.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/output_file.h"
#include "common/picture_file.h"

namespace impasto::app {
namespace {

// A NumPy array file, format version 1.0: magic, header length, a Python dict padded to 64 bytes, the values.
void writeNpy(const std::filesystem::path& path, const char* type, const std::string& shape, const void* values,
              size_t bytes) {
  std::string header = std::string("{'descr': '") + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  const size_t unpadded = 10 + header.size() + 1;
  header.append((64 - unpadded % 64) % 64, ' ');
  header += '\n';
  std::vector<std::byte> file(10 + header.size() + bytes);
  constexpr unsigned char kMagic[8] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  std::memcpy(file.data(), kMagic, 8);
  file[8] = static_cast<std::byte>(header.size() & 255);
  file[9] = static_cast<std::byte>(header.size() >> 8);
  std::memcpy(file.data() + 10, header.data(), header.size());
  std::memcpy(file.data() + 10 + header.size(), values, bytes);
  writeFileWhole(path, file);
}

nlohmann::json toJson(const glm::mat4& matrix) {
  return std::vector<float>(glm::value_ptr(matrix), glm::value_ptr(matrix) + 16);
}

}  // namespace

void writeCapture(const std::filesystem::path& folder, const std::string& stem, const RenderedFrame& frame) {
  const auto path = [&](const char* suffix) { return folder / (stem + suffix); };
  const std::string extent = std::to_string(frame.color.height) + ", " + std::to_string(frame.color.width);
  const auto write = [&](const char* suffix, const char* type, const std::string& shape, const auto& values) {
    writeNpy(path(suffix), type, shape, values.data(), values.size() * sizeof(values[0]));
  };
  const GBuffer& g = frame.g_buffer;
  writePicture(frame.color, path("_color.png"));
  writePicture(g.base_color, path("_base_color.png"));
  write("_hdr.npy", "<f2", extent + ", 3", g.hdr);
  write("_depth.npy", "<f4", extent, g.depth);
  write("_normal.npy", "<f2", extent + ", 3", g.normal);
  write("_motion.npy", "<f4", extent + ", 2", g.motion);
  write("_object.npy", "<u4", extent, g.object);
  write("_visible.npy", "|u1", extent, g.visible);

  const float aspect = static_cast<float>(frame.color.width) / static_cast<float>(frame.color.height);
  nlohmann::json camera;
  camera["width"] = frame.color.width;
  camera["height"] = frame.color.height;
  camera["seconds"] = frame.seconds;
  camera["clip"] = frame.clip;
  camera["cut"] = frame.cut;
  camera["view"] = toJson(frame.camera.view);
  camera["projection"] = toJson(frame.camera.projection(aspect));
  camera["vertical_fov"] = frame.camera.vertical_fov;
  camera["near"] = frame.camera.near_plane;
  const std::string text = camera.dump(2) + "\n";
  writeFileWhole(path("_camera.json"), std::as_bytes(std::span(text)));
}

void writeCaptureIndex(const std::filesystem::path& folder, const render::Scene& scene, const FrameOptions& options,
                       uint32_t frames) {
  nlohmann::json clips = nlohmann::json::array();
  const uint32_t length = options.clip_length > 0 ? options.clip_length : frames;
  for (uint32_t first = 0; first < frames; first += length) {
    clips.push_back({{"first", first}, {"count", std::min(length, frames - first)}});
  }
  nlohmann::json objects = nlohmann::json::array();
  objects.push_back("");
  for (const render::Node& node : scene.nodes) objects.push_back(node.name);
  const nlohmann::json index = {
      {"format", "impasto-capture"}, {"version", 1},       {"scene", scene.name}, {"width", options.width},
      {"height", options.height},    {"fps", options.fps}, {"frames", frames},    {"clips", clips},
      {"objects", objects}};
  const std::string text = index.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  writeFileWhole(folder / "capture.json", std::as_bytes(std::span(text)));
}

}  // namespace impasto::app
