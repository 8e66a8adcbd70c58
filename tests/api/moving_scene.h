// Frames of a little moving world with exact motion vectors and depth: a patterned plane that the camera pans over,
// turns above and zooms into, and a disc nearer to the eye that goes its own way.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "api/painter_fixture.h"

namespace impasto::test {

// Position in the world of a pixel position: center + scale * rotate(p - extent / 2).
struct PlaneCamera {
  float x = 0, y = 0, angle = 0, scale = 1;
};

struct MovingScene {
  uint32_t width = 40, height = 28;  // of a frame
  uint32_t seed = 1;
  PlaneCamera camera;
  std::array<float, 2> disc{20, 14};  // its centre, in world units of the first frame's pixels
  float disc_radius = 6;
  float disc_distance = 2, plane_distance = 10;  // metres

  // Of a frame; motion points to where the same surface was drawn in `before`, which may have another extent: in pixels
  // of this one.
  LayerInputs draw(const MovingScene& before) const {
    LayerInputs in;
    in.color = in.depth = in.motion = Pixels(width, height);
    for (uint32_t py = 0; py < height; ++py) {
      for (uint32_t px = 0; px < width; ++px) {
        const std::array<float, 2> world = toWorld({static_cast<float>(px) + 0.5f, static_cast<float>(py) + 0.5f});
        const float dx = world[0] - disc[0], dy = world[1] - disc[1];
        const bool on_disc = dx * dx + dy * dy < disc_radius * disc_radius;
        const std::array<float, 2> then =
            before.toFrame(on_disc ? std::array{dx + before.disc[0], dy + before.disc[1]} : world);
        const size_t i = (size_t{py} * width + px) * 4;
        for (uint32_t c = 0; c < 3; ++c) {
          in.color.rgba[i + c] = on_disc ? pattern(dx, dy, c + 3) : pattern(world[0], world[1], c);
        }
        in.color.rgba[i + 3] = 0.5f;
        in.depth.rgba[i] = on_disc ? disc_distance : plane_distance;
        in.motion.rgba[i] =
            then[0] * static_cast<float>(width) / static_cast<float>(before.width) - static_cast<float>(px) - 0.5f;
        in.motion.rgba[i + 1] =
            then[1] * static_cast<float>(height) / static_cast<float>(before.height) - static_cast<float>(py) - 0.5f;
      }
    }
    return in;
  }

 private:
  // A frame of another extent shows the same part of the world.
  static constexpr float kWidth = 40, kHeight = 28;

  std::array<float, 2> toWorld(const std::array<float, 2>& p) const {
    const float x = (p[0] / static_cast<float>(width) - 0.5f) * kWidth * camera.scale;
    const float y = (p[1] / static_cast<float>(height) - 0.5f) * kHeight * camera.scale;
    const float c = std::cos(camera.angle), s = std::sin(camera.angle);
    return {c * x - s * y + camera.x + kWidth / 2, s * x + c * y + camera.y + kHeight / 2};
  }
  std::array<float, 2> toFrame(const std::array<float, 2>& world) const {
    const float wx = world[0] - camera.x - kWidth / 2, wy = world[1] - camera.y - kHeight / 2;
    const float c = std::cos(camera.angle), s = std::sin(camera.angle);
    return {((c * wx + s * wy) / camera.scale / kWidth + 0.5f) * static_cast<float>(width),
            ((c * wy - s * wx) / camera.scale / kHeight + 0.5f) * static_cast<float>(height)};
  }
  float pattern(float x, float y, uint32_t channel) const {
    const float phase = static_cast<float>(seed * 7 + channel * 2);
    return 0.5f + 0.25f * std::sin(0.35f * x + phase) + 0.2f * std::cos(0.27f * y - 0.1f * x + 1.7f * phase);
  }
};

inline constexpr VkFormat kExact = VK_FORMAT_R32G32B32A32_SFLOAT;

// One frame's images on the device; with several layers, arrays of them.
struct SceneImages {
  SceneImages(const TestDevice& device, const std::vector<LayerInputs>& layers)
      : color(make(device, kExact, layers, &LayerInputs::color, VK_IMAGE_USAGE_SAMPLED_BIT)),
        depth(make(device, VK_FORMAT_R32_SFLOAT, layers, &LayerInputs::depth, VK_IMAGE_USAGE_SAMPLED_BIT)),
        motion(make(device, VK_FORMAT_R32G32_SFLOAT, layers, &LayerInputs::motion, VK_IMAGE_USAGE_SAMPLED_BIT)),
        output(make(device, kExact, layers, &LayerInputs::color, VK_IMAGE_USAGE_STORAGE_BIT)) {}

  static std::unique_ptr<TestImage> make(const TestDevice& device, VkFormat format,
                                         const std::vector<LayerInputs>& layers, Pixels LayerInputs::*member,
                                         VkImageUsageFlags usage) {
    const Pixels& first = layers[0].*member;
    auto image = std::make_unique<TestImage>(device, format, first.width, first.height, usage,
                                             layers.size() > 1 ? static_cast<uint32_t>(layers.size()) : 0);
    std::vector<Pixels> pixels;
    for (const LayerInputs& layer : layers) pixels.push_back(layer.*member);
    image->upload(pixels, usage == VK_IMAGE_USAGE_STORAGE_BIT ? VK_IMAGE_LAYOUT_GENERAL
                                                              : VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
    return image;
  }

  ImpastoFrame frame() const {
    auto frame = sized<ImpastoFrame>();
    frame.color = toFrameImage(*color);
    frame.depth = toFrameImage(*depth);
    frame.motion = toFrameImage(*motion);
    frame.output = toFrameImage(*output);
    return frame;
  }

  std::unique_ptr<TestImage> color, depth, motion, output;
};

}  // namespace impasto::test
