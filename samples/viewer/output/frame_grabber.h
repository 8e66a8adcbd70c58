// Pictures of frames on their way back from the GPU, and which object lies under the pointer.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "common/picture.h"
#include "renderer/frame_runner.h"
#include "viewer/gpu/frames.h"

namespace impasto::app {

class FrameGrabber {
 public:
  explicit FrameGrabber(const render::Device& device);

  // Into a frame: copies a RGBA8 picture that is in SHADER_READ_ONLY_OPTIMAL. `taken` gets it on the main thread when the
  // GPU has finished, from collect().
  void grab(VkCommandBuffer commands, uint32_t slot, const render::Image& image, std::function<void(Picture)> taken);

  // Into a frame: which object is at a pixel; a later answer takes the place of an earlier one.
  void pick(VkCommandBuffer commands, uint32_t slot, const render::Image& object, VkOffset2D pixel);

  // When the GPU has finished the slot's last frame.
  void collect(uint32_t slot);
  std::optional<uint32_t> takePicked();

 private:
  struct Buffer {
    std::unique_ptr<render::Readback> readback;
    uint32_t width = 0, height = 0;
    std::function<void(Picture)> taken;  // empty: free
  };
  struct Slot {
    std::vector<Buffer> buffers;  // kept for the next time
    render::Buffer picked;
    bool picking = false;
  };
  const render::Device& device_;
  std::array<Slot, kFramesInFlight> slots_;
  std::optional<uint32_t> picked_;
};

}  // namespace impasto::app
