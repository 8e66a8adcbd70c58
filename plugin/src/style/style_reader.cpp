#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include "base/error.h"
#include "base/file_path.h"
#include "base/half.h"
#include "style/strict_json.h"
#include "style/style.h"
#include "style/style_format.h"

namespace impasto {
namespace {

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::InvalidStyle, what); }

uint32_t uint32Of(const JsonValue& value, const std::string& what) {
  const auto* number = value.as<uint64_t>();
  if (!number || *number > std::numeric_limits<uint32_t>::max()) fail(what + " is not an unsigned 32-bit integer");
  return static_cast<uint32_t>(*number);
}

const std::string& stringOf(const JsonValue& value, const std::string& what) {
  const auto* text = value.as<std::string>();
  if (!text) fail(what + " is not a string");
  return *text;
}

// ----------------------------------------------------------------------------------------------------------- graph --

// One element of the graph's "ops". Attributes are taken one by one; what is left over is an error, because an
// attribute that this reader does not know would change what the op computes.
class OpReader {
 public:
  OpReader(const JsonValue& op, size_t index) : object_(op.as<JsonObject>()) {
    where_ = "graph op " + std::to_string(index);
    if (!object_) fail(where_ + " is not a JSON object");
    name_ = stringOf(take("name"), where_ + ": 'name'");
    where_ = "graph op " + inQuotes(name_);
  }

  const std::string& name() const { return name_; }

  bool has(const char* key) const { return find(*object_, key) != nullptr; }

  const JsonValue& take(const char* key) {
    const JsonValue* found = find(*object_, key);
    if (!found) fail(where_ + ": no '" + key + "'");
    taken_.emplace_back(key);
    return *found;
  }

  uint32_t takeUint32(const char* key) { return uint32Of(take(key), where_ + ": '" + key + "'"); }

  bool takeBool(const char* key) {
    const auto* value = take(key).as<bool>();
    if (!value) fail(where_ + ": '" + key + "' is not true or false");
    return *value;
  }

  template <typename Enum>
  void takeEnum(const char* key, const char* what, Enum& value) {
    const std::string& text = stringOf(take(key), where_ + ": '" + key + "'");
    if (!parse(text, value)) fail(where_ + ": unknown " + what + " " + inQuotes(text));
  }

  void finish() const {
    for (const JsonMember& member : *object_)
      if (std::find(taken_.begin(), taken_.end(), member.key) == taken_.end())
        fail(where_ + ": unknown attribute " + inQuotes(member.key));
  }

