#include "vulkan/kernels/conv_weights.h"

#include <cstring>

#include "base/half.h"
#include "vulkan/kernels/places.h"

namespace impasto::vulkan {
namespace {

// Reads of eight quads at a time may begin at the last one.
constexpr uint32_t kReadAhead = 8;

// Appends at the next multiple of kTensorAlignment and returns where.
template <typename Value>
uint64_t append(std::vector<std::byte>& buffer, const std::vector<Value>& values) {
  const uint64_t offset = (buffer.size() + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
  buffer.resize(offset + values.size() * sizeof(Value));
  std::memcpy(buffer.data() + offset, values.data(), values.size() * sizeof(Value));
  return offset;
}

}  // namespace

uint32_t outputSlot(uint32_t channel, uint32_t block) noexcept {
  const uint32_t subpixels = block * block;
  const uint32_t c = channel / subpixels, subpixel = channel % subpixels;
  return (c / 4 * subpixels + subpixel) * 4 + c % 4;
}

uint32_t sourceQuads(const Step& step, const PlannedTensor& source) noexcept {
  return step.fold == 1 ? source.quads : foldedQuads(source, step.fold);
}

uint32_t sourceSlot(const Step& step, const PlannedTensor& source, uint32_t channel) noexcept {
  if (step.fold == 1) return source.slots[channel];
  const uint32_t subpixels = step.fold * step.fold;
  if (foldsWithoutGaps(source)) return channel % subpixels * 3 + channel / subpixels;
  return outputSlot(source.slots[channel / subpixels] * subpixels + channel % subpixels, step.fold);
}

PackedWeights appendWeights(std::vector<std::byte>& buffer, const std::vector<float>& kernels,
                            const std::vector<float>& biases, bool half) {
  PackedWeights packed;
  if (half) {
    std::vector<uint16_t> halves(kernels.size());
    for (size_t i = 0; i < kernels.size(); ++i) halves[i] = halfFromFloat(kernels[i]);
    packed.offset = append(buffer, halves);
  } else {
    packed.offset = append(buffer, kernels);
  }
  packed.bytes = buffer.size() - packed.offset;
  packed.bias_offset = append(buffer, biases);
  packed.bias_bytes = buffer.size() - packed.bias_offset;
  return packed;
}

void appendConvConstants(const StepOf& in, std::vector<uint32_t>& constants) {
  const Op& op = in.graph.ops[in.step.op];
  constants.insert(constants.end(),
                   {op.kernel, op.stride, static_cast<uint32_t>(op.activation), in.step.upsample ? 1u : 0u,
                    in.step.block, in.step.addend != kNone ? 1u : 0u, static_cast<uint32_t>(in.step.add_activation),
                    in.step.fold,
                    in.step.fold > 1 && foldsWithoutGaps(in.plan.tensors[in.step.source]) ? 1u : 0u});
}

shaders::ConvPush convPush(const LaunchInput& in) noexcept {
  const PlannedTensor& source = *in.source.tensor;
  const uint32_t shift = in.step.upsample ? 1 : 0;
  shaders::ConvPush push{};
  push.source = placeOf(in.source);
  push.result = placeOf(in.result);
  push.addend = placeOf(in.addend);
  push.in_width = (in.frame.widthAt(source.downscale) << shift) / in.step.fold;
  push.in_height = (in.frame.heightAt(source.downscale) << shift) / in.step.fold;
  push.in_quads = sourceQuads(in.step, source);
  push.out_width = in.frame.widthAt(in.result.tensor->downscale) / in.step.block;
  push.out_quads = convQuads(in.graph.ops[in.step.op].channels, in.step.block);
  push.begin_y = in.rows.begin;
  push.end_y = in.rows.end;
  return push;
}

ConvGroups convGroups(const Graph& graph, const Step& step) noexcept {
  ConvGroups groups;
  groups.out_quads = convQuads(graph.ops[step.op].channels, step.block);
  // Four quads read the source half as often as two, but the last group computes what it has too many.
  const uint32_t padding = (4 - groups.out_quads % 4) % 4;
  groups.group_quads = padding * 8 <= groups.out_quads ? 4 : groups.out_quads >= 2 ? 2 : 1;
  groups.groups = (groups.out_quads + groups.group_quads - 1) / groups.group_quads;
  return groups;
}

double convCost(const StepOf& in) noexcept {
  const Op& op = in.graph.ops[in.step.op];
  const PlannedTensor& result = in.plan.tensors[in.step.result];
  const ConvGroups groups = convGroups(in.graph, in.step);
  const double texels = static_cast<double>(result.width) * result.height / (in.step.block * in.step.block);
  return texels * groups.groups * groups.group_quads * 4 * sourceQuads(in.step, in.plan.tensors[in.step.source]) * 4 *
         op.kernel * op.kernel;
}

PackedWeights packConv(const StepOf& in, const ConvGroups& groups, const ConvWeights& weights,
                       std::vector<std::byte>& buffer) {
  const Op& conv = in.graph.ops[in.step.op];
  const PlannedTensor& source = in.plan.tensors[in.step.source];
  const uint32_t kernel = conv.kernel;
  const uint32_t in_channels = in.graph.ops[conv.inputs[0]].channels;
  const uint32_t tap_quads = groups.group_quads * 4;
  const uint32_t group_quads = sourceQuads(in.step, source) * kernel * kernel * tap_quads;

  std::vector<float> kernels((size_t{groups.groups} * group_quads + kReadAhead) * 4);
  std::vector<float> biases(size_t{groups.groups} * groups.group_quads * 4);
  for (uint32_t o = 0; o < conv.channels; ++o) {
    const uint32_t out_slot = outputSlot(o, in.step.block);
    const uint32_t group = out_slot / 4 / groups.group_quads, group_quad = out_slot / 4 % groups.group_quads;
    biases[out_slot] = weights.bias[o];
    for (uint32_t i = 0; i < in_channels; ++i) {
      const uint32_t in_slot = sourceSlot(in.step, source, i), in_quad = in_slot / 4, in_component = in_slot % 4;
      for (uint32_t ky = 0; ky < kernel; ++ky) {
        for (uint32_t kx = 0; kx < kernel; ++kx) {
          const size_t quad = size_t{group} * group_quads + ((in_quad * kernel + kx) * kernel + ky) * tap_quads +
                              group_quad * 4 + in_component;
          kernels[quad * 4 + out_slot % 4] = weights.kernel[((size_t{o} * in_channels + i) * kernel + ky) * kernel + kx];
        }
      }
    }
  }
  return appendWeights(buffer, kernels, biases, in.device.element_bytes == 2);
}

}  // namespace impasto::vulkan
