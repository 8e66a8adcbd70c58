// Global memory and launches on a real GPU, with the interface of the shim's (cuda_shim/launch.h), so that one test
// runs on both. Kernels come from the kernelImages() of the program. Not for several threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "cuda/device/types.h"
#include "cuda/plan.h"
#include "cuda_shim/launch.h"

namespace impasto::cuda::gpu {

// Why there is no GPU to test on; empty where there is one. It is the driver's first device.
std::string whyNot();
// Of that device; of none, what a plan assumes.
DeviceTraits deviceTraits();

// Buffers as in shim::DeviceMemory; they live as long as this. Errors of the driver are std::runtime_error, also those
// of kernels that were launched before.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  // Filled with NaN.
  template <class T>
  Global<T> allocate(const std::string& name, size_t count) {
    return Global<T>::of(add(name, count * sizeof(T)));
  }
  template <class T>
  Global<T> upload(const std::string& name, std::span<const T> values) {
    const Global<T> to = allocate<T>(name, values.size());
    overwrite(to, values);
    return to;
  }
  template <class T>
  Global<T> upload(const std::string& name, const std::vector<T>& values) {
    return upload(name, std::span<const T>(values));
  }
  template <class T>
  void overwrite(Global<T> to, std::span<const T> values) {
    write(to.address, values.data(), values.size_bytes());
  }
  template <class T>
  std::vector<T> download(Global<T> from, size_t count) {
    std::vector<T> values(count);
    read(from.address, values.data(), count * sizeof(T));
    return values;
  }
  // NaN again.
  void forgetValues(uint64_t address);

 private:
  struct Buffer {
    uint64_t address;
    size_t bytes;
  };
  uint64_t add(const std::string& name, size_t bytes);
  void write(uint64_t to, const void* from, size_t bytes);
  void read(uint64_t from, void* to, size_t bytes);

  std::vector<Buffer> buffers_;
};

// Waits for the kernel. `seed` and `traffic` mean nothing here.
void launch(DeviceMemory& memory, const shim::Launch& launch, const void* parameters, size_t parameter_bytes);

template <class Parameters>
void launch(DeviceMemory& memory, const shim::Launch& what, const Parameters& parameters) {
  static_assert(std::is_trivially_copyable_v<Parameters>);
  launch(memory, what, &parameters, sizeof(Parameters));
}

}  // namespace impasto::cuda::gpu
