// A frame of the renderer as the painting pass takes it: which of its targets are which inputs, and what their numbers
// mean. Depth, normals, motion and camera are always given; the pass uses what the style wants of them.
#pragma once

#include "common/impasto_device.h"
#include "renderer/camera.h"
#include "renderer/scene_renderer.h"

namespace impasto::app {

// The pictures that go into one painted frame, all in SHADER_READ_ONLY_OPTIMAL and of one extent.
struct SceneImages {
  const render::Image* color = nullptr;
  const render::Image* depth = nullptr;
  const render::Image* normal = nullptr;
  const render::Image* motion = nullptr;
};
SceneImages sceneImages(const render::Targets& targets);

// A pass for renderer frames: 8-bit sRGB in and out. The caller may change it before it creates the pass.
ImpastoPassInfo scenePassInfo(ImpastoContext context, ImpastoStyle style, uint32_t width, uint32_t height,
                              uint32_t frames_in_flight);

// `output` in GENERAL; without a camera cut nothing is `reset`. Controls, mask and style vector are the caller's to set.
ImpastoFrame sceneFrame(const SceneImages& images, const render::CameraView& camera, const render::Image& output,
                        uint32_t slot);

// Inputs, generator and outputs into one command buffer (the Vulkan backend's). Throws Error.
void recordPainting(ImpastoPass pass, VkCommandBuffer commands, const ImpastoFrame& frame);

}  // namespace impasto::app
