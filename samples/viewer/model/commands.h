// The viewer's commands: one table that keys, panels, scripts and the settings file go by. A command either changes a
// number of the State, within its range, or is a request that the application carries out (open a file, take a
// screenshot). To add one: a line in Command and one in commands.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/model/state.h"

namespace impasto::app {

enum class Command {
  // Painting
  Paint, Style, Strength, ColorPreservation, Detail, TemporalWeight, StrokeSize, CrossFade, Mix,
  // View
  LayoutChoice, ShownChoice, Split, DifferenceGain,
  // Objects
  Select, ObjectStrength, CleanObject, ClearObjects,
  // Camera
  CameraChoice, CameraIndex, ResetCamera, FlySpeed, RecordPath,
  // Time
  Pause, Time, TimeSpeed, Animation, Step,
  // Light
  LightChoice, SunAzimuth, SunHeight, Hour, Exposure, TonemapChoice, AmbientOcclusion, LampShadows,
  TemporalSmoothing,
  OpenEnvironment, NoEnvironment,
  // Output
  Screenshot, ScreenshotAll, Record, RecordFormatChoice, RecordRate, WithPanels, OutputFolder,
  // Training
  TrainPainting, TrainPerceptual, TrainPreset, TrainSteps, Train, CancelTraining,
  // Window
  Panels, Performance, Help, Keyboard, Tab, VSync, FrameLimit, Fullscreen, Scale, Budget,
  // Files and the program
  Open, OpenDialog, RemoveStyle, ReloadShaders, Quit,
  Count
};

enum class ValueKind {
  Toggle,   // on, off
  Number,   // a float in a range
  Choice,   // one of some names
  Index,    // of a list that depends on what is open
  Request,  // nothing, or a text, that the application acts on
};

struct CommandInfo {
  Command command;
  const char* name;   // in scripts and settings
  const char* label;  // on panels
  ValueKind kind;
  const char* help;
  bool kept = false;  // between runs
  bool* (*toggle)(State&) = nullptr;
  float* (*number)(State&) = nullptr;
  int* (*index)(State&) = nullptr;
  float low = 0.0f, high = 1.0f, step = 0.05f;
  const char* format = "%.2f";
  const char* zero = nullptr;  // what panels say instead of 0
  std::span<const char* const> choices = {};
};

const CommandInfo& commandInfo(Command command);
std::span<const CommandInfo> allCommands();
const CommandInfo* findCommand(std::string_view name);  // nullptr if there is none

struct Action {
  enum class Mode { Set, Nudge, Toggle };
  Command command = Command::Paint;
  Mode mode = Mode::Set;
  float number = 0.0f;  // the value; of a Nudge, steps
  std::string text;     // of requests
};
inline Action setTo(Command command, float number) { return {command, Action::Mode::Set, number, {}}; }
inline Action nudge(Command command, float steps) { return {command, Action::Mode::Nudge, steps, {}}; }
inline Action toggle(Command command) { return {command, Action::Mode::Toggle, 0.0f, {}}; }
inline Action request(Command command, std::string text = {}) {
  return {command, Action::Mode::Set, 0.0f, std::move(text)};
}

// How long the lists are that Index commands point into.
struct ListSizes {
  int styles = 0, cameras = 0, animations = 0;
  int of(Command command) const;
};

struct Model {
  State state;
  ListSizes sizes;
  std::vector<Action> requests;  // for the application, in order
};

// Numbers out of range are clamped, indices wrapped around when nudged and clamped when set.
void apply(Model& model, const Action& action);

// "0.5", "on", "split", as scripts and settings write values. Throws Error, naming the command.
Action parseAction(const CommandInfo& info, const std::string& value);

// The value as parseAction() reads it; "" for requests.
std::string valueText(const CommandInfo& info, const State& state);

}  // namespace impasto::app
