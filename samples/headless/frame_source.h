// Frames of a scene, one after the other: where the camera is, what it sees, and what has moved since.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "common/picture.h"
#include "renderer/frame_runner.h"
#include "renderer/scene_renderer.h"

namespace impasto::app {

struct FrameOptions {
  uint32_t width = 640, height = 360;
  double fps = 24.0, start_time = 0.0;
  bool tour = false;         // a tour of viewpoints instead of the scene's camera
  uint32_t clip_length = 1;  // frames at each viewpoint of a tour
  int camera = 0;            // which of the scene's cameras
  int animation = 0;         // which of its animations
};

struct RenderedFrame {
  Picture color;
  std::vector<float> depth;      // the G-buffer, only if asked for; see capture.h for the layouts
  std::vector<uint16_t> normal;  // half floats
  std::vector<float> motion;
  render::CameraView camera;
  double seconds = 0.0;
  uint32_t clip = 0;
  bool cut = true;  // nothing is known of the frame before
  double gpu_milliseconds = 0.0;
};

class FrameSource {
 public:
  FrameSource(const render::Device& device, const render::Scene& scene, const FrameOptions& options);

  // Renders frame `index` (call in order). `after`, if given, records more into the same command buffer; the targets
  // are readable then.
  RenderedFrame render(uint32_t index, bool g_buffer, const std::function<void(VkCommandBuffer)>& after = {});

  const render::Targets& targets() const noexcept { return renderer_.targets(); }

 private:
  struct Moment {
    render::CameraView camera;
    render::Pose pose;
  };
  Moment momentOf(uint32_t index) const;

  const render::Scene& scene_;
  FrameOptions options_;
  render::SceneRenderer renderer_;
  render::FrameRunner runner_;
  render::Readback color_, depth_, normal_, motion_;
  render::Bounds bounds_;
};

}  // namespace impasto::app
