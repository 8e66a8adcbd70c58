#include "pass/frame_settings.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "base/error.h"

namespace impasto {
namespace {

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorCode::InvalidArgument, "frame->" + message); }

void checkRange(float value, float low, float high, const char* name) {
  if (value >= low && value <= high) return;  // false for NaN
  throw Error(ErrorCode::InvalidArgument, std::string(name) + " is " + std::to_string(value) + ", expected " +
                                              std::to_string(low) + " to " + std::to_string(high));
}

template <size_t N>
void copyFinite(const float (&from)[N], std::array<float, N>& to, const char* name) {
  for (size_t i = 0; i < N; ++i) {
    if (!std::isfinite(from[i])) invalid(std::string(name) + "[" + std::to_string(i) + "] is not a finite number");
    to[i] = from[i];
  }
}

bool present(const ImpastoImage& image) noexcept { return image.image != VK_NULL_HANDLE; }

void checkPair(const ImpastoImage& image, const char* name) {
  if (present(image) != (image.view != VK_NULL_HANDLE)) {
    invalid(std::string(name) + ": give both image and view, or neither");
  }
}

bool isColorInputLayout(VkImageLayout layout) noexcept {
  return layout == VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL || layout == VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL ||
         layout == VK_IMAGE_LAYOUT_GENERAL;
}

bool isDepthInputLayout(VkImageLayout layout) noexcept {
  return isColorInputLayout(layout) || layout == VK_IMAGE_LAYOUT_DEPTH_STENCIL_READ_ONLY_OPTIMAL ||
         layout == VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_OPTIMAL ||
         layout == VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_STENCIL_ATTACHMENT_OPTIMAL;
}

void checkInput(const ImpastoImage& image, const char* name) {
  checkPair(image, name);
  if (present(image) && !isColorInputLayout(image.layout)) {
    invalid(std::string(name) + ".layout: expected SHADER_READ_ONLY_OPTIMAL, READ_ONLY_OPTIMAL or GENERAL");
  }
}

void checkImages(const ImpastoFrame& frame) {
  checkInput(frame.color, "color");
  checkInput(frame.mask, "mask");
  checkInput(frame.normals, "normals");
  checkInput(frame.motion, "motion");
  checkPair(frame.depth, "depth");
  if (present(frame.depth) && !isDepthInputLayout(frame.depth.layout)) {
    invalid("depth.layout: expected a read-only layout of colour or depth images, or GENERAL");
  }
  checkPair(frame.output, "output");
  if (!present(frame.color)) invalid("color is missing");
  if (!present(frame.output)) invalid("output is missing");
  if (frame.output.layout != VK_IMAGE_LAYOUT_GENERAL) invalid("output.layout: expected GENERAL");
  for (const ImpastoImage* input : {&frame.color, &frame.mask, &frame.depth, &frame.normals, &frame.motion}) {
    if (input->image == frame.output.image && input->layout != VK_IMAGE_LAYOUT_GENERAL) {
      invalid("output is an input too: expected layout GENERAL for both");
    }
  }
}

void readExtent(uint32_t value, uint32_t most, const char* name, uint32_t& extent) {
  if (value > most) {
    invalid(std::string(name) + " is " + std::to_string(value) + ", expected at most the pass's, " +
            std::to_string(most));
  }
  extent = value == 0 ? most : value;
}

void readOffset(const VkOffset2D& value, const char* name, VkOffset2D& offset) {
  // So that offset + extent is no overflow either.
  constexpr int32_t kMost = std::numeric_limits<int32_t>::max() - static_cast<int32_t>(kMaxExtent);
  if (value.x < 0 || value.y < 0 || value.x > kMost || value.y > kMost) {
    invalid(std::string(name) + " is " + std::to_string(value.x) + ", " + std::to_string(value.y) +
            ": expected pixels inside the image");
  }
  offset = value;
}

// The composite reads each pixel of its inputs and then writes it: painting in place is for the same place only.
void checkInPlace(const ImpastoImage& input, const VkOffset2D& offset, const char* name, const ImpastoFrame& frame,
                  const FrameSettings& settings) {
  if (!present(input) || input.view != frame.output.view) return;
  const int64_t x = int64_t{offset.x} - settings.output_offset.x, y = int64_t{offset.y} - settings.output_offset.y;
  if ((x == 0 && y == 0) || std::abs(x) >= settings.width || std::abs(y) >= settings.height) return;
  invalid(std::string(name) + "_offset and output_offset are places of one view that overlap: expected the same place");
}

