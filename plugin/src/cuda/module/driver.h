// The functions of CUDA's driver that the module calls, found in libcuda.so.1 while the program runs: neither libcuda nor
// the CUDA runtime is linked. Of cuda.h the types are used and the names, which its macros give their versions. A test has
// a table of its own.
#pragma once

#include <cuda.h>

#include <string>

namespace impasto::cuda {

#define IMPASTO_CUDA_FUNCTIONS(X)     \
  X(cuInit)                           \
  X(cuDriverGetVersion)               \
  X(cuGetErrorName)                   \
  X(cuDeviceGetCount)                 \
  X(cuDeviceGet)                      \
  X(cuDeviceGetUuid)                  \
  X(cuDeviceGetAttribute)             \
  X(cuDevicePrimaryCtxRetain)         \
  X(cuDevicePrimaryCtxRelease)        \
  X(cuCtxPushCurrent)                 \
  X(cuCtxPopCurrent)                  \
  X(cuModuleLoadData)                 \
  X(cuModuleUnload)                   \
  X(cuModuleGetFunction)              \
  X(cuFuncSetAttribute)               \
  X(cuMemAlloc)                       \
  X(cuMemFree)                        \
  X(cuMemcpyHtoDAsync)                \
  X(cuMemsetD8Async)                  \
  X(cuStreamCreate)                   \
  X(cuStreamDestroy)                  \
  X(cuStreamQuery)                    \
  X(cuStreamSynchronize)              \
  X(cuLaunchKernelEx)                 \
  X(cuGraphCreate)                    \
  X(cuGraphDestroy)                   \
  X(cuGraphAddKernelNode)             \
  X(cuGraphKernelNodeSetAttribute)    \
  X(cuGraphInstantiate)               \
  X(cuGraphExecKernelNodeSetParams)   \
  X(cuGraphExecDestroy)               \
  X(cuGraphLaunch)                    \
  X(cuImportExternalMemory)           \
  X(cuExternalMemoryGetMappedBuffer)  \
  X(cuDestroyExternalMemory)          \
  X(cuImportExternalSemaphore)        \
  X(cuDestroyExternalSemaphore)       \
  X(cuWaitExternalSemaphoresAsync)    \
  X(cuSignalExternalSemaphoresAsync)

struct Driver {
#define IMPASTO_DECLARE(name) decltype(&::name) name = nullptr;
  IMPASTO_CUDA_FUNCTIONS(IMPASTO_DECLARE)
#undef IMPASTO_DECLARE
};

// The newest interface among those above: graphs whose kernels name their context.
inline constexpr int kLeastDriver = 12000;  // as cuDriverGetVersion counts

// Initialised, and new enough; the same for the rest of the process. Throws Error(Unsupported).
const Driver& driver();

// Throws Error "cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY" unless `result` is CUDA_SUCCESS.
void check(const Driver& driver, CUresult result, const char* call);

#define IMPASTO_CU(driver, call, ...) ::impasto::cuda::check(driver, (driver).call(__VA_ARGS__), #call)

}  // namespace impasto::cuda
