#include "bench/timing.h"

#include <chrono>

#include "base/error.h"
#include "engine/runtime.h"

#if IMPASTO_BENCH_CUDA
#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <optional>
#endif

namespace impasto::trainer {

std::vector<double> timeOnCpu(const TimingRequest& request, const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> milliseconds;
  for (int i = -request.warm_up; i < request.frames && !stopRequested(); ++i) {
    const auto start = Clock::now();
    work();
    if (i >= 0) milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  return milliseconds;
}

#if IMPASTO_BENCH_CUDA

bool builtForGpu() { return true; }

std::vector<double> timeOnGpu(const TimingRequest& request, bool graph, const std::function<void()>& work) {
  constexpr int kBeforeCapture = 3;  // cuDNN tries its algorithms out, the allocator gets its memory
  const c10::cuda::CUDAStream stream = c10::cuda::getStreamFromPool();
  const c10::cuda::CUDAStreamGuard guard(stream);
  std::optional<at::cuda::CUDAGraph> captured;
  if (graph) {
    for (int i = 0; i < kBeforeCapture; ++i) work();
    stream.synchronize();
    captured.emplace();
    captured->capture_begin();
    work();
    captured->capture_end();
  }
  std::vector<double> milliseconds;
  for (int i = -request.warm_up; i < request.frames && !stopRequested(); ++i) {
    at::cuda::CUDAEvent begin(cudaEventDefault), end(cudaEventDefault);
    begin.record(stream);
    if (captured) {
      captured->replay();
    } else {
      work();
    }
    end.record(stream);
    end.synchronize();
    if (i >= 0) milliseconds.push_back(begin.elapsed_time(end));
  }
  return milliseconds;
}

#else

bool builtForGpu() { return false; }

std::vector<double> timeOnGpu(const TimingRequest&, bool, const std::function<void()>&) {
  throw Error(ErrorCode::Unsupported, "this program was built without CUDA's headers and LibTorch's CUDA library");
}

#endif

}  // namespace impasto::trainer
