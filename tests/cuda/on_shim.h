// Tests that run on the shim (intrinsics_test.cpp).
#pragma once

#include <gtest/gtest.h>

#include "cuda_shim/launch.h"

namespace impasto::cuda::machine {

using shim::DeviceMemory;
using shim::launch;
using Intrinsics = ::testing::Test;

}  // namespace impasto::cuda::machine
