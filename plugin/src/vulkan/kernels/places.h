// Tensors in quads as push constants, for the kernels of this folder.
#pragma once

#include <array>

#include "generator/push_constants.h"
#include "vulkan/kernels/kernel.h"

namespace impasto::vulkan {

inline shaders::TensorPlace placeOf(const BoundTensor& bound) noexcept {
  if (bound.tensor == nullptr) return {};
  return {bound.tensor->row_quads, bound.tensor->quad, bound.first_row, bound.tensor->width};
}

// Bindings of shaders that have source, addend and result, or some of them.
inline constexpr ShaderBinding kSourceBinding{Role::Source, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
inline constexpr ShaderBinding kAddendBinding{Role::Addend, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
inline constexpr ShaderBinding kResultBinding{Role::Result, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
inline constexpr ShaderBinding kWeightsBinding{Role::Weights, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
inline constexpr ShaderBinding kBiasBinding{Role::Bias, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
inline constexpr std::array kConvBindings = {kSourceBinding, kWeightsBinding, kResultBinding, kAddendBinding,
                                             kBiasBinding};

}  // namespace impasto::vulkan
