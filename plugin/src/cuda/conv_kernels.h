// The convolution kernels as the plan sees them: what kernels/conv_shape.h says of each, by value.
#pragma once

#include <cstdint>
#include <span>

#include "cuda/plan.h"

namespace impasto::cuda {

struct ConvKernel {
  const char* name;
  int kernel, stride, row_tiles, column_tiles;
  int tile_width, tile_height, threads;
  int (*planeOctets)(int blocks);
  int (*lanesLog2)(int blocks);
  int (*sharedBytes)(int chunks, int blocks);
};

// Of a convolution: 3x3 where the stride is 2.
struct ConvProblem {
  uint32_t kernel = 1, stride = 1;
  uint32_t width = 0, height = 0;  // of its result
  uint32_t in_octets = 0, out_octets = 0;
};

struct ConvChoice {
  const ConvKernel* kernel = nullptr;  // null: none fits
  uint32_t chunks = 0, blocks = 0;
};

std::span<const ConvKernel> convKernels() noexcept;

// The cheapest by estimate: of what tiles compute beyond the result, what they copy, and multiprocessors that have nothing
// to do.
ConvChoice chooseConvKernel(const ConvProblem& problem, const DeviceTraits& device) noexcept;

}  // namespace impasto::cuda
