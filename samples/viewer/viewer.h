// The viewer's frames: two in flight, each rendered, painted, and copied to the window on both sides of the split.
#pragma once

#include <array>
#include <filesystem>
#include <optional>

#include "common/picture.h"
#include "painted_image.h"
#include "renderer/frame_runner.h"
#include "swapchain.h"

namespace impasto::app {

inline constexpr uint32_t kFramesInFlight = 2;

// What one frame shows.
struct ViewerFrame {
  render::CameraView camera;
  render::Pose pose;
  ImpastoControls controls{};
  float split = 0.5f;  // left of it plain, right of it painted; 0 to 1 of the width
  bool screenshot = false;
};

struct FrameTimes {
  double render_milliseconds = 0.0, paint_milliseconds = 0.0;  // on the GPU
};

class Viewer {
 public:
  // Without styles nothing is painted. Everything given must outlive it. Throws Error.
  Viewer(const PaintingDevice& painting, const render::Scene& scene, const std::vector<ViewerStyle>& styles,
         VkExtent2D extent);
  ~Viewer();
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  // Draws and shows one frame; waits for the one before the last. False if the window has no extent now: nothing drawn.
  bool show(const ViewerFrame& frame, VkExtent2D window_extent);

  PaintedImage* painted() noexcept { return painted_ ? &*painted_ : nullptr; }
  VkExtent2D extent() const noexcept { return {renderer_.width(), renderer_.height()}; }
  const FrameTimes& times() const noexcept { return times_; }  // of the last frame that is finished

  // What the last frame with `screenshot` set showed; waits for it.
  Picture screenshot();

 private:
  struct Slot {
    render::UniqueCommandPool pool;
    VkCommandBuffer commands = VK_NULL_HANDLE;
    render::UniqueSemaphore acquired;
    uint64_t value = 0;  // of the timeline, when the GPU has finished with it
  };

  void waitFor(uint64_t value);
  void readTimes(uint32_t slot);
  void resize(VkExtent2D window_extent);
  void record(uint32_t slot, const ViewerFrame& frame, VkImage target);
  void submit(const Slot& slot, uint32_t image);

  const render::Device& device_;
  Swapchain swapchain_;
  render::SceneRenderer renderer_;
  std::optional<PaintedImage> painted_;
  render::Image white_;
  render::UniqueSemaphore timeline_;
  render::UniqueQueryPool queries_;
  std::array<Slot, kFramesInFlight> slots_;
  std::optional<render::Readback> readback_;
  uint64_t frame_ = 0;
  std::optional<render::FrameView> previous_;
  render::Pose previous_pose_;
  FrameTimes times_;
  bool stale_ = false;  // the swapchain must be made anew
};

}  // namespace impasto::app
