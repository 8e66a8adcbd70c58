// The window, speed, and where help is.
#include "viewer/ui/panels.h"

namespace impasto::app {

void windowPanel(PanelContext& context) {
  Widgets& w = context.widgets;
  w.heading("Window");
  w.checkbox(Command::Fullscreen);
  w.slider(Command::Scale);
  w.button(Command::Panels, "Hide the panels (F4)", {}, -1.0f);
  w.heading("Speed");
  w.checkbox(Command::VSync);
  w.slider(Command::FrameLimit);
  w.checkbox(Command::Performance);
  w.slider(Command::Budget);
  w.hint(context.device_name.c_str());
  w.heading("Help");
  w.button(Command::Help, "Keys (F1)", {}, w.half());
  w.sameLine();
  w.button(Command::OpenDialog, nullptr, {}, w.half());
  w.checkbox(Command::Keyboard);
  if (context.reloads_shaders) w.button(Command::ReloadShaders);
  w.button(Command::Quit, nullptr, {}, w.half());
}

}  // namespace impasto::app
