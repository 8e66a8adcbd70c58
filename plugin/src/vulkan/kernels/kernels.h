// The kernels there are, each in a file of its own.
#pragma once

#include "vulkan/kernels/kernel.h"

namespace impasto::vulkan {

const Kernel& addKernel() noexcept;
const Kernel& blendKernel() noexcept;
const Kernel& convKernel() noexcept;
#if IMPASTO_MATRIX_SHADERS
const Kernel& convMatrixKernel() noexcept;
const Kernel& convMatrixNarrowKernel() noexcept;
#endif
const Kernel& convSoftwareKernel() noexcept;
const Kernel& modulateKernel() noexcept;
const Kernel& noiseKernel() noexcept;
const Kernel& rearrangeKernel() noexcept;

}  // namespace impasto::vulkan
