// Runs a VulkanGenerator alone, without the pass: inputs from host memory, one frame, the output back.
#pragma once

#include "reference/reference.h"
#include "support/vulkan_fixture.h"
#include "vulkan/generator.h"
#include "vulkan/scratch.h"

namespace impasto::test {

// The plugin's view of the test device; `half_precision` needs TestDevice::storage_16bit.
std::unique_ptr<vulkan::VulkanDevice> makeVulkanDevice(const TestDevice& device, bool half_precision);

class GeneratorRunner {
 public:
  GeneratorRunner(const TestDevice& test_device, const vulkan::VulkanDevice& device, const Style& style, uint32_t width,
                  uint32_t height);

  // Submits `frames` equal frames, of the inputs' extent, in one command buffer and waits. 3 x H x W of the frame, not
  // clamped.
  Tensor run(const ReferenceInputs& inputs, int frames = 1);

  vulkan::VulkanGenerator& generator() { return generator_; }
  double lastSeconds() const { return last_seconds_; }  // of submission and wait, all frames

 private:
  const TestDevice& test_device_;
  Style style_;
  vulkan::ScratchPool scratch_;
  vulkan::VulkanGenerator generator_;
  double last_seconds_ = 0;
};

}  // namespace impasto::test
