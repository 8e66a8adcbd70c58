#include "interop/fake_cuda.h"

#include <cuda.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "cuda_shim/launch.h"
#include "cuda_shim/where.h"
#include "interop/imported_handles.h"

namespace {

using namespace impasto;
namespace shim = impasto::cuda::shim;

std::mutex mutex;  // of all that is below
std::map<std::string, CUresult> failures;
std::array<uint8_t, 16> second_uuid;
int64_t kernels_until_failure = -1;
std::string complaint;
shim::DeviceMemory memory;  // addresses stay in use for good, so that nothing is mistaken for what was there before
uint32_t seed;

std::atomic<bool> hanging;
std::atomic<int> generation;  // streams of an earlier one hang for good
std::atomic<int> live;
std::atomic<uint64_t> kernels_run, graphs_made, nodes_changed;
thread_local std::vector<CUcontext> contexts;

// Memory of Vulkan's under an address of the shim's: kernels see a copy, and what they change goes back.
struct Mapping {
  uint64_t address;
  uint64_t bytes;
  std::byte* data;
};
std::vector<Mapping> mappings;

struct KernelCall {
  std::string name;
  std::array<unsigned, 3> grid;
  unsigned threads, shared_bytes;
  bool cooperative = false;
  std::vector<std::byte> parameters;
};

}  // namespace

struct CUmod_st {};
struct CUfunc_st {
  std::string name;
};
struct CUgraphNode_st {
  KernelCall call;
};
struct CUgraph_st {
  std::deque<CUgraphNode_st> nodes;
};
struct CUgraphExec_st {
  std::map<CUgraphNode, size_t> index;
  std::vector<KernelCall> calls;
};
struct CUextMemory_st {
  test::ImportedMemory imported;
  uint64_t bytes = 0;
};
struct CUextSemaphore_st {
  test::ImportedTimeline imported;
};

// Runs what it is given, one after another; after an error nothing any more.
struct CUstream_st {
  CUstream_st() : thread([this] { work(); }) {}
  ~CUstream_st() {
    {
      const std::lock_guard lock(own);
      stop = true;
    }
    wake.notify_all();
    thread.join();
  }
  CUresult push(std::function<CUresult()> step) {
    {
      const std::lock_guard lock(own);
      if (error != CUDA_SUCCESS) return error;
      steps.push_back(std::move(step));
    }
    wake.notify_all();
    return CUDA_SUCCESS;
  }
  CUresult query() {
    const std::lock_guard lock(own);
    if (error != CUDA_SUCCESS) return error;
    return steps.empty() && !busy ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
  }
  CUresult synchronize() {
    std::unique_lock lock(own);
    idle.wait(lock, [&] { return error != CUDA_SUCCESS || (steps.empty() && !busy); });
    return error;
  }
  void work() {
    std::unique_lock lock(own);
    for (;;) {
      wake.wait(lock, [&] { return stop || !steps.empty(); });
      if (stop) return;
      const std::function<CUresult()> step = std::move(steps.front());
      steps.pop_front();
      busy = true;
      lock.unlock();
      while ((hanging || born != generation) && !stop) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      const CUresult result = stop ? CUDA_ERROR_LAUNCH_FAILED : step();
      lock.lock();
      busy = false;
      if (result != CUDA_SUCCESS) {
        error = result;
        steps.clear();
      }
      idle.notify_all();
    }
  }

  std::mutex own;
  std::condition_variable wake, idle;
  std::deque<std::function<CUresult()>> steps;
  bool busy = false;
  const int born = generation;
  std::atomic<bool> stop = false;
  CUresult error = CUDA_SUCCESS;
  std::thread thread;
};

