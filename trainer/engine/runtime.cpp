#include "engine/runtime.h"

#include <ATen/Context.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/cuda.h>
#include <torch/utils.h>

#include <csignal>
#include <cstdio>
#include <limits>
#include <thread>

#include "base/error.h"

namespace impasto::trainer {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

void requestStop(int signal_number) {
  stop_requested = 1;
  std::signal(signal_number, SIG_DFL);
}

// Why CUDA cannot be used, or an empty string.
std::string openCuda() {
  if (!dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL)) return "there is no NVIDIA driver";
  if (!dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL)) {
    const char* reason = dlerror();
    return std::string("LibTorch's CUDA library cannot be loaded: ") + (reason ? reason : "unknown reason");
  }
  if (!torch::cuda::is_available()) return "no CUDA device can be used";
  return {};
}

// Major compute capability of device 0, asked of the driver: LibTorch's own query needs CUDA's headers.
int cudaMajorCapability() {
  constexpr int kComputeCapabilityMajor = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!driver) return 0;
  using GetAttribute = int (*)(int*, int, int);
  const auto get_attribute = reinterpret_cast<GetAttribute>(dlsym(driver, "cuDeviceGetAttribute"));
  int major = 0;
  if (!get_attribute || get_attribute(&major, kComputeCapabilityMajor, 0) != 0) return 0;
  return major;
}

// Crops are all of one size, so that it pays to try cuDNN's algorithms once. What stays float32 beside bfloat16 is multiplied
// as TF32 (10 bits of mantissa, float32's sums), unless float32 was asked for.
void prepareGpu(Runtime& runtime, bool exact) {
  constexpr int64_t kLookEvery = 16;
  runtime.look_every = kLookEvery;
  at::globalContext().setBenchmarkCuDNN(true);
  at::globalContext().setAllowTF32CuDNN(!exact);
  at::globalContext().setAllowTF32CuBLAS(!exact);
}

// Every step takes and gives back the same large tensors. glibc would map and unmap each of them, and the page faults
// cost a fifth of the time; kept in the heap they cost nothing.
void keepFreedMemory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, 256 << 20);
#endif
}

bool cpuMultipliesBfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("amx-bf16") || __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

}  // namespace

Runtime openRuntime(const std::string& device, const std::string& precision, int threads) {
  Runtime runtime;
  keepFreedMemory();
  torch::set_num_threads(threads > 0 ? threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
  if (device == "cuda" || device == "auto") {
    const std::string reason = openCuda();
    if (reason.empty()) {
      runtime.device = torch::Device(torch::kCUDA, 0);
    } else if (device == "cuda") {
      throw Error(ErrorCode::Unsupported, "--device cuda: " + reason);
    } else {
      std::fprintf(stderr, "training on the CPU: %s\n", reason.c_str());
    }
  } else if (device != "cpu") {
    throw Error(ErrorCode::InvalidArgument, "--device " + device + ": expected auto, cpu or cuda");
  }

  if (precision == "bfloat16") {
    runtime.compute = torch::kBFloat16;
  } else if (precision == "auto") {
    if (runtime.device.is_cuda() ? cudaMajorCapability() >= 8 : cpuMultipliesBfloat16()) runtime.compute = torch::kBFloat16;
  } else if (precision != "float32") {
    throw Error(ErrorCode::InvalidArgument, "--precision " + precision + ": expected auto, float32 or bfloat16");
  }
  if (runtime.device.is_cuda()) prepareGpu(runtime, /*exact=*/precision == "float32");
  return runtime;
}

std::string describe(const Runtime& runtime) {
  std::string text = runtime.device.is_cuda() ? "CUDA" : "CPU, " + std::to_string(torch::get_num_threads()) + " threads";
  if (runtime.processes > 1) text = std::to_string(runtime.processes) + " processes, each " + text;
  return text + (runtime.compute == torch::kBFloat16 ? ", bfloat16" : ", float32");
}

void installStopHandler() {
  std::signal(SIGINT, requestStop);
  std::signal(SIGTERM, requestStop);
}

bool stopRequested() { return stop_requested != 0; }

}  // namespace impasto::trainer
