#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/half.h"
#include "style/style.h"
#include "style/style_format.h"

namespace impasto {
namespace {

using Json = nlohmann::ordered_json;  // keys in the order of this file: equal styles give equal bytes

std::string graphText(const Graph& graph) {
  Json ops = Json::array();
  for (const Op& op : graph.ops) {
    Json object = {{"name", op.name}, {"op", toString(op.type)}};
    if (!op.inputs.empty()) {
      Json inputs = Json::array();
      for (const uint32_t i : op.inputs) inputs.push_back(graph.ops[i].name);
      object["inputs"] = std::move(inputs);
    }
    switch (op.type) {
      case OpType::Input:
        object["kind"] = toString(op.input_kind);
        if (op.input_kind == InputKind::Style) object["channels"] = op.channels;
        if (op.optional) object["optional"] = true;
        break;
      case OpType::Noise:
        object["channels"] = op.channels;
        object["downscale"] = op.downscale;
        object["seed"] = op.seed;
        break;
      case OpType::Conv2d:
        object["channels"] = op.channels;
        object["kernel"] = op.kernel;
        object["stride"] = op.stride;
        object["activation"] = toString(op.activation);
        break;
      case OpType::SpaceToDepth:
      case OpType::DepthToSpace:
        object["block"] = op.block;
        break;
      case OpType::Add:
      case OpType::Modulate:
        object["activation"] = toString(op.activation);
        break;
      case OpType::Blend:
        object["range"] = op.range;
        break;
      case OpType::Upsample:
      case OpType::Concat:
        break;
    }
    ops.push_back(std::move(object));
  }
  return Json{{"ops", std::move(ops)}, {"output", graph.ops[graph.output].name}}.dump();
}

std::string paintingsText(const std::vector<Painting>& paintings) {
  Json list = Json::array();
  for (const Painting& painting : paintings) {
    Json object;
    for (const auto& [key, field] : format::kPaintingTexts) object[std::string(key)] = painting.*field;
    object[std::string(format::kVector)] = painting.vector;
    list.push_back(std::move(object));
  }
  return list.dump();
}

// The oldest that can hold the style, so that older readers read what they can.
std::string_view versionOf(const Style& style) {
  const auto isNew = [](const Op& op) { return !format::newInVersion2(op).empty(); };
  return style.paintings.empty() && std::none_of(style.graph.ops.begin(), style.graph.ops.end(), isNew) ? "1" : "2";
}

Json metadataOf(const Style& style) {
  Json metadata = {{"format", format::kName},
                   {"version", versionOf(style)},
                   {"color_encoding", style.color_encoding},
                   {"size", style.size},
                   {"inputs", format::inputsOf(style.graph)}};
  for (const auto& [key, field] : format::kProvenance)
    if (!(style.provenance.*field).empty()) metadata[std::string(key)] = style.provenance.*field;
  if (!style.paintings.empty()) metadata[std::string(format::kPaintings)] = paintingsText(style.paintings);
  metadata["graph"] = graphText(style.graph);
  return metadata;
}

void appendLittleEndian(std::vector<std::byte>& bytes, uint64_t value, size_t count) {
  for (size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

}  // namespace

std::vector<std::byte> writeStyle(const Style& unchecked) {
  Style style = unchecked;
  validateStyle(style);

  // All fp32 before all fp16 and the header padded to 8 bytes: every tensor is aligned for programs that map the file.
  Json header = {{format::kMetadata, metadataOf(style)}};
  std::vector<std::byte> data;
  const auto describe = [&](const std::string& name, const char* dtype, Json shape, size_t bytes) {
    header[name] = {
        {"dtype", dtype}, {"shape", std::move(shape)}, {"data_offsets", {data.size(), data.size() + bytes}}};
  };
  for (const auto& [index, weights] : style.weights) {
    const Op& op = style.graph.ops[index];
    describe(op.name + ".bias", "F32", {op.channels}, weights.bias.size() * 4);
    for (const float value : weights.bias) appendLittleEndian(data, std::bit_cast<uint32_t>(value), 4);
  }
  for (const auto& [index, weights] : style.weights) {
    const Op& op = style.graph.ops[index];
    describe(op.name + ".weight", "F16", {op.channels, style.graph.ops[op.inputs[0]].channels, op.kernel, op.kernel},
             weights.kernel.size() * 2);
    for (const float value : weights.kernel) appendLittleEndian(data, halfFromFloat(value), 2);
  }

  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > kMaxStyleHeaderBytes)
    throw Error(ErrorCode::InvalidStyle, "metadata too long: a header of " + std::to_string(text.size()) + " bytes");
  std::vector<std::byte> bytes;
  bytes.reserve(8 + text.size() + data.size());
  appendLittleEndian(bytes, text.size(), 8);
  for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

void writeStyleFile(const Style& style, const std::string& path) {
  const std::vector<std::byte> bytes = writeStyle(style);
  writeFileAtomically(path, bytes);
}

}  // namespace impasto
