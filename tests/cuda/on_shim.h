// Tests that run on the shim: what they take from IMPASTO_TEST_MACHINE.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cuda/plan.h"
#include "cuda_shim/launch.h"

namespace impasto::cuda::machine {

using shim::DeviceMemory;
using shim::launch;

inline std::string whyNot() { return ""; }

// To plan for, by name.
inline std::vector<std::pair<const char*, DeviceTraits>> devices() {
  return {{"h200", {90, 132, 227u << 10, 228u << 10, true}}, {"turing", {75, 40, 64u << 10, 64u << 10, false}}};
}

}  // namespace impasto::cuda::machine
