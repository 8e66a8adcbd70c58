// A style generator on the Vulkan compute backend, for one style and one extent: pipelines, weights, and one arena in
// which all intermediate tensors are placed by lifetime. Everything slow happens in the constructor; recording
// allocates nothing and waits for nothing. Owned by the pass; the constructor may run on any thread (it submits
// nothing), the other members on the thread that records the frame.
//
// One frame:
//   generator.beginFrame(cmd)          barrier: earlier frames on this queue are done with the arena; weights upload
//   the pass packs into input(kind)    every texel of the aligned extent, edge-clamped; pads of the quad written as 0
//   generator.record(cmd)              makes the packed inputs visible, runs all ops, makes the output visible
//   the pass composites from output()  compute-shader reads
//
// The arena is shared by all frames in flight: they run one after another on one queue, and beginFrame() orders them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "style/style.h"
#include "vulkan/device.h"
#include "vulkan/tensor_view.h"

namespace impasto::vulkan {

class VulkanGenerator {
 public:
  // `width` x `height` is the frame, 1 to 16384 each. The style is copied from, not kept.
  // Throws Error(Unsupported), naming the device limit that is too small, or Error(OutOfMemory).
  VulkanGenerator(const VulkanDevice& device, const Style& style, uint32_t width, uint32_t height);
  ~VulkanGenerator();
  VulkanGenerator(VulkanGenerator&&) noexcept;
  VulkanGenerator& operator=(VulkanGenerator&&) noexcept;

  uint32_t width() const noexcept;
  uint32_t height() const noexcept;
  uint32_t alignedWidth() const noexcept;  // multiples of Graph::alignment: the extent of the inputs and of the output
  uint32_t alignedHeight() const noexcept;

  // The inputs that the generator reads, to be written by the pass each frame. An input kind appears once for each
  // Input op of that kind in the graph (twice is legal); an Input op that the output does not depend on is left out.
  struct Input {
    InputKind kind;
    TensorView view;
  };
  const std::vector<Input>& inputs() const noexcept;

  // The stylised frame: channels 0..2 of one quad, not clamped; the frame is its top left width() x height().
  const TensorView& output() const noexcept;

  void beginFrame(VkCommandBuffer command_buffer) const;
  void record(VkCommandBuffer command_buffer) const;

  // Weights whose memory the host cannot map are copied from a staging buffer by every beginFrame() until the pass says
  // that the GPU has finished a frame that was begun; this frees the staging buffer. Harmless when called again.
  bool uploadPending() const noexcept;
  void finishUpload() noexcept;

  // Device and host memory held, bytes.
  VkDeviceSize memoryUsage() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace impasto::vulkan
