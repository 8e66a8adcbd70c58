#include "io/safetensors.h"

#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"

namespace impasto::trainer {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxHeaderBytes = 16u << 20;
constexpr uint64_t kMaxFileBytes = uint64_t{4} << 30;

struct TypeName {
  const char* name;
  torch::ScalarType type;
};
constexpr TypeName kTypes[] = {{"F16", torch::kHalf},   {"BF16", torch::kBFloat16}, {"F32", torch::kFloat},
                               {"F64", torch::kDouble}, {"I64", torch::kLong},      {"U8", torch::kByte}};

[[noreturn]] void bad(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::InvalidArgument, path + ": not a usable safetensors file: " + what);
}

std::string readAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) throw Error(ErrorCode::Io, path + ": cannot be opened");
  const std::streamoff size = in.tellg();
  if (size < 0 || static_cast<uint64_t>(size) > kMaxFileBytes) {
    throw Error(ErrorCode::Io, path + ": not a regular file of at most 4 GiB");
  }
  std::string bytes(static_cast<size_t>(size), '\0');
  in.seekg(0);
  if (!in.read(bytes.data(), size)) throw Error(ErrorCode::Io, path + ": cannot be read");
  return bytes;
}

torch::Tensor readTensor(const json& entry, const char* data, uint64_t data_size, const std::string& path,
                         const std::string& name) {
  const std::string type_name = entry.at("dtype").get<std::string>();
  const TypeName* type = nullptr;
  for (const TypeName& known : kTypes) {
    if (type_name == known.name) type = &known;
  }
  if (!type) bad(path, name + " has the unknown type " + type_name);

  std::vector<int64_t> shape;
  uint64_t bytes = torch::elementSize(type->type);
  for (const json& extent : entry.at("shape")) {
    const uint64_t value = extent.get<uint64_t>();
    if (value > 0 && bytes > kMaxFileBytes / value) bad(path, name + " is too large");
    bytes *= value;
    shape.push_back(static_cast<int64_t>(value));
  }
  const uint64_t begin = entry.at("data_offsets").at(0).get<uint64_t>();
  const uint64_t end = entry.at("data_offsets").at(1).get<uint64_t>();
  if (begin > end || end > data_size || end - begin != bytes) bad(path, name + " has wrong offsets");

  torch::Tensor tensor = torch::empty(shape, type->type);
  if (bytes > 0) std::memcpy(tensor.data_ptr(), data + begin, bytes);
  return tensor;
}

}  // namespace

TensorFile readTensorFile(const std::string& path) {
  const std::string bytes = readAll(path);
  uint64_t header_size = 0;
  if (bytes.size() < sizeof(header_size)) bad(path, "it has only " + std::to_string(bytes.size()) + " bytes");
  std::memcpy(&header_size, bytes.data(), sizeof(header_size));
  if (header_size > kMaxHeaderBytes || header_size > bytes.size() - sizeof(header_size)) {
    bad(path, "the header is longer than the file");
  }
  const char* header = bytes.data() + sizeof(header_size);
  const char* data = header + header_size;
  const uint64_t data_size = bytes.size() - sizeof(header_size) - header_size;

  TensorFile file;
  try {
    const json parsed = json::parse(header, data);
    for (const auto& [name, entry] : parsed.items()) {
      if (name == "__metadata__") {
        for (const auto& [key, value] : entry.items()) file.metadata[key] = value.get<std::string>();
      } else {
        file.tensors[name] = readTensor(entry, data, data_size, path, name);
      }
    }
  } catch (const json::exception& error) {
    bad(path, error.what());
  }
  return file;
}

void writeTensorFile(const TensorFile& file, const std::string& path) {
  json header;
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const char* type_name = nullptr;
    for (const TypeName& known : kTypes) {
      if (tensor.scalar_type() == known.type) type_name = known.name;
    }
    if (!type_name) throw Error(ErrorCode::Internal, path + ": " + name + " has a type safetensors cannot hold");
    header[name] = {{"dtype", type_name},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // data starts at a multiple of 8

  std::vector<std::byte> bytes(sizeof(uint64_t) + text.size() + offset);
  const uint64_t header_size = text.size();
  std::memcpy(bytes.data(), &header_size, sizeof(header_size));
  std::memcpy(bytes.data() + sizeof(header_size), text.data(), text.size());
  std::byte* out = bytes.data() + sizeof(header_size) + text.size();
  for (const auto& [name, tensor] : file.tensors) {
    const torch::Tensor flat = tensor.detach().cpu().contiguous();
    if (flat.nbytes() > 0) std::memcpy(out, flat.data_ptr(), flat.nbytes());
    out += flat.nbytes();
  }
  writeFileAtomically(path, bytes);
}

}  // namespace impasto::trainer
