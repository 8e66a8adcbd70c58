// Tests that run on a GPU, where there is one: what they take from IMPASTO_TEST_MACHINE.
#pragma once

#include <utility>
#include <vector>

#include "cuda_gpu/gpu.h"

namespace impasto::cuda::machine {

using gpu::DeviceMemory;
using gpu::launch;
using gpu::whyNot;

inline std::vector<std::pair<const char*, DeviceTraits>> devices() { return {{"gpu", gpu::deviceTraits()}}; }

}  // namespace impasto::cuda::machine
