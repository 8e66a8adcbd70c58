#include "io/npy.h"

#include <cstring>
#include <fstream>

#include "base/error.h"

namespace impasto::trainer {
namespace {

constexpr size_t kStart = 10;           // magic, version, the header's length
constexpr size_t kLongestHeader = 4096;

const char* nameOf(torch::ScalarType type) {
  switch (type) {
    case torch::kHalf: return "'<f2'";
    case torch::kFloat: return "'<f4'";
    case torch::kByte: return "'|u1'";
    default: throw Error(ErrorCode::Internal, "no name for that type of number");
  }
}

// What stands behind `key` in the header, without spaces, up to the end of its value.
std::string valueOf(const std::string& header, const std::string& key) {
  std::string text;
  for (const char ch : header) {
    if (ch != ' ' && ch != '\n') text += ch;
  }
  const std::string label = std::string(1, '\'').append(key).append("':");
  const size_t at = text.find(label);
  if (at == std::string::npos) return {};
  const std::string rest = text.substr(at + label.size());
  const bool tuple = !rest.empty() && rest[0] == '(';
  const size_t end = rest.find(tuple ? ')' : ',');
  return end == std::string::npos ? rest : rest.substr(0, tuple ? end + 1 : end);
}

}  // namespace

torch::Tensor readNpy(const std::string& path, torch::ScalarType type, const std::vector<int64_t>& shape) {
  std::ifstream file(path, std::ios::binary);
  char start[kStart];
  if (!file.read(start, kStart)) throw Error(ErrorCode::Io, path + ": cannot be read");
  if (std::memcmp(start, "\x93NUMPY\x01\x00", 8) != 0) {
    throw Error(ErrorCode::Io, path + ": is no NumPy array of version 1.0");
  }
  const size_t length = static_cast<unsigned char>(start[8]) + size_t{256} * static_cast<unsigned char>(start[9]);
  if (length > kLongestHeader) throw Error(ErrorCode::Io, path + ": its header is too long");
  std::string header(length, ' ');
  if (!file.read(header.data(), static_cast<std::streamsize>(length))) {
    throw Error(ErrorCode::Io, path + ": ends in its header");
  }

  std::string wanted(1, '(');
  for (size_t i = 0; i < shape.size(); ++i) wanted.append(i > 0 ? "," : "").append(std::to_string(shape[i]));
  wanted.append(shape.size() == 1 ? ",)" : ")");
  const std::string found_type = valueOf(header, "descr"), found_shape = valueOf(header, "shape");
  if (found_type != nameOf(type) || found_shape != wanted || valueOf(header, "fortran_order") != "False") {
    throw Error(ErrorCode::Io,
                path + ": expected " + nameOf(type) + " " + wanted + ", found " + found_type + " " + found_shape);
  }
  torch::Tensor values = torch::empty(shape, type);
  if (!file.read(static_cast<char*>(values.data_ptr()), static_cast<std::streamsize>(values.nbytes()))) {
    throw Error(ErrorCode::Io, path + ": ends before its last value");
  }
  return values;
}

}  // namespace impasto::trainer
