#include "cuda_shim/memory.h"

#include <cstring>
#include <stdexcept>

namespace impasto::cuda::shim {
namespace {

// Buffer i lies in the middle of a window of 2^36 bytes of its own: an index that is wrong by a billion stays in it.
constexpr uint64_t kWindow = uint64_t{1} << 36, kMiddle = kWindow / 2;
constexpr int kPoison = 0xFF;  // NaN in fp16 and fp32

uint64_t addressOf(size_t index) { return (index + 1) * kWindow + kMiddle; }

}  // namespace

uint64_t DeviceMemory::add(const std::string& name, size_t bytes, const void* data) {
  Buffer& buffer = buffers_.emplace_back();
  buffer.name = name;
  buffer.bytes.assign(bytes, std::byte{kPoison});
  if (data != nullptr && bytes > 0) std::memcpy(buffer.bytes.data(), data, bytes);
  buffer.shadow.reset(bytes, data != nullptr);
  return addressOf(buffers_.size() - 1);
}

DeviceMemory::Place DeviceMemory::find(uint64_t address) {
  const uint64_t window = address / kWindow;
  if (window == 0 || window > buffers_.size()) return {};
  return {&buffers_[window - 1], static_cast<int64_t>(address % kWindow) - static_cast<int64_t>(kMiddle)};
}

std::byte* DeviceMemory::checked(uint64_t address, size_t bytes, const char* doing) {
  const Place place = find(address);
  if (place.buffer == nullptr || place.buffer->freed) throw std::runtime_error(std::string(doing) + " no buffer");
  if (place.byte < 0 || static_cast<uint64_t>(place.byte) + bytes > place.buffer->bytes.size()) {
    throw std::runtime_error(std::string(doing) + " '" + place.buffer->name + "' beyond its end");
  }
  return place.buffer->bytes.data() + place.byte;
}

void DeviceMemory::read(uint64_t address, void* to, size_t bytes) {
  if (bytes == 0) return;
  const std::byte* from = checked(address, bytes, "downloading");
  const Place place = find(address);
  for (size_t i = 0; i < bytes; i += kCellBytes) {
    if (!place.buffer->shadow.isWritten(static_cast<uint32_t>(place.byte + i))) {
      throw std::runtime_error("'" + place.buffer->name + "' was never written at byte " +
                               std::to_string(place.byte + static_cast<int64_t>(i)));
    }
  }
  std::memcpy(to, from, bytes);
}

void DeviceMemory::write(uint64_t address, const void* from, size_t bytes) {
  if (bytes == 0) return;
  std::memcpy(checked(address, bytes, "overwriting"), from, bytes);
  const Place place = find(address);
  place.buffer->shadow.markWritten(static_cast<uint32_t>(place.byte), static_cast<uint32_t>(bytes));
}

void DeviceMemory::forgetValues(uint64_t address) {
  checked(address, 0, "forgetting");
  Buffer& buffer = *find(address).buffer;
  buffer.bytes.assign(buffer.bytes.size(), std::byte{kPoison});
  buffer.shadow.reset(buffer.bytes.size(), false);
}

void DeviceMemory::free(uint64_t address) {
  checked(address, 0, "freeing");
  Buffer& buffer = *find(address).buffer;
  buffer.freed = true;
  buffer.bytes = {};
  buffer.shadow.reset(0, false);
}

}  // namespace impasto::cuda::shim
