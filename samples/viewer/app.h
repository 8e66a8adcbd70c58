// The viewer: owns what there is, and goes round once a frame. main.cpp fills in the options.
//
//   window and script -> Input -> panels and keys -> commands -> Model -> camera, light, painting -> frame -> window
//
// Everything runs on the main thread, except reading files, making passes and writing pictures.
#pragma once

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "viewer/gpu/shader_reload.h"
#include "viewer/gpu/view_composer.h"
#include "viewer/output/frame_grabber.h"
#include "viewer/output/path_recorder.h"
#include "viewer/output/writer.h"
#include "viewer/script/script.h"
#include "viewer/ui/ui.h"
#include "viewer/view_control.h"

namespace impasto::app {

struct AppOptions {
  std::string scene;                // empty: the one that was open last, or the sample
  std::vector<std::string> styles;  // empty: those that were open last, or those beside the program
  std::optional<uint32_t> width, height;
  std::vector<Action> actions;      // what flags say of the state
  uint32_t frames = 0;              // 0: until the window is closed
  std::string screenshot;           // of the last of `frames`
  std::string script;
  std::filesystem::path shaders;    // sources that are looked after; empty: none
  std::filesystem::path settings;   // file; empty: nothing is kept
  std::filesystem::path output = ".";
  bool validation = false;
  bool plain_font = false;          // the font that is compiled in
};

// For those who measure: called around what the viewer does for a frame, ImGui's own part excluded.
struct FrameHooks {
  std::function<void()> begin, end;
  std::function<void(const std::string&)> mark;  // `mark NAME` in a script
};

class App {
 public:
  explicit App(const AppOptions& options, FrameHooks hooks = {});  // throws Error
  ~App();

  void run();  // throws Error

 private:
  using Clock = std::chrono::steady_clock;

  // app.cpp: the round
  void runScript();
  double frameSeconds();
  void resizeAll(const Arrangement& arrangement);
  void buildUi(const Arrangement& arrangement, double seconds);
  void takeKeys();
  void updateStyles(double seconds);
  void updateScene(double seconds);
  bool showFrame(const Arrangement& arrangement);
  void record(const Frames::Frame& frame, const Arrangement& arrangement);
  void recordOutputs(const Frames::Frame& frame, const Arrangement& arrangement);
  bool paints() const;
  void limitRate();
  void setTitle();
  bool settled() const;

  // app_requests.cpp: what commands ask for
  void takeRequests();
  void carryOut(const Action& action);
  void open(const std::string& name);
  void openScene(const std::string& name);
  void openStyle(const std::string& path, bool choose);
  void takeLoaded();
  void takeShaders(double seconds);
  void reloadShaders();
  void openFirst();
  void select(uint32_t object);
  void updateRecording();
  void updatePath(double seconds);
  std::filesystem::path freeName(const char* extension);
  void saveSettings();

  AppOptions options_;
  FrameHooks hooks_;
  Messages messages_{"impasto-viewer"};
  Model model_;
  Settings settings_;
  Input input_;
  Window window_;
  PaintingDevice device_;
  std::unique_ptr<Frames> frames_;
  std::unique_ptr<Ui> ui_;
  std::unique_ptr<StageTimes> times_;
  std::unique_ptr<ViewComposer> composer_;
  std::unique_ptr<Painting> painting_;
  std::unique_ptr<Thumbnails> thumbnails_;
  std::unique_ptr<FrameGrabber> grabber_;
  std::unique_ptr<Performance> performance_;
  std::unique_ptr<Training> training_;
  std::unique_ptr<SceneSession> session_;
  StyleLibrary library_{messages_};
  Writer writer_{messages_};
  ShaderReload shaders_;
  FileDialog dialog_;
  ViewControl control_;
  PathRecorder path_;
  std::optional<Script> script_;

  std::future<std::unique_ptr<LoadedScene>> loading_scene_;
  std::future<std::unique_ptr<render::EnvironmentMap>> loading_map_;
  std::string loading_name_;

  State::View shown_view_;          // as the frame was laid out
  State::Light set_light_;          // as the renderer has it
  VkExtent2D picture_{};            // of one picture
  std::string output_folder_, device_name_, titled_;
  uint32_t selected_ = 0;           // object
  std::optional<VkOffset2D> pick_;  // to be asked of the next frame
  struct Shot {
    std::filesystem::path path;  // with an extension
    bool all = false;
  };
  std::vector<Shot> shots_;
  int shots_in_flight_ = 0;
  bool recording_ = false, painted_before_ = false, light_changed_ = true, fullscreen_ = false;
  VkExtent2D recorded_{};
  int next_number_ = 0;
  uint32_t shown_ = 0;              // frames of a scene
  Clock::time_point last_frame_ = Clock::now();
  double elapsed_ = 0.0;            // since the frame before, truly: a script has a time of its own
};

}  // namespace impasto::app
