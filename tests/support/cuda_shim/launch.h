// Runs kernels on this CPU: every thread of a block on a stack of its own, switched where threads wait for each other.
//
//   DeviceMemory memory;
//   const Global<const float> x = memory.upload("x", values);
//   launch(memory, {.kernel = "blend", .grid = {4, 1, 1}, .threads = 256}, BlendParams{x, ...});
//
// One launch runs on the calling thread; launches on different threads know nothing of each other, and share no
// DeviceMemory. Blocks run one after another, in an order that `seed` shuffles; those of a cooperative launch all live
// at once. What a kernel does that a GPU leaves undefined, or that would hang it, ends the launch: KernelError, which
// names the kernel, block, thread, place in the code and buffer. docs/cuda.md lists what is found and what is not.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "cuda_shim/memory.h"
#include "cuda_shim/traffic.h"

namespace impasto::cuda::shim {

class KernelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Launch {
  std::string kernel;
  std::array<int, 3> grid = {1, 1, 1};
  int threads = kWarp;   // of a block
  int shared_bytes = 0;  // dynamic
  bool cooperative = false;
  uint32_t seed = 1;
  Traffic* traffic = nullptr;  // counts memory accesses as a GPU would make them (traffic.h), where it is given
};

// Throws std::invalid_argument for a launch that no GPU would take, KernelError for what the kernel does.
void launch(DeviceMemory& memory, const Launch& launch, const void* parameters, size_t parameter_bytes);

template <class Parameters>
void launch(DeviceMemory& memory, const Launch& what, const Parameters& parameters) {
  static_assert(std::is_trivially_copyable_v<Parameters>);
  launch(memory, what, &parameters, sizeof(Parameters));
}

}  // namespace impasto::cuda::shim
