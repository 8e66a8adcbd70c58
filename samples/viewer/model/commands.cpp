#include "viewer/model/commands.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "common/error.h"

namespace impasto::app {
namespace {

constexpr const char* kLayouts[] = {"painted", "plain", "split", "side by side", "difference"};
constexpr const char* kShown[] = {"picture", "depth", "normals", "base colour", "objects", "motion", "history",
                                  "validity"};
constexpr const char* kCameras[] = {"scene", "orbit", "fly"};
constexpr const char* kLights[] = {"as the scene", "sun", "time of day"};
constexpr const char* kTonemaps[] = {"AgX", "ACES", "neutral", "none"};
constexpr const char* kTabs[] = {"paint", "view", "scene", "output", "train", "window"};
constexpr const char* kFormats[] = {"video", "pictures"};
constexpr const char* kPresets[] = {"preview", "standard", "best", "still"};  // of impasto-train style

using C = Command;
using S = State;

CommandInfo flag(C command, const char* name, const char* label, bool* (*at)(S&), const char* help, bool kept = true) {
  CommandInfo info{command, name, label, ValueKind::Toggle, help, kept};
  info.toggle = at;
  return info;
}
CommandInfo number(C command, const char* name, const char* label, float* (*at)(S&), float low, float high, float step,
                   const char* format, const char* help, bool kept = true, const char* zero = nullptr) {
  CommandInfo info{command, name, label, ValueKind::Number, help, kept};
  info.number = at;
  info.low = low;
  info.high = high;
  info.step = step;
  info.format = format;
  info.zero = zero;
  return info;
}
CommandInfo choice(C command, const char* name, const char* label, int* (*at)(S&),
                   std::span<const char* const> choices, const char* help, bool kept = true) {
  CommandInfo info{command, name, label, ValueKind::Choice, help, kept};
  info.index = at;
  info.choices = choices;
  return info;
}
CommandInfo index(C command, const char* name, const char* label, int* (*at)(S&), const char* help) {
  CommandInfo info{command, name, label, ValueKind::Index, help, false};
  info.index = at;
  return info;
}
CommandInfo act(C command, const char* name, const char* label, const char* help) {
  return {command, name, label, ValueKind::Request, help, false};
}

// clang-format off
const std::array kCommands = {
    flag(C::Paint, "paint", "Paint", [](S& s) { return &s.paint.on; }, "Painting on or off; off costs nothing", false),
    index(C::Style, "style", "Style", [](S& s) { return &s.paint.style; }, "The style that paints, by its place in the list"),
    number(C::Strength, "strength", "Strength", [](S& s) { return &s.paint.strength; }, 0, 1, 0.05f, "%.2f", "0: the scene as it is; 1: painted"),
    number(C::ColorPreservation, "color-preservation", "Keep colours", [](S& s) { return &s.paint.color_preservation; }, 0, 1, 0.05f, "%.2f", "1: the scene's own colours, only lightness is painted"),
    number(C::Detail, "detail", "Fine detail", [](S& s) { return &s.paint.detail; }, 0, 1, 0.05f, "%.2f", "How much of the scene's fine detail is put back"),
    number(C::TemporalWeight, "temporal-weight", "Temporal weight", [](S& s) { return &s.paint.temporal_weight; }, 0, 1, 0.05f, "%.2f", "How much is kept of the frame before, by styles that use it"),
    number(C::StrokeSize, "stroke-size", "Stroke size", [](S& s) { return &s.paint.stroke_size; }, 1, 4, 0.25f, "%.2f x", "Strokes so many times larger: painted at a smaller work resolution, which also costs less"),
    number(C::CrossFade, "cross-fade", "Cross-fade", [](S& s) { return &s.paint.cross_fade_seconds; }, 0, 3, 0.1f, "%.1f s", "How long one style fades into the next", true, "at once"),
    act(C::Mix, "mix", "Mix", "INDEX WEIGHT: how much a painting counts, of a style that holds several"),

    choice(C::LayoutChoice, "layout", "Layout", [](S& s) { return &s.view.layout; }, kLayouts, "What is compared with what"),
    choice(C::ShownChoice, "show", "Show", [](S& s) { return &s.view.shown; }, kShown, "The picture, or what the renderer and the pass know of each pixel"),
    number(C::Split, "split", "Split", [](S& s) { return &s.view.split; }, 0, 1, 0.05f, "%.2f", "Where plain ends and painted begins, of the width; the line can be dragged"),
    number(C::DifferenceGain, "gain", "Amplify", [](S& s) { return &s.view.difference_gain; }, 0.5f, 16, 0.5f, "%.1f x", "Makes differences and motion brighter"),

    act(C::Select, "select", "Select", "NUMBER: selects an object; 0 none. A click in the view does it too"),
    number(C::ObjectStrength, "object-strength", "Its strength", [](S& s) { return &s.object.strength; }, 0, 1, 0.05f, "%.2f", "Of the painting on the selected object; 0 keeps it clean", false),
    act(C::CleanObject, "clean-object", "Keep it clean", "The selected object stays unpainted, or is painted again"),
    act(C::ClearObjects, "clear-objects", "Paint all again", "Forgets what was said of objects"),

    choice(C::CameraChoice, "camera", "Camera", [](S& s) { return &s.camera.kind; }, kCameras, "The scene's own, around a point, or free", false),
    index(C::CameraIndex, "camera-index", "Scene camera", [](S& s) { return &s.camera.index; }, "Which of the scene's cameras"),
    act(C::ResetCamera, "reset-camera", "Reset", "Back to the scene's camera"),
    number(C::FlySpeed, "fly-speed", "Speed", [](S& s) { return &s.camera.speed; }, 0.05f, 20, 0.25f, "%.2f x", "Of flying: at 1 a third of the scene's radius a second; Shift is four times as fast"),
    flag(C::RecordPath, "record-path", "Record a camera path", [](S& s) { return &s.camera.record_path; }, "Writes where the camera went as a file for impasto-render --camera-path", false),

    flag(C::Pause, "pause", "Pause", [](S& s) { return &s.time.paused; }, "Stops the scene's time", false),
    number(C::Time, "time", "Time", [](S& s) { return &s.time.seconds; }, 0, 3600, 1.0f / 24.0f, "%.2f s", "The scene's time", false),
    number(C::TimeSpeed, "time-speed", "Tempo", [](S& s) { return &s.time.speed; }, 0, 4, 0.25f, "%.2f x", "Of the scene's time"),
    index(C::Animation, "animation", "Animation", [](S& s) { return &s.time.animation; }, "Which of the scene's animations plays; the last entry is all of them"),
    act(C::Step, "step", "Step", "One frame (1/24 s) on, paused"),

    choice(C::LightChoice, "light", "Light", [](S& s) { return &s.light.kind; }, kLights, "As the scene says, a sun of your own, or by the time of day", false),
    number(C::SunAzimuth, "sun-azimuth", "Sun direction", [](S& s) { return &s.light.sun_azimuth; }, 0, 360, 5, "%.0f deg", "Where the sun stands, around the vertical", false),
    number(C::SunHeight, "sun-height", "Sun height", [](S& s) { return &s.light.sun_height; }, -10, 90, 5, "%.0f deg", "Above the horizon", false),
    number(C::Hour, "hour", "Time of day", [](S& s) { return &s.light.hour; }, 0, 24, 0.5f, "%.1f h", "Of a day in summer", false),
    number(C::Exposure, "exposure", "Exposure", [](S& s) { return &s.light.exposure_stops; }, -4, 4, 0.25f, "%+.2f stops", "Brighter or darker before the tonemap", false),
    choice(C::TonemapChoice, "tonemap", "Tonemap", [](S& s) { return &s.light.tonemap; }, kTonemaps, "How scene light becomes a picture"),
    flag(C::AmbientOcclusion, "ambient-occlusion", "Ambient occlusion", [](S& s) { return &s.light.ambient_occlusion; }, "Darker where surfaces meet"),
    flag(C::LampShadows, "lamp-shadows", "Shadows of lamps", [](S& s) { return &s.light.lamp_shadows; }, "Of the four brightest lamps; each draws the scene up to six times more"),
    flag(C::TemporalSmoothing, "taa", "Smooth over frames (TAA)", [](S& s) { return &s.light.temporal_smoothing; }, "Gathers edges over frames; off, each frame has four samples a pixel of its own"),
    act(C::OpenEnvironment, "open-environment", "Environment map", "FILE: lights the scene with a Radiance .hdr picture"),
    act(C::NoEnvironment, "no-environment", "Back to the sky", "The scene's own sky again"),

    act(C::Screenshot, "screenshot", "Screenshot", "[FILE]: what is shown"),
    act(C::ScreenshotAll, "screenshot-all", "All pictures", "[FILE]: what is shown, the plain picture and the painted one, as three files"),
    flag(C::Record, "record", "Record", [](S& s) { return &s.output.recording; }, "Records what is shown; the scene's time goes on frame by frame, however long they take", false),
    choice(C::RecordFormatChoice, "record-format", "As", [](S& s) { return &s.output.format; }, kFormats, "One video (H.264), or a folder of PNG pictures"),
    number(C::RecordRate, "record-rate", "Rate", [](S& s) { return &s.output.frames_per_second; }, 1, 120, 1, "%.0f fps", "Frames a second of a recording"),
    flag(C::WithPanels, "with-panels", "With the panels", [](S& s) { return &s.output.with_panels; }, "Screenshots and recordings of the whole window"),
    act(C::OutputFolder, "output-folder", "Folder", "FOLDER: where screenshots, recordings and camera paths go"),

    act(C::TrainPainting, "train-painting", "Painting", "FILE: the painting to learn"),
    act(C::TrainPerceptual, "train-perceptual", "Perceptual network", "FILE: VGG-16 or VGG-19 (.safetensors) for training"),
    choice(C::TrainPreset, "train-preset", "Preset", [](S& s) { return &s.training.preset; }, kPresets, "A first look in minutes, a good style, the best that takes longest, or one for still pictures"),
    number(C::TrainSteps, "train-steps", "Steps", [](S& s) { return &s.training.steps; }, 0, 8000, 100, "%.0f", "How many training steps; some hundred show where it goes", false, "as the preset"),
    act(C::Train, "train", "Train", "Learns the painting on frames of this scene and shows the style as it comes"),
    act(C::CancelTraining, "cancel-training", "Cancel", "Stops training after the step at hand; the last preview stays"),

    flag(C::Panels, "panels", "Panels", [](S& s) { return &s.window.panels; }, "Shows and hides all panels"),
    flag(C::Performance, "performance", "GPU times and memory", [](S& s) { return &s.window.performance; }, "GPU time of each stage, and memory"),
    flag(C::Help, "help", "Keys", [](S& s) { return &s.window.help; }, "The list of keys", false),
    flag(C::Keyboard, "keyboard", "Keyboard on panels", [](S& s) { return &s.window.keyboard; }, "Arrows, Tab, Space and Enter work the panels until Escape", false),
    choice(C::Tab, "tab", "Tab", [](S& s) { return &s.window.tab; }, kTabs, "The panel that is in front", false),
    flag(C::VSync, "vsync", "VSync", [](S& s) { return &s.window.vsync; }, "Waits for the screen: no tearing"),
    number(C::FrameLimit, "frame-limit", "Frame limit", [](S& s) { return &s.window.frame_limit; }, 0, 240, 10, "%.0f fps", "The most frames a second", true, "none"),
    flag(C::Fullscreen, "fullscreen", "Fullscreen", [](S& s) { return &s.window.fullscreen; }, "The whole screen", false),
    number(C::Scale, "scale", "Size of text", [](S& s) { return &s.window.scale; }, 0, 3, 0.25f, "%.2f x", "Of text and panels; at its left end as the screen says", true, "automatic"),
    number(C::Budget, "budget", "Budget", [](S& s) { return &s.window.budget_milliseconds; }, 1, 100, 1, "%.1f ms", "The line in the graph: what a frame may cost on the GPU"),

    act(C::Open, "open", "Open", "FILE: a scene, a style, an environment map or a painting to train on"),
    act(C::OpenDialog, "open-dialog", "Open...", "Chooses a file to open"),
    act(C::RemoveStyle, "remove-style", "Remove", "Takes the style off the list; its file stays"),
    act(C::ReloadShaders, "reload-shaders", "Reload shaders", "Compiles the renderer's and the viewer's shaders anew (debug builds, or --shaders)"),
    act(C::Quit, "quit", "Quit", "Closes the viewer"),
};
// clang-format on

float clampedNumber(const CommandInfo& info, float value) {
  return std::isfinite(value) ? std::clamp(value, info.low, info.high) : info.low;
}

}  // namespace

std::span<const CommandInfo> allCommands() { return kCommands; }

const CommandInfo& commandInfo(Command command) { return kCommands[static_cast<size_t>(command)]; }

const CommandInfo* findCommand(std::string_view name) {
  const auto found = std::find_if(kCommands.begin(), kCommands.end(), [&](const auto& info) { return name == info.name; });
  return found == kCommands.end() ? nullptr : &*found;
}

int ListSizes::of(Command command) const {
  if (command == Command::Style) return styles;
  return command == Command::CameraIndex ? cameras : animations;
}

void apply(Model& model, const Action& action) {
  const CommandInfo& info = commandInfo(action.command);
  State& state = model.state;
  switch (info.kind) {
    case ValueKind::Toggle: {
      bool& value = *info.toggle(state);
      value = action.mode == Action::Mode::Set ? action.number != 0.0f : !value;
      break;
    }
    case ValueKind::Number: {
      float& value = *info.number(state);
      if (action.mode == Action::Mode::Set) {
        value = clampedNumber(info, action.number);
      } else {
        // To the nearest step, so that nudging there and back ends where it began.
        value = clampedNumber(info, std::round((value + action.number * info.step) / info.step) * info.step);
      }
      break;
    }
    case ValueKind::Choice:
    case ValueKind::Index: {
      int& value = *info.index(state);
      const int count =
          info.kind == ValueKind::Choice ? static_cast<int>(info.choices.size()) : model.sizes.of(info.command);
      if (count <= 0) break;
      const int wanted = static_cast<int>(std::lround(action.number));
      value = action.mode == Action::Mode::Set ? std::clamp(wanted, 0, count - 1) : ((value + wanted) % count + count) % count;
      break;
    }
    case ValueKind::Request:
      model.requests.push_back(action);
      break;
  }
}

Action parseAction(const CommandInfo& info, const std::string& value) {
  const auto wrong = [&](const std::string& expected) -> Error {
    return Error(std::string(info.name) + ": '" + value + "' is not " + expected);
  };
  const auto asNumber = [&](float low, float high) {
    float number = 0.0f;
    const char* end = value.data() + value.size();
    const auto [at, failure] = std::from_chars(value.data(), end, number);
    if (failure != std::errc() || at != end || !(number >= low && number <= high)) {
      char range[64];
      std::snprintf(range, sizeof range, "a number from %g to %g", static_cast<double>(low), static_cast<double>(high));
      throw wrong(range);
    }
    return number;
  };
  switch (info.kind) {
    case ValueKind::Toggle:
      if (value == "on" || value == "off") return setTo(info.command, value == "on" ? 1.0f : 0.0f);
      throw wrong("on or off");
    case ValueKind::Number:
      return setTo(info.command, asNumber(info.low, info.high));
    case ValueKind::Index:
      return setTo(info.command, asNumber(0.0f, 100000.0f));
    case ValueKind::Choice: {
      std::string names;
      for (size_t i = 0; i < info.choices.size(); ++i) {
        if (value == info.choices[i]) return setTo(info.command, static_cast<float>(i));
        names += (i == 0 ? "" : ", ") + std::string(info.choices[i]);
      }
      throw wrong("one of: " + names);
    }
    case ValueKind::Request:
      break;
  }
  return request(info.command, value);
}

std::string valueText(const CommandInfo& info, const State& state) {
  State& at = const_cast<State&>(state);  // only read
  char text[64] = "";
  switch (info.kind) {
    case ValueKind::Toggle:
      return *info.toggle(at) ? "on" : "off";
    case ValueKind::Number:
      std::snprintf(text, sizeof text, "%.9g", static_cast<double>(*info.number(at)));
      break;
    case ValueKind::Index:
      std::snprintf(text, sizeof text, "%d", *info.index(at));
      break;
    case ValueKind::Choice:
      return info.choices[static_cast<size_t>(*info.index(at))];
    case ValueKind::Request:
      break;
  }
  return text;
}

}  // namespace impasto::app
