// What an ImpastoFrame says apart from its images, checked and completed: the values behind 0 and NULL filled in.
#pragma once

#include <array>
#include <cstdint>

#include "impasto/impasto.h"
#include "pass/controls.h"
#include "pass/limits.h"
#include "pass/pass_settings.h"
#include "style/graph.h"

namespace impasto {

// Of one layer. All 0: the host did not say.
struct Camera {
  std::array<float, 16> view{};  // column-major
  std::array<float, 16> projection{};
  std::array<float, 2> jitter{};  // pixels

  bool knowsView() const noexcept { return view != std::array<float, 16>{}; }
  bool knowsProjection() const noexcept { return projection != std::array<float, 16>{}; }
};

struct FrameSettings {
  uint32_t slot = 0;
  uint32_t width = 0, height = 0;  // pixels
  VkOffset2D color_offset{}, output_offset{}, mask_offset{}, depth_offset{}, normals_offset{}, motion_offset{};
  bool has_mask = false, has_depth = false, has_normals = false, has_motion = false;

  Controls controls;
  float exposure = 1;
  bool reset = false;

  DepthTransform depth;
  float depth_scale = 1;  // metres per unit of depth and of the view matrix
  std::array<float, 2> motion_scale{1, 1};
  std::array<Camera, kMaxLayers> cameras;
  std::array<float, kMaxStyleVectorLength> style_vector{};
  uint32_t style_vector_length = 0;  // 0: the style's own
};

// Reads all of `frame`, for a pass of this extent. Throws Error(InvalidArgument), naming the member; allocates nothing
// when all is well.
FrameSettings readFrame(const PassSettings& pass, uint32_t pass_width, uint32_t pass_height, const ImpastoFrame& frame);

}  // namespace impasto
