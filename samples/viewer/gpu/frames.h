// Frames on their way to the window: command buffers, two in flight, the timeline that counts them, the swapchain.
//
//   if (frames.prepare(window_extent, vsync)) {
//     ... lay out for frames.extent() ...
//     if (const auto frame = frames.begin()) {
//       ... record into frame->commands ...
//       frames.end(*frame, canvas);      // copies the canvas to the window's image, submits, presents
//     }
//   }
//
// Main thread only. Every wait has an end.
#pragma once

#include <array>
#include <optional>

#include "viewer/gpu/swapchain.h"

namespace impasto::app {

inline constexpr uint32_t kFramesInFlight = 2;

class Frames {
 public:
  explicit Frames(const render::Device& device, VkExtent2D window_extent);
  ~Frames();  // waits for the GPU
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;

  struct Frame {
    uint32_t slot = 0;
    VkCommandBuffer commands = VK_NULL_HANDLE;  // recording
    uint32_t image = 0;
    uint64_t number = 0;  // the timeline's value when the GPU has finished it
  };

  // Follows the window's extent and VSync. False: the window cannot be drawn to now.
  bool prepare(VkExtent2D window_extent, bool vsync);

  // Waits for the frame before the last. Nothing if the window system has no image now.
  std::optional<Frame> begin();

  // `canvas`: of extent(), in SHADER_READ_ONLY_OPTIMAL for kReaders; its contents are gone afterwards.
  void end(const Frame& frame, const render::Image& canvas);

  VkExtent2D extent() const { return swapchain_.extent(); }
  uint64_t submitted() const { return submitted_; }
  uint64_t finished() const;  // all frames up to this one
  void waitIdle();            // for everything, also what is being shown

 private:
  struct Slot {
    render::UniqueCommandPool pool;
    VkCommandBuffer commands = VK_NULL_HANDLE;
    render::UniqueSemaphore acquired;
    uint64_t number = 0;
  };
  void waitFor(uint64_t number);

  const render::Device& device_;
  Swapchain swapchain_;
  render::UniqueSemaphore timeline_;
  std::array<Slot, kFramesInFlight> slots_;
  uint64_t submitted_ = 0;
  bool stale_ = false, vsync_ = true;
};

}  // namespace impasto::app
