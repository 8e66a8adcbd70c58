// What the CUDA module has of the host's GPU: its primary context, which is the one that a host's own CUDA code is likely to
// use, the compiled kernels, and what Vulkan shares. Everything of CUDA's is created and destroyed while that context is
// current; the calling thread's own context is current again afterwards (Current).
//
// Thread-safe: immutable but for the kernels, which have a lock.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cuda/module/driver.h"
#include "cuda/plan.h"
#include "interop/module_functions.h"

namespace impasto::cuda {

// The context is current on this thread for the object's life; then what was before.
class Current {
 public:
  Current(const Driver& driver, CUcontext context);
  ~Current();
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  const Driver& driver_;
};

// Finds the GPU of this UUID, which is not always the first. Throws Error(Unsupported).
CUdevice findDevice(const Driver& driver, const uint8_t uuid[16]);

}  // namespace impasto::cuda

namespace impasto::interop {

struct Device {
  // Throws Error.
  explicit Device(const uint8_t uuid[16]);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // By name, from whichever image has it; `shared_bytes`: the most dynamic shared memory that it is launched with. With the
  // context current. Throws Error.
  CUfunction kernel(const std::string& name, uint32_t shared_bytes);

  const cuda::Driver& driver;
  CUdevice device = 0;
  CUcontext context = nullptr;
  cuda::DeviceTraits traits;

 private:
  struct Kernel {
    std::string name;
    CUfunction function;
    uint32_t shared_bytes;
  };
  std::mutex mutex_;
  std::vector<CUmodule> modules_;
  std::vector<Kernel> kernels_;
};

// Memory that Vulkan has exported, under an address of CUDA's.
struct Memory {
  // Takes the descriptor unless it throws.
  Memory(Device& device, int descriptor, uint64_t bytes);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  Device& device;
  CUexternalMemory external = nullptr;
  CUdeviceptr address = 0;
};

struct TimelineSemaphore {
  // Likewise.
  TimelineSemaphore(Device& device, int descriptor);
  ~TimelineSemaphore();
  TimelineSemaphore(const TimelineSemaphore&) = delete;
  TimelineSemaphore& operator=(const TimelineSemaphore&) = delete;

  Device& device;
  CUexternalSemaphore external = nullptr;
};

}  // namespace impasto::interop