namespace {

CUcontext const kPrimary = reinterpret_cast<CUcontext>(uintptr_t{0x1000});
CUcontext const kHosts = reinterpret_cast<CUcontext>(uintptr_t{0x2000});
constexpr CUdevice kSecond = 1;

// CUDA_SUCCESS unless a test wants this call to fail, or it needs a context and there is none. `function` may have a
// version at its end, or another word.
CUresult enter(const std::string& function, bool needs_context = true) {
  const std::lock_guard lock(mutex);
  for (const auto& [name, result] : failures) {
    if (function.rfind(name, 0) != 0) continue;
    const CUresult wanted = result;
    failures.erase(name);
    return wanted;
  }
  return needs_context && (contexts.empty() || contexts.back() != kPrimary) ? CUDA_ERROR_INVALID_CONTEXT : CUDA_SUCCESS;
}

#define FAKE_ENTER(...) \
  if (const CUresult wanted = enter(__func__ __VA_OPT__(, ) __VA_ARGS__); wanted != CUDA_SUCCESS) return wanted

KernelCall callOf(CUfunction function, const unsigned (&grid)[3], unsigned threads, unsigned shared_bytes, void** arguments) {
  const auto* from = static_cast<const std::byte*>(arguments[0]);
  return {function->name, {grid[0], grid[1], grid[2]}, threads, shared_bytes, false,
          {from, from + shim::findKernel(function->name).parameter_bytes}};
}

CUresult runKernels(const std::vector<KernelCall>& calls) {
  const std::lock_guard lock(mutex);
  std::vector<std::vector<std::byte>> before;
  for (const Mapping& mapping : mappings) {
    before.emplace_back(mapping.data, mapping.data + mapping.bytes);
    memory.overwrite(cuda::Global<std::byte>{mapping.address}, std::span<const std::byte>(before.back()));
  }
  CUresult result = CUDA_SUCCESS;
  try {
    for (const KernelCall& call : calls) {
      if (kernels_until_failure == 0) {
        kernels_until_failure = -1;
        result = CUDA_ERROR_LAUNCH_FAILED;
        break;
      }
      if (kernels_until_failure > 0) --kernels_until_failure;
      shim::Launch launch;
      launch.kernel = call.name;
      for (size_t i = 0; i < 3; ++i) launch.grid[i] = static_cast<int>(call.grid[i]);
      launch.threads = static_cast<int>(call.threads);
      launch.shared_bytes = static_cast<int>(call.shared_bytes);
      launch.cooperative = call.cooperative;
      launch.seed = ++seed;
      shim::launch(memory, launch, call.parameters.data(), call.parameters.size());
      ++kernels_run;
    }
  } catch (const std::exception& error) {
    complaint = error.what();
    result = CUDA_ERROR_LAUNCH_FAILED;
  }
  for (size_t i = 0; i < mappings.size(); ++i) {
    const auto after = memory.download(cuda::Global<std::byte>{mappings[i].address}, mappings[i].bytes);
    for (size_t k = 0; k < after.size(); ++k) {
      if (after[k] != before[i][k]) mappings[i].data[k] = after[k];
    }
  }
  return result;
}

}  // namespace

namespace impasto::test {

void FakeCuda::reset(const uint8_t uuid[16]) {
  const std::lock_guard lock(mutex);
  failures.clear();
  std::copy_n(uuid, 16, second_uuid.begin());
  kernels_until_failure = -1;
  ::complaint.clear();
  if (hanging.exchange(false)) ++generation;
  live = 0;
  kernels_run = graphs_made = nodes_changed = 0;
}

void FakeCuda::fail(const std::string& function, int result) {
  const std::lock_guard lock(mutex);
  failures[function] = static_cast<CUresult>(result);
}

void FakeCuda::failKernel(uint32_t after) {
  const std::lock_guard lock(mutex);
  kernels_until_failure = after;
}

void FakeCuda::hang(bool hang) { hanging = hang; }
int FakeCuda::liveObjects() { return live; }
uint64_t FakeCuda::kernelsRun() { return kernels_run; }
uint64_t FakeCuda::graphsMade() { return graphs_made; }
uint64_t FakeCuda::nodesChanged() { return nodes_changed; }

std::string FakeCuda::complaint() {
  const std::lock_guard lock(mutex);
  return ::complaint;
}

void FakeCuda::pushHostContext() { contexts.push_back(kHosts); }

bool FakeCuda::popHostContext() {
  const bool is_it = contexts.size() == 1 && contexts.back() == kHosts;
  contexts.clear();
  return is_it;
}

}  // namespace impasto::test

