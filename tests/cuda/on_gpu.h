// Tests that run on a GPU, where there is one (intrinsics_test.cpp).
#pragma once

#include <gtest/gtest.h>

#include "cuda_gpu/gpu.h"

namespace impasto::cuda::machine {

using gpu::DeviceMemory;
using gpu::launch;

class Intrinsics : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = gpu::whyNot(); !reason.empty()) GTEST_SKIP() << reason;
  }
};

}  // namespace impasto::cuda::machine
