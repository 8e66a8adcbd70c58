#include "frame_source.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <glm/gtc/packing.hpp>

namespace impasto::app {
namespace {

constexpr VkImageLayout kReadable = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL;

template <typename T>
std::vector<T> valuesOf(const render::Readback& readback) {
  std::vector<T> values(readback.size() / sizeof(T));
  std::memcpy(values.data(), readback.data(), values.size() * sizeof(T));
  return values;
}

// Drops the fourth component of each pixel.
std::vector<uint16_t> firstThree(const std::vector<uint16_t>& rgba) {
  std::vector<uint16_t> rgb;
  rgb.reserve(rgba.size() / 4 * 3);
  for (size_t i = 0; i < rgba.size(); i += 4) rgb.insert(rgb.end(), {rgba[i], rgba[i + 1], rgba[i + 2]});
  return rgb;
}

// 255 where the surface point of a pixel was seen in the previous frame: all pixels around the place it had then (that
// a bilinear look-up would read) show the same object at the depth that the point had.
std::vector<uint8_t> visibleBefore(const GBuffer& now, const std::vector<float>& depth_before,
                                   const std::vector<float>& depth, const std::vector<uint32_t>& object, uint32_t width,
                                   uint32_t height) {
  constexpr float kDepthTolerance = 0.02f;  // of the depth: half floats, and a slope's change within a pixel
  std::vector<uint8_t> visible(size_t{width} * height, 0);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      const size_t i = size_t{y} * width + x;
      const float u = static_cast<float>(x) + now.motion[i * 2], v = static_cast<float>(y) + now.motion[i * 2 + 1];
      if (!(u >= 0.0f && v >= 0.0f && u <= static_cast<float>(width - 1) && v <= static_cast<float>(height - 1)))
        continue;
      bool seen = true;
      for (const float row : {std::floor(v), std::ceil(v)}) {
        for (const float column : {std::floor(u), std::ceil(u)}) {
          const size_t k = static_cast<size_t>(row) * width + static_cast<size_t>(column);
          seen = seen && object[k] == now.object[i] &&
                 std::abs(depth[k] - depth_before[i]) <= kDepthTolerance * depth_before[i];
        }
      }
      visible[i] = seen ? 255 : 0;
    }
  }
  return visible;
}

}  // namespace

FrameSource::FrameSource(const render::Device& device, const render::Scene& scene, const FrameOptions& options,
                         const render::EnvironmentMap* map)
    : scene_(scene),
      options_(options),
      renderer_(device, scene, options.width, options.height),
      runner_(device),
      color_(device, renderer_.targets().color, 4),
      depth_(device, renderer_.targets().depth, 4),
      normal_(device, renderer_.targets().normal, 8),
      motion_(device, renderer_.targets().motion, 8),
      base_color_(device, renderer_.targets().base_color, 4),
      object_(device, renderer_.targets().object, 4),
      hdr_(device, renderer_.targets().hdr, 8) {
  const render::Pose start = render::poseAt(scene, options.start_time, options.animation);
  bounds_ = render::worldBounds(scene, start);
  if (options.mode == CameraMode::Tour && scene.viewpoints.empty()) occupancy_.emplace(scene, start);
  if (options.mode == CameraMode::Scene && scene.cameras.empty()) {
    framed_ = render::sceneCamera(scene, start, static_cast<float>(options.width) / static_cast<float>(options.height),
                                  render::kNone);
  }
  renderer_.setLook(options.look);
  if (options.environment) renderer_.setEnvironment(*options.environment);
  if (map) {
    renderer_.setEnvironmentMap(*map);
    renderer_.setEnvironment(render::litBy(*map, renderer_.environment()));
  }
}

FrameSource::Moment FrameSource::momentOf(uint32_t index) const {
  const uint32_t clip = options_.clip_length > 0 ? index / options_.clip_length : 0;
  double seconds = options_.start_time + index / options_.fps;
  Moment moment;
  if (options_.mode == CameraMode::Tour) {
    // Every viewpoint sees another moment, so that a short tour is not all of one instant.
    const uint32_t step = index % options_.clip_length;
    seconds = options_.start_time + clip * 0.73 + step / options_.fps;
    const float t = static_cast<float>(step) / static_cast<float>(options_.clip_length);
    moment.camera = render::tourCamera(scene_, bounds_, clip, t, occupancy_ ? &*occupancy_ : nullptr);
  }
  moment.pose = render::poseAt(scene_, seconds, options_.animation);
  if (options_.mode == CameraMode::Path) {
    moment.camera = options_.path.at(index / options_.fps);
  } else if (options_.mode == CameraMode::Scene) {
    moment.camera = framed_
                        ? *framed_
                        : render::sceneCamera(scene_, moment.pose,
                                              static_cast<float>(options_.width) / static_cast<float>(options_.height),
                                              options_.camera);
  }
  return moment;
}

GBuffer FrameSource::readGBuffer(bool cut) {
  GBuffer out;
  const std::vector<uint16_t> normal_and_depth = valuesOf<uint16_t>(normal_);
  out.hdr = firstThree(valuesOf<uint16_t>(hdr_));
  out.depth = valuesOf<float>(depth_);
  out.normal = firstThree(normal_and_depth);
  out.motion = valuesOf<float>(motion_);
  out.object = valuesOf<uint32_t>(object_);
  out.base_color = Picture(options_.width, options_.height);
  std::memcpy(out.base_color.rgba.data(), base_color_.data(), base_color_.size());
  if (cut || previous_depth_.empty()) {
    out.visible.assign(out.depth.size(), 0);
  } else {
    std::vector<float> depth_before(out.depth.size());
    for (size_t i = 0; i < depth_before.size(); ++i) depth_before[i] = glm::unpackHalf1x16(normal_and_depth[i * 4 + 3]);
    out.visible = visibleBefore(out, depth_before, previous_depth_, previous_object_, options_.width, options_.height);
  }
  previous_depth_ = out.depth;
  previous_object_ = out.object;
  return out;
}

RenderedFrame FrameSource::render(uint32_t index, bool g_buffer, const After& after) {
  const Moment now = momentOf(index);
  RenderedFrame frame;
  frame.clip = options_.clip_length > 0 ? index / options_.clip_length : 0;
  frame.cut = options_.clip_length > 0 ? index % options_.clip_length == 0 : index == 0;
  frame.camera = now.camera;
  frame.seconds = now.pose.seconds;

  Moment before;
  std::optional<render::FrameView> previous;
  if (!frame.cut) {
    before = momentOf(index - 1);
    previous = render::FrameView{before.camera, &before.pose};
  }
  frame.gpu_milliseconds = runner_.run([&](VkCommandBuffer commands) {
    renderer_.record(commands, 0, {now.camera, &now.pose}, previous);
    const render::Targets& targets = renderer_.targets();
    color_.record(commands, targets.color, kReadable);
    if (g_buffer) {
      depth_.record(commands, targets.depth, kReadable);
      normal_.record(commands, targets.normal, kReadable);
      motion_.record(commands, targets.motion, kReadable);
      base_color_.record(commands, targets.base_color, kReadable);
      object_.record(commands, targets.object, kReadable);
      hdr_.record(commands, targets.hdr, kReadable);
    }
    runner_.lap();
    if (after) after(commands, frame.camera, frame.cut);
  });
  frame.render_milliseconds = runner_.lapMilliseconds();

  frame.color = Picture(options_.width, options_.height);
  std::memcpy(frame.color.rgba.data(), color_.data(), color_.size());
  if (g_buffer) frame.g_buffer = readGBuffer(frame.cut);
  return frame;
}

}  // namespace impasto::app
