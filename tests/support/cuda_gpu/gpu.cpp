#include "cuda_gpu/gpu.h"

#include <cuda.h>

#include <map>
#include <stdexcept>

#include "base/dynamic_library.h"
#include "base/error.h"
#include "cuda/kernel_images.h"

namespace impasto::cuda::gpu {
namespace {

// The driver, a context on its first device and the kernels; until the program ends.
class Driver {
 public:
  static Driver& get() {
    static Driver driver;
    return driver;
  }

  const std::string& whyNot() const { return why_not_; }
  const DeviceTraits& traits() const { return traits_; }
  CUfunction function(const std::string& name);

  // cuda.h gives some functions other names, those of their newest version: the pointers are named likewise.
#define IMPASTO_CUDA_FUNCTIONS(X)                                                                                \
  X(cuInit)                                                                                                      \
  X(cuDeviceGet)                                                                                                 \
  X(cuDeviceGetAttribute) X(cuDevicePrimaryCtxRetain) X(cuCtxSetCurrent) X(cuCtxSynchronize) X(cuModuleLoadData) \
      X(cuModuleGetFunction) X(cuFuncSetAttribute) X(cuMemAlloc) X(cuMemFree) X(cuMemcpyHtoD) X(cuMemcpyDtoH)    \
          X(cuMemsetD8) X(cuLaunchKernel) X(cuLaunchCooperativeKernel) X(cuGetErrorName)
#define IMPASTO_POINTER(name) decltype(&::name) p_##name = nullptr;
  IMPASTO_CUDA_FUNCTIONS(IMPASTO_POINTER)
#undef IMPASTO_POINTER

  void check(CUresult result, const std::string& doing) const {
    if (result == CUDA_SUCCESS) return;
    const char* name = nullptr;
    p_cuGetErrorName(result, &name);
    throw std::runtime_error("CUDA: " + doing + ": " + (name != nullptr ? name : std::to_string(result)));
  }

 private:
  Driver();

  DynamicLibrary library_;
  std::string why_not_;
  DeviceTraits traits_;
  std::vector<CUmodule> modules_;
  std::map<std::string, CUfunction> functions_;
};

#define IMPASTO_TEXT(name) #name
#define IMPASTO_EXPANDED_TEXT(name) IMPASTO_TEXT(name)

Driver::Driver() {
  try {
    library_ = DynamicLibrary("libcuda.so.1");
  } catch (const Error& error) {
    why_not_ = error.what();
    return;
  }
#define IMPASTO_LOAD(name)                                                                       \
  p_##name = reinterpret_cast<decltype(p_##name)>(library_.symbol(IMPASTO_EXPANDED_TEXT(name))); \
  if (p_##name == nullptr) why_not_ = "the driver has no " IMPASTO_EXPANDED_TEXT(name);
  IMPASTO_CUDA_FUNCTIONS(IMPASTO_LOAD)
#undef IMPASTO_LOAD
  if (!why_not_.empty()) return;
  try {
    check(p_cuInit(0), "cuInit");
    CUdevice device;
    check(p_cuDeviceGet(&device, 0), "cuDeviceGet");
    const auto attribute = [&](CUdevice_attribute which) {
      int value = 0;
      check(p_cuDeviceGetAttribute(&value, which, device), "cuDeviceGetAttribute");
      return value;
    };
    traits_.compute_capability = 10 * attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) +
                                 attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    traits_.multiprocessors = static_cast<uint32_t>(attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT));
    traits_.shared_per_block = static_cast<uint32_t>(attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN));
    traits_.shared_per_multiprocessor =
        static_cast<uint32_t>(attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR));
    traits_.cooperative = attribute(CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH) != 0;
    if (traits_.compute_capability < 75) {
      why_not_ =
          "a device of compute capability " + std::to_string(traits_.compute_capability) + ", without tensor cores";
      return;
    }
    CUcontext context;
    check(p_cuDevicePrimaryCtxRetain(&context, device), "cuDevicePrimaryCtxRetain");
    check(p_cuCtxSetCurrent(context), "cuCtxSetCurrent");
  } catch (const std::runtime_error& error) {
    why_not_ = error.what();
  }
}

CUfunction Driver::function(const std::string& name) {
  if (modules_.empty()) {
    for (const KernelImage& image : kernelImages()) {
      check(p_cuModuleLoadData(&modules_.emplace_back(), image.data), std::string("loading ") + image.source);
    }
  }
  CUfunction& function = functions_[name];
  for (size_t i = 0; function == nullptr && i < modules_.size(); ++i) {
    const CUresult result = p_cuModuleGetFunction(&function, modules_[i], name.c_str());
    if (result == CUDA_ERROR_NOT_FOUND)
      function = nullptr;
    else
      check(result, name);
  }
  if (function == nullptr) throw std::invalid_argument("no kernel is named '" + name + "'");
  return function;
}

}  // namespace

std::string whyNot() { return Driver::get().whyNot(); }
DeviceTraits deviceTraits() { return Driver::get().traits(); }

DeviceMemory::~DeviceMemory() {
  for (const Buffer& buffer : buffers_) Driver::get().p_cuMemFree(buffer.address);
}

uint64_t DeviceMemory::add(const std::string& name, size_t bytes) {
  if (bytes == 0) return 0;
  CUdeviceptr address = 0;
  Driver& driver = Driver::get();
  driver.check(driver.p_cuMemAlloc(&address, bytes), "allocating " + name);
  buffers_.push_back({address, bytes});
  forgetValues(address);
  return address;
}

void DeviceMemory::forgetValues(uint64_t address) {
  for (const Buffer& buffer : buffers_) {
    if (buffer.address != address) continue;
    Driver& driver = Driver::get();
    driver.check(driver.p_cuMemsetD8(address, 0xFF, buffer.bytes), "cuMemsetD8");
    driver.check(driver.p_cuCtxSynchronize(), "cuMemsetD8");
  }
}

void DeviceMemory::write(uint64_t to, const void* from, size_t bytes) {
  if (bytes > 0) Driver::get().check(Driver::get().p_cuMemcpyHtoD(to, from, bytes), "cuMemcpyHtoD");
}

void DeviceMemory::read(uint64_t from, void* to, size_t bytes) {
  if (bytes > 0) Driver::get().check(Driver::get().p_cuMemcpyDtoH(to, from, bytes), "cuMemcpyDtoH");
}

void launch(DeviceMemory&, const shim::Launch& launch, const void* parameters, size_t) {
  Driver& driver = Driver::get();
  const CUfunction function = driver.function(launch.kernel);
  if (launch.shared_bytes > 0) {
    driver.check(
        driver.p_cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, launch.shared_bytes),
        launch.kernel + " with " + std::to_string(launch.shared_bytes) + " bytes of shared memory");
  }
  const auto size = [&](size_t i) { return static_cast<unsigned>(launch.grid[i]); };
  const auto threads = static_cast<unsigned>(launch.threads), shared_bytes = static_cast<unsigned>(launch.shared_bytes);
  void* arguments[] = {const_cast<void*>(parameters)};
  const CUresult result = launch.cooperative
                              ? driver.p_cuLaunchCooperativeKernel(function, size(0), size(1), size(2), threads, 1, 1,
                                                                   shared_bytes, nullptr, arguments)
                              : driver.p_cuLaunchKernel(function, size(0), size(1), size(2), threads, 1, 1,
                                                        shared_bytes, nullptr, arguments, nullptr);
  driver.check(result, "launching " + launch.kernel);
  driver.check(driver.p_cuCtxSynchronize(), launch.kernel);
}

}  // namespace impasto::cuda::gpu
