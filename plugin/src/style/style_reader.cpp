#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include "style/error.h"
#include "style/half.h"
#include "style/strict_json.h"
#include "style/style.h"
#include "style/style_format.h"

namespace impasto {
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::InvalidStyle, what); }

uint32_t uint32Of(const json& value, const std::string& what) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() > std::numeric_limits<uint32_t>::max())
    fail(what + " is not an unsigned 32-bit integer");
  return value.get<uint32_t>();
}

const std::string& stringOf(const json& value, const std::string& what) {
  if (!value.is_string()) fail(what + " is not a string");
  return value.get_ref<const std::string&>();
}

// ----------------------------------------------------------------------------------------------------------- graph --

// One element of the graph's "ops". Attributes are taken one by one; what is left over is an error, because an
// attribute that this reader does not know would change what the op computes.
class OpReader {
 public:
  OpReader(const json& object, size_t index) : object_(object) {
    where_ = "graph op " + std::to_string(index);
    if (!object.is_object()) fail(where_ + " is not a JSON object");
    name_ = stringOf(take("name"), where_ + ": 'name'");
    where_ = "graph op " + inQuotes(name_);
  }

  const std::string& name() const { return name_; }

  bool has(const char* key) const { return object_.contains(key); }

  const json& take(const char* key) {
    const auto found = object_.find(key);
    if (found == object_.end()) fail(where_ + ": no '" + key + "'");
    taken_.emplace_back(key);
    return *found;
  }

  uint32_t takeUint32(const char* key) { return uint32Of(take(key), where_ + ": '" + key + "'"); }

  template <typename Enum>
  void takeEnum(const char* key, const char* what, Enum& value) {
    const std::string& text = stringOf(take(key), where_ + ": '" + key + "'");
    if (!parse(text, value)) fail(where_ + ": unknown " + what + " " + inQuotes(text));
  }

  void finish() const {
    for (const auto& item : object_.items())
      if (std::find(taken_.begin(), taken_.end(), item.key()) == taken_.end())
        fail(where_ + ": unknown attribute " + inQuotes(item.key()));
  }

 private:
  const json& object_;
  std::string name_, where_;
  std::vector<std::string_view> taken_;  // keys: literals
};

// All of an op but its inputs, which are resolved when all names are known.
Op readOp(OpReader& reader) {
  Op op;
  op.name = reader.name();
  reader.takeEnum("op", "op", op.type);
  if (op.type != OpType::Input && op.type != OpType::Noise) reader.take("inputs");
  switch (op.type) {
    case OpType::Input:
      reader.takeEnum("kind", "input kind", op.input_kind);
      break;
    case OpType::Noise:
      op.channels = reader.takeUint32("channels");
      op.downscale = reader.takeUint32("downscale");
      op.seed = reader.takeUint32("seed");
      break;
    case OpType::Conv2d:
      op.channels = reader.takeUint32("channels");
      op.kernel = reader.takeUint32("kernel");
      if (reader.has("stride")) op.stride = reader.takeUint32("stride");
      if (reader.has("activation")) reader.takeEnum("activation", "activation", op.activation);
      break;
    case OpType::Add:
      if (reader.has("activation")) reader.takeEnum("activation", "activation", op.activation);
      break;
    case OpType::SpaceToDepth:
    case OpType::DepthToSpace:
      op.block = reader.takeUint32("block");
      break;
    case OpType::Upsample:
    case OpType::Concat:
      break;
  }
  reader.finish();
  return op;
}

void resolveInputs(const json& object, uint32_t index, const std::unordered_map<std::string, uint32_t>& indices,
                   Op& op) {
  const std::string where = "graph op " + inQuotes(op.name);
  const json& inputs = object.at("inputs");
  if (!inputs.is_array()) fail(where + ": 'inputs' is not a list");
  if (inputs.size() > kMaxConcatInputs) fail(where + ": " + std::to_string(inputs.size()) + " inputs");
  for (const json& element : inputs) {
    const std::string& name = stringOf(element, where + ": an element of 'inputs'");
    const auto found = indices.find(name);
    if (found == indices.end()) fail(where + ": its input " + inQuotes(name) + " is dangling: no op has that name");
    if (found->second == index) fail(where + ": cyclic, it is its own input");
    if (found->second > index)
      fail(where + ": cyclic or out of order, its input " + inQuotes(name) + " is defined after it");
    op.inputs.push_back(found->second);
  }
}

