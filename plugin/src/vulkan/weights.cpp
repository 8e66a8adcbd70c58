#include "vulkan/weights.h"

#include <cstring>

#include "base/half.h"

namespace impasto::vulkan {
namespace {

// Reads of eight quads at a time may begin at the last one.
constexpr uint32_t kReadAhead = 8;

// Convolution slot (quad * 4 + component) of an output channel: depth_to_space takes channel c * b * b + subpixel, and
// its quads hold four channels of one subpixel (plan.h, convQuads).
uint32_t outputSlot(uint32_t channel, uint32_t block) {
  const uint32_t subpixels = block * block;
  const uint32_t c = channel / subpixels, subpixel = channel % subpixels;
  return (c / 4 * subpixels + subpixel) * 4 + c % 4;
}

}  // namespace

uint32_t chooseGroupQuads(uint32_t out_quads) {
  // Four read the source half as often as two, but the last group computes what it has too many.
  const uint32_t padding = (4 - out_quads % 4) % 4;
  if (padding * 8 <= out_quads) return 4;
  return out_quads >= 2 ? 2 : 1;
}

PackedConv packConv(const Graph& graph, const Plan& plan, const Step& step, const ConvWeights& weights, bool half,
                    std::vector<std::byte>& buffer) {
  const Op& conv = graph.ops[step.op];
  const PlannedTensor& source = plan.tensors[step.source];
  const uint32_t kernel = conv.kernel;
  const auto in_channels = static_cast<uint32_t>(source.slots.size());

  PackedConv packed;
  packed.out_quads = convQuads(conv.channels, step.block);
  packed.group_quads = chooseGroupQuads(packed.out_quads);
  packed.groups = (packed.out_quads + packed.group_quads - 1) / packed.group_quads;
  const uint32_t tap_quads = packed.group_quads * 4;
  const uint32_t group_quads = source.quads * kernel * kernel * tap_quads;
  packed.bias_index = packed.groups * group_quads;
  const uint32_t total_quads = packed.bias_index + packed.groups * packed.group_quads + kReadAhead;

  std::vector<float> values(size_t{total_quads} * 4, 0.0f);
  for (uint32_t o = 0; o < conv.channels; ++o) {
    const uint32_t out_slot = outputSlot(o, step.block);
    const uint32_t group = out_slot / 4 / packed.group_quads, group_quad = out_slot / 4 % packed.group_quads;
    values[size_t{packed.bias_index} * 4 + out_slot] = weights.bias[o];
    for (uint32_t i = 0; i < in_channels; ++i) {
      const uint32_t in_quad = source.slots[i] / 4, in_component = source.slots[i] % 4;
      for (uint32_t ky = 0; ky < kernel; ++ky) {
        for (uint32_t kx = 0; kx < kernel; ++kx) {
          const size_t quad = size_t{group} * group_quads + ((in_quad * kernel + kx) * kernel + ky) * tap_quads +
                              group_quad * 4 + in_component;
          values[quad * 4 + out_slot % 4] = weights.kernel[((size_t{o} * in_channels + i) * kernel + ky) * kernel + kx];
        }
      }
    }
  }

  packed.offset = (buffer.size() + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
  packed.bytes = values.size() * (half ? 2 : 4);
  buffer.resize(packed.offset + packed.bytes);
  if (half) {
    std::vector<uint16_t> halves(values.size());
    for (size_t i = 0; i < values.size(); ++i) halves[i] = halfFromFloat(values[i]);
    std::memcpy(buffer.data() + packed.offset, halves.data(), packed.bytes);
  } else {
    std::memcpy(buffer.data() + packed.offset, values.data(), packed.bytes);
  }
  return packed;
}

}  // namespace impasto::vulkan
