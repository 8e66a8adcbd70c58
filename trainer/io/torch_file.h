// PyTorch's .pth files: what torch.save wrote of a dictionary of tensors (a state_dict), without PyTorch or Python.
//
// Two kinds are told apart by how they begin. Since PyTorch 1.6 a file is a zip archive: NAME/data.pkl, a pickle of the
// dictionary, and NAME/data/KEY, the bytes of each storage, never compressed. Before, it was a stream: pickles of a magic
// number, a version, the machine and the dictionary, a pickled list of keys, and the storages in that order. Pickles are
// read by io/pickle.h: nothing of a file is run.
//
// The archive is read by hand, because what is needed of the format is little (the directory, and where an entry's bytes
// begin) and a library would still leave every size in it to be checked here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace impasto::trainer {

enum class TorchType { Float, Double, Half, BFloat16, Long, Byte };

struct TorchTensor {
  std::string name;
  TorchType type = TorchType::Float;
  std::vector<int64_t> shape, strides;  // of elements; strides are not negative
  std::string_view bytes;               // of the storage, from the tensor's first element on; little-endian, not aligned

  int64_t count() const;  // elements: at most as many as the storage has
};

size_t bytesOf(TorchType type);

// By the first kTorchFileBegin bytes of a file.
bool isTorchFile(std::string_view bytes);
inline constexpr int kTorchFileBegin = 14;

// The tensors of the dictionary, in its order; what else it holds (numbers, texts) is left out. They point into `bytes`.
// Every size, offset and count is checked against it. Throws impasto::Error(InvalidArgument): one line with `path`.
std::vector<TorchTensor> parseTorchFile(std::string_view bytes, const std::string& path);

}  // namespace impasto::trainer
