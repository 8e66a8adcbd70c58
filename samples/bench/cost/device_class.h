// Kinds of devices, by what their makers say of them: what a prediction is made from.
#pragma once

#include <span>
#include <string_view>

namespace impasto::app {

// Rates are of dense work, in 10^12 operations a second, where a multiply-add is two; bandwidth in 10^9 bytes a second.
struct DeviceClass {
  const char* id;      // for --predict
  const char* name;
  double fp32;         // plain arithmetic
  double matrix_fp16;  // matrix units, fp16 with fp32 sums; 0: none
  double matrix_fp8;   // likewise fp8; 0: none
  double matrix_int8;
  double bandwidth;
  double launch_us;    // between dependent launches in one command buffer
  bool processor;      // a CPU: plans for Vulkan in software
  int cuda;            // compute capability, 10 * major + minor; 0: not one that the CUDA backend plans for
  unsigned multiprocessors;
  const char* source;
};

std::span<const DeviceClass> deviceClasses();
const DeviceClass* findDeviceClass(std::string_view id);  // nullptr: none of that name

// A whole pass that was measured, to stand beside a prediction.
struct Measured {
  const char* device;  // id of its class
  const char* backend;
  const char* size;
  unsigned width, height;
  double milliseconds;  // the least of many: docs/measurements.md says how
};

std::span<const Measured> measuredPasses();

}  // namespace impasto::app
