// The panels' controls: each is a command's, with the command's label, range and help, so that a slider, a key and a
// line of a script are the same thing. Scripts find controls by their labels.
#pragma once

#include <imgui.h>

#include <string>
#include <vector>

#include "viewer/model/commands.h"

namespace impasto::app {

// Where the controls of the last frame are, for scripts.
class WidgetMap {
 public:
  struct Place {
    char label[64] = "";
    ImVec2 low, high;  // pixels
    bool entry = false;  // of a list that depends on what is there: no control
  };
  void begin() { places_.clear(); }
  void add(const char* label, ImVec2 low, ImVec2 high, bool entry);
  const std::vector<Place>& places() const { return places_; }
  const Place* find(const std::string& label) const;  // nullptr: not on the screen
  std::string labels() const;                         // all of them, for an error

 private:
  std::vector<Place> places_;
};

class Widgets {
 public:
  Widgets(Model& model, WidgetMap& map) : model_(model), map_(map) {}

  Model& model() { return model_; }
  const State& state() const { return model_.state; }
  void setScale(float scale) { scale_ = scale; }
  void setRest(double seconds) { rest_seconds_ = seconds; }  // since the mouse moved
  float px(float pixels) const { return pixels * scale_; }  // of a screen of 96 dots an inch

  void heading(const char* text);
  void hint(const char* text);  // small and grey, wrapped
  void slider(Command command);
  void checkbox(Command command);
  void segments(Command command);  // a choice as buttons in a row, or several rows
  void combo(Command command);     // a choice as a list
  void list(Command command, const std::vector<std::string>& names);  // an index as a list
  // `label` instead of the command's; `text` is the request's.
  bool button(Command command, const char* label = nullptr, const std::string& text = {}, float width = 0.0f);
  bool plainButton(const char* label, const char* help, float width = 0.0f);
  void sameLine() { ImGui::SameLine(0.0f, px(6.0f)); }
  void remember(const char* label, bool entry = false);  // the last item, for scripts
  void path(const std::string& path);  // grey, its end where it is too long, all of it as a tooltip
  void tooltip(const char* help);    // of the last item
  // Of a panel's width, for two buttons in a row.
  float half() const {
    return (ImGui::GetWindowContentRegionMax().x - ImGui::GetWindowContentRegionMin().x - px(6.0f)) * 0.5f;
  }

 private:
  Model& model_;
  WidgetMap& map_;
  float scale_ = 1.0f;
  double rest_seconds_ = 0.0;
};

}  // namespace impasto::app
