#include "io/weight_file.h"

#include <cstring>
#include <fstream>

#include "base/error.h"
#include "io/torch_file.h"

namespace impasto::trainer {
namespace {

constexpr uint64_t kMaxFileBytes = uint64_t{4} << 30;

torch::ScalarType scalarType(TorchType type) {
  switch (type) {
    case TorchType::Float: return torch::kFloat;
    case TorchType::Double: return torch::kDouble;
    case TorchType::Half: return torch::kHalf;
    case TorchType::BFloat16: return torch::kBFloat16;
    case TorchType::Long: return torch::kLong;
    case TorchType::Byte: return torch::kByte;
  }
  return torch::kFloat;
}

// Elements [0, shape[d]) of dimension d and all after it, from `element` of the storage on.
void gather(const TorchTensor& from, size_t d, int64_t element, char*& to) {
  const size_t size = bytesOf(from.type);
  if (d == from.shape.size()) {
    std::memcpy(to, from.bytes.data() + static_cast<size_t>(element) * size, size);
    to += size;
    return;
  }
  for (int64_t i = 0; i < from.shape[d]; ++i) gather(from, d + 1, element + i * from.strides[d], to);
}

torch::Tensor toTensor(const TorchTensor& from) {
  torch::Tensor tensor = torch::empty(from.shape, scalarType(from.type));
  if (tensor.numel() == 0) return tensor;
  if (tensor.strides() == at::IntArrayRef(from.strides)) {
    std::memcpy(tensor.data_ptr(), from.bytes.data(), tensor.nbytes());
  } else {
    char* to = static_cast<char*>(tensor.data_ptr());
    gather(from, 0, 0, to);
  }
  return tensor;
}

std::string firstBytes(const std::string& path) {
  std::string bytes(kTorchFileBegin, '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(bytes.data(), kTorchFileBegin);
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

std::string readFileBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = in.tellg();
  if (size < 0 || static_cast<uint64_t>(size) > kMaxFileBytes) {
    throw Error(ErrorCode::Io, path + ": not a regular file of at most 4 GiB");
  }
  std::string bytes(static_cast<size_t>(size), '\0');
  in.seekg(0);
  if (!in.read(bytes.data(), size)) throw Error(ErrorCode::Io, path + ": cannot be read");
  return bytes;
}

}  // namespace

TensorFile readWeightFile(const std::string& path) {
  if (!isTorchFile(firstBytes(path))) return readTensorFile(path);
  const std::string bytes = readFileBytes(path);
  TensorFile file;
  for (const TorchTensor& tensor : parseTorchFile(bytes, path)) file.tensors[tensor.name] = toTensor(tensor);
  return file;
}

}  // namespace impasto::trainer