void readDepth(const PassSettings& pass, const ImpastoFrame& frame, FrameSettings& settings) {
  settings.depth_scale = frame.depth_scale == 0.0f ? 1.0f : frame.depth_scale;
  checkRange(settings.depth_scale, 1e-6f, 1e6f, "frame->depth_scale");
  const float near = frame.depth_near;
  float far = frame.depth_far;
  if (settings.has_depth && pass.depth_encoding == DepthEncoding::Orthographic) {
    if (!(near >= 0.0f && far >= 0.0f && std::isfinite(near) && std::isfinite(far) && near != far)) {
      invalid("depth_near and depth_far are " + std::to_string(near) + " and " + std::to_string(far) +
              ": expected two finite distances for orthographic depth");
    }
  } else if (settings.has_depth && pass.depth_encoding != DepthEncoding::Linear) {
    if (far == 0.0f) far = std::numeric_limits<float>::infinity();
    if (!(near > 0.0f && far > near)) {
      invalid("depth_near and depth_far are " + std::to_string(near) + " and " + std::to_string(far) +
              ": expected 0 < near < far for device depth (far 0 or INFINITY: infinite)");
    }
  }
  settings.depth = depthTransform(pass.depth_encoding, near, far, settings.depth_scale);
}

void readCameras(const PassSettings& pass, const ImpastoFrame& frame, FrameSettings& settings) {
  for (uint32_t layer = 0; layer < pass.layers; ++layer) {
    Camera& camera = settings.cameras[layer];
    if (frame.views) {
      copyFinite(frame.views[layer].view, camera.view, "views[].view");
      copyFinite(frame.views[layer].projection, camera.projection, "views[].projection");
      copyFinite(frame.views[layer].jitter, camera.jitter, "views[].jitter");
    } else {
      copyFinite(frame.view, camera.view, "view");
      copyFinite(frame.projection, camera.projection, "projection");
      copyFinite(frame.jitter, camera.jitter, "jitter");
    }
    if (settings.has_normals && pass.normal_space == NormalSpace::World &&
        !(std::hypot(camera.view[0], camera.view[1], camera.view[2]) > 0.0f)) {
      invalid("view is missing, but normals are in world space");
    }
  }
}

void readStyleVector(const ImpastoFrame& frame, FrameSettings& settings) {
  if (!frame.style_vector) return;
  if (frame.style_vector_length < 1 || frame.style_vector_length > kMaxStyleVectorLength) {
    invalid("style_vector_length is " + std::to_string(frame.style_vector_length) + ", expected 1 to " +
            std::to_string(kMaxStyleVectorLength));
  }
  for (uint32_t i = 0; i < frame.style_vector_length; ++i) {
    if (!std::isfinite(frame.style_vector[i])) {
      invalid("style_vector[" + std::to_string(i) + "] is not a finite number");
    }
  }
  settings.style_vector_length = frame.style_vector_length;
  std::copy_n(frame.style_vector, frame.style_vector_length, settings.style_vector.begin());
}

}  // namespace

FrameSettings readFrame(const PassSettings& pass, uint32_t pass_width, uint32_t pass_height,
                        const ImpastoFrame& frame) {
  FrameSettings settings;
  if (frame.frame_index >= pass.frames_in_flight) {
    invalid("frame_index is " + std::to_string(frame.frame_index) + ", expected less than frames_in_flight (" +
            std::to_string(pass.frames_in_flight) + ")");
  }
  settings.slot = frame.frame_index;
  checkImages(frame);
  settings.has_mask = present(frame.mask);
  settings.has_depth = present(frame.depth);
  settings.has_normals = present(frame.normals);
  settings.has_motion = present(frame.motion);
  readExtent(frame.width, pass_width, "width", settings.width);
  readExtent(frame.height, pass_height, "height", settings.height);
  readOffset(frame.color_offset, "color_offset", settings.color_offset);
  readOffset(frame.output_offset, "output_offset", settings.output_offset);
  readOffset(frame.mask_offset, "mask_offset", settings.mask_offset);
  readOffset(frame.depth_offset, "depth_offset", settings.depth_offset);
  readOffset(frame.normals_offset, "normals_offset", settings.normals_offset);
  readOffset(frame.motion_offset, "motion_offset", settings.motion_offset);
  checkInPlace(frame.color, settings.color_offset, "color", frame, settings);
  checkInPlace(frame.mask, settings.mask_offset, "mask", frame, settings);

  settings.controls = readControls(frame.controls);
  settings.exposure = frame.exposure == 0.0f ? 1.0f : frame.exposure;
  // Wide enough for any camera (+-20 stops), narrow enough that exposed values neither vanish nor overflow.
  checkRange(settings.exposure, 1e-6f, 1e6f, "frame->exposure");
  settings.reset = frame.reset != VK_FALSE;
  readDepth(pass, frame, settings);
  std::array<float, 2> motion_scale;
  copyFinite(frame.motion_scale, motion_scale, "motion_scale");
  if (motion_scale != std::array<float, 2>{}) settings.motion_scale = motion_scale;
  readCameras(pass, frame, settings);
  readStyleVector(frame, settings);
  return settings;
}

}  // namespace impasto
