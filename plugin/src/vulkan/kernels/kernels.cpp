#include "vulkan/kernels/kernels.h"

#include <array>

namespace impasto::vulkan {

std::span<const Kernel* const> allKernels() noexcept {
  static const std::array<const Kernel*, 7> kernels = {&convSoftwareKernel(), &convKernel(),     &addKernel(),
                                                       &noiseKernel(),        &rearrangeKernel(), &blendKernel(),
                                                       &modulateKernel()};
  return kernels;
}

}  // namespace impasto::vulkan
