// The tensors of a frame in memory that the host can read: how a backend that leaves their places to the library lays them
// out, and the fp32 reference run over them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "backend/generator.h"
#include "base/tensor.h"
#include "style/style.h"

namespace impasto {

// Where everything lies in one buffer, the layers' inputs one after another, then the outputs. Colour is always there and
// the first input of its layer: a frame that fails shows it.
struct FrameLayout {
  std::vector<Generator::Input> inputs;  // of all layers; without the buffer
  size_t inputs_per_layer = 0;
  TensorView first_output;
  VkDeviceSize output_stride = 0;  // bytes; of a layer, its outputs are neighbours
  VkDeviceSize bytes = 0;
};
FrameLayout layOutFrame(const Graph& graph, const GeneratorRequest& request, uint32_t element_bytes);

// The top left of a tensor; `memory` is what the buffer holds.
Tensor readTensor(const TensorView& view, const std::byte* memory, uint32_t width, uint32_t height);
void writeTensor(const Tensor& tensor, const TensorView& view, std::byte* memory);

// Runs the reference on one layer of a frame of this extent. Throws std::bad_alloc.
void paintByReference(const Style& style, std::span<const Generator::Input> inputs, const TensorView& output,
                      uint32_t width, uint32_t height, std::byte* memory);

}  // namespace impasto