Graph readGraph(const std::string& text) {
  const json root = parseStrictJson(text, "graph");
  if (!root.is_object()) fail("graph: not a JSON object");
  for (const auto& item : root.items())
    if (item.key() != "ops" && item.key() != "output") fail("graph: unknown key " + inQuotes(item.key()));
  if (!root.contains("ops") || !root["ops"].is_array()) fail("graph: no list 'ops'");
  if (!root.contains("output")) fail("graph: no 'output'");
  const json& ops = root["ops"];
  if (ops.size() > kMaxOps) fail("graph: " + std::to_string(ops.size()) + " ops, more than " + std::to_string(kMaxOps));

  Graph graph;
  std::unordered_map<std::string, uint32_t> indices;
  for (uint32_t i = 0; i < ops.size(); ++i) {
    OpReader reader(ops[i], i);
    graph.ops.push_back(readOp(reader));
    if (!indices.emplace(reader.name(), i).second) fail("graph: two ops are named " + inQuotes(reader.name()));
  }
  for (uint32_t i = 0; i < ops.size(); ++i)
    if (ops[i].contains("inputs")) resolveInputs(ops[i], i, indices, graph.ops[i]);

  const std::string& output = stringOf(root["output"], "graph: 'output'");
  const auto found = indices.find(output);
  if (found == indices.end()) fail("graph: the output " + inQuotes(output) + " is dangling: no op has that name");
  graph.output = found->second;
  validateGraph(graph);
  return graph;
}

// --------------------------------------------------------------------------------------------------------- tensors --

struct TensorEntry {
  std::string name;
  size_t element_bytes = 0;  // 2: F16, 4: F32
  std::vector<uint64_t> shape;
  uint64_t begin = 0, end = 0;  // bytes from the start of the data
};

uint64_t uint64Of(const json& value, const std::string& what) {
  if (!value.is_number_unsigned()) fail(what + " is not an unsigned integer");
  return value.get<uint64_t>();
}

TensorEntry readTensorEntry(const std::string& name, const json& object) {
  const std::string where = "tensor " + inQuotes(name);
  if (!object.is_object() || object.size() != 3 || !object.contains("dtype") || !object.contains("shape") ||
      !object.contains("data_offsets"))
    fail(where + ": not an object of dtype, shape and data_offsets");
  TensorEntry entry;
  entry.name = name;

  const std::string& dtype = stringOf(object["dtype"], where + ": dtype");
  if (dtype != "F16" && dtype != "F32") fail(where + ": dtype " + inQuotes(dtype) + " is not F16 or F32");
  entry.element_bytes = dtype == "F16" ? 2 : 4;

  const json& shape = object["shape"];
  if (!shape.is_array() || shape.empty() || shape.size() > 4) fail(where + ": shape is not a list of 1 to 4 sizes");
  uint64_t elements = 1;
  for (const json& element : shape) {
    const uint64_t size = uint64Of(element, where + ": a size in its shape");
    if (size == 0 || size > kMaxParameters || elements * size > kMaxParameters)
      fail(where + ": its shape has no elements or too many");
    elements *= size;
    entry.shape.push_back(size);
  }

  const json& offsets = object["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2) fail(where + ": data_offsets is not a list of two");
  entry.begin = uint64Of(offsets[0], where + ": an element of data_offsets");
  entry.end = uint64Of(offsets[1], where + ": an element of data_offsets");
  if (entry.end < entry.begin || entry.end - entry.begin != elements * entry.element_bytes)
    fail(where + ": data_offsets do not fit its shape and dtype");
  return entry;
}

// As the safetensors library does: the tensors fill the data exactly, without overlap and without holes, so that no
// byte of the file goes unseen.
void checkLayout(std::vector<TensorEntry> entries, uint64_t data_bytes) {
  std::sort(entries.begin(), entries.end(),
            [](const TensorEntry& a, const TensorEntry& b) { return a.begin < b.begin; });
  uint64_t position = 0;
  for (const TensorEntry& entry : entries) {
    if (entry.begin != position)
      fail("tensor " + inQuotes(entry.name) + ": its data overlaps another's or leaves a hole");
    position = entry.end;
    if (position > data_bytes) fail("tensor " + inQuotes(entry.name) + ": its data is outside the file");
  }
  if (position != data_bytes) fail(std::to_string(data_bytes - position) + " bytes after the last tensor");
}

std::vector<float> readTensor(const TensorEntry& entry, std::span<const std::byte> data, bool round_to_half) {
  const std::byte* bytes = data.data() + entry.begin;
  std::vector<float> values((entry.end - entry.begin) / entry.element_bytes);
  for (size_t i = 0; i < values.size(); ++i) {
    uint32_t bits = 0;
    for (size_t b = 0; b < entry.element_bytes; ++b)
      bits |= std::to_integer<uint32_t>(bytes[i * entry.element_bytes + b]) << (8 * b);
    values[i] = entry.element_bytes == 2 ? floatFromHalf(static_cast<uint16_t>(bits)) : std::bit_cast<float>(bits);
    // Infinities and NaN are validateStyle's to find; a finite value that overflows becomes infinite here.
    if (round_to_half) values[i] = floatFromHalf(halfFromFloat(values[i]));
  }
  return values;
}

std::string textOf(const std::vector<uint64_t>& shape) {
  std::string text = "[";
  for (const uint64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

void readWeights(const std::vector<TensorEntry>& entries, std::span<const std::byte> data, Style& style) {
  std::unordered_map<std::string_view, const TensorEntry*> by_name;
  for (const TensorEntry& entry : entries) by_name.emplace(entry.name, &entry);
  const auto take = [&](const std::string& name, const std::vector<uint64_t>& shape, bool round_to_half) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) fail("no tensor '" + name + "'");
    const TensorEntry& entry = *found->second;
    by_name.erase(found);
    if (entry.shape != shape)
      fail("tensor '" + name + "': shape " + textOf(entry.shape) + ", where the graph needs " + textOf(shape));
    return readTensor(entry, data, round_to_half);
  };
  for (uint32_t i = 0; i < style.graph.ops.size(); ++i) {
    const Op& op = style.graph.ops[i];
    if (op.type != OpType::Conv2d) continue;
    const uint64_t in_channels = style.graph.ops[op.inputs[0]].channels;
    ConvWeights& weights = style.weights[i];
    weights.kernel = take(op.name + ".weight", {op.channels, in_channels, op.kernel, op.kernel}, true);
    weights.bias = take(op.name + ".bias", {op.channels}, false);
  }
  for (const TensorEntry& entry : entries)
    if (by_name.contains(entry.name)) fail("tensor " + inQuotes(entry.name) + " belongs to no conv2d of the graph");
}

// -------------------------------------------------------------------------------------------------------- metadata --

const std::string& requiredString(const json& metadata, const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) fail(std::string("metadata: no '") + key + "'");
  return found->get_ref<const std::string&>();
}