extern "C" {

CUresult cuInit(unsigned) { return enter(__func__, false); }

CUresult cuDriverGetVersion(int* version) {
  *version = 13000;
  return CUDA_SUCCESS;
}

CUresult cuGetErrorName(CUresult error, const char** name) {
  switch (error) {
    case CUDA_ERROR_OUT_OF_MEMORY: *name = "CUDA_ERROR_OUT_OF_MEMORY"; break;
    case CUDA_ERROR_LAUNCH_FAILED: *name = "CUDA_ERROR_LAUNCH_FAILED"; break;
    case CUDA_ERROR_INVALID_CONTEXT: *name = "CUDA_ERROR_INVALID_CONTEXT"; break;
    default: *name = "CUDA_ERROR_OF_ANOTHER_KIND"; break;
  }
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int* count) {
  FAKE_ENTER(false);
  *count = 2;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  *device = ordinal;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetUuid(CUuuid* uuid, CUdevice device) {
  const std::lock_guard lock(mutex);
  std::memcpy(uuid->bytes, device == kSecond ? second_uuid.data() : test::FakeCuda::kOtherUuid, 16);
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice) {
  switch (attribute) {  // an RTX 3080's
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = 8; break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = 6; break;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = 68; break;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN: *value = 99 << 10; break;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR: *value = 100 << 10; break;
    case CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH: *value = 1; break;
    default: return CUDA_ERROR_INVALID_VALUE;
  }
  return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  FAKE_ENTER(false);
  if (device != kSecond) return CUDA_ERROR_INVALID_DEVICE;
  *context = kPrimary;
  ++live;
  return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease(CUdevice) {
  --live;
  return CUDA_SUCCESS;
}

CUresult cuCtxPushCurrent(CUcontext context) {
  contexts.push_back(context);
  return CUDA_SUCCESS;
}

CUresult cuCtxPopCurrent(CUcontext* context) {
  if (contexts.empty()) return CUDA_ERROR_INVALID_CONTEXT;
  *context = contexts.back();
  contexts.pop_back();
  return CUDA_SUCCESS;
}

CUresult cuModuleLoadData(CUmodule* module, const void*) {
  FAKE_ENTER();
  *module = new CUmod_st;
  ++live;
  return CUDA_SUCCESS;
}

CUresult cuModuleUnload(CUmodule module) {
  FAKE_ENTER();
  delete module;
  --live;
  return CUDA_SUCCESS;
}

CUresult cuModuleGetFunction(CUfunction* function, CUmodule, const char* name) {
  FAKE_ENTER();
  static std::map<std::string, CUfunc_st> functions;
  try {
    shim::findKernel(name);
  } catch (const std::invalid_argument&) {
    return CUDA_ERROR_NOT_FOUND;
  }
  const std::lock_guard lock(mutex);
  *function = &(functions[name] = {name});
  return CUDA_SUCCESS;
}

CUresult cuFuncSetAttribute(CUfunction, CUfunction_attribute, int) { return enter(__func__); }

CUresult cuMemAlloc(CUdeviceptr* address, size_t bytes) {
  FAKE_ENTER();
  const std::lock_guard lock(mutex);
  *address = memory.allocate<std::byte>("memory of the module's", bytes).address;
  ++live;
  return CUDA_SUCCESS;
}

CUresult cuMemFree(CUdeviceptr address) {
  FAKE_ENTER();
  const std::lock_guard lock(mutex);
  std::erase_if(mappings, [&](const Mapping& mapping) { return mapping.address == address; });
  memory.free(address);
  --live;
  return CUDA_SUCCESS;
}

CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void* from, size_t bytes, CUstream) {
  FAKE_ENTER();
  const std::lock_guard lock(mutex);
  memory.overwrite(cuda::Global<std::byte>{to}, std::span(static_cast<const std::byte*>(from), bytes));
  return CUDA_SUCCESS;
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t bytes, CUstream) {
  FAKE_ENTER();
  const std::lock_guard lock(mutex);
  memory.overwrite(cuda::Global<std::byte>{to}, std::span<const std::byte>(std::vector<std::byte>(bytes, std::byte{value})));
  return CUDA_SUCCESS;
}

CUresult cuStreamCreate(CUstream* stream, unsigned flags) {
  FAKE_ENTER();
  if (flags != CU_STREAM_NON_BLOCKING) return CUDA_ERROR_INVALID_VALUE;  // another would wait for the host's work
  *stream = new CUstream_st;
  ++live;
  return CUDA_SUCCESS;
}

CUresult cuStreamDestroy(CUstream stream) {
  FAKE_ENTER();
  delete stream;
  --live;
  return CUDA_SUCCESS;
}

CUresult cuStreamQuery(CUstream stream) {
  FAKE_ENTER();
  return stream->query();
}

CUresult cuStreamSynchronize(CUstream stream) {
  FAKE_ENTER();
  return stream->synchronize();
}

CUresult cuLaunchKernelEx(const CUlaunchConfig* config, CUfunction function, void** arguments, void**) {
  FAKE_ENTER();
  KernelCall call = callOf(function, {config->gridDimX, config->gridDimY, config->gridDimZ}, config->blockDimX,
                           config->sharedMemBytes, arguments);
  call.cooperative = config->numAttrs > 0;
  return config->hStream->push([call] { return runKernels({call}); });
}

CUresult cuGraphCreate(CUgraph* graph, unsigned) {
  FAKE_ENTER();
  *graph = new CUgraph_st;
  ++live;
  return CUDA_SUCCESS;
}

CUresult cuGraphDestroy(CUgraph graph) {
  delete graph;
  --live;
  return CUDA_SUCCESS;
}

CUresult cuGraphAddKernelNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* before, size_t count,
                              const CUDA_KERNEL_NODE_PARAMS* params) {
  FAKE_ENTER();
  // A chain: nothing else is run here.
  if (graph->nodes.empty() ? count != 0 : count != 1 || *before != &graph->nodes.back()) return CUDA_ERROR_INVALID_VALUE;
  graph->nodes.push_back({callOf(params->func, {params->gridDimX, params->gridDimY, params->gridDimZ},
                                 params->blockDimX, params->sharedMemBytes, params->kernelParams)});
  *node = &graph->nodes.back();
  return CUDA_SUCCESS;
}

CUresult cuGraphKernelNodeSetAttribute(CUgraphNode node, CUkernelNodeAttrID attribute,
                                       const CUkernelNodeAttrValue* value) {
  FAKE_ENTER();
  if (attribute != CU_LAUNCH_ATTRIBUTE_COOPERATIVE) return CUDA_ERROR_INVALID_VALUE;
  node->call.cooperative = value->cooperative != 0;
  return CUDA_SUCCESS;
}

CUresult cuGraphInstantiate(CUgraphExec* executable, CUgraph graph, unsigned long long) {
  FAKE_ENTER();
  *executable = new CUgraphExec_st;
  for (CUgraphNode_st& node : graph->nodes) {
    (*executable)->index[&node] = (*executable)->calls.size();
    (*executable)->calls.push_back(node.call);
  }
  ++live;
  ++graphs_made;
  return CUDA_SUCCESS;
}

CUresult cuGraphExecKernelNodeSetParams(CUgraphExec executable, CUgraphNode node, const CUDA_KERNEL_NODE_PARAMS* params) {
  FAKE_ENTER();
  KernelCall& call = executable->calls.at(executable->index.at(node));
  const bool cooperative = call.cooperative;
  call = callOf(params->func, {params->gridDimX, params->gridDimY, params->gridDimZ}, params->blockDimX,
                params->sharedMemBytes, params->kernelParams);
  call.cooperative = cooperative;
  ++nodes_changed;
  return CUDA_SUCCESS;
}

CUresult cuGraphExecDestroy(CUgraphExec executable) {
  delete executable;
  --live;
  return CUDA_SUCCESS;
}

CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) {
  FAKE_ENTER();
  return stream->push([calls = executable->calls] { return runKernels(calls); });
}

