#include "vulkan/kernels/kernels.h"

#include <array>

namespace impasto::vulkan {

std::span<const Kernel* const> allKernels() noexcept {
  static const std::array kernels = {&convSoftwareKernel(),
#if IMPASTO_MATRIX_SHADERS
                                     &convMatrixKernel(),   &convMatrixNarrowKernel(),
#endif
                                     &convKernel(),         &addKernel(),   &noiseKernel(),
                                     &rearrangeKernel(),    &blendKernel(), &modulateKernel()};
  return kernels;
}

}  // namespace impasto::vulkan
