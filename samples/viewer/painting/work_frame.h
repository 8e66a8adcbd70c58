// A frame of the renderer made smaller: what is painted where strokes shall be larger, or for a thumbnail.
//
// Colour is averaged, depth, normals and motion are those of one of the pixels. The pictures are as large as the largest
// frame wanted; a smaller one lies in their top left corner.
#pragma once

#include "common/scene_pass.h"
#include "viewer/gpu/fullscreen_pass.h"

namespace impasto::app {

class WorkFrame {
 public:
  // For frames of up to `extent`.
  WorkFrame(const render::Device& device, VkExtent2D extent);

  // Makes the whole frame `extent` pixels large. Everything is left for kReaders.
  void record(VkCommandBuffer commands, uint32_t slot, const render::Targets& targets, VkExtent2D extent);

  void reloadShaders() { pass_.reloadShaders(); }

  SceneImages images() const { return {&color_, &depth_, &normal_, &motion_}; }
  VkExtent2D largest() const { return {color_.width, color_.height}; }

 private:
  FullscreenPass pass_;
  render::Image color_, depth_, normal_, motion_;
};

}  // namespace impasto::app
