#include "viewer/model/keys.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace impasto::app {
namespace {

using C = Command;
constexpr int kShift = GLFW_MOD_SHIFT, kControl = GLFW_MOD_CONTROL;

// clang-format off
const std::array kBindings = {
    KeyBinding{{GLFW_KEY_1, 0}, "1 ... 9", setTo(C::Style, 0), "Painting", "Style by its place in the list"},
    KeyBinding{{GLFW_KEY_2, 0}, "2", setTo(C::Style, 1), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_3, 0}, "3", setTo(C::Style, 2), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_4, 0}, "4", setTo(C::Style, 3), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_5, 0}, "5", setTo(C::Style, 4), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_6, 0}, "6", setTo(C::Style, 5), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_7, 0}, "7", setTo(C::Style, 6), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_8, 0}, "8", setTo(C::Style, 7), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_9, 0}, "9", setTo(C::Style, 8), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_TAB, 0}, "Tab", nudge(C::Style, 1), "Painting", "Next style; with Shift the one before"},
    KeyBinding{{GLFW_KEY_TAB, kShift}, "Shift+Tab", nudge(C::Style, -1), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_SPACE, 0}, "Space", toggle(C::Paint), "Painting", "Painting on and off"},
    KeyBinding{{GLFW_KEY_UP, 0}, "Up Down", nudge(C::Strength, 1), "Painting", "Strength"},
    KeyBinding{{GLFW_KEY_DOWN, 0}, "Down", nudge(C::Strength, -1), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_PERIOD, 0}, ", .", nudge(C::ColorPreservation, 1), "Painting", "Keep the scene's colours"},
    KeyBinding{{GLFW_KEY_COMMA, 0}, ",", nudge(C::ColorPreservation, -1), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_EQUAL, 0}, "- =", nudge(C::Detail, 1), "Painting", "Fine detail"},
    KeyBinding{{GLFW_KEY_MINUS, 0}, "-", nudge(C::Detail, -1), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_RIGHT_BRACKET, 0}, "[ ]", nudge(C::StrokeSize, 1), "Painting", "Stroke size"},
    KeyBinding{{GLFW_KEY_LEFT_BRACKET, 0}, "[", nudge(C::StrokeSize, -1), "Painting", nullptr},
    KeyBinding{{GLFW_KEY_APOSTROPHE, 0}, "; '", nudge(C::TemporalWeight, 1), "Painting", "Temporal weight"},
    KeyBinding{{GLFW_KEY_SEMICOLON, 0}, ";", nudge(C::TemporalWeight, -1), "Painting", nullptr},

    KeyBinding{{GLFW_KEY_V, 0}, "V", nudge(C::LayoutChoice, 1), "View", "Painted, plain, split, side by side, difference"},
    KeyBinding{{GLFW_KEY_V, kShift}, "Shift+V", nudge(C::LayoutChoice, -1), "View", nullptr},
    KeyBinding{{GLFW_KEY_B, 0}, "B", nudge(C::ShownChoice, 1), "View", "Picture, depth, normals, motion, ..."},
    KeyBinding{{GLFW_KEY_B, kShift}, "Shift+B", nudge(C::ShownChoice, -1), "View", nullptr},
    KeyBinding{{GLFW_KEY_RIGHT, 0}, "Left Right", nudge(C::Split, 1), "View", "Moves the split; so does dragging its line"},
    KeyBinding{{GLFW_KEY_LEFT, 0}, "Left", nudge(C::Split, -1), "View", nullptr},
    KeyBinding{{GLFW_KEY_K, 0}, "K", request(C::CleanObject), "View", "Keeps the selected object clean; a click selects"},
    KeyBinding{{GLFW_KEY_X, 0}, "X", request(C::ClearObjects), "View", "Paints all objects again"},

    KeyBinding{{GLFW_KEY_C, 0}, "C", setTo(C::CameraChoice, 0), "Camera", "The scene's camera; again: its next one"},
    KeyBinding{{GLFW_KEY_O, 0}, "O", setTo(C::CameraChoice, 1), "Camera", "Orbit: drag turns, wheel nears, middle button moves"},
    KeyBinding{{GLFW_KEY_F, 0}, "F", setTo(C::CameraChoice, 2), "Camera", "Fly: W A S D Q E, drag looks, Shift is faster, wheel sets the speed"},
    KeyBinding{{GLFW_KEY_R, 0}, "R", request(C::ResetCamera), "Camera", "Resets the camera"},
    KeyBinding{{GLFW_KEY_F10, 0}, "F10", toggle(C::RecordPath), "Camera", "Records the camera's path"},

    KeyBinding{{GLFW_KEY_P, 0}, "P", toggle(C::Pause), "Scene", "Pause"},
    KeyBinding{{GLFW_KEY_G, 0}, "G", nudge(C::Animation, 1), "Scene", "Next animation"},
    KeyBinding{{GLFW_KEY_N, 0}, "N", request(C::Step), "Scene", "One frame on"},
    KeyBinding{{GLFW_KEY_HOME, 0}, "Home", setTo(C::Time, 0), "Scene", "Back to the beginning"},
    KeyBinding{{GLFW_KEY_L, 0}, "L", nudge(C::LightChoice, 1), "Scene", "Light: the scene's, a sun, time of day"},
    KeyBinding{{GLFW_KEY_U, 0}, "Y U", nudge(C::Hour, 1), "Scene", "Time of day"},
    KeyBinding{{GLFW_KEY_Y, 0}, "Y", nudge(C::Hour, -1), "Scene", nullptr},
    KeyBinding{{GLFW_KEY_J, 0}, "H J", nudge(C::SunAzimuth, 1), "Scene", "Sun direction"},
    KeyBinding{{GLFW_KEY_H, 0}, "H", nudge(C::SunAzimuth, -1), "Scene", nullptr},
    KeyBinding{{GLFW_KEY_J, kShift}, "Shift+H Shift+J", nudge(C::SunHeight, 1), "Scene", "Sun height"},
    KeyBinding{{GLFW_KEY_H, kShift}, "Shift+H", nudge(C::SunHeight, -1), "Scene", nullptr},
    KeyBinding{{GLFW_KEY_PAGE_UP, 0}, "PgUp PgDn", nudge(C::Exposure, 1), "Scene", "Exposure"},
    KeyBinding{{GLFW_KEY_PAGE_DOWN, 0}, "PgDn", nudge(C::Exposure, -1), "Scene", nullptr},
    KeyBinding{{GLFW_KEY_T, 0}, "T", nudge(C::TonemapChoice, 1), "Scene", "Tonemap"},

    KeyBinding{{GLFW_KEY_F12, 0}, "F12 Enter", request(C::Screenshot), "Output", "Screenshot of what is shown"},
    KeyBinding{{GLFW_KEY_ENTER, 0}, "Enter", request(C::Screenshot), "Output", nullptr},
    KeyBinding{{GLFW_KEY_F12, kShift}, "Shift+F12", request(C::ScreenshotAll), "Output", "Shown, plain and painted pictures"},
    KeyBinding{{GLFW_KEY_F9, 0}, "F9", toggle(C::Record), "Output", "Starts and ends recording"},

    KeyBinding{{GLFW_KEY_F1, 0}, "F1", toggle(C::Help), "Window", "This list"},
    KeyBinding{{GLFW_KEY_F2, 0}, "F2", toggle(C::Keyboard), "Window", "Keyboard on the panels, until Escape"},
    KeyBinding{{GLFW_KEY_F3, 0}, "F3", toggle(C::Performance), "Window", "GPU times and memory"},
    KeyBinding{{GLFW_KEY_F4, 0}, "F4", toggle(C::Panels), "Window", "Panels on and off"},
    KeyBinding{{GLFW_KEY_F5, 0}, "F5", request(C::ReloadShaders), "Window", "Reloads shaders (debug builds, --shaders)"},
    KeyBinding{{GLFW_KEY_F6, 0}, "F6", nudge(C::Tab, 1), "Window", "Next panel"},
    KeyBinding{{GLFW_KEY_F7, 0}, "F7", toggle(C::VSync), "Window", "VSync"},
    KeyBinding{{GLFW_KEY_F11, 0}, "F11", toggle(C::Fullscreen), "Window", "Fullscreen"},
    KeyBinding{{GLFW_KEY_O, kControl}, "Ctrl+O", request(C::OpenDialog), "Window", "Opens a file"},
    KeyBinding{{GLFW_KEY_ESCAPE, 0}, "Escape", request(C::Quit), "Window", "Closes what is open in front, then the viewer"},
};
// clang-format on

