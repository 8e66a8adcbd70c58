// Where in device code something happens, and the table of kernels.
#pragma once

#include <cstddef>
#include <source_location>
#include <string>

namespace impasto::cuda {

using Where = std::source_location;

namespace shim {

struct Kernel {
  int threads;  // at most, of a block
  size_t parameter_bytes;
  void (*run)(const void* parameters);
};

// Enters a kernel into the table for the life of the program (IMPASTO_KERNEL).
struct Registered {
  Registered(const char* name, const Kernel& kernel);
};

// Throws std::invalid_argument for a name that is not in the table.
const Kernel& findKernel(const std::string& name);

// "conv.cu:17"
std::string toString(Where at);

}  // namespace shim
}  // namespace impasto::cuda
