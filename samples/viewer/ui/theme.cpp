#include "viewer/ui/theme.h"

#include <filesystem>

namespace impasto::app {
namespace {

constexpr float kTextPixels = 15.0f;

// Where Debian, Ubuntu and others put a font with a wide range of letters.
constexpr const char* kFonts[] = {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
                                  "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
                                  "/usr/share/fonts/TTF/DejaVuSans.ttf",
                                  "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
                                  "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"};
constexpr const char* kBoldFonts[] = {"/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
                                      "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf",
                                      "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf",
                                      "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
                                      "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf"};
// Latin with all its accents, Greek, Cyrillic, dashes and quotes: names of painters and paintings.
constexpr ImWchar kLetters[] = {0x0020, 0x017F, 0x0218, 0x021B, 0x0370, 0x03FF, 0x0400, 0x04FF, 0x2010, 0x2026, 0};

template <size_t kCount>
ImFont* addFont(const char* const (&paths)[kCount], float pixels) {
  for (const char* path : paths) {
    std::error_code none;
    if (!std::filesystem::exists(path, none)) continue;
    ImFontConfig config;
    config.OversampleH = 2;
    config.OversampleV = 1;
    config.PixelSnapH = true;
    return ImGui::GetIO().Fonts->AddFontFromFileTTF(path, pixels, &config, kLetters);
  }
  return nullptr;
}

void addFonts(float scale, bool plain) {
  ImFontAtlas& fonts = *ImGui::GetIO().Fonts;
  fonts.Clear();
  const float pixels = static_cast<float>(static_cast<int>(kTextPixels * scale + 0.5f));
  if (!plain && addFont(kFonts, pixels)) {
    if (!addFont(kBoldFonts, pixels)) addFont(kFonts, pixels);
    return;
  }
  ImFontConfig config;
  config.SizePixels = static_cast<float>(static_cast<int>(13.0f * scale + 0.5f));
  fonts.AddFontDefault(&config);
  fonts.AddFontDefault(&config);
}

}  // namespace

ImFont* boldFont() { return ImGui::GetIO().Fonts->Fonts[1]; }

void applyTheme(float scale, bool plain) {
  addFonts(scale, plain);
  ImGuiStyle style;
  style.WindowPadding = {12, 10};
  style.FramePadding = {8, 4};
  style.ItemSpacing = {8, 6};
  style.ItemInnerSpacing = {6, 4};
  style.ScrollbarSize = 11;
  style.GrabMinSize = 9;
  style.WindowRounding = 6;
  style.ChildRounding = 5;
  style.FrameRounding = 4;
  style.PopupRounding = 5;
  style.ScrollbarRounding = 6;
  style.GrabRounding = 4;
  style.TabRounding = 4;
  style.WindowBorderSize = 1;
  style.PopupBorderSize = 1;
  style.FrameBorderSize = 0;
  style.WindowTitleAlign = {0.0f, 0.5f};
  ImVec4* c = style.Colors;
  const auto grey = [](float v, float a = 1.0f) { return ImVec4(v, v, v * 1.03f, a); };
  const auto accent = [](float a) { return ImVec4(kAccentColor.x, kAccentColor.y, kAccentColor.z, a); };
  c[ImGuiCol_Text] = grey(0.90f);
  c[ImGuiCol_TextDisabled] = grey(0.50f);
  c[ImGuiCol_WindowBg] = grey(0.115f, 0.98f);
  c[ImGuiCol_ChildBg] = grey(0.09f, 0.0f);
  c[ImGuiCol_PopupBg] = grey(0.13f, 0.98f);
  c[ImGuiCol_Border] = grey(0.24f, 0.8f);
  c[ImGuiCol_FrameBg] = grey(0.19f);
  c[ImGuiCol_FrameBgHovered] = grey(0.24f);
  c[ImGuiCol_FrameBgActive] = grey(0.27f);
  c[ImGuiCol_TitleBg] = c[ImGuiCol_TitleBgActive] = c[ImGuiCol_TitleBgCollapsed] = grey(0.09f);
  c[ImGuiCol_ScrollbarBg] = grey(0.10f, 0.0f);
  c[ImGuiCol_ScrollbarGrab] = grey(0.30f);
  c[ImGuiCol_ScrollbarGrabHovered] = grey(0.38f);
  c[ImGuiCol_ScrollbarGrabActive] = grey(0.45f);
  c[ImGuiCol_CheckMark] = accent(1.0f);
  c[ImGuiCol_SliderGrab] = accent(0.85f);
  c[ImGuiCol_SliderGrabActive] = accent(1.0f);
  c[ImGuiCol_Button] = grey(0.22f);
  c[ImGuiCol_ButtonHovered] = grey(0.29f);
  c[ImGuiCol_ButtonActive] = grey(0.34f);
  c[ImGuiCol_Header] = accent(0.28f);
  c[ImGuiCol_HeaderHovered] = grey(0.26f);
  c[ImGuiCol_HeaderActive] = accent(0.40f);
  c[ImGuiCol_Separator] = grey(0.24f);
  c[ImGuiCol_ResizeGrip] = grey(0.3f, 0.0f);
  c[ImGuiCol_Tab] = grey(0.15f);
  c[ImGuiCol_TabHovered] = grey(0.30f);
  c[ImGuiCol_TabActive] = grey(0.26f);
  c[ImGuiCol_PlotLines] = c[ImGuiCol_PlotHistogram] = accent(0.9f);
  c[ImGuiCol_NavHighlight] = accent(1.0f);
  c[ImGuiCol_TextSelectedBg] = accent(0.35f);
  style.ScaleAllSizes(scale);
  style.WindowBorderSize = style.PopupBorderSize = 1;
  ImGui::GetStyle() = style;
}

void pushChosen() {
  ImGui::PushStyleColor(ImGuiCol_Button, kAccentColor);
  ImGui::PushStyleColor(ImGuiCol_ButtonHovered, kAccentColor);
  ImGui::PushStyleColor(ImGuiCol_ButtonActive, kAccentColor);
  ImGui::PushStyleColor(ImGuiCol_Text, ImVec4(0.08f, 0.07f, 0.05f, 1.0f));
}

void popChosen() { ImGui::PopStyleColor(4); }

}  // namespace impasto::app