CUresult cuImportExternalMemory(CUexternalMemory* external, const CUDA_EXTERNAL_MEMORY_HANDLE_DESC* handle) {
  FAKE_ENTER();
  if (handle->type != CU_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD || handle->flags != CUDA_EXTERNAL_MEMORY_DEDICATED) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  auto made = std::make_unique<CUextMemory_st>();
  if (!made->imported.import(handle->handle.fd, handle->size)) return CUDA_ERROR_INVALID_HANDLE;
  made->bytes = handle->size;
  *external = made.release();
  ++live;
  return CUDA_SUCCESS;
}

CUresult cuExternalMemoryGetMappedBuffer(CUdeviceptr* address, CUexternalMemory external,
                                         const CUDA_EXTERNAL_MEMORY_BUFFER_DESC* buffer) {
  FAKE_ENTER();
  if (buffer->offset != 0 || buffer->size != external->bytes) return CUDA_ERROR_INVALID_VALUE;
  const std::lock_guard lock(mutex);
  *address = memory.allocate<std::byte>("memory of Vulkan's", buffer->size).address;
  mappings.push_back({*address, buffer->size, external->imported.data()});
  ++live;
  return CUDA_SUCCESS;
}

CUresult cuDestroyExternalMemory(CUexternalMemory external) {
  FAKE_ENTER();
  delete external;
  --live;
  return CUDA_SUCCESS;
}

