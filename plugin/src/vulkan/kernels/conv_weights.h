// What the kernels of convolutions share: where a channel goes, how weights are kept, and what their shaders are
// told (shaders/generator/conv_source.glsl, conv_result.glsl).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "generator/push_constants.h"
#include "vulkan/kernels/kernel.h"

namespace impasto::vulkan {

// Convolution slot (quad * 4 + component) of an output channel: depth_to_space takes channel c * b * b + subpixel, and
// its quads hold four channels of one subpixel (plan.h, convQuads).
uint32_t outputSlot(uint32_t channel, uint32_t block) noexcept;

// Quads of the source as the convolution reads it, through a space_to_depth or not.
uint32_t sourceQuads(const Step& step, const PlannedTensor& source) noexcept;
// Slot of an input channel of the convolution in those quads.
uint32_t sourceSlot(const Step& step, const PlannedTensor& source, uint32_t channel) noexcept;

// Appends kernels in fp16 or fp32 and biases in fp32, each where a descriptor may begin.
PackedWeights appendWeights(std::vector<std::byte>& buffer, const std::vector<float>& kernels,
                            const std::vector<float>& biases, bool half);

// Specialisation constants 1 to 9.
void appendConvConstants(const StepOf& in, std::vector<uint32_t>& constants);

shaders::ConvPush convPush(const LaunchInput& in) noexcept;

// The rest is of the convolutions without matrices.

// How output quads are cut into groups.
struct ConvGroups {
  uint32_t out_quads = 0;    // convQuads()
  uint32_t group_quads = 0;  // of one group
  uint32_t groups = 0;
};
// The groups of single invocations: 1, 2 or 4 quads, OUT_QUADS of the shaders.
ConvGroups convGroups(const Graph& graph, const Step& step) noexcept;

double convCost(const StepOf& in) noexcept;  // multiply-adds, padding included

// Appends the weights of `step` (a Conv) group by group, in the order that the shaders give, padding zero.
PackedWeights packConv(const StepOf& in, const ConvGroups& groups, const ConvWeights& weights,
                       std::vector<std::byte>& buffer);

}  // namespace impasto::vulkan
