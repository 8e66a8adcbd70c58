// Dear ImGui for the viewer: its context, what reaches it of the input, where panels lie, and drawing them.
#pragma once

#include "viewer/gpu/panel_renderer.h"
#include "viewer/platform/window.h"
#include "viewer/ui/panels.h"

namespace impasto::app {

// How the window is shared out, pixels.
struct Arrangement {
  VkRect2D view{};  // of the picture
  float sidebar = 0.0f, bar = 0.0f;  // width at the left, height at the bottom; 0: not shown
};
// Panels lie beside the picture where there is room, else over it.
Arrangement arrange(VkExtent2D window, float scale, bool panels);

class Ui {
 public:
  // `plain`: with the font that is compiled in. One at a time.
  Ui(const render::Device& device, Window& window, bool plain);
  ~Ui();
  Ui(const Ui&) = delete;
  Ui& operator=(const Ui&) = delete;

  // New fonts if the scale is another; the GPU is idle then. True if it was.
  bool needsScale(float scale) const { return scale != scale_; }
  void setScale(float scale);

  // Lays the panels out. `recording`: a red dot says so.
  void build(PanelContext& context, const Arrangement& arrangement, const InputFrame& input, VkExtent2D window,
             double seconds, bool keyboard, bool recording);

  bool closePopup();           // the list that is open in front, if one is
  bool wantsMouse() const;     // the pointer is on a panel
  bool wantsKeyboard() const;  // text is typed, or the panels are worked by keys
  const ImDrawData* drawData() const;

  PanelRenderer& renderer() { return renderer_; }
  WidgetMap& widgets() { return map_; }

 private:
  void feed(const InputFrame& input, VkExtent2D window, double seconds, bool keyboard);
  void sidebar(PanelContext& context, const Arrangement& arrangement);

  Window& window_;
  struct Context {
    Context() { ImGui::CreateContext(); }
    ~Context() { ImGui::DestroyContext(); }
  } context_;
  PanelRenderer renderer_;
  WidgetMap map_;
  float scale_ = 0.0f;
  double rest_seconds_ = 0.0;  // since the mouse moved
  bool plain_, keyboard_ = false;
};

}  // namespace impasto::app
