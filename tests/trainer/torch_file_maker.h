// Files as torch.save writes them, byte by byte: the archive and the old stream.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace impasto::test {

struct TorchFileMaker {
  struct Entry {
    std::string name;
    std::vector<int64_t> shape, strides;
    int64_t offset = 0;              // elements
    std::string storage, storage_class = "FloatStorage";  // its bytes
    int64_t claimed = -1;            // elements the file says the storage has; -1: as many as it has
  };
  std::vector<Entry> entries;
  std::string module = "torch._utils", function = "_rebuild_tensor_v2";
  std::string before;         // instructions in front of the dictionary
  bool python2 = false;       // texts and dictionary as Python 2 wrote them
  uint16_t version = 1001;    // of the stream

  // Contiguous floats.
  void add(const std::string& name, const std::vector<int64_t>& shape, const std::vector<float>& values);

  std::string pickle() const;   // of the dictionary
  std::string archive() const;  // a zip
  std::string stream() const;
};

}  // namespace impasto::test
