// Paints one block of a picture: with the pass on a Vulkan device, whatever its backend, or without a device on the
// processor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/impasto_device.h"

namespace impasto::app {

// Of the pixels of a block, RGBA, rows from top to bottom.
enum class BlockFormat {
  Rgba8,      // uint8_t, sRGB-encoded
  RgbaFloat,  // float, sRGB-encoded, [0, 1]
  RgbaLinear  // float, linear light, 1 = display white; highlights stay as bright as they are
};
constexpr size_t pixelBytes(BlockFormat format) { return format == BlockFormat::Rgba8 ? 4 : 16; }

class BlockPainter {
 public:
  virtual ~BlockPainter() = default;

  // Gets ready for blocks of this extent, keeping what is there if it fits already. False if it is more than the device
  // or the memory can take: `why` says what is short.
  virtual bool prepare(uint32_t width, uint32_t height, BlockFormat format, std::string& why) = 0;
  bool prepare(uint32_t width, uint32_t height, std::string& why) { return prepare(width, height, BlockFormat::Rgba8, why); }

  // Paints `pixels` (of the prepared extent and format) in place; alpha stays.
  virtual void paint(void* pixels, const ImpastoControls& controls) = 0;

  virtual std::string description() const = 0;  // "vulkan (llvmpipe)"
};

// `style` must outlive them; `style_vector` is as ImpastoFrame has it, none for the style's first painting. Throw Error;
// createPassPainter does when there is no device that can paint by that backend. With `validation`, whatever the
// validation layers find to say fails the block.
std::unique_ptr<BlockPainter> createPassPainter(ImpastoStyle style, const std::vector<float>& style_vector,
                                                ImpastoBackend backend, bool validation);

// Without a device, by REFERENCE or CPU. Throws Error when the library cannot paint so.
std::unique_ptr<BlockPainter> createHostPainter(ImpastoStyle style, const std::vector<float>& style_vector,
                                                ImpastoBackend backend);

}  // namespace impasto::app
