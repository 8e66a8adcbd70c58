// Half of the mutations change only the JSON header and correct its length, or hardly any would get past the first
// check.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  constexpr size_t kLengthBytes = 8;
  uint64_t header_size = 0;
  if (size >= kLengthBytes) std::memcpy(&header_size, data, kLengthBytes);
  if (seed % 2 == 0 || size < kLengthBytes || header_size > size - kLengthBytes || max_size < size)
    return LLVMFuzzerMutate(data, size, max_size);

  const std::vector<uint8_t> tensors(data + kLengthBytes + header_size, data + size);
  const size_t most = max_size - kLengthBytes - tensors.size();
  header_size = LLVMFuzzerMutate(data + kLengthBytes, header_size, most);
  std::memcpy(data, &header_size, kLengthBytes);
  std::copy(tensors.begin(), tensors.end(), data + kLengthBytes + header_size);
  return kLengthBytes + header_size + tensors.size();
}
