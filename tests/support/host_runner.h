// Runs a HostExecutor alone, without pass and device: inputs from tensors, one frame, the output back.
#pragma once

#include <vector>

#include "backend/frame_tensors.h"
#include "backend/host_executor.h"
#include "reference/reference.h"

namespace impasto::test {

class HostRunner {
 public:
  // Frames up to this extent. `element_bytes` of the pass's tensors: 4 or 2.
  HostRunner(const MakeHostExecutor& make_executor, const Style& style, uint32_t width, uint32_t height,
             uint32_t element_bytes = 4);

  // 3 x H x W of the frame, not clamped; empty if the executor failed. What the inputs do not have is not given; what
  // nobody should read is NaN.
  Tensor run(const ReferenceInputs& inputs);

 private:
  FrameLayout layout_;
  std::unique_ptr<HostExecutor> executor_;
  std::vector<std::byte> memory_;
};

}  // namespace impasto::test
