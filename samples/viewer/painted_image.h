// The painting pass of the viewer: one pass, one painted image, styles switched while frames run.
#pragma once

#include <future>
#include <string>
#include <vector>

#include "common/impasto_device.h"
#include "renderer/scene_renderer.h"

namespace impasto::app {

struct ViewerStyle {
  std::string name;
  UniqueStyle style;
};

class PaintedImage {
 public:
  // `painting` and `styles` must outlive it. Throws Error.
  PaintedImage(const PaintingDevice& painting, const std::vector<ViewerStyle>& styles, VkExtent2D extent,
               uint32_t frames_in_flight);

  void resize(VkExtent2D extent);  // the GPU must be idle

  // Switches on another thread, so that frames go on; a switch asked for meanwhile comes after.
  void choose(size_t style);
  size_t chosen() const noexcept { return chosen_; }
  void update();  // once a frame: starts and ends switches; throws Error if one failed

  // Paints the targets' colour into image(), which is in TRANSFER_SRC_OPTIMAL and readable by copies afterwards.
  void record(VkCommandBuffer commands, uint32_t slot, const render::Targets& targets, const ImpastoControls& controls);
  const render::Image& image() const noexcept { return image_; }

 private:
  const PaintingDevice& painting_;
  const std::vector<ViewerStyle>& styles_;
  UniqueContext context_;
  UniquePass pass_;
  render::Image image_;
  size_t chosen_ = 0, current_ = 0;
  std::future<std::string> switching_;  // "" or why it failed
};

}  // namespace impasto::app
