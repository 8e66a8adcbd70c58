// Runs a plan's launches on IMPASTO_TEST_MACHINE, without the pass: inputs from host memory, one frame, the output
// back. What nobody has written holds nothing, so that a kernel that reads beyond a frame that is smaller than the plan
// is found.
#pragma once

#include <vector>

#include IMPASTO_TEST_MACHINE
#include "cuda/plan.h"
#include "cuda_shim/traffic.h"
#include "reference/reference.h"

namespace impasto::test {

class CudaRunner {
 public:
  CudaRunner(const Style& style, uint32_t width, uint32_t height, const cuda::DeviceTraits& device);

  // 3 x H x W of the frame, not clamped. Throws KernelError. `traffic` counts all kernels' accesses.
  Tensor run(const ReferenceInputs& inputs, cuda::shim::Traffic* traffic = nullptr);

  const cuda::Plan& plan() const { return plan_; }

 private:
  void pack(const ReferenceInputs& inputs);
  void launchAll(const std::vector<cuda::Launch>& list, cuda::shim::Traffic* traffic);

  Style style_;
  cuda::Plan plan_;
  cuda::machine::DeviceMemory memory_;
  cuda::Bases bases_;
  cuda::FrameExtent constants_of_;
  uint32_t seed_ = 0;
};

}  // namespace impasto::test