struct NamedKey {
  const char* name;
  int key;
};
constexpr NamedKey kNamedKeys[] = {
    {"tab", GLFW_KEY_TAB},         {"space", GLFW_KEY_SPACE},     {"enter", GLFW_KEY_ENTER},
    {"escape", GLFW_KEY_ESCAPE},   {"up", GLFW_KEY_UP},           {"down", GLFW_KEY_DOWN},
    {"left", GLFW_KEY_LEFT},       {"right", GLFW_KEY_RIGHT},     {"home", GLFW_KEY_HOME},
    {"pgup", GLFW_KEY_PAGE_UP},    {"pgdn", GLFW_KEY_PAGE_DOWN},  {"comma", GLFW_KEY_COMMA},
    {"period", GLFW_KEY_PERIOD},   {"minus", GLFW_KEY_MINUS},     {"equal", GLFW_KEY_EQUAL},
    {"[", GLFW_KEY_LEFT_BRACKET},  {"]", GLFW_KEY_RIGHT_BRACKET}, {"semicolon", GLFW_KEY_SEMICOLON},
    {"'", GLFW_KEY_APOSTROPHE},    {"shift", GLFW_KEY_LEFT_SHIFT}, {"backspace", GLFW_KEY_BACKSPACE},
};

std::string lowered(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

std::span<const KeyBinding> keyBindings() { return kBindings; }

const Action* actionOf(const KeyStroke& stroke, bool repeated) {
  const auto found =
      std::find_if(kBindings.begin(), kBindings.end(), [&](const KeyBinding& b) { return b.stroke == stroke; });
  if (found == kBindings.end()) return nullptr;
  const bool repeats =
      found->action.mode == Action::Mode::Nudge && commandInfo(found->action.command).kind == ValueKind::Number;
  return repeated && !repeats ? nullptr : &found->action;
}

std::optional<KeyStroke> keyNamed(const std::string& text) {
  std::string name = lowered(text);
  KeyStroke stroke;
  const auto takePrefix = [&](const std::string& prefix, int modifier) {
    if (name.size() <= prefix.size() || name.compare(0, prefix.size(), prefix) != 0) return;
    name.erase(0, prefix.size());
    stroke.modifiers |= modifier;
  };
  takePrefix("ctrl+", kControl);
  takePrefix("shift+", kShift);
  for (const NamedKey& named : kNamedKeys) {
    if (name == named.name) {
      stroke.key = named.key;
      return stroke;
    }
  }
  if (name.size() == 1 && std::isalnum(static_cast<unsigned char>(name[0]))) {
    stroke.key = std::toupper(static_cast<unsigned char>(name[0]));  // GLFW's letters and digits are ASCII
    return stroke;
  }
  int number = 0;
  const char* end = name.data() + name.size();
  if (name.size() < 2 || name[0] != 'f') return std::nullopt;
  const auto [at, failure] = std::from_chars(name.data() + 1, end, number);
  if (failure != std::errc() || at != end || number < 1 || number > 12) return std::nullopt;
  stroke.key = GLFW_KEY_F1 + number - 1;
  return stroke;
}

}  // namespace impasto::app
