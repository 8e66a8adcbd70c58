// Any bytes are either tensors that lie within them or an Error of one line.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "io/torch_file.h"

namespace {

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_torch_file: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace impasto;
  try {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const trainer::TorchTensor& tensor : trainer::parseTorchFile(bytes, "input.pth")) {
      uint64_t last = 0;
      for (size_t i = 0; i < tensor.shape.size(); ++i) {
        last += static_cast<uint64_t>(tensor.shape[i] - 1) * static_cast<uint64_t>(tensor.strides[i]);
      }
      if (tensor.count() == 0) continue;
      require((last + 1) * trainer::bytesOf(tensor.type) <= tensor.bytes.size(), "a tensor beyond its storage");
      unsigned char sum = 0;  // read all: a sanitizer says whether it may be
      for (const char byte : tensor.bytes) sum = static_cast<unsigned char>(sum + static_cast<unsigned char>(byte));
      [[maybe_unused]] static volatile unsigned char kept;
      kept = sum;
    }
  } catch (const Error& error) {
    require(std::strchr(error.what(), '\n') == nullptr, "an error of several lines");
    require(std::strstr(error.what(), "input.pth") != nullptr, "an error that does not name the file");
  }
  return 0;
}
