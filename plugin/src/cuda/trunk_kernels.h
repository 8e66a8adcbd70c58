// The trunk kernels as the plan sees them: what kernels/trunk_shape.h says of each, by value.
#pragma once

#include <cstdint>

#include "cuda/plan.h"

namespace impasto::cuda {

struct TrunkKernel {
  const char* name;
  int tile_width, tile_height, threads;
  int (*sharedBytes)(int blocks);
};

// The one with the smallest tiles of which a multiprocessor has no more than one; null where none fits, or the device
// can't launch cooperatively. `blocks` of 16 channels.
const TrunkKernel* chooseTrunkKernel(uint32_t width, uint32_t height, uint32_t blocks,
                                     const DeviceTraits& device) noexcept;

}  // namespace impasto::cuda
