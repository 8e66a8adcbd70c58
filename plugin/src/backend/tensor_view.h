// How a tensor that the pass packs or composites from lies in a buffer; the GLSL side is shaders/generator/layout.glsl.
//
// Channels go in quads of four (the last one padded). A row of texels holds quad 0 of all its texels, then quad 1, and
// so on; rows follow one another. So neighbouring invocations, which are neighbouring texels of a row, read
// neighbouring quads; any run of rows is one run of bytes; and a concatenation is quads side by side, in place.
//
//   element(channel c, y, x) = (((y * row_quads) + quad + c / 4) * width + x) * 4 + c % 4
//
// in elements of fp16 or fp32. `quad` is where the tensor begins in a row that it may share with others (row_quads counts
// the quads of all). `width` is the pitch: a frame that is smaller than the tensor was made for uses its top left.
#pragma once

#include <vulkan/vulkan_core.h>

#include <cstdint>
#include <vector>

namespace impasto {

struct TensorView {
  VkBuffer buffer = VK_NULL_HANDLE;
  VkDeviceSize offset = 0;  // bytes, of row 0, quad 0 of the row (not of this tensor)
  uint32_t width = 0;       // texels
  uint32_t height = 0;
  uint32_t channels = 0;
  uint32_t row_quads = 0;
  uint32_t quad = 0;
  uint32_t element_bytes = 4;

  VkDeviceSize rowBytes() const noexcept { return VkDeviceSize{row_quads} * width * 4 * element_bytes; }
};

// Rows first_row ... first_row + rows - 1: a piece of a tensor that one storage-buffer descriptor can hold.
struct TensorBand {
  uint32_t first_row = 0;
  uint32_t rows = 0;
  VkDeviceSize offset = 0;  // bytes into TensorView::buffer: for VkDescriptorBufferInfo
  VkDeviceSize range = 0;
};

// Bands begin at multiples of this many rows, so that their offsets are multiples of `alignment` (a power of two).
uint32_t bandGranularity(VkDeviceSize row_bytes, VkDeviceSize alignment);

// Splits a tensor into as few bands as maxStorageBufferRange allows (one, nearly always: 128 MiB at least on anything
// that runs this) with offsets that minStorageBufferOffsetAlignment allows. A shader that reads or writes a whole
// tensor is dispatched once per band, with the band's rows, and indexes with y - first_row. Throws Error(Unsupported),
// naming the limit, when even one aligned group of rows is too long.
std::vector<TensorBand> splitIntoBands(const VkPhysicalDeviceLimits& limits, const TensorView& view);

}  // namespace impasto
