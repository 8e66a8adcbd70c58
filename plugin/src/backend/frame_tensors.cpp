#include "backend/frame_tensors.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/half.h"
#include "reference/reference.h"

namespace impasto {
namespace {

constexpr VkDeviceSize kAlignment = 256;  // no device asks more of a descriptor's offset

}  // namespace

FrameLayout layOutFrame(const Graph& graph, const GeneratorRequest& request, uint32_t element_bytes) {
  const auto align = [&](uint32_t n) { return (n + graph.alignment - 1) / graph.alignment * graph.alignment; };
  FrameLayout layout;
  const auto place = [&](uint32_t channels, bool global) {
    TensorView view;
    view.offset = layout.bytes;
    view.width = global ? 1 : align(request.width);
    view.height = global ? 1 : align(request.height);
    view.channels = channels;
    view.row_quads = (channels + 3) / 4;
    view.element_bytes = element_bytes;
    layout.bytes += (view.rowBytes() * view.height + kAlignment - 1) / kAlignment * kAlignment;
    return view;
  };
  for (uint32_t layer = 0; layer < request.layers; ++layer) {
    for (const InputKind kind : {InputKind::Color, InputKind::Depth, InputKind::Normals, InputKind::History,
                                 InputKind::Style, InputKind::Exposure}) {
      if (kind != InputKind::Color && !graph.wants(kind)) continue;  // colour: also what a frame that fails shows
      const uint32_t channels = kind == InputKind::Style ? graph.styleVectorLength() : inputChannels(kind);
      layout.inputs.push_back({kind, place(channels, isGlobal(kind))});
    }
  }
  layout.inputs_per_layer = layout.inputs.size() / request.layers;
  const VkDeviceSize before = layout.bytes;
  layout.first_output = place(3, false);
  layout.output_stride = layout.bytes - before;
  layout.bytes = before + layout.output_stride * request.layers * request.outputs;
  return layout;
}

Tensor readTensor(const TensorView& view, const std::byte* memory, uint32_t width, uint32_t height) {
  Tensor tensor(view.channels, std::min(height, view.height), std::min(width, view.width));
  const auto* floats = reinterpret_cast<const float*>(memory + view.offset);
  const auto* halves = reinterpret_cast<const uint16_t*>(memory + view.offset);
  for (uint32_t c = 0; c < tensor.channels; ++c) {
    for (uint32_t y = 0; y < tensor.height; ++y) {
      for (uint32_t x = 0; x < tensor.width; ++x) {
        const size_t i = ((size_t{y} * view.row_quads + c / 4) * view.width + x) * 4 + c % 4;
        tensor.at(c, y, x) = view.element_bytes == 2 ? floatFromHalf(halves[i]) : floats[i];
      }
    }
  }
  return tensor;
}

void writeTensor(const Tensor& tensor, const TensorView& view, std::byte* memory) {
  auto* floats = reinterpret_cast<float*>(memory + view.offset);
  auto* halves = reinterpret_cast<uint16_t*>(memory + view.offset);
  for (uint32_t c = 0; c < tensor.channels; ++c) {
    for (uint32_t y = 0; y < tensor.height; ++y) {
      for (uint32_t x = 0; x < tensor.width; ++x) {
        const size_t i = ((size_t{y} * view.row_quads + c / 4) * view.width + x) * 4 + c % 4;
        if (view.element_bytes == 2) {
          halves[i] = halfFromFloat(std::clamp(tensor.at(c, y, x), -65504.0f, 65504.0f));
        } else {
          floats[i] = tensor.at(c, y, x);
        }
      }
    }
  }
}

void paintByReference(const Style& style, std::span<const Generator::Input> inputs, const TensorView& output,
                      uint32_t width, uint32_t height, std::byte* memory) {
  ReferenceInputs values;
  for (const Generator::Input& input : inputs) {
    Tensor tensor = readTensor(input.view, memory, width, height);
    switch (input.kind) {
      case InputKind::Color: values.color = std::move(tensor); break;
      case InputKind::Depth: values.depth = std::move(tensor); break;
      case InputKind::Normals: values.normals = std::move(tensor); break;
      case InputKind::History: values.history = std::move(tensor); break;
      case InputKind::Style: values.style_vector = std::move(tensor.data); break;
      case InputKind::Exposure: values.exposure = std::exp2(tensor.data[0]); break;
    }
  }
  writeTensor(runReference(style, values), output, memory);
}

}  // namespace impasto
