// The picture that the view shows, made from the renderer's pictures and the painted one (shaders/viewer/view.frag).
// It remembers the frame before where history or validity are looked at.
#pragma once

#include "renderer/scene_renderer.h"
#include "viewer/gpu/fullscreen_pass.h"
#include "viewer/model/state.h"

namespace impasto::app {

struct ViewInputs {
  const render::Targets* targets = nullptr;
  const render::Image* painted = nullptr;   // nullptr: nothing is painted
  const render::Image* incoming = nullptr;  // fading in; nullptr: no other style
  float fade = 0.0f;                        // how much of it
  uint32_t selected = 0;                    // object to outline, 0: none
  float scene_radius = 1.0f;
  float line_width = 1.0f;  // pixels
  bool cut = false;         // the frame before was of another scene or place
};

class ViewComposer {
 public:
  explicit ViewComposer(const render::Device& device);

  // Of one picture; side by side what is shown is two pictures wide. The GPU must be idle.
  void resize(VkExtent2D picture, bool two);

  void record(VkCommandBuffer commands, uint32_t slot, const State::View& view, const ViewInputs& inputs);

  const render::Image& shown() const { return shown_; }  // SHADER_READ_ONLY_OPTIMAL, for kReaders
  void reloadShaders() { pass_.reloadShaders(); }

 private:
  void keep(VkCommandBuffer commands, const ViewInputs& inputs);

  const render::Device& device_;
  FullscreenPass pass_;
  render::Image shown_, previous_painted_, previous_plain_, previous_depth_;
  bool has_previous_ = false;
};

}  // namespace impasto::app
