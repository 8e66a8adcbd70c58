// The pass's shaders as SPIR-V, in the variants that shaders/pass is compiled to.
#pragma once

#include <cstdint>
#include <span>

#include "pass/image_formats.h"

namespace impasto {

struct ShaderVariant {
  bool half = false;     // the generator's tensors are fp16
  bool layered = false;  // the host's images are 2D arrays
};

using Spirv = std::span<const uint32_t>;

Spirv packShader(const ShaderVariant& variant) noexcept;
Spirv packGlobalShader(const ShaderVariant& variant) noexcept;
Spirv keepShader(const ShaderVariant& variant) noexcept;
Spirv reprojectShader(const ShaderVariant& variant) noexcept;
Spirv highPassShader(const ShaderVariant& variant) noexcept;
Spirv compositeShader(const ShaderVariant& variant, TargetFormat target) noexcept;

}  // namespace impasto
