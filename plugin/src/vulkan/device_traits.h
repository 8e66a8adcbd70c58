// What a plan and its kernels need to know of a device: a plan is made, and tested, without one.
#pragma once

#include <cstdint>

#include "vulkan/cooperative_matrix.h"

namespace impasto::vulkan {

class KernelChoices;

struct DeviceTraits {
  uint32_t element_bytes = 4;     // of a tensor's values: 2 for fp16
  bool software = false;          // Vulkan on a CPU, with subgroups of 8 and shuffles
  MatrixShape matrix;             // of its matrix multiplications, if it has any
  uint32_t subgroup_size = 1;     // that shaders with matrices run with
  uint32_t shared_bytes = 16384;  // maxComputeSharedMemorySize; what every device has
  const KernelChoices* choices = nullptr;  // what was measured on it
  const char* preferred = nullptr;  // name of the kernel that is taken wherever it fits, whatever it costs
};

}  // namespace impasto::vulkan
