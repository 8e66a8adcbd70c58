#include "renderer/scene/gltf/document.h"

#include <array>
#include <cmath>
#include <cstring>
#include <fstream>

#include "renderer/scene/gltf/compression.h"

namespace impasto::render::gltf {
namespace {

constexpr uintmax_t kMaxFileBytes = 2'000'000'000;

constexpr std::array kLists = {"accessors", "animations", "bufferViews", "buffers", "cameras", "images",  "materials",
                               "meshes",    "nodes",      "samplers",    "scenes",  "skins",   "textures"};

// Names in a file may hold line breaks; messages do not.
std::string oneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

// `wanted_by` begins the message of every error.
std::vector<std::byte> readFile(const std::filesystem::path& path, const std::string& wanted_by) {
  const auto refuse = [&](const std::string& why) { throw Error(wanted_by + oneLine(path.string()) + ": " + why); };
  std::error_code error;
  if (!std::filesystem::exists(path, error)) refuse("no such file");
  if (!std::filesystem::is_regular_file(path, error)) refuse("not a regular file");
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error) refuse(error.message());
  if (size > kMaxFileBytes) refuse("larger than 2 GB");
  std::ifstream file(path, std::ios::binary);
  std::vector<std::byte> bytes(static_cast<size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file) refuse("cannot be read");
  return bytes;
}

uint32_t littleEndian(std::span<const std::byte> bytes, size_t offset) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value |= static_cast<uint32_t>(bytes[offset + i]) << (8 * i);
  return value;
}

std::optional<std::vector<std::byte>> decodeBase64(std::string_view text) {
  std::vector<std::byte> out;
  out.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<uint32_t>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      value = static_cast<uint32_t>(c - '0') + 52;
    else if (c == '+' || c == '-')
      value = 62;
    else if (c == '/' || c == '_')
      value = 63;
    else if (c == '=')
      break;
    else
      return std::nullopt;
    bits = bits << 6 | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<std::byte>(bits >> held & 255u));
    }
  }
  return out;
}

