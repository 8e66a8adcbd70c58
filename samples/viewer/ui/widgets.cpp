#include "viewer/ui/widgets.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "viewer/ui/theme.h"

namespace impasto::app {
namespace {

constexpr double kTooltipSeconds = 0.45;  // of rest, so that they do not cover what somebody is about to press

}  // namespace

void WidgetMap::add(const char* label, ImVec2 low, ImVec2 high, bool entry) {
  Place& place = places_.emplace_back();
  std::snprintf(place.label, sizeof place.label, "%s", label);
  place.low = low;
  place.high = high;
  place.entry = entry;
}

const WidgetMap::Place* WidgetMap::find(const std::string& label) const {
  const std::string kept = label.substr(0, sizeof(Place::label) - 1);
  const auto found = std::find_if(places_.begin(), places_.end(), [&](const Place& place) { return kept == place.label; });
  return found == places_.end() ? nullptr : &*found;
}

std::string WidgetMap::labels() const {
  std::string all;
  for (const Place& place : places_) all += (all.empty() ? "" : ", ") + std::string(place.label);
  return all;
}

void Widgets::remember(const char* label, bool entry) {
  if (!ImGui::IsItemVisible()) return;  // scrolled away
  map_.add(label, ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), entry);
}

void Widgets::path(const std::string& path) {
  const float width = ImGui::GetContentRegionAvail().x;
  size_t first = 0;
  const auto shown = [&] { return (first > 0 ? "..." : "") + path.substr(first); };
  while (first < path.size() && ImGui::CalcTextSize(shown().c_str()).x > width) ++first;
  while (first < path.size() && (path[first] & 0xC0) == 0x80) ++first;  // not in the middle of a letter
  ImGui::TextColored(kFaintColor, "%s", shown().c_str());
  if (first > 0) tooltip(path.c_str());
}

void Widgets::tooltip(const char* help) {
  if (!help || !ImGui::IsItemHovered() || rest_seconds_ < kTooltipSeconds) return;
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(px(280.0f));
  ImGui::TextUnformatted(help);
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

void Widgets::heading(const char* text) {
  ImGui::Dummy({0.0f, px(4.0f)});
  ImGui::PushStyleColor(ImGuiCol_Text, kAccentColor);
  ImGui::TextUnformatted(text);
  ImGui::PopStyleColor();
  ImGui::Separator();
}

void Widgets::hint(const char* text) {
  ImGui::PushStyleColor(ImGuiCol_Text, kFaintColor);
  ImGui::PushTextWrapPos(0.0f);
  ImGui::TextUnformatted(text);
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

void Widgets::slider(Command command) {
  const CommandInfo& info = commandInfo(command);
  float value = *info.number(model_.state);
  ImGui::PushID(info.name);
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(info.label);
  tooltip(info.help);
  ImGui::SameLine(px(122.0f));
  ImGui::SetNextItemWidth(-1.0f);
  const char* format = info.zero && value == 0.0f ? info.zero : info.format;
  if (ImGui::SliderFloat("##value", &value, info.low, info.high, format)) apply(model_, setTo(command, value));
  tooltip(info.help);
  remember(info.label);
  ImGui::PopID();
}

void Widgets::checkbox(Command command) {
  const CommandInfo& info = commandInfo(command);
  bool value = *info.toggle(model_.state);
  ImGui::PushID(info.name);
  if (ImGui::Checkbox(info.label, &value)) apply(model_, setTo(command, value ? 1.0f : 0.0f));
  tooltip(info.help);
  remember(info.label);
  ImGui::PopID();
}

void Widgets::segments(Command command) {
  const CommandInfo& info = commandInfo(command);
  const int chosen = *info.index(model_.state);
  ImGui::PushID(info.name);
  const float right = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x;
  for (size_t i = 0; i < info.choices.size(); ++i) {
    const float width = ImGui::CalcTextSize(info.choices[i]).x + px(16.0f);
    if (i > 0) {
      ImGui::SameLine(0.0f, px(4.0f));
      if (ImGui::GetCursorPosX() + width > right) ImGui::NewLine();
    }
    const bool is = static_cast<int>(i) == chosen;
    if (is) pushChosen();
    if (ImGui::Button(info.choices[i], {width, 0.0f})) apply(model_, setTo(command, static_cast<float>(i)));
    if (is) popChosen();
    tooltip(info.help);
    remember(info.choices[i]);
  }
  ImGui::PopID();
}

void Widgets::combo(Command command) {
  const CommandInfo& info = commandInfo(command);
  const int chosen = *info.index(model_.state);
  ImGui::PushID(info.name);
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(info.label);
  ImGui::SameLine(px(122.0f));
  ImGui::SetNextItemWidth(-1.0f);
  const bool open = ImGui::BeginCombo("##value", info.choices[static_cast<size_t>(chosen)]);
  if (!open) tooltip(info.help);
  remember(info.label);
  if (open) {
    for (size_t i = 0; i < info.choices.size(); ++i) {
      if (ImGui::Selectable(info.choices[i], static_cast<int>(i) == chosen)) {
        apply(model_, setTo(command, static_cast<float>(i)));
      }
      remember(info.choices[i], true);
    }
    ImGui::EndCombo();
  }
  ImGui::PopID();
}

void Widgets::list(Command command, const std::vector<std::string>& names) {
  const CommandInfo& info = commandInfo(command);
  const int chosen = *info.index(model_.state);
  if (names.empty()) return;
  ImGui::PushID(info.name);
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(info.label);
  ImGui::SameLine(px(122.0f));
  ImGui::SetNextItemWidth(-1.0f);
  const size_t now = std::min(static_cast<size_t>(std::max(chosen, 0)), names.size() - 1);
  const bool open = ImGui::BeginCombo("##value", names[now].c_str());
  if (!open) tooltip(info.help);
  remember(info.label);
  if (open) {
    for (size_t i = 0; i < names.size(); ++i) {
      ImGui::PushID(static_cast<int>(i));
      if (ImGui::Selectable(names[i].c_str(), i == now)) apply(model_, setTo(command, static_cast<float>(i)));
      remember(names[i].c_str(), true);
      ImGui::PopID();
    }
    ImGui::EndCombo();
  }
  ImGui::PopID();
}

bool Widgets::button(Command command, const char* label, const std::string& text, float width) {
  const CommandInfo& info = commandInfo(command);
  if (!plainButton(label ? label : info.label, info.help, width)) return false;
  if (info.kind == ValueKind::Request) {
    apply(model_, request(command, text));
  } else {
    apply(model_, toggle(command));
  }
  return true;
}

bool Widgets::plainButton(const char* label, const char* help, float width) {
  const bool pressed = ImGui::Button(label, {width, 0.0f});
  tooltip(help);
  remember(label);
  return pressed;
}

}  // namespace impasto::app