 private:
  const JsonObject* object_;
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
      if (op.input_kind == InputKind::Style) op.channels = reader.takeUint32("channels");
      if (reader.has("optional")) op.optional = reader.takeBool("optional");
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
    case OpType::Modulate:
      if (reader.has("activation")) reader.takeEnum("activation", "activation", op.activation);
      break;
    case OpType::Blend:
      if (reader.has("range")) op.range = reader.takeUint32("range");
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

void resolveInputs(const JsonValue& inputs, uint32_t index, const std::unordered_map<std::string, uint32_t>& indices,
                   Op& op) {
  const std::string where = "graph op " + inQuotes(op.name);
  const auto* names = inputs.as<JsonArray>();
  if (!names) fail(where + ": 'inputs' is not a list");
  if (names->size() > kMaxConcatInputs) fail(where + ": " + std::to_string(names->size()) + " inputs");
  for (const JsonValue& element : *names) {
    const std::string& name = stringOf(element, where + ": an element of 'inputs'");
    const auto found = indices.find(name);
    if (found == indices.end()) fail(where + ": its input " + inQuotes(name) + " is dangling: no op has that name");
    if (found->second == index) fail(where + ": cyclic, it is its own input");
    if (found->second > index)
      fail(where + ": cyclic or out of order, its input " + inQuotes(name) + " is defined after it");
    op.inputs.push_back(found->second);
  }
}

Graph readGraph(const std::string& text, uint32_t version) {
  const JsonValue root = parseStrictJson(text, "graph");
  const auto* object = root.as<JsonObject>();
  if (!object) fail("graph: not a JSON object");
  for (const JsonMember& member : *object)
    if (member.key != "ops" && member.key != "output") fail("graph: unknown key " + inQuotes(member.key));
  const JsonValue* ops_value = find(*object, "ops");
  const auto* ops = ops_value ? ops_value->as<JsonArray>() : nullptr;
  if (!ops) fail("graph: no list 'ops'");
  const JsonValue* output_value = find(*object, "output");
  if (!output_value) fail("graph: no 'output'");
  if (ops->size() > kMaxOps)
    fail("graph: " + std::to_string(ops->size()) + " ops, more than " + std::to_string(kMaxOps));

  Graph graph;
  std::unordered_map<std::string, uint32_t> indices;
  for (uint32_t i = 0; i < ops->size(); ++i) {
    OpReader reader((*ops)[i], i);
    graph.ops.push_back(readOp(reader));
    std::string too_new = format::newInVersion2(graph.ops.back());
    if (reader.has("optional")) too_new = "attribute 'optional'";  // whatever its value
    if (version < 2 && !too_new.empty())
      fail("graph op " + inQuotes(reader.name()) + ": " + too_new + " in a file of version 1; it needs version 2");
    if (!indices.emplace(reader.name(), i).second) fail("graph: two ops are named " + inQuotes(reader.name()));
  }
  for (uint32_t i = 0; i < ops->size(); ++i)
    if (const JsonValue* inputs = find(*(*ops)[i].as<JsonObject>(), "inputs"))
      resolveInputs(*inputs, i, indices, graph.ops[i]);

  const std::string& output = stringOf(*output_value, "graph: 'output'");
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

uint64_t uint64Of(const JsonValue& value, const std::string& what) {
  const auto* number = value.as<uint64_t>();
  if (!number) fail(what + " is not an unsigned integer");
  return *number;
}

TensorEntry readTensorEntry(const std::string& name, const JsonValue& value) {
  const std::string where = "tensor " + inQuotes(name);
  const auto* object = value.as<JsonObject>();
  const JsonValue* dtype_value = object ? find(*object, "dtype") : nullptr;
  const JsonValue* shape_value = object ? find(*object, "shape") : nullptr;
  const JsonValue* offsets_value = object ? find(*object, "data_offsets") : nullptr;
  if (!dtype_value || !shape_value || !offsets_value || object->size() != 3)
    fail(where + ": not an object of dtype, shape and data_offsets");
  TensorEntry entry;
  entry.name = name;

  const std::string& dtype = stringOf(*dtype_value, where + ": dtype");
  if (dtype != "F16" && dtype != "F32") fail(where + ": dtype " + inQuotes(dtype) + " is not F16 or F32");
  entry.element_bytes = dtype == "F16" ? 2 : 4;

  const auto* shape = shape_value->as<JsonArray>();
  if (!shape || shape->empty() || shape->size() > 4) fail(where + ": shape is not a list of 1 to 4 sizes");
  uint64_t elements = 1;
  for (const JsonValue& element : *shape) {
    const uint64_t size = uint64Of(element, where + ": a size in its shape");
    if (size == 0 || size > kMaxParameters || elements * size > kMaxParameters)
      fail(where + ": its shape has no elements or too many");
    elements *= size;
    entry.shape.push_back(size);
  }

  const auto* offsets = offsets_value->as<JsonArray>();
  if (!offsets || offsets->size() != 2) fail(where + ": data_offsets is not a list of two");
  entry.begin = uint64Of((*offsets)[0], where + ": an element of data_offsets");
  entry.end = uint64Of((*offsets)[1], where + ": an element of data_offsets");
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

// nullptr: the metadata has no such key. All its values are strings.
const std::string* findString(const JsonObject& metadata, std::string_view key) {
  const JsonValue* found = find(metadata, key);
  return found ? found->as<std::string>() : nullptr;
}

const std::string& requiredString(const JsonObject& metadata, const char* key) {
  const std::string* text = findString(metadata, key);
  if (!text) fail(std::string("metadata: no '") + key + "'");
  return *text;
}

float floatOf(const JsonValue& value, const std::string& what) {
  const auto* whole = value.as<uint64_t>();
  const auto* real = value.as<double>();
  if (!whole && !real) fail(what + " is not a number");
  const double number = whole ? static_cast<double>(*whole) : *real;
  if (!(std::abs(number) < kFirstHalfOverflow)) fail(what + " is " + std::to_string(number) + ", not finite in fp16");
  return static_cast<float>(number);
}

std::vector<Painting> readPaintings(const std::string& text) {
  const JsonValue root = parseStrictJson(text, "paintings");
  const auto* list = root.as<JsonArray>();
  if (!list) fail("paintings: not a list");
  if (list->size() > kMaxPaintings)
    fail(std::to_string(list->size()) + " paintings, more than " + std::to_string(kMaxPaintings));
  std::vector<Painting> paintings;
  for (size_t i = 0; i < list->size(); ++i) {
    const std::string where = "painting " + std::to_string(i);
    const auto* object = (*list)[i].as<JsonObject>();
    if (!object) fail(where + " is not a JSON object");
    const auto take = [&](std::string_view key) -> const JsonValue& {
      const JsonValue* value = find(*object, key);
      if (!value) fail(where + ": no '" + std::string(key) + "'");
      return *value;
    };
    Painting& painting = paintings.emplace_back();
    for (const auto& [key, field] : format::kPaintingTexts)
      painting.*field = stringOf(take(key), where + ": '" + std::string(key) + "'");
    const auto* vector = take(format::kVector).as<JsonArray>();
    if (!vector) fail(where + ": 'vector' is not a list");
    if (vector->size() > kMaxStyleVectorLength)
      fail(where + ": a vector of " + std::to_string(vector->size()) + " values");
    for (const JsonValue& element : *vector)
      painting.vector.push_back(floatOf(element, where + ": an element of 'vector'"));
  }
  return paintings;
}

void readMetadata(const JsonObject& header, Style& style) {
  const JsonValue* found = find(header, format::kMetadata);
  const auto* object = found ? found->as<JsonObject>() : nullptr;
  if (!object) fail("no __metadata__: not an Impasto style");
  const JsonObject& metadata = *object;
  for (const auto& [key, value] : metadata) stringOf(value, "metadata: " + inQuotes(key));

  const std::string& name = requiredString(metadata, "format");
  if (name != format::kName) fail("format " + inQuotes(name) + " is not '" + std::string(format::kName) + "'");
  const std::string& version = requiredString(metadata, "version");
  if (version != "1" && version != "2")
    fail("unknown version " + inQuotes(version) + "; this reader knows versions 1 and 2");
  style.graph = readGraph(requiredString(metadata, "graph"), version == "1" ? 1 : 2);
  if (const std::string* paintings = findString(metadata, format::kPaintings)) {
    if (version == "1") fail("metadata: 'paintings' in a file of version 1; they need version 2");
    style.paintings = readPaintings(*paintings);
  }
  style.color_encoding = requiredString(metadata, "color_encoding");
  const std::string* size = findString(metadata, "size");
  style.size = size ? *size : "custom";
  const std::string* inputs = findString(metadata, "inputs");
  if (inputs && *inputs != format::inputsOf(style.graph))
    fail("metadata: inputs " + inQuotes(*inputs) + ", but the graph wants '" + format::inputsOf(style.graph) + "'");
  for (const auto& [key, field] : format::kProvenance)
    if (const std::string* text = findString(metadata, key)) style.provenance.*field = *text;
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

  const JsonValue root = parseStrictJson(header_text, "header");
  const auto& header = *root.as<JsonObject>();  // it begins with '{'
  Style style;
  readMetadata(header, style);
  std::vector<TensorEntry> entries;
  for (const auto& [key, value] : header)
    if (key != format::kMetadata) entries.push_back(readTensorEntry(key, value));
  checkLayout(entries, data.size());
  readWeights(entries, data, style);
  validateStyle(style);
  return style;
}

Style readStyleFile(const std::string& path) {
  std::error_code error;
  const std::filesystem::path system_path = filePath(path);
  const std::filesystem::file_status status = std::filesystem::status(system_path, error);
  if (!std::filesystem::exists(status)) throw Error(ErrorCode::Io, path + ": no such file");
  if (!std::filesystem::is_regular_file(status)) throw Error(ErrorCode::Io, path + ": not a regular file");
  const uintmax_t size = std::filesystem::file_size(system_path, error);
  if (error) throw Error(ErrorCode::Io, path + ": " + error.message());
  if (size > kMaxStyleFileBytes)
    throw Error(ErrorCode::InvalidStyle, path + ": larger than " + std::to_string(kMaxStyleFileBytes) + " bytes");
  std::ifstream file(system_path, std::ios::binary);
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
