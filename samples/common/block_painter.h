// Paints one block of a picture: with the pass on a Vulkan device, or with the reference on the processor.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/impasto_device.h"

namespace impasto::app {

class BlockPainter {
 public:
  virtual ~BlockPainter() = default;

  // Gets ready for blocks of this extent, keeping what is there if it fits already. False if it is more than the device
  // or the memory can take: `why` says what is short.
  virtual bool prepare(uint32_t width, uint32_t height, std::string& why) = 0;

  // Paints `rgba` (of the prepared extent, see Picture) in place; alpha stays.
  virtual void paint(uint8_t* rgba, const ImpastoControls& controls) = 0;

  virtual std::string description() const = 0;  // "vulkan (llvmpipe)"
};

// `style` must outlive them. Throw Error; createVulkanPainter does when there is no device that can paint. With
// `validation`, whatever the validation layers find to say fails the block.
std::unique_ptr<BlockPainter> createVulkanPainter(ImpastoStyle style, bool validation);
std::unique_ptr<BlockPainter> createReferencePainter(ImpastoStyle style);

}  // namespace impasto::app
