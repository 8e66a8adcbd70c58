#include "io/torch_file.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.h"
#include "io/pickle.h"

namespace impasto::trainer {
namespace {

using Kind = Pickle::Kind;

constexpr std::string_view kZipBegin = "PK\3\4", kZipEntry = "PK\1\2", kZipEnd{"PK\5\6", 4};
constexpr size_t kZipEndBytes = 22, kZipEntryBytes = 46, kZipLocalBytes = 30, kLongestComment = 0xFFFF;
constexpr uint64_t kMostDimensions = 8;
// 0x1950a86a20f9469cfc6c as torch.save begins a stream with it: protocol 2, LONG1 of ten bytes.
constexpr std::string_view kMagic{"\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10};
constexpr std::string_view kStreamBegin{"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14};
constexpr int64_t kStreamVersion = 1001;

struct StorageClass {
  std::string_view name;
  TorchType type;
};
constexpr StorageClass kStorages[] = {{"torch FloatStorage", TorchType::Float}, {"torch DoubleStorage", TorchType::Double},
                                      {"torch HalfStorage", TorchType::Half},   {"torch BFloat16Storage", TorchType::BFloat16},
                                      {"torch LongStorage", TorchType::Long},   {"torch ByteStorage", TorchType::Byte}};

struct Storage {
  std::string key;
  TorchType type;
  uint64_t count;  // elements
};

[[noreturn]] void bad(const std::string& what) { throw PickleError(what); }

uint64_t numberAt(std::string_view bytes, uint64_t at, size_t count) {
  if (at > bytes.size() || count > bytes.size() - at) bad("it ends too early");
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value |= uint64_t{static_cast<uint8_t>(bytes[at + i])} << (8 * i);
  return value;
}

std::string_view part(std::string_view bytes, uint64_t at, uint64_t count) {
  if (at > bytes.size() || count > bytes.size() - at) bad("it ends too early");
  return bytes.substr(at, count);
}

// The archive's entries by name, without the folder that all of them lie in.
std::map<std::string_view, std::string_view> zipEntries(std::string_view bytes) {
  if (bytes.size() < kZipEndBytes) bad("it ends too early");
  std::optional<size_t> end;
  const size_t first = bytes.size() - std::min(bytes.size(), kZipEndBytes + kLongestComment);
  for (size_t at = bytes.size() - kZipEndBytes + 1; at-- > first && !end;) {
    if (bytes.substr(at, 4) == kZipEnd && at + kZipEndBytes + numberAt(bytes, at + 20, 2) == bytes.size()) end = at;
  }
  if (!end) bad("its directory is missing: is it cut off?");
  const uint64_t count = numberAt(bytes, *end + 10, 2);
  uint64_t at = numberAt(bytes, *end + 16, 4);
  if (count == 0xFFFF || at == 0xFFFFFFFF) bad("it is an archive of more than 65534 entries or 4 GiB");
  std::map<std::string_view, std::string_view> entries;
  for (uint64_t i = 0; i < count; ++i) {
    if (part(bytes, at, kZipEntryBytes).substr(0, 4) != kZipEntry) bad("its directory is damaged");
    const uint64_t flags = numberAt(bytes, at + 8, 2), method = numberAt(bytes, at + 10, 2);
    const uint64_t packed = numberAt(bytes, at + 20, 4), size = numberAt(bytes, at + 24, 4);
    const uint64_t name_size = numberAt(bytes, at + 28, 2), local = numberAt(bytes, at + 42, 4);
    const std::string_view name = part(bytes, at + kZipEntryBytes, name_size);
    if (method != 0 || packed != size || (flags & 1)) bad(shown(name) + " in it is compressed, which torch.save does not do");
    if (part(bytes, local, kZipLocalBytes).substr(0, 4) != kZipBegin) bad("its directory is damaged");
    const uint64_t begin = local + kZipLocalBytes + numberAt(bytes, local + 26, 2) + numberAt(bytes, local + 28, 2);
    if (!entries.emplace(name.substr(name.find('/') + 1), part(bytes, begin, size)).second) bad(shown(name) + " is in it twice");
    at += kZipEntryBytes + name_size + numberAt(bytes, at + 30, 2) + numberAt(bytes, at + 32, 2);
  }
  return entries;
}

Storage storageOf(const Pickle& pickle, Pickle::Ref ref) {
  const std::vector<Pickle::Ref>& said = pickle[ref].items;
  if (said.size() < 5 || pickle[said[0]].text != "storage" || pickle[said[1]].kind != Kind::Global ||
      pickle[said[2]].kind != Kind::Text || pickle[said[4]].kind != Kind::Number || pickle[said[4]].number < 0 ||
      (said.size() > 5 && pickle[said[5]].kind != Kind::None)) {
    bad("a storage of it is not described as such");
  }
  for (const StorageClass& known : kStorages) {
    if (known.name != pickle[said[1]].text) continue;
    return {std::string(pickle[said[2]].text), known.type, static_cast<uint64_t>(pickle[said[4]].number)};
  }
  bad("it holds tensors of the type " + shown(pickle[said[1]].text));
}

std::vector<int64_t> extents(const Pickle& pickle, Pickle::Ref ref) {
  std::vector<int64_t> result;
  for (const Pickle::Ref item : pickle[ref].items) {
    if (pickle[item].kind != Kind::Number || pickle[item].number < 0 || result.size() == kMostDimensions) {
      bad("a tensor of it has an impossible shape");
    }
    result.push_back(pickle[item].number);
  }
  return result;
}

// A tensor of which the storage's bytes are still to be found.
struct Described {
  TorchTensor tensor;
  Storage storage;
  uint64_t offset;  // of its first element, elements
};

Described describe(const Pickle& pickle, std::string_view name, const Pickle::Value& value) {
  Described result{{}, storageOf(pickle, value.items[0]), static_cast<uint64_t>(pickle[value.items[1]].number)};
  TorchTensor& tensor = result.tensor;
  tensor.name = std::string(name);
  tensor.type = result.storage.type;
  tensor.shape = extents(pickle, value.items[2]);
  tensor.strides = extents(pickle, value.items[3]);
  const auto misfit = [&] { bad(shown(name) + " does not fit into its storage"); };
  if (tensor.shape.size() != tensor.strides.size() || pickle[value.items[1]].number < 0) misfit();
  const uint64_t most = result.storage.count;
  uint64_t count = 1, last = 0;  // elements; the furthest one, from the first
  for (const int64_t extent : tensor.shape) {
    if (extent > 0 && count > most / static_cast<uint64_t>(extent)) misfit();
    count *= static_cast<uint64_t>(extent);
  }
  if (count > 0) {
    for (size_t i = 0; i < tensor.shape.size(); ++i) {
      const auto steps = static_cast<uint64_t>(tensor.shape[i] - 1), stride = static_cast<uint64_t>(tensor.strides[i]);
      if (steps > 0 && stride > most / steps) misfit();
      last += steps * stride;
      if (last >= most) misfit();
    }
  }
  if (result.offset > most || (count > 0 && last >= most - result.offset)) misfit();
  return result;
}

std::vector<Described> tensorsOf(const Pickle& pickle) {
  if (pickle.result().kind != Kind::Dictionary) bad("it is not a dictionary of tensors (a state_dict)");
  std::vector<Described> tensors;
  const std::vector<Pickle::Ref>& items = pickle.result().items;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    if (pickle[items[i]].kind != Kind::Text || pickle[items[i + 1]].kind != Kind::Tensor) continue;
    tensors.push_back(describe(pickle, pickle[items[i]].text, pickle[items[i + 1]]));
  }
  if (tensors.empty()) bad("it holds no tensors by name (a state_dict does)");
  return tensors;
}

std::vector<TorchTensor> inStorages(std::vector<Described> described, const std::map<std::string, std::string_view, std::less<>>& storages) {
  std::vector<TorchTensor> tensors;
  for (Described& d : described) {
    const auto found = storages.find(d.storage.key);
    if (found == storages.end()) bad("the values of " + shown(d.tensor.name) + " are missing");
    const uint64_t element = bytesOf(d.storage.type);
    if (d.storage.count > found->second.size() / element) bad("the values of " + shown(d.tensor.name) + " are cut off");
    d.tensor.bytes = found->second.substr(d.offset * element);
    tensors.push_back(std::move(d.tensor));
  }
  return tensors;
}

std::vector<TorchTensor> parseArchive(std::string_view bytes) {
  const auto entries = zipEntries(bytes);
  const auto program = entries.find("data.pkl");
  if (program == entries.end()) bad("there is no data.pkl in it");
  const auto order = entries.find("byteorder");
  if (order != entries.end() && order->second != "little") bad("its numbers are not little-endian");
  size_t at = 0;
  const Pickle pickle(program->second, &at);
  std::map<std::string, std::string_view, std::less<>> storages;
  constexpr std::string_view folder = "data/";
  for (const auto& [name, contents] : entries) {
    if (name.substr(0, folder.size()) == folder) storages.emplace(name.substr(folder.size()), contents);
  }
  return inStorages(tensorsOf(pickle), storages);
}

std::vector<TorchTensor> parseStream(std::string_view bytes) {
  size_t at = 0;
  const Pickle magic(bytes, &at), version(bytes, &at), machine(bytes, &at);
  if (magic.result().text != kMagic) bad("it does not begin as torch.save does");
  if (version.result().number != kStreamVersion) bad("its version is " + std::to_string(version.result().number));
  const std::vector<Pickle::Ref>& of_machine = machine.result().items;
  for (size_t i = 0; i + 1 < of_machine.size(); i += 2) {
    if (machine[of_machine[i]].text == "little_endian" && machine[of_machine[i + 1]].number == 0) bad("its numbers are not little-endian");
  }
  const Pickle program(bytes, &at), keys(bytes, &at);
  std::vector<Described> described = tensorsOf(program);
  std::map<std::string_view, TorchType> types;
  for (const Described& d : described) types.emplace(d.storage.key, d.storage.type);
  std::map<std::string, std::string_view, std::less<>> storages;
  for (const Pickle::Ref ref : keys.result().items) {
    const std::string key(keys[ref].text);
    const auto type = types.find(key);
    if (type == types.end()) bad("it holds values of which it does not say what they are");
    const uint64_t count = numberAt(bytes, at, 8), element = bytesOf(type->second);
    if (count > bytes.size() / element) bad("it ends too early");
    storages.emplace(key, part(bytes, at + 8, count * element));
    at += 8 + count * element;
  }
  return inStorages(std::move(described), storages);
}

}  // namespace

size_t bytesOf(TorchType type) {
  switch (type) {
    case TorchType::Double: case TorchType::Long: return 8;
    case TorchType::Float: return 4;
    case TorchType::Half: case TorchType::BFloat16: return 2;
    case TorchType::Byte: return 1;
  }
  return 0;
}

int64_t TorchTensor::count() const {
  int64_t result = 1;
  for (const int64_t extent : shape) result *= extent;
  return result;
}

bool isTorchFile(std::string_view bytes) {
  return bytes.substr(0, kZipBegin.size()) == kZipBegin || bytes.substr(0, kStreamBegin.size()) == kStreamBegin;
}

std::vector<TorchTensor> parseTorchFile(std::string_view bytes, const std::string& path) {
  try {
    return bytes.substr(0, kZipBegin.size()) == kZipBegin ? parseArchive(bytes) : parseStream(bytes);
  } catch (const PickleError& error) {
    throw Error(ErrorCode::InvalidArgument, path + ": not a usable PyTorch file: " + error.what());
  }
}

}  // namespace impasto::trainer
