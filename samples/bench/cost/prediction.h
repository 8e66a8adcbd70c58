// What a pass should cost on a device that is not here: of each launch of the plan the longer of its arithmetic and its
// memory traffic (the roofline of Williams et al. 2009), plus the launch itself, at rates that are a stated share of the
// device's peak. Tensors that stay in a cache are counted as memory traffic all the same.
#pragma once

#include <string>
#include <vector>

#include "bench_options.h"
#include "cost/device_class.h"
#include "style/style.h"

namespace impasto::app {

// How the convolutions are computed.
enum class Arithmetic {
  Plain,     // fp32 arithmetic on fp16 tensors: what runs on every device
  Matrix16,  // matrix units, fp16 with fp32 sums
  Matrix8    // matrix units, fp8 or int8, tensors of one byte: estimated only, this project has no such kernels
};
inline constexpr Arithmetic kArithmetics[] = {Arithmetic::Plain, Arithmetic::Matrix16, Arithmetic::Matrix8};

// Shares of the peak that kernels reach. Assumptions, until they are measured on devices.
inline constexpr double kPlainShare = 0.40, kMatrixShare = 0.40, kBandwidthShare = 0.75;

struct Prediction {
  double milliseconds = 0;
  double arithmetic = 0, memory = 0, launches = 0;  // parts of it, milliseconds: by what each launch waits for
};

struct PassCost {
  struct Launch {
    std::string name;
    double multiply_adds, bytes;
  };
  std::vector<Launch> launches;
  double multiply_adds() const;
  double bytes() const;
};

// Of a whole pass, packing and compositing included, with fp16 tensors (fp32 on a processor): by the plan of the CUDA backend
// for matrix units of NVIDIA's, else by that of the Vulkan backend.
PassCost passCost(const DeviceClass& device, Arithmetic arithmetic, const Style& style, const Resolution& resolution);

bool hasArithmetic(const DeviceClass& device, Arithmetic arithmetic);
Prediction predict(const DeviceClass& device, Arithmetic arithmetic, const PassCost& cost);

}  // namespace impasto::app
