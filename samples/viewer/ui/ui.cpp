#include "viewer/ui/ui.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "viewer/ui/theme.h"

namespace impasto::app {
namespace {

constexpr float kSidebar = 316.0f, kBar = 40.0f;           // pixels at a scale of 1
constexpr float kLeastWidth = 560.0f, kLeastHeight = 260.0f;  // of a window with room beside the panels

struct PanelKey {
  int glfw;
  ImGuiKey imgui;
};
constexpr std::array kPanelKeys = {
    PanelKey{GLFW_KEY_TAB, ImGuiKey_Tab},           PanelKey{GLFW_KEY_LEFT, ImGuiKey_LeftArrow},
    PanelKey{GLFW_KEY_RIGHT, ImGuiKey_RightArrow},  PanelKey{GLFW_KEY_UP, ImGuiKey_UpArrow},
    PanelKey{GLFW_KEY_DOWN, ImGuiKey_DownArrow},    PanelKey{GLFW_KEY_PAGE_UP, ImGuiKey_PageUp},
    PanelKey{GLFW_KEY_PAGE_DOWN, ImGuiKey_PageDown}, PanelKey{GLFW_KEY_HOME, ImGuiKey_Home},
    PanelKey{GLFW_KEY_END, ImGuiKey_End},           PanelKey{GLFW_KEY_DELETE, ImGuiKey_Delete},
    PanelKey{GLFW_KEY_BACKSPACE, ImGuiKey_Backspace}, PanelKey{GLFW_KEY_SPACE, ImGuiKey_Space},
    PanelKey{GLFW_KEY_ENTER, ImGuiKey_Enter},       PanelKey{GLFW_KEY_ESCAPE, ImGuiKey_Escape},
    PanelKey{GLFW_KEY_A, ImGuiKey_A},               PanelKey{GLFW_KEY_C, ImGuiKey_C},
    PanelKey{GLFW_KEY_V, ImGuiKey_V},               PanelKey{GLFW_KEY_X, ImGuiKey_X},
};

using Panel = void (*)(PanelContext&);
struct Tab {
  const char* label;
  const char* name;  // for scripts
  Panel draw;
};
constexpr std::array kTabs = {Tab{"Paint", "tab Paint", paintPanel},    Tab{"View", "tab View", viewPanel},
                              Tab{"Scene", "tab Scene", scenePanel},    Tab{"Output", "tab Output", outputPanel},
                              Tab{"Train", "tab Train", trainPanel},    Tab{"Window", "tab Window", windowPanel}};

constexpr ImGuiWindowFlags kFixed = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus;

}  // namespace

Arrangement arrange(VkExtent2D window, float scale, bool panels) {
  Arrangement all;
  all.view.extent = window;
  if (!panels) return all;
  all.sidebar = std::min(std::round(kSidebar * scale), static_cast<float>(window.width) * 0.9f);
  all.bar = std::round(kBar * scale);
  const bool room = static_cast<float>(window.width) >= kLeastWidth * scale &&
                    static_cast<float>(window.height) >= kLeastHeight * scale;
  if (!room) return all;
  all.view.offset.x = static_cast<int32_t>(all.sidebar);
  all.view.extent.width = window.width - static_cast<uint32_t>(all.sidebar);
  all.view.extent.height = window.height - static_cast<uint32_t>(all.bar);
  return all;
}

Ui::Ui(const render::Device& device, Window& window, bool plain) : window_(window), renderer_(device), plain_(plain) {
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  io.ClipboardUserData = &window_;
  io.GetClipboardTextFn = [](void* user) { return static_cast<const Window*>(user)->clipboard(); };
  io.SetClipboardTextFn = [](void* user, const char* text) { static_cast<Window*>(user)->setClipboard(text); };
#if IMGUI_VERSION_NUM < 18700
  for (const PanelKey& key : kPanelKeys) io.KeyMap[key.imgui] = key.glfw;
#endif
}

Ui::~Ui() = default;

void Ui::setScale(float scale) {
  scale_ = scale;
  applyTheme(scale, plain_);
  renderer_.uploadFonts();
}

void Ui::feed(const InputFrame& input, VkExtent2D window, double seconds, bool keyboard) {
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(window.width), static_cast<float>(window.height)};
  io.DeltaTime = std::max(static_cast<float>(seconds), 1e-4f);
  io.ConfigFlags = keyboard ? ImGuiConfigFlags_NavEnableKeyboard : ImGuiConfigFlags_None;
  for (const InputEvent& event : input.keys) {
    if (!keyboard && !io.WantTextInput && event.down) continue;  // the viewer's own
    const bool shift = event.modifiers & GLFW_MOD_SHIFT, control = event.modifiers & GLFW_MOD_CONTROL;
#if IMGUI_VERSION_NUM < 18700
    if (event.code >= 0 && event.code < static_cast<int>(IM_ARRAYSIZE(io.KeysDown))) io.KeysDown[event.code] = event.down;
    io.KeyShift = shift;
    io.KeyCtrl = control;
#else
    io.AddKeyEvent(ImGuiMod_Shift, shift);
    io.AddKeyEvent(ImGuiMod_Ctrl, control);
    for (const PanelKey& key : kPanelKeys) {
      if (key.glfw == event.code) io.AddKeyEvent(key.imgui, event.down);
    }
#endif
  }
  rest_seconds_ = input.moved == glm::vec2(0.0f) ? rest_seconds_ + seconds : 0.0;
  for (const unsigned character : input.text) io.AddInputCharacter(character);
#if IMGUI_VERSION_NUM < 18700
  io.MousePos = {input.mouse.x, input.mouse.y};
  for (int b = 0; b < kMouseButtons; ++b) io.MouseDown[b] = input.down[b] || input.pressed[b];
  io.MouseWheel = input.wheel;
#else
  io.AddMousePosEvent(input.mouse.x, input.mouse.y);
  for (int b = 0; b < kMouseButtons; ++b) {
    if (input.pressed[b] || input.released[b]) io.AddMouseButtonEvent(b, input.down[b]);
  }
  if (input.wheel != 0.0f) io.AddMouseWheelEvent(0.0f, input.wheel);
#endif
}

