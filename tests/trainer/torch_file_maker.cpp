#include "trainer/torch_file_maker.h"

#include <cstring>
#include <utility>

namespace impasto::test {
namespace {

// Little-endian.
std::string number(uint64_t value, int bytes) {
  std::string result;
  for (int i = 0; i < bytes; ++i) result += i < 8 ? static_cast<char>(value >> (8 * i)) : '\0';
  return result;
}

template <class... Parts>
std::string join(const Parts&... parts) {
  std::string result;
  (result.append(parts), ...);
  return result;
}

std::string integer(int64_t value) {
  if (value >= 0 && value < 256) return join("K", number(static_cast<uint64_t>(value), 1));
  if (value >= 0 && value < 65536) return join("M", number(static_cast<uint64_t>(value), 2));
  if (value == static_cast<int32_t>(value)) return join("J", number(static_cast<uint64_t>(value), 4));
  return join("\x8a\x08", number(static_cast<uint64_t>(value), 8));
}

std::string tuple(const std::vector<int64_t>& values) {
  std::string result = "(";
  for (const int64_t value : values) result += integer(value);
  return result + "t";
}

int64_t elementBytes(const std::string& storage_class) {
  if (storage_class == "DoubleStorage" || storage_class == "LongStorage") return 8;
  if (storage_class == "HalfStorage" || storage_class == "BFloat16Storage") return 2;
  return storage_class == "ByteStorage" ? 1 : 4;
}

int64_t claimed(const TorchFileMaker::Entry& entry) {
  return entry.claimed >= 0 ? entry.claimed : static_cast<int64_t>(entry.storage.size()) / elementBytes(entry.storage_class);
}

}  // namespace

void TorchFileMaker::add(const std::string& name, const std::vector<int64_t>& shape, const std::vector<float>& values) {
  Entry entry{name, shape, std::vector<int64_t>(shape.size()), 0, std::string(values.size() * 4, '\0')};
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0; stride *= shape[i]) entry.strides[i] = stride;
  std::memcpy(entry.storage.data(), values.data(), entry.storage.size());
  entries.push_back(std::move(entry));
}

std::string TorchFileMaker::pickle() const {
  const auto text = [&](const std::string& value) {
    return python2 ? join("U", number(value.size(), 1), value) : join("X", number(value.size(), 4), value);
  };
  const std::string zero(1, '\0');
  std::string result = join("\x80\x02", before, "ccollections\nOrderedDict\nq", zero);
  result += python2 ? "]" : ")Rq\x01(";
  uint32_t memo = 256;
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry& e = entries[i];
    if (python2) result += "]";
    result += join(text(e.name), "r", number(memo++, 4));
    if (python2) result += "a";
    result += join("c", module, "\n", function, "\n((", text("storage"), "ctorch\n", e.storage_class, "\n",
                   text(std::to_string(i)), text("cpu"), integer(claimed(e)));
    if (python2) result += "N";
    result += join("tQ", integer(e.offset), tuple(e.shape), tuple(e.strides));
    if (function == "_rebuild_tensor_v2") result += join("\x89h", zero, ")R");
    result += "tR";
    if (python2) result += "aa";
  }
  if (python2) return join(result, "\x85R.");
  // The attributes that PyTorch's modules leave behind.
  return join(result, "u}", text("_metadata"), "h", zero, ")Rsb.");
}

std::string TorchFileMaker::archive() const {
  std::string bytes, directory;
  size_t count = 0;
  const auto addEntry = [&](const std::string& name, const std::string& contents) {
    const std::string sizes = join(number(0, 4), number(contents.size(), 4), number(contents.size(), 4));
    const std::string padding(7, 'Z');  // PyTorch aligns contents so
    directory += join("PK\1\2", number(0, 12), sizes, number(name.size(), 2), number(0, 12), number(bytes.size(), 4), name);
    bytes += join("PK\3\4", number(0, 10), sizes, number(name.size(), 2), number(padding.size(), 2), name, padding, contents);
    ++count;
  };
  addEntry("archive/data.pkl", pickle());
  addEntry("archive/byteorder", "little");
  for (size_t i = 0; i < entries.size(); ++i) addEntry("archive/data/" + std::to_string(i), entries[i].storage);
  addEntry("archive/version", "3\n");
  const size_t start = bytes.size();
  return join(bytes, directory, "PK\5\6", number(0, 4), number(count, 2), number(count, 2), number(directory.size(), 4),
              number(start, 4), number(0, 2));
}

std::string TorchFileMaker::stream() const {
  std::string bytes("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  const std::string zero(1, '\0');
  bytes += join("\x80\x02M", number(version, 2), ".");
  bytes += join("\x80\x02}q", zero, "(X", number(13, 4), "little_endianq\x01\x88X", number(16, 4), "protocol_versionM",
                number(1001, 2), "u.");
  bytes += join(pickle(), "\x80\x02]q", zero, "(");
  for (size_t i = 0; i < entries.size(); ++i) bytes += join("X", number(std::to_string(i).size(), 4), std::to_string(i));
  bytes += "e.";
  for (const Entry& entry : entries) bytes += join(number(static_cast<uint64_t>(claimed(entry)), 8), entry.storage);
  return bytes;
}

}  // namespace impasto::test
