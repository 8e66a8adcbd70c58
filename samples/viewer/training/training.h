// Training from the viewer: impasto-render takes frames of the scene in view, impasto-train learns a painting on them,
// and every checkpoint becomes a style file that the view takes up. All of it are programs beside this one; what they
// write stays in a folder of its own.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "viewer/gpu/panel_renderer.h"
#include "viewer/model/messages.h"
#include "viewer/painting/thumbnails.h"
#include "viewer/platform/child_process.h"

namespace impasto::app {

struct TrainingSetup {
  std::string painting, perceptual;  // files; without the second the trainer's own network
  std::string preset = "preview";     // as impasto-train style --preset knows it
  int steps = 0;                      // 0: the preset's
};

class Training {
 public:
  enum class Stage { Idle, Capturing, Learning, Stopping, Done, Cancelled, Failed };

  Training(const render::Device& device, PanelRenderer& panels, Messages& messages);
  ~Training();

  TrainingSetup& setup() { return setup_; }
  const TrainingSetup& setup() const { return setup_; }

  // On frames of `scene` (as impasto-render --scene takes it). Throws Error: no painting, no program.
  void start(const std::string& scene);
  void cancel();  // asks; the program may finish a step and write its checkpoint first
  // Once a frame. True: there is a new style at stylePath().
  bool update(double seconds, uint64_t submitted, uint64_t finished);

  Stage stage() const { return stage_; }
  bool running() const { return child_ != nullptr; }
  float progress() const { return progress_; }           // [0, 1]
  const std::string& progressText() const { return progress_text_; }
  const std::string& status() const { return status_; }  // one line
  const std::string& folder() const { return folder_; }
  const std::string& stylePath() const { return style_; }
  const Thumbnail* sample() const { return sample_.texture ? &sample_ : nullptr; }

 private:
  void startLearning();
  void startExport();
  void updateExport(bool& fresh);
  void listen();
  void captured(int status);
  bool ended(int status);
  void fail(const std::string& message);
  void showSample(uint64_t submitted);

  const render::Device& device_;
  PanelRenderer& panels_;
  Messages& messages_;
  TrainingSetup setup_;
  Stage stage_ = Stage::Idle;
  float progress_ = 0.0f;
  std::string progress_text_, status_, folder_, style_, last_line_;
  std::unique_ptr<ChildProcess> child_, export_;
  std::filesystem::file_time_type exported_{};  // the checkpoint that was exported last
  double since_look_ = 0.0, since_stop_ = 0.0;
  std::string sample_path_;
  Thumbnail sample_;
  render::Image sample_image_;
  struct Old {
    render::Image image;
    uint64_t last_frame = 0;
  };
  std::vector<Old> old_;
};

}  // namespace impasto::app
