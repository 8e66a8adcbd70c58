// Packs convolution weights for shaders/generator/conv.comp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "style/style.h"
#include "vulkan/plan.h"

namespace impasto::vulkan {

// Where one convolution's weights lie in the weights buffer.
struct PackedConv {
  uint64_t offset = 0;  // bytes, a multiple of kTensorAlignment
  uint64_t bytes = 0;
  uint32_t bias_index = 0;   // quads from `offset`
  uint32_t out_quads = 0;    // convQuads()
  uint32_t group_quads = 0;  // output quads of one invocation: OUT_QUADS of the shader
  uint32_t groups = 0;
};

// How many output quads an invocation computes when there are `out_quads`: 1, 2 or 4.
uint32_t chooseGroupQuads(uint32_t out_quads);

// Appends the weights of `step` (a Conv) to `buffer`: fp16 or fp32, padding is zero. The order is conv.comp's.
PackedConv packConv(const Graph& graph, const Plan& plan, const Step& step, const ConvWeights& weights, bool half,
                    std::vector<std::byte>& buffer);

}  // namespace impasto::vulkan
