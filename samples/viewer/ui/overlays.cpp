// What lies over the view or under it: time line and status, GPU times, keys, messages.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "viewer/model/keys.h"
#include "viewer/ui/panels.h"
#include "viewer/ui/theme.h"

namespace impasto::app {
namespace {

constexpr ImU32 kGroupColors[Performance::kGroups] = {IM_COL32(92, 138, 184, 255), IM_COL32(237, 173, 66, 255),
                                                      IM_COL32(120, 120, 124, 255)};
constexpr const char* kGroupNames[Performance::kGroups] = {"scene", "painting", "view and panels"};
constexpr std::string_view kFirstOnTheRight = "Scene";  // of the groups of keys

void graph(PanelContext& context, ImVec2 extent) {
  const Performance& performance = context.performance;
  const float budget = context.widgets.state().window.budget_milliseconds;
  float most = budget * 1.15f;
  for (size_t i = 0; i < Performance::kFrames; ++i) {
    float sum = 0.0f;
    for (const float value : performance.frame(i).milliseconds) sum += value;
    most = std::max(most, sum * 1.05f);
  }
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  draw.AddRectFilled(at, {at.x + extent.x, at.y + extent.y}, IM_COL32(18, 18, 19, 255), 4.0f);
  const float width = extent.x / static_cast<float>(Performance::kFrames);
  for (size_t i = 0; i < Performance::kFrames; ++i) {
    const float right = at.x + extent.x - static_cast<float>(i) * width;
    float base = at.y + extent.y;
    for (size_t g = 0; g < Performance::kGroups; ++g) {
      const float top = base - performance.frame(i).milliseconds[g] / most * extent.y;
      draw.AddRectFilled({right - width, top}, {right, base}, kGroupColors[g]);
      base = top;
    }
  }
  const float line = at.y + extent.y * (1.0f - budget / most);
  draw.AddLine({at.x, line}, {at.x + extent.x, line}, IM_COL32(230, 80, 70, 255), 1.5f);
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(budget));
  draw.AddText({at.x + 5.0f, line - ImGui::GetFontSize() - 1.0f}, IM_COL32(230, 120, 110, 255), text);
  ImGui::Dummy(extent);
}

void playButton(PanelContext& context) {
  Widgets& w = context.widgets;
  const bool paused = w.state().time.paused;
  const float side = ImGui::GetFrameHeight();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (ImGui::Button("##play", {side * 1.3f, side})) apply(w.model(), toggle(Command::Pause));
  w.remember("Pause");
  w.tooltip("Pause and go on (P)");
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const ImU32 color = ImGui::GetColorU32(ImGuiCol_Text);
  const ImVec2 c(at.x + side * 0.65f, at.y + side * 0.5f);
  const float r = side * 0.24f;
  if (paused) {
    draw.AddTriangleFilled({c.x - r * 0.8f, c.y - r}, {c.x - r * 0.8f, c.y + r}, {c.x + r, c.y}, color);
  } else {
    draw.AddRectFilled({c.x - r, c.y - r}, {c.x - r * 0.3f, c.y + r}, color);
    draw.AddRectFilled({c.x + r * 0.3f, c.y - r}, {c.x + r, c.y + r}, color);
  }
}

void keyLine(Widgets& w, const KeyBinding& binding) {
  const float left = ImGui::GetCursorPosX();
  ImGui::PushFont(boldFont());
  ImGui::TextUnformatted(binding.shown);
  ImGui::PopFont();
  ImGui::SameLine(left + w.px(130.0f));
  ImGui::PushTextWrapPos(0.0f);
  ImGui::TextUnformatted(binding.help);
  ImGui::PopTextWrapPos();
}

}  // namespace

void bottomBar(PanelContext& context) {
  Widgets& w = context.widgets;
  playButton(context);
  w.sameLine();
  w.button(Command::Step, ">|");
  w.sameLine();
  const float duration = context.session ? context.session->duration() : 0.0f;
  const float range = duration > 0.0f ? duration : 24.0f;
  float seconds = std::fmod(w.state().time.seconds, range);
  char status[192];
  const Performance& p = context.performance;
  const auto rate = static_cast<double>(p.framesPerSecond());
  std::snprintf(status, sizeof status, "%.*f fps   scene %.1f ms   painting %.1f ms", rate < 10.0 ? 1 : 0, rate,
                static_cast<double>(p.group(0)), static_cast<double>(p.group(1)));
  const float status_width = ImGui::CalcTextSize(status).x + w.px(14.0f);
  ImGui::SetNextItemWidth(std::max(ImGui::GetContentRegionAvail().x - status_width, w.px(60.0f)));
  if (ImGui::SliderFloat("##time", &seconds, 0.0f, range, "%.2f s")) apply(w.model(), setTo(Command::Time, seconds));
  w.remember("Time");
  w.tooltip(duration > 0.0f ? "The animation's time" : "The scene's time: wind and waves");
  ImGui::SameLine(0.0f, w.px(12.0f));
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(kFaintColor, "%s", status);
  w.tooltip("Frames a second, and GPU time of the scene and of the painting pass; F3 shows more");
}