void readMetadata(const json& header, Style& style) {
  const auto found = header.find("__metadata__");
  if (found == header.end() || !found->is_object()) fail("no __metadata__: not an Impasto style");
  const json& metadata = *found;
  for (const auto& item : metadata.items()) stringOf(item.value(), "metadata: " + inQuotes(item.key()));

  const std::string& name = requiredString(metadata, "format");
  if (name != format::kName) fail("format " + inQuotes(name) + " is not '" + std::string(format::kName) + "'");
  const std::string& version = requiredString(metadata, "version");
  if (version != format::kVersion)
    fail("unknown version " + inQuotes(version) + "; this reader knows version " + std::string(format::kVersion));
  style.graph = readGraph(requiredString(metadata, "graph"));
  style.color_encoding = requiredString(metadata, "color_encoding");
  style.size = metadata.contains("size") ? requiredString(metadata, "size") : "custom";
  if (metadata.contains("inputs") && requiredString(metadata, "inputs") != format::inputsOf(style.graph))
    fail("metadata: inputs " + inQuotes(requiredString(metadata, "inputs")) + ", but the graph wants '" +
         format::inputsOf(style.graph) + "'");
  for (const auto& [key, field] : format::kProvenance)
    if (const auto text = metadata.find(key); text != metadata.end())
      style.provenance.*field = text->get_ref<const std::string&>();
}

}  // namespace

Style readStyle(std::span<const std::byte> bytes) {
  constexpr size_t kLengthBytes = 8;
  if (bytes.size() > kMaxStyleFileBytes) fail("larger than " + std::to_string(kMaxStyleFileBytes) + " bytes");
  if (bytes.size() < kLengthBytes) fail("truncated: no header length");
  uint64_t header_bytes = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) header_bytes |= std::to_integer<uint64_t>(bytes[i]) << (8 * i);
  if (header_bytes > kMaxStyleHeaderBytes)
    fail("a header of " + std::to_string(header_bytes) + " bytes, more than " + std::to_string(kMaxStyleHeaderBytes) +
         ": not a style file");
  if (header_bytes > bytes.size() - kLengthBytes) fail("truncated: the header ends outside the file");
  const std::string_view header_text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, header_bytes);
  if (!header_text.starts_with('{')) fail("header: does not begin with '{': not a style file");
  const std::span<const std::byte> data = bytes.subspan(kLengthBytes + header_bytes);

  const json header = parseStrictJson(header_text, "header");
  Style style;
  readMetadata(header, style);
  std::vector<TensorEntry> entries;
  for (const auto& item : header.items())
    if (item.key() != "__metadata__") entries.push_back(readTensorEntry(item.key(), item.value()));
  checkLayout(entries, data.size());
  readWeights(entries, data, style);
  validateStyle(style);
  return style;
}

Style readStyleFile(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw Error(ErrorCode::Io, path + ": no such file");
  if (!std::filesystem::is_regular_file(status)) throw Error(ErrorCode::Io, path + ": not a regular file");
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw Error(ErrorCode::Io, path + ": " + error.message());
  if (size > kMaxStyleFileBytes)
    throw Error(ErrorCode::InvalidStyle, path + ": larger than " + std::to_string(kMaxStyleFileBytes) + " bytes");
  std::ifstream file(path, std::ios::binary);
  std::vector<std::byte> bytes(size);
  if (!file || !file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
    throw Error(ErrorCode::Io, path + ": cannot be read");
  try {
    return readStyle(bytes);
  } catch (const Error& problem) {
    throw Error(problem.code(), path + ": " + problem.what());
  }
}

}  // namespace impasto
