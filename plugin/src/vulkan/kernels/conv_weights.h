// Packs convolution weights for shaders/generator/conv.comp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vulkan/kernels/kernel.h"

namespace impasto::vulkan {

// How an invocation's share of a convolution's output quads is cut.
struct ConvGroups {
  uint32_t out_quads = 0;    // convQuads()
  uint32_t group_quads = 0;  // output quads of one invocation, 1, 2 or 4: OUT_QUADS of the shader
  uint32_t groups = 0;
};
ConvGroups convGroups(const Graph& graph, const Step& step) noexcept;

// Appends the weights of `step` (a Conv) to `buffer`: kernels in fp16 or fp32, biases in fp32, padding zero. The order is
// conv.comp's.
PackedWeights packConv(const Graph& graph, const Plan& plan, const Step& step, const ConvWeights& weights, bool half,
                       std::vector<std::byte>& buffer);

}  // namespace impasto::vulkan
