// The compiled kernels, as the build embeds them: one fatbin for each source file of device/, with a cubin for each
// architecture and PTX for newer ones. cuModuleLoadData takes `data` and picks what fits the device, or fails. A kernel
// is found by its name (IMPASTO_KERNEL) in the module of the file that has it.
#pragma once

#include <cstddef>
#include <span>

namespace impasto::cuda {

struct KernelImage {
  const char* source;  // name of the file, without ".cu"
  const unsigned char* data;
  std::size_t bytes;
};

// Lives as long as the library. From any thread.
std::span<const KernelImage> kernelImages();

}  // namespace impasto::cuda