void performanceWindow(PanelContext& context) {
  Widgets& w = context.widgets;
  const Performance& p = context.performance;
  ImGui::SetNextWindowSize({w.px(330.0f), 0.0f});
  bool open = true;
  if (ImGui::Begin("GPU", &open, ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoNav)) {
    graph(context, {ImGui::GetContentRegionAvail().x, w.px(96.0f)});
    for (size_t g = 0; g < Performance::kGroups; ++g) {
      if (g > 0) ImGui::SameLine(0.0f, w.px(12.0f));
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const float side = ImGui::GetFontSize() * 0.6f, down = ImGui::GetFontSize() * 0.25f;
      ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y + down}, {at.x + side, at.y + down + side}, kGroupColors[g]);
      ImGui::Dummy({side, side});
      ImGui::SameLine(0.0f, w.px(5.0f));
      ImGui::TextColored(kFaintColor, "%s", kGroupNames[g]);
    }
    ImGui::Separator();
    for (size_t i = 0; i < p.stageCount(); ++i) {
      ImGui::TextUnformatted(p.stages()[i].name);
      ImGui::SameLine(w.px(150.0f));
      ImGui::Text("%7.2f ms", static_cast<double>(p.stages()[i].milliseconds));
    }
    if (p.stageCount() == 0) w.hint("This device keeps no time.");
    ImGui::Separator();
    constexpr double kMegabyte = 1024.0 * 1024.0;
    ImGui::Text("Painting pass");
    ImGui::SameLine(w.px(150.0f));
    ImGui::Text("%7.1f MB", static_cast<double>(p.paintingBytes()) / kMegabyte);
    if (p.memoryBudget() > 0) {
      ImGui::Text("GPU memory");
      ImGui::SameLine(w.px(150.0f));
      ImGui::Text("%7.0f of %.0f MB", static_cast<double>(p.memoryUsed()) / kMegabyte,
                  static_cast<double>(p.memoryBudget()) / kMegabyte);
    }
    w.tooltip("In use by this program, of what the driver lets it have");
  }
  ImGui::End();
  if (!open) apply(w.model(), setTo(Command::Performance, 0.0f));
}

void helpWindow(PanelContext& context) {
  Widgets& w = context.widgets;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({screen.x * 0.5f, screen.y * 0.5f}, ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSize({std::min(w.px(900.0f), screen.x * 0.95f), std::min(w.px(690.0f), screen.y * 0.95f)});
  bool open = true;
  if (ImGui::Begin("Keys and mouse", &open, ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoMove)) {
    const bool two = screen.x > w.px(760.0f);
    const auto mouse = [&] {
      w.heading("Mouse");
      w.hint(
          "Drag the line to compare. Drag elsewhere turns the camera, the wheel nears, the middle button moves. A click "
          "selects an object. Drop scenes, styles, .hdr maps and paintings on the window.");
    };
    ImGui::BeginChild("left", {two ? w.half() : 0.0f, 0.0f});
    const char* group = "";
    for (const KeyBinding& binding : keyBindings()) {
      if (std::string_view(group) != binding.group) {
        group = binding.group;
        if (two && std::string_view(group) == kFirstOnTheRight) {
          mouse();
          ImGui::EndChild();
          w.sameLine();
          ImGui::BeginChild("right");
        }
        w.heading(group);
      }
      if (binding.help) keyLine(w, binding);
    }
    if (!two) mouse();
    ImGui::EndChild();
  }
  ImGui::End();
  if (!open) apply(w.model(), setTo(Command::Help, 0.0f));
}

void messagesOverlay(PanelContext& context, ImVec2 corner) {
  Widgets& w = context.widgets;
  const std::vector<Message>& shown = context.messages.shown();
  if (shown.empty()) return;
  ImGui::SetNextWindowPos({corner.x - w.px(12.0f), corner.y + w.px(12.0f)}, ImGuiCond_Always, {1.0f, 0.0f});
  ImGui::SetNextWindowSizeConstraints({0.0f, 0.0f}, {std::max(corner.x * 0.55f, w.px(160.0f)), 1e6f});
  ImGui::Begin("##messages", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoFocusOnAppearing |
                   ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoMove);
  size_t dismissed = shown.size();
  for (size_t i = 0; i < shown.size(); ++i) {
    const Message& message = shown[i];
    const ImVec4 color = message.level == Level::Note ? ImGui::GetStyleColorVec4(ImGuiCol_Text) : kWarningColor;
    ImGui::PushStyleColor(ImGuiCol_Text, color);
    ImGui::PushTextWrapPos(std::max(corner.x * 0.5f, w.px(150.0f)));
    ImGui::TextUnformatted(message.text.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    if (ImGui::IsItemClicked()) dismissed = i;
  }
  ImGui::End();
  if (dismissed < shown.size()) context.messages.dismiss(dismissed);
}

}  // namespace impasto::app
