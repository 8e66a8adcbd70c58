// Styles and how they paint.
#include <algorithm>
#include <cfloat>
#include <cstdio>
#include <string>

#include "viewer/ui/panels.h"
#include "viewer/ui/theme.h"

namespace impasto::app {
namespace {

void provenance(const StyleEntry& entry) {
  const LoadedStyle& style = entry.loaded;
  ImGui::BeginTooltip();
  ImGui::PushFont(boldFont());
  ImGui::TextUnformatted(entry.title().c_str());
  ImGui::PopFont();
  const auto line = [](const char* what, const std::string& value) {
    if (value.empty()) return;
    ImGui::TextColored(kFaintColor, "%s", what);
    ImGui::SameLine(ImGui::GetFontSize() * 8.0f);
    ImGui::TextUnformatted(value.c_str());
  };
  line("Painter", style.painter);
  line("Year", style.year);
  line("Licence", style.licence);
  line("Reads", style.inputs);
  char text[96];
  std::snprintf(text, sizeof text, "%.0f thousand, %.1f thousand multiply-adds a pixel",
                static_cast<double>(style.parameters) / 1e3, style.multiply_adds / 1e3);
  line("Parameters", text);
  for (const auto& [what, value] : style.figures) line(what.c_str(), value);
  line("File", entry.path);
  ImGui::EndTooltip();
}

void thumbnail(PanelContext& context, const StyleEntry& entry, ImVec2 low, ImVec2 high) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const float rounding = context.widgets.px(3.0f);
  const Thumbnail* found = context.thumbnails.of(entry.key);
  if (!found || !found->texture) {
    draw.AddRectFilled(low, high, IM_COL32(48, 48, 50, 255), rounding);
    return;
  }
  // Cut to the box: what is too wide or too high is left out on both sides.
  const float box = (high.x - low.x) / (high.y - low.y);
  ImVec2 from(0.0f, 0.0f), to(1.0f, found->bottom);
  if (found->aspect > box) {
    const float out = (1.0f - box / found->aspect) * 0.5f;
    from.x += out;
    to.x -= out;
  } else {
    const float out = (1.0f - found->aspect / box) * 0.5f * found->bottom;
    from.y += out;
    to.y -= out;
  }
  draw.AddImageRounded(found->texture, low, high, from, to, IM_COL32_WHITE, rounding);
}

// As much of a text as fits into `width` pixels, with dots where it is cut.
std::string fitting(ImFont* font, float size, const std::string& text, float width) {
  const auto wide = [&](const std::string& part) { return font->CalcTextSizeA(size, FLT_MAX, 0.0f, part.c_str()).x; };
  if (wide(text) <= width) return text;
  std::string part = text;
  do {
    while (!part.empty() && (part.back() & 0xC0) == 0x80) part.pop_back();  // the rest of a letter of several bytes
    if (!part.empty()) part.pop_back();
    while (part.ends_with(' ')) part.pop_back();
  } while (!part.empty() && wide(part + "...") > width);
  return part + "...";
}

void styleList(PanelContext& context) {
  Widgets& w = context.widgets;
  const int chosen = w.state().paint.style;
  const ImVec2 picture(w.px(84.0f), w.px(48.0f));
  const float height = picture.y + w.px(10.0f);
  const float wanted = height * static_cast<float>(std::max<size_t>(context.library.size(), 1)) + w.px(4.0f);
  ImGui::BeginChild("styles", {0.0f, std::min(wanted, std::max(ImGui::GetContentRegionAvail().y * 0.5f, height * 1.5f))});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0.0f, 0.0f});
  for (size_t i = 0; i < context.library.size(); ++i) {
    const StyleEntry& entry = context.library[i];
    const bool is = static_cast<int>(i) == chosen;
    ImGui::PushID(static_cast<int>(i));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    if (ImGui::Selectable("##style", is, ImGuiSelectableFlags_AllowItemOverlap, {0.0f, height})) {
      apply(w.model(), setTo(Command::Style, static_cast<float>(i)));
    }
    w.remember(entry.name.c_str(), true);
    const bool hovered = ImGui::IsItemHovered();
    if (hovered) provenance(entry);
    const ImVec2 low(at.x + w.px(5.0f), at.y + w.px(5.0f));
    thumbnail(context, entry, low, {low.x + picture.x, low.y + picture.y});
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    const float left = low.x + picture.x + w.px(9.0f), line = ImGui::GetFontSize() * 1.25f;
    const float right = at.x + ImGui::GetWindowWidth() - w.px(14.0f);
    const ImU32 bright = ImGui::GetColorU32(ImGuiCol_Text), faint = ImGui::GetColorU32(kFaintColor);
    const auto write = [&](ImFont* font, float size, float y, ImU32 color, const std::string& text) {
      draw.AddText(font, size, {left, y}, color, fitting(font, size, text, right - left).c_str());
    };
    const float size = ImGui::GetFontSize();
    write(boldFont(), size, low.y - w.px(1.0f), is ? ImGui::GetColorU32(kAccentColor) : bright, entry.title());
    write(ImGui::GetFont(), size * 0.9f, low.y + line, faint, entry.loaded.painter);
    char note[48];
    std::snprintf(note, sizeof note, "%s%s%zu", entry.loaded.year.substr(0, 16).c_str(),
                  entry.loaded.year.empty() ? "key " : "   key ", i + 1);
    if (i < 9) write(ImGui::GetFont(), size * 0.85f, low.y + line * 1.95f, faint, note);
    ImGui::PopID();
  }
  ImGui::PopStyleVar();
  if (context.library.size() == 0) w.hint("No style yet: open a style file (.safetensors), or drop one here.");
  ImGui::EndChild();
}

