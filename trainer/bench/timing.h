// Times of work in LibTorch, on the CPU and, in a build with CUDA's headers, on a GPU.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace impasto::trainer {

struct TimingRequest {
  int warm_up = 0, frames = 1;
};

// Milliseconds of each of `frames` runs, by the host's clock.
std::vector<double> timeOnCpu(const TimingRequest& request, const std::function<void()>& work);

// By CUDA events on a stream of its own; `graph`: captured into a CUDA graph, which is then what is run. Throws
// impasto::Error(Unsupported) in a build without CUDA's headers.
std::vector<double> timeOnGpu(const TimingRequest& request, bool graph, const std::function<void()>& work);
bool builtForGpu();

}  // namespace impasto::trainer
