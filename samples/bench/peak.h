// What a machine can do at most, measured: a matrix multiplication and a copy of memory, the yardsticks for what a generator
// makes of it.
#pragma once

#include <string>

#include "renderer/device.h"

namespace impasto::app {

struct Peak {
  double multiply_adds_per_second = 0;
  double bytes_per_second = 0;  // read and written, both counted
  std::string how;
};

// On all cores of the processor, fp32, with the widest vectors it has. Takes half a second or so.
Peak measureHostPeak();

// On a GPU, by compute shader: fp32 multiplied in tiles out of shared memory, timed by the device. Without matrix units, which
// a comparison with LibTorch measures. Throws Error.
Peak measureDevicePeak(const render::Device& device);

}  // namespace impasto::app
