// Small pictures of the scene as each style paints it: made by the pass, one at a time, beside the frames.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <optional>

#include "viewer/gpu/panel_renderer.h"
#include "viewer/painting/style_library.h"
#include "viewer/painting/work_frame.h"

namespace impasto::app {

inline constexpr uint32_t kThumbnailWidth = 224, kThumbnailMostHeight = 224;

struct Thumbnail {
  ImTextureID texture = nullptr;
  float aspect = 1.0f;  // of the part that is painted: width over height
  float bottom = 1.0f;  // where that part ends in the picture, [0, 1]
};

class Thumbnails {
 public:
  // All must outlive it.
  Thumbnails(const PaintingDevice& device, ImpastoContext context, PanelRenderer& panels);
  ~Thumbnails();

  // Once a frame: takes in what is finished and begins the next that is missing.
  void update(const StyleLibrary& library, uint64_t submitted, uint64_t finished);
  // Into a frame, after the renderer: paints what is ready to be painted.
  void record(VkCommandBuffer commands, uint32_t slot, const render::Targets& targets, const render::CameraView& camera);
  void forget();  // all anew: another scene
  void reloadShaders() {  // the GPU must be idle
    if (frame_) frame_->reloadShaders();
  }

  const Thumbnail* of(uint64_t key) const;  // nullptr: not there yet
  bool complete(const StyleLibrary& library) const;  // all are there

 private:
  struct Job {
    uint64_t key = 0, recorded = 0;  // recorded: the frame, 0 before
    UniqueStyle style;
    UniquePass pass;
    render::Image image;
    std::future<ImpastoPass> making;
    float aspect = 1.0f, bottom = 1.0f;
  };
  struct Done {
    render::Image image;
    Thumbnail thumbnail;
  };
  struct Old {
    render::Image image;
    uint64_t last_frame = 0;
  };
  void drop(Done& done);

  const PaintingDevice& device_;
  ImpastoContext context_;
  PanelRenderer& panels_;
  std::optional<WorkFrame> frame_;
  std::unique_ptr<Job> job_;
  std::map<uint64_t, Done> done_;
  std::vector<Old> old_;
  uint64_t submitted_ = 0;
};

}  // namespace impasto::app
