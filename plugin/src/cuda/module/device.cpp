#include "cuda/module/device.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "cuda/kernel_images.h"

namespace impasto::cuda {

Current::Current(const Driver& driver, CUcontext context) : driver_(driver) {
  IMPASTO_CU(driver, cuCtxPushCurrent, context);
}

Current::~Current() {
  CUcontext popped = nullptr;
  driver_.cuCtxPopCurrent(&popped);
}

CUdevice findDevice(const Driver& driver, const uint8_t uuid[16]) {
  int count = 0;
  IMPASTO_CU(driver, cuDeviceGetCount, &count);
  for (int ordinal = 0; ordinal < count; ++ordinal) {
    CUdevice device = 0;
    CUuuid found{};
    IMPASTO_CU(driver, cuDeviceGet, &device, ordinal);
    IMPASTO_CU(driver, cuDeviceGetUuid, &found, device);
    if (std::memcmp(found.bytes, uuid, sizeof found.bytes) == 0) return device;
  }
  throw Error(ErrorCode::Unsupported, "none of " + std::to_string(count) + " CUDA devices is the Vulkan device");
}

namespace {

DeviceTraits traitsOf(const Driver& driver, CUdevice device) {
  const auto attribute = [&](CUdevice_attribute which) {
    int value = 0;
    IMPASTO_CU(driver, cuDeviceGetAttribute, &value, which, device);
    return value;
  };
  DeviceTraits traits;
  traits.compute_capability = attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) * 10 +
                              attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  if (traits.compute_capability < 75) {
    throw Error(ErrorCode::Unsupported, "the GPU's compute capability is " +
                                            std::to_string(traits.compute_capability / 10) + '.' +
                                            std::to_string(traits.compute_capability % 10) + ", 7.5 is needed");
  }
  traits.multiprocessors = static_cast<uint32_t>(attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT));
  traits.shared_per_block =
      static_cast<uint32_t>(attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN));
  traits.shared_per_multiprocessor =
      static_cast<uint32_t>(attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR));
  traits.cooperative = attribute(CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH) != 0;
  return traits;
}

}  // namespace
}  // namespace impasto::cuda

namespace impasto::interop {

using cuda::Current;

Device::Device(const uint8_t uuid[16]) : driver(cuda::driver()), device(cuda::findDevice(driver, uuid)) {
  traits = cuda::traitsOf(driver, device);
  IMPASTO_CU(driver, cuDevicePrimaryCtxRetain, &context, device);
}

Device::~Device() {
  try {
    const Current current(driver, context);
    for (CUmodule module : modules_) driver.cuModuleUnload(module);
  } catch (const Error&) {  // a context that is lost takes its modules with it
  }
  driver.cuDevicePrimaryCtxRelease(device);
}

CUfunction Device::kernel(const std::string& name, uint32_t shared_bytes) {
  const std::lock_guard lock(mutex_);
  if (modules_.empty()) {
    for (const cuda::KernelImage& image : cuda::kernelImages()) {
      CUmodule module = nullptr;
      IMPASTO_CU(driver, cuModuleLoadData, &module, image.data);
      modules_.push_back(module);
    }
  }
  auto found = std::find_if(kernels_.begin(), kernels_.end(), [&](const Kernel& kernel) { return kernel.name == name; });
  if (found == kernels_.end()) {
    CUfunction function = nullptr;
    CUresult result = CUDA_ERROR_NOT_FOUND;
    for (size_t i = 0; i < modules_.size() && result != CUDA_SUCCESS; ++i) {
      result = driver.cuModuleGetFunction(&function, modules_[i], name.c_str());
    }
    cuda::check(driver, result, ("cuModuleGetFunction (" + name + ")").c_str());
    found = kernels_.insert(kernels_.end(), {name, function, 0});
  }
  if (shared_bytes > found->shared_bytes) {
    IMPASTO_CU(driver, cuFuncSetAttribute, found->function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
               static_cast<int>(shared_bytes));
    found->shared_bytes = shared_bytes;
  }
  return found->function;
}

Memory::Memory(Device& device_, int descriptor, uint64_t bytes) : device(device_) {
  const Current current(device.driver, device.context);
  CUDA_EXTERNAL_MEMORY_HANDLE_DESC handle{};
  handle.type = CU_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD;
  // The driver gets a copy, and the caller keeps its own until all has succeeded.
  handle.handle.fd = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (handle.handle.fd < 0) throw Error(ErrorCode::OutOfMemory, "no descriptor is free");
  handle.size = bytes;
  handle.flags = CUDA_EXTERNAL_MEMORY_DEDICATED;
  if (const CUresult result = device.driver.cuImportExternalMemory(&external, &handle); result != CUDA_SUCCESS) {
    close(handle.handle.fd);
    cuda::check(device.driver, result, "cuImportExternalMemory");
  }
  CUDA_EXTERNAL_MEMORY_BUFFER_DESC buffer{};
  buffer.size = bytes;
  if (const CUresult result = device.driver.cuExternalMemoryGetMappedBuffer(&address, external, &buffer);
      result != CUDA_SUCCESS) {
    device.driver.cuDestroyExternalMemory(external);
    cuda::check(device.driver, result, "cuExternalMemoryGetMappedBuffer");
  }
  close(descriptor);
}

Memory::~Memory() {
  try {
    const Current current(device.driver, device.context);
    device.driver.cuMemFree(address);
    device.driver.cuDestroyExternalMemory(external);
  } catch (const Error&) {
  }
}

TimelineSemaphore::TimelineSemaphore(Device& device_, int descriptor) : device(device_) {
  const Current current(device.driver, device.context);
  CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC handle{};
  handle.type = CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_TIMELINE_SEMAPHORE_FD;
  handle.handle.fd = descriptor;
  IMPASTO_CU(device.driver, cuImportExternalSemaphore, &external, &handle);
}

TimelineSemaphore::~TimelineSemaphore() {
  try {
    const Current current(device.driver, device.context);
    device.driver.cuDestroyExternalSemaphore(external);
  } catch (const Error&) {
  }
}

}  // namespace impasto::interop
