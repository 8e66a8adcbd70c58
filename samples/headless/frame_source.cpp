#include "frame_source.h"

#include <cstring>

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

}  // namespace

FrameSource::FrameSource(const render::Device& device, const render::Scene& scene, const FrameOptions& options)
    : scene_(scene),
      options_(options),
      renderer_(device, scene, options.width, options.height),
      runner_(device),
      color_(device, renderer_.targets().color, 4),
      depth_(device, renderer_.targets().depth, 4),
      normal_(device, renderer_.targets().normal, 8),
      motion_(device, renderer_.targets().motion, 8),
      bounds_(render::worldBounds(scene, render::poseAt(scene, options.start_time, options.animation))) {}

FrameSource::Moment FrameSource::momentOf(uint32_t index) const {
  Moment moment;
  if (options_.tour) {
    // Every viewpoint sees another moment, so that a short tour is not all of one instant.
    const uint32_t clip = index / options_.clip_length, step = index % options_.clip_length;
    const double seconds = options_.start_time + clip * 0.73 + step / options_.fps;
    moment.pose = render::poseAt(scene_, seconds, options_.animation);
    const float t =
        options_.clip_length > 1 ? static_cast<float>(step) / static_cast<float>(options_.clip_length) : 0.0f;
    moment.camera = render::tourCamera(scene_, bounds_, clip, t);
  } else {
    moment.pose = render::poseAt(scene_, options_.start_time + index / options_.fps, options_.animation);
    moment.camera = render::sceneCamera(
        scene_, moment.pose, static_cast<float>(options_.width) / static_cast<float>(options_.height), options_.camera);
  }
  return moment;
}

RenderedFrame FrameSource::render(uint32_t index, bool g_buffer, const std::function<void(VkCommandBuffer)>& after) {
  const Moment now = momentOf(index);
  RenderedFrame frame;
  frame.clip = options_.tour ? index / options_.clip_length : 0;
  frame.cut = options_.tour ? index % options_.clip_length == 0 : index == 0;
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
    }
    if (after) after(commands);
  });

  frame.color = Picture(options_.width, options_.height);
  std::memcpy(frame.color.rgba.data(), color_.data(), color_.size());
  if (g_buffer) {
    frame.depth = valuesOf<float>(depth_);
    frame.normal = firstThree(valuesOf<uint16_t>(normal_));
    frame.motion = valuesOf<float>(motion_);
  }
  return frame;
}

}  // namespace impasto::app