CUresult cuImportExternalSemaphore(CUexternalSemaphore* external, const CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC* handle) {
  FAKE_ENTER();
  if (handle->type != CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_TIMELINE_SEMAPHORE_FD) return CUDA_ERROR_INVALID_VALUE;
  auto made = std::make_unique<CUextSemaphore_st>();
  if (!made->imported.import(handle->handle.fd)) return CUDA_ERROR_INVALID_HANDLE;
  *external = made.release();
  ++live;
  return CUDA_SUCCESS;
}

CUresult cuDestroyExternalSemaphore(CUexternalSemaphore external) {
  FAKE_ENTER();
  delete external;
  --live;
  return CUDA_SUCCESS;
}

CUresult cuWaitExternalSemaphoresAsync(const CUexternalSemaphore* semaphores,
                                       const CUDA_EXTERNAL_SEMAPHORE_WAIT_PARAMS* params, unsigned, CUstream stream) {
  FAKE_ENTER();
  return stream->push([semaphore = semaphores[0], value = params->params.fence.value, stream] {
    while (!semaphore->imported.wait(value, std::chrono::milliseconds(20))) {
      if (stream->stop) return CUDA_ERROR_LAUNCH_FAILED;
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuSignalExternalSemaphoresAsync(const CUexternalSemaphore* semaphores,
                                         const CUDA_EXTERNAL_SEMAPHORE_SIGNAL_PARAMS* params, unsigned, CUstream stream) {
  FAKE_ENTER();
  return stream->push([semaphore = semaphores[0], value = params->params.fence.value] {
    semaphore->imported.signal(value);
    return CUDA_SUCCESS;
  });
}

}  // extern "C"
