// Global memory for kernels on a CPU: named buffers with bounds, under addresses that are no pointers, so that device
// code can reach them by the functions of intrinsics.h alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cuda/device/types.h"
#include "cuda_shim/shadow.h"

namespace impasto::cuda::shim {

class DeviceMemory {
 public:
  struct Buffer {
    std::string name;
    std::vector<std::byte> bytes;
    Shadow shadow;
    bool freed = false;
  };
  struct Place {
    Buffer* buffer = nullptr;
    int64_t byte = 0;  // from its beginning; may be outside
  };

  // Holds nothing yet: to read a value before it was written is an error.
  template <class T>
  Global<T> allocate(const std::string& name, size_t count) {
    return Global<T>::of(add(name, count * sizeof(T), nullptr));
  }
  template <class T>
  Global<T> upload(const std::string& name, std::span<const T> values) {
    return Global<T>::of(add(name, values.size_bytes(), values.data()));
  }
  template <class T>
  Global<T> upload(const std::string& name, const std::vector<T>& values) {
    return upload(name, std::span<const T>(values));
  }
  template <class T>
  void overwrite(Global<T> to, std::span<const T> values) {
    write(to.address, values.data(), values.size_bytes());
  }
  // Throws std::runtime_error where a value was never written.
  template <class T>
  std::vector<T> download(Global<T> from, size_t count) {
    std::vector<T> values(count);
    read(from.address, values.data(), count * sizeof(T));
    return values;
  }
  // Whatever is there afterwards holds nothing again.
  void forgetValues(uint64_t address);
  // To touch it from now on is an error.
  void free(uint64_t address);

  // The buffer that an address belongs to, or is nearest to; nullptr where nothing is.
  Place find(uint64_t address);
  // Of Moment: counted up by each launch and each barrier of a grid.
  uint32_t nextGridPhase() { return ++grid_phase_; }

 private:
  uint64_t add(const std::string& name, size_t bytes, const void* data);
  void read(uint64_t address, void* to, size_t bytes);
  void write(uint64_t address, const void* from, size_t bytes);
  std::byte* checked(uint64_t address, size_t bytes, const char* doing);

  std::deque<Buffer> buffers_;
  uint32_t grid_phase_ = 0;
};

}  // namespace impasto::cuda::shim