void Ui::sidebar(PanelContext& context, const Arrangement& arrangement) {
  Widgets& w = context.widgets;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({0.0f, 0.0f});
  ImGui::SetNextWindowSize({arrangement.sidebar, screen.y - arrangement.bar});
  if (keyboard_ && !ImGui::IsWindowFocused(ImGuiFocusedFlags_AnyWindow)) ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0f);
  ImGui::Begin("##sidebar", nullptr, kFixed);
  ImGui::PopStyleVar();
  const int chosen = w.state().window.tab;
  const float gap = w.px(3.0f);
  float spare = ImGui::GetContentRegionAvail().x - gap * (kTabs.size() - 1);
  for (const Tab& tab : kTabs) spare -= ImGui::CalcTextSize(tab.label).x;
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {0.0f, w.px(5.0f)});
  for (size_t i = 0; i < kTabs.size(); ++i) {
    if (i > 0) ImGui::SameLine(0.0f, gap);
    const bool is = static_cast<int>(i) == chosen;
    if (is) pushChosen();
    const float width = ImGui::CalcTextSize(kTabs[i].label).x + std::floor(spare / kTabs.size());
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::Button(kTabs[i].label, {width, 0.0f})) apply(w.model(), setTo(Command::Tab, static_cast<float>(i)));
    w.remember(kTabs[i].name);
    ImGui::PopID();
    if (is) popChosen();
  }
  ImGui::PopStyleVar();
  ImGui::BeginChild("##panel", {0.0f, 0.0f}, false, ImGuiWindowFlags_NavFlattened);
  kTabs[static_cast<size_t>(chosen)].draw(context);
  ImGui::EndChild();
  ImGui::End();
}

void Ui::build(PanelContext& context, const Arrangement& arrangement, const InputFrame& input, VkExtent2D window,
               double seconds, bool keyboard, bool recording) {
  feed(input, window, seconds, keyboard);
  ImGui::NewFrame();
  const bool entered = keyboard && !keyboard_;
  keyboard_ = keyboard;
  map_.begin();
  Widgets& w = context.widgets;
  w.setScale(scale_);
  w.setRest(rest_seconds_);
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  if (arrangement.sidebar > 0.0f) {
    if (entered) ImGui::SetWindowFocus("##sidebar");
    sidebar(context, arrangement);
    ImGui::SetNextWindowPos({0.0f, screen.y - arrangement.bar});
    ImGui::SetNextWindowSize({screen.x, arrangement.bar});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0f);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {w.px(8.0f), (arrangement.bar - ImGui::GetFrameHeight()) * 0.5f});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1.0f, 1.0f});
    ImGui::Begin("##bar", nullptr, kFixed | ImGuiWindowFlags_NoScrollWithMouse);
    ImGui::PopStyleVar(3);
    bottomBar(context);
    ImGui::End();
  }
  const VkRect2D view = arrangement.view;
  const ImVec2 corner(static_cast<float>(view.offset.x) + static_cast<float>(view.extent.width),
                      static_cast<float>(view.offset.y));
  if (w.state().window.performance) {
    ImGui::SetNextWindowPos({corner.x - w.px(12.0f), corner.y + static_cast<float>(view.extent.height) - w.px(12.0f)},
                            ImGuiCond_Always, {1.0f, 1.0f});
    performanceWindow(context);
  }
  context.dialog.draw(w);
  if (w.state().window.help) helpWindow(context);
  messagesOverlay(context, corner);
  if (recording) {
    const ImVec2 at(static_cast<float>(view.offset.x) + w.px(18.0f), corner.y + w.px(18.0f));
    ImGui::GetForegroundDrawList()->AddCircleFilled(at, w.px(6.0f), IM_COL32(225, 60, 50, 255));
  }
  // The split's handle.
  const bool split = w.state().view.layout == static_cast<int>(Layout::Split);
  if (split && arrangement.sidebar > 0.0f) {
    const float x = static_cast<float>(view.offset.x) + w.state().view.split * static_cast<float>(view.extent.width);
    const float y = corner.y + static_cast<float>(view.extent.height) * 0.5f;
    ImDrawList& draw = *ImGui::GetBackgroundDrawList();
    draw.AddCircleFilled({x, y}, w.px(13.0f), IM_COL32(20, 20, 21, 190), 32);
    draw.AddCircle({x, y}, w.px(13.0f), IM_COL32(255, 255, 255, 230), 32, w.px(1.5f));
    for (const float side : {-1.0f, 1.0f}) {
      draw.AddTriangleFilled({x + side * w.px(9.0f), y}, {x + side * w.px(4.0f), y - w.px(4.5f)},
                             {x + side * w.px(4.0f), y + w.px(4.5f)}, IM_COL32(255, 255, 255, 230));
    }
  }
  ImGui::Render();
}

bool Ui::closePopup() {
  if (!ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)) return false;
  ImGui::ClosePopupToLevel(0, false);
  return true;
}

bool Ui::wantsMouse() const { return ImGui::GetIO().WantCaptureMouse; }
bool Ui::wantsKeyboard() const { return keyboard_ || ImGui::GetIO().WantTextInput; }
const ImDrawData* Ui::drawData() const { return ImGui::GetDrawData(); }

}  // namespace impasto::app
