// All that the viewer shows and does, as plain numbers: what keys, panels and scripts change through commands
// (commands.h), and what the settings file keeps. Main thread only.
#pragma once

namespace impasto::app {

enum class Layout : int { Painted, Plain, Split, SideBySide, Difference };
enum class Shown : int { Picture, Depth, Normals, BaseColor, Objects, Motion, History, Validity };
enum class CameraKind : int { Scene, Orbit, Fly };
enum class LightKind : int { Scene, Sun, Time };
enum class RecordFormat : int { Video, Pictures };

struct State {
  struct Paint {
    bool on = true;
    int style = 0;
    float strength = 1.0f, color_preservation = 0.0f, detail = 0.0f, temporal_weight = 1.0f;  // [0, 1]
    float stroke_size = 1.0f;         // how much larger than the style's own strokes are
    float cross_fade_seconds = 0.3f;  // between styles
  } paint;

  struct View {
    int layout = static_cast<int>(Layout::Split);
    int shown = static_cast<int>(Shown::Picture);
    float split = 0.5f;            // left of it plain, right of it painted; of the width
    float difference_gain = 2.0f;  // of the difference and of motion
  } view;

  struct Camera {
    int kind = static_cast<int>(CameraKind::Scene);
    int index = 0;            // of the scene's cameras
    float speed = 1.0f;       // of flying: a third of the scene's radius a second at 1
    bool record_path = false;
  } camera;

  struct Time {
    bool paused = false;
    float seconds = 0.0f, speed = 1.0f;
    int animation = 0;  // the last index means all of them
  } time;

  struct Light {
    int kind = static_cast<int>(LightKind::Scene);
    float sun_azimuth = 45.0f, sun_height = 40.0f;  // degrees; from +Z towards +X, and above the horizon
    float hour = 15.0f;                             // of a summer's day, [0, 24]
    float exposure_stops = 0.0f;
    int tonemap = 0;  // render::Tonemap
    bool ambient_occlusion = true, lamp_shadows = false, temporal_smoothing = false;
  } light;

  struct Object {
    float strength = 1.0f;  // of the selected one
  } object;

  struct Output {
    int format = static_cast<int>(RecordFormat::Video);
    float frames_per_second = 30.0f;
    bool recording = false;
    bool with_panels = false;  // in screenshots and recordings
  } output;

  struct Training {
    int preset = 0;      // of impasto-train style: preview, standard, best, still
    float steps = 0.0f;  // 0: the preset's
  } training;

  struct Window {
    bool vsync = true, fullscreen = false;
    float frame_limit = 0.0f;  // frames a second; 0: none
    float scale = 0.0f;        // of text and panels; 0: the screen's own
    bool panels = true, performance = false, help = false, keyboard = false;
    float budget_milliseconds = 16.7f;  // of a frame on the GPU
    int tab = 0;
  } window;
};

}  // namespace impasto::app
