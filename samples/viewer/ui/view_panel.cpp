// What is shown, and objects that are painted otherwise.
#include "viewer/ui/panels.h"
#include "viewer/ui/theme.h"

namespace impasto::app {

void viewPanel(PanelContext& context) {
  Widgets& w = context.widgets;
  w.heading("Compare");
  w.segments(Command::LayoutChoice);
  w.slider(Command::Split);
  w.heading("Show");
  w.segments(Command::ShownChoice);
  w.slider(Command::DifferenceGain);
  const auto shown = static_cast<Shown>(w.state().view.shown);
  if (shown == Shown::Motion) w.hint("Colour is the direction a surface went, brightness how far.");
  if (shown == Shown::History) w.hint("The painted frame before, moved along the motion; checkered where it cannot be used.");
  if (shown == Shown::Validity) w.hint("Red where the frame before says nothing of this pixel.");

  w.heading("Object");
  const bool any = context.session && context.selected != 0;
  ImGui::AlignTextToFramePadding();
  if (any) {
    ImGui::TextUnformatted(context.session->objectName(context.selected).c_str());
  } else {
    w.hint("Click an object in the view to give it a strength of its own, or to keep it clean.");
  }
  ImGui::BeginDisabled(!any);
  w.slider(Command::ObjectStrength);
  w.button(Command::CleanObject, nullptr, {}, w.half());
  ImGui::EndDisabled();
  w.sameLine();
  ImGui::BeginDisabled(!context.session || !context.session->mask().needed());
  w.button(Command::ClearObjects, nullptr, {}, w.half());
  ImGui::EndDisabled();
}

}  // namespace impasto::app