void recentStyles(PanelContext& context) {
  Widgets& w = context.widgets;
  if (!ImGui::BeginPopup("recent styles")) return;
  for (const std::string& path : context.settings.recent_styles) {
    if (ImGui::Selectable(path.c_str())) apply(w.model(), request(Command::Open, path));
    w.remember(path.c_str(), true);
  }
  ImGui::EndPopup();
}

void mixing(PanelContext& context, const StyleEntry& entry) {
  Widgets& w = context.widgets;
  w.heading("Mix of paintings");
  for (size_t i = 0; i < entry.loaded.paintings.size(); ++i) {
    const StylePainting& painting = entry.loaded.paintings[i];
    float weight = painting.weight;
    ImGui::PushID(static_cast<int>(i));
    ImGui::SetNextItemWidth(w.px(110.0f));
    if (ImGui::SliderFloat("##weight", &weight, 0.0f, 1.0f, "%.2f")) {
      apply(w.model(), request(Command::Mix, std::to_string(i) + " " + std::to_string(weight)));
    }
    w.remember(painting.title.c_str());
    w.tooltip("How much this painting counts among those of the style");
    w.sameLine();
    ImGui::TextUnformatted(painting.title.c_str());
    ImGui::PopID();
  }
}

}  // namespace

void paintPanel(PanelContext& context) {
  Widgets& w = context.widgets;
  w.heading("Styles");
  styleList(context);
  if (w.plainButton("Open style...", "A style file (.safetensors); dropping one on the window does it too", w.half())) {
    context.dialog.open("Open a style", {".safetensors"}, Command::Open);
  }
  w.sameLine();
  ImGui::BeginDisabled(context.settings.recent_styles.empty());
  if (w.plainButton("Recent...", "Styles that were open before", w.half())) ImGui::OpenPopup("recent styles");
  ImGui::EndDisabled();
  recentStyles(context);

  const auto chosen = static_cast<size_t>(std::max(w.state().paint.style, 0));
  ImGui::BeginDisabled(context.library.size() == 0);
  w.heading("Painting");
  w.checkbox(Command::Paint);
  w.sameLine();
  ImGui::TextColored(kFaintColor, "%s", context.painting.settled() ? "" : "preparing...");
  w.slider(Command::Strength);
  w.slider(Command::ColorPreservation);
  w.slider(Command::Detail);
  w.slider(Command::StrokeSize);
  const bool history = chosen < context.library.size() && context.library[chosen].loaded.wants_history;
  ImGui::BeginDisabled(!history);
  w.slider(Command::TemporalWeight);
  ImGui::EndDisabled();
  w.slider(Command::CrossFade);
  if (chosen < context.library.size()) {
    if (context.library[chosen].loaded.paintings.size() > 1) mixing(context, context.library[chosen]);
    if (w.plainButton("Remove from the list", commandInfo(Command::RemoveStyle).help)) {
      apply(w.model(), request(Command::RemoveStyle));
    }
  }
  ImGui::EndDisabled();
}

}  // namespace impasto::app