std::string decodePercent(std::string_view text) {
  std::string out;
  const auto hex = [](char c) {
    return c >= '0' && c <= '9' ? c - '0'
                                : (c >= 'a' && c <= 'f' ? c - 'a' + 10 : (c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1));
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string quote(const Json& value) {
  constexpr size_t kLongest = 80;
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";  // dump() would recurse into it
  return value.dump(-1, ' ', true).substr(0, kLongest);
}

Document::Document(const std::filesystem::path& path) : Document(path, readFile(path, "")) {}

Document::Document(const std::filesystem::path& path, std::span<const std::byte> file) : path_(path) {
  std::string json;
  if (file.size() >= 4 && std::memcmp(file.data(), "glTF", 4) == 0) {
    parseGlb(file, json);
  } else {
    json.assign(reinterpret_cast<const char*>(file.data()), file.size());
  }
  try {
    root_ = Json::parse(json);
  } catch (const Json::exception&) {
    throw Error(path_.string() + ": not a glTF file, or a damaged one: its JSON cannot be read");
  }
  if (!root_.is_object()) throw Error(path_.string() + ": not a glTF file");
  const std::string version = text(object(root_, "asset"), "version");
  if (version.rfind("2.", 0) != 0) {
    fail("asset", (version.empty() ? "no glTF version" : "glTF version " + version) + "; 2.0 is read");
  }
  checkLists();
  loadBuffers();
  decompressViews();
}

void Document::fail(const std::string& where, const std::string& what) const {
  constexpr size_t kLongest = 300;  // a file may hold names without end, and with line breaks
  throw Error(path_.string() + ": " + oneLine(where + ": " + what.substr(0, kLongest)));
}

// Header (magic, version, length), then chunks of length, type and bytes: JSON first, then perhaps BIN.
void Document::parseGlb(std::span<const std::byte> file, std::string& json) {
  constexpr uint32_t kJson = 0x4E4F534A, kBin = 0x004E4942;
  if (file.size() < 20) fail("GLB header", "the file is truncated");
  if (littleEndian(file, 4) != 2)
    fail("GLB header", "version " + std::to_string(littleEndian(file, 4)) + "; 2 is read");
  const size_t total = littleEndian(file, 8);
  if (total > file.size()) fail("GLB header", "the file is truncated");
  for (size_t offset = 12; offset + 8 <= total;) {
    const size_t length = littleEndian(file, offset);
    const uint32_t type = littleEndian(file, offset + 4);
    offset += 8;
    if (length > total - offset) fail("GLB chunk", "longer than the file");
    if (json.empty() && type != kJson) fail("GLB", "the first chunk is not its JSON");
    if (type == kJson && json.empty()) {
      json.assign(reinterpret_cast<const char*>(file.data() + offset), length);
    } else if (type == kBin && !has_binary_chunk_) {
      binary_chunk_.assign(file.begin() + static_cast<ptrdiff_t>(offset),
                           file.begin() + static_cast<ptrdiff_t>(offset + length));
      has_binary_chunk_ = true;
    }
    offset += (length + 3) / 4 * 4;
  }
  if (json.empty()) fail("GLB", "no JSON chunk");
}

void Document::loadBuffers() {
  const auto& buffers = list("buffers");
  for (size_t i = 0; i < buffers.size(); ++i) {
    const std::string where = "buffer " + std::to_string(i);
    const size_t length = count(buffers[i], "byteLength", 0, where);
    const std::string uri = text(buffers[i], "uri");
    const bool in_file = uri.empty() && i == 0 && has_binary_chunk_;
    if (uri.empty() && !in_file) {
      // It stands for what its compressed views hold, so that nothing reads it itself.
      const Json& extensions = object(buffers[i], "extensions");
      if (!extensions.contains("EXT_meshopt_compression") && !extensions.contains("KHR_meshopt_compression")) {
        fail(where, "no uri");
      }
      buffers_.emplace_back();
      continue;
    }
    std::vector<std::byte> bytes = in_file ? std::move(binary_chunk_) : fetch(uri, where);
    if (bytes.size() < length) {
      fail(where, std::to_string(length) + " bytes expected, " + std::to_string(bytes.size()) + " found");
    }
    buffers_.push_back(std::move(bytes));
  }
}

std::vector<std::byte> Document::fetch(const std::string& uri, const std::string& where) const {
  if (uri.rfind("data:", 0) == 0) {
    const size_t comma = uri.find(";base64,");
    if (comma == std::string::npos) fail(where, "a data URI that is not base64");
    auto bytes = decodeBase64(std::string_view(uri).substr(comma + 8));
    if (!bytes) fail(where, "a data URI with characters that are not base64");
    return std::move(*bytes);
  }
  constexpr size_t kLongest = 1000;
  if (uri.size() > kLongest) fail(where, "a uri of " + std::to_string(uri.size()) + " bytes");
  return readFile(path_.parent_path() / decodePercent(uri), path_.string() + ": " + where + ": ");
}

void Document::decompressViews() {
  constexpr size_t kMostBytes = 2'000'000'000;  // of all views together
  size_t bytes = 0;
  const auto& views = list("bufferViews");
  for (size_t i = 0; i < views.size(); ++i) {
    const Json& extensions = object(views[i], "extensions");
    const Json* packed = &object(extensions, "EXT_meshopt_compression");
    if (packed->empty()) packed = &object(extensions, "KHR_meshopt_compression");
    if (packed->empty()) continue;
    const std::string where = "bufferView " + std::to_string(i) + ", meshopt compression";
    const auto buffer = index(*packed, "buffer", "buffers", where);
    if (!buffer) fail(where, "no buffer");
    const size_t offset = count(*packed, "byteOffset", 0, where), length = count(*packed, "byteLength", 0, where);
    if (offset > buffers_[*buffer].size() || length > buffers_[*buffer].size() - offset) {
      fail(where, "reaches past the end of its buffer");
    }
    const MeshoptView view{count(*packed, "count", 0, where), count(*packed, "byteStride", 0, where),
                           text(*packed, "mode"), text(*packed, "filter")};
    // Both are below 2^32. Repeated vertices take hardly any bytes, so the packed size says nothing of the other.
    if (view.count * view.stride > kMostBytes - bytes) fail(where, "more than 2 GB");
    bytes += view.count * view.stride;
    std::string why;
    if (!decodeMeshopt(view, std::span(buffers_[*buffer]).subspan(offset, length), decompressed_[i], why)) {
      fail(where, why);
    }
  }
}

const std::vector<Json>& Document::list(const std::string& name) const {
  static const std::vector<Json> kEmpty;
  const auto found = root_.find(name);
  return found == root_.end() ? kEmpty : found->get_ref<const Json::array_t&>();
}

void Document::checkLists() const {
  for (const char* name : kLists) {
    const auto found = root_.find(name);
    if (found == root_.end()) continue;
    if (!found->is_array()) fail(name, "not an array");
    for (const Json& item : *found) {
      if (!item.is_object()) fail(name, "an item that is not an object");
    }
  }
}

std::optional<size_t> Document::index(const Json& parent, const char* key, const std::string& list_name,
                                      const std::string& where) const {
  if (!parent.contains(key)) return std::nullopt;
  const size_t value = count(parent, key, 0, where), size = list(list_name).size();
  if (value >= size) {
    fail(where, std::string(key) + " is " + std::to_string(value) + ", but there are " + std::to_string(size) + " " +
                    list_name);
  }
  return value;
}

size_t Document::count(const Json& parent, const char* key, size_t otherwise, const std::string& where) const {
  const auto found = parent.find(key);
  if (found == parent.end()) return otherwise;
  // Some exporters write 3.0 for 3.
  const double value = found->is_number() ? found->get<double>() : -1.0;
  if (!(value >= 0.0 && value <= 4294967295.0) || value != std::floor(value)) {
    fail(where, std::string(key) + " is not a count");
  }
  return static_cast<size_t>(value);
}

float Document::number(const Json& parent, const char* key, float otherwise, const std::string& where) const {
  const auto found = parent.find(key);
  if (found == parent.end()) return otherwise;
  if (!found->is_number() || !std::isfinite(found->get<float>())) fail(where, std::string(key) + " is not a number");
  return found->get<float>();
}

std::string Document::text(const Json& parent, const char* key) const {
  const auto found = parent.find(key);
  if (found == parent.end()) return {};
  if (!found->is_string()) fail(key, "is " + quote(*found) + ", not text");
  return found->get<std::string>();
}

bool Document::flag(const Json& parent, const char* key, const std::string& where) const {
  const auto found = parent.find(key);
  if (found == parent.end()) return false;
  if (!found->is_boolean()) fail(where, std::string(key) + " is " + quote(*found) + ", not true or false");
  return found->get<bool>();
}

std::vector<float> Document::numbers(const Json& parent, const char* key, size_t wanted,
                                     const std::string& where) const {
  std::vector<float> out;
  const auto found = parent.find(key);
  if (found == parent.end()) return out;
  if (!found->is_array() || found->size() != wanted) {
    fail(where, std::string(key) + " is not a list of " + std::to_string(wanted) + " numbers");
  }
  for (const Json& item : *found) {
    if (!item.is_number() || !std::isfinite(item.get<float>()))
      fail(where, std::string(key) + " holds what is no number");
    out.push_back(item.get<float>());
  }
  return out;
}

const Json& Document::object(const Json& parent, const char* key) const {
  static const Json kEmpty = Json::object();
  const auto found = parent.find(key);
  if (found == parent.end()) return kEmpty;
  if (!found->is_object()) fail(key, "is " + quote(*found) + ", not an object");
  return *found;
}

std::span<const std::byte> Document::bufferView(size_t view, const std::string& where) const {
  if (const auto found = decompressed_.find(view); found != decompressed_.end()) return found->second;
  const Json& item = list("bufferViews")[view];
  const auto buffer = index(item, "buffer", "buffers", where);
  if (!buffer) fail(where, "bufferView " + std::to_string(view) + " has no buffer");
  const size_t offset = count(item, "byteOffset", 0, where), length = count(item, "byteLength", 0, where);
  const std::vector<std::byte>& bytes = buffers_[*buffer];
  if (offset > bytes.size() || length > bytes.size() - offset) {
    fail(where, "bufferView " + std::to_string(view) + " reaches past the end of its buffer");
  }
  return std::span(bytes).subspan(offset, length);
}

}  // namespace impasto::render::gltf
