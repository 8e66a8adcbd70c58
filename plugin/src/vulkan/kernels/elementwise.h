// What the kernels share that compute one quad of the result in an invocation, over all texels and quads: their shaders in
// fp32 and fp16, tensors in quads, one workgroup size.
#pragma once

#include <array>
#include <span>

#include "vulkan/kernels/kernel.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {

class Elementwise : public Kernel {
 public:
  // Of the steps of one kind. `bindings` lives as long as the kernel.
  Elementwise(Step::Kind kind, const char* name, std::span<const uint32_t> fp32, std::span<const uint32_t> fp16,
              std::span<const ShaderBinding> bindings)
      : kind_(kind), shaders_{{{name, fp32, bindings}, {name, fp16, bindings}}} {}

  const char* name() const noexcept override { return shaders_[0].name; }
  bool fits(const StepOf& in) const noexcept override { return in.step.kind == kind_; }
  const KernelShader& shader(const DeviceTraits& device) const noexcept override {
    return shaders_[device.element_bytes == 2 ? 1 : 0];
  }

 protected:
  static constexpr uint32_t kGroupWidth = 32, kGroupHeight = 2;  // local_size of the shaders

  // A launch over the rows of the input and `quads` of the result.
  template <typename Push>
  static Launch over(const LaunchInput& in, const Push& push, uint32_t quads) noexcept {
    Launch launch;
    launch.setPush(push);
    launch.setGroups(in.frame.widthAt(in.result.tensor->downscale), kGroupWidth, in.rows.end - in.rows.begin,
                     kGroupHeight, quads);
    return launch;
  }

 private:
  Step::Kind kind_;
  std::array<KernelShader, 2> shaders_;  // fp32, fp16
};

}  // namespace impasto::vulkan
