// Frames of a scene, one after the other: where the camera is, what it sees, and what has moved since.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "common/picture.h"
#include "renderer/camera_path.h"
#include "renderer/frame_runner.h"
#include "renderer/occupancy.h"
#include "renderer/scene_renderer.h"

namespace impasto::app {

enum class CameraMode {
  Scene,  // the scene's own camera, or one that frames it
  Tour,   // a tour of viewpoints, clip_length frames at each
  Path    // `path`
};

struct FrameOptions {
  uint32_t width = 640, height = 360;
  double fps = 24.0, start_time = 0.0;
  CameraMode mode = CameraMode::Scene;
  uint32_t clip_length = 0;  // frames of a clip, after which there is a cut; 0: no cuts
  int camera = 0;            // which of the scene's cameras
  int animation = 0;         // which of its animations; kNone, kAllAnimations
  render::CameraPath path;
  render::Look look;
  std::optional<render::Environment> environment;  // instead of the scene's
};

// Numbers for each pixel, rows from top to bottom, only if asked for; see docs/capture.md.
struct GBuffer {
  std::vector<uint16_t> hdr;  // half floats: R, G, B
  std::vector<float> depth;
  std::vector<uint16_t> normal;  // half floats: X, Y, Z
  std::vector<float> motion;     // X, Y
  Picture base_color;
  std::vector<uint32_t> object;
  std::vector<uint8_t> visible;  // 255: the same point was seen in the previous frame of the clip
};

struct RenderedFrame {
  Picture color;
  GBuffer g_buffer;
  render::CameraView camera;
  double seconds = 0.0;
  uint32_t clip = 0;
  bool cut = true;                                           // nothing is known of the frame before
  double gpu_milliseconds = 0.0, render_milliseconds = 0.0;  // with and without what `after` recorded
};

class FrameSource {
 public:
  // With `map` the scene is lit by it.
  FrameSource(const render::Device& device, const render::Scene& scene, const FrameOptions& options,
              const render::EnvironmentMap* map = nullptr);

  // Renders frame `index` (call in order). `after`, if given, records more into the same command buffer; the targets
  // are readable then. `cut`: the frame has nothing to do with the one before it.
  using After = std::function<void(VkCommandBuffer, const render::CameraView& camera, bool cut)>;
  RenderedFrame render(uint32_t index, bool g_buffer, const After& after = {});

  const render::Targets& targets() const noexcept { return renderer_.targets(); }

 private:
  struct Moment {
    render::CameraView camera;
    render::Pose pose;
  };
  Moment momentOf(uint32_t index) const;
  GBuffer readGBuffer(bool cut);

  const render::Scene& scene_;
  FrameOptions options_;
  render::SceneRenderer renderer_;
  render::FrameRunner runner_;
  render::Readback color_, depth_, normal_, motion_, base_color_, object_, hdr_;
  render::Bounds bounds_;
  std::optional<render::Occupancy> occupancy_;  // for tours
  std::optional<render::CameraView> framed_;    // of a scene without cameras: it does not follow what moves
  std::vector<float> previous_depth_;           // of the last frame with a G-buffer
  std::vector<uint32_t> previous_object_;
};

}  // namespace impasto::app
