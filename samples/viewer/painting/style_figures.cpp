#include "viewer/painting/style_figures.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "common/message.h"
#include "media/error.h"
#include "media/file.h"

namespace impasto::app {
namespace {

using nlohmann::json;

// The JSON text that metadata holds under a key, as an object.
json part(const json& metadata, const char* key) {
  if (!metadata.contains(key) || !metadata[key].is_string()) return json::object();
  json value = json::parse(metadata[key].get<std::string>(), nullptr, false);
  return value.is_object() ? value : json::object();
}

void addNumber(Figures& figures, const json& from, const char* key, const char* label, const char* format) {
  if (!from.contains(key) || !from[key].is_number()) return;
  char text[48];
  std::snprintf(text, sizeof text, format, from[key].get<double>());
  figures.emplace_back(label, text);
}

}  // namespace

Figures readStyleFigures(const std::string& path) {
  Figures figures;
  std::vector<uint8_t> bytes;
  try {
    bytes = media::readFile(path);
  } catch (const media::Error&) {
    return figures;
  }
  // safetensors: the length of a JSON header, 8 bytes, little-endian; the header.
  uint64_t length = 0;
  if (bytes.size() < sizeof length) return figures;
  for (size_t i = 0; i < sizeof length; ++i) length |= uint64_t{bytes[i]} << (8 * i);
  if (length > bytes.size() - sizeof length) return figures;
  const auto* text = reinterpret_cast<const char*>(bytes.data()) + sizeof length;
  const json header = json::parse(text, text + length, nullptr, false);
  if (!header.is_object() || !header.contains("__metadata__") || !header["__metadata__"].is_object()) return figures;
  const json& metadata = header["__metadata__"];
  if (metadata.contains("size") && metadata["size"].is_string()) {
    figures.emplace_back("Size", oneLine(metadata["size"].get<std::string>()));
  }
  const json training = part(metadata, "training"), metrics = part(metadata, "metrics");
  addNumber(figures, training, "steps", "Training steps", "%.0f");
  addNumber(figures, metrics, "style", "Style error", "%.3f");
  addNumber(figures, metrics, "content_relu3_1", "Content error", "%.3f");
  addNumber(figures, metrics, "ssim", "SSIM", "%.2f");
  addNumber(figures, metrics, "edge_f1", "Edges kept (F1)", "%.2f");
  return figures;
}

}  // namespace impasto::app
