// The painted picture of the view: passes at work, the one that fades in, and those kept ready.
//
// A layer is one style at the view's extent: a pass and the picture it paints. Making one takes a while and happens on
// another thread, while the layer before goes on painting; then it fades in. The last few stay warm, so that going back
// to them is instant. Main thread only, but for the making.
#pragma once

#include <array>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "viewer/gpu/fullscreen_pass.h"
#include "viewer/model/messages.h"
#include "viewer/painting/work_frame.h"

namespace impasto::app {

struct PaintInputs {
  const render::Targets* targets = nullptr;
  const render::CameraView* camera = nullptr;
  const render::Image* mask = nullptr;  // strength per pixel; nullptr: everywhere
  ImpastoControls controls{};
  float stroke_size = 1.0f;
  bool cut = false;  // the frame before was of another scene or place
};

class Painting {
 public:
  // What it is given must outlive it. Throws Error.
  Painting(const PaintingDevice& device, Messages& messages);
  ~Painting();

  void resize(VkExtent2D extent);  // the GPU must be idle

  // `key` is another one for every version of every style; the style is kept alive as long as it is used.
  void choose(uint64_t key, ImpastoStyle style, const std::string& name);
  // What of a style's paintings is painted, for the style with this key; empty: its first.
  void setVector(uint64_t key, std::span<const float> vector);

  // Once a frame: takes in what was made, fades, frees. `submitted` and `finished` number frames.
  void update(double seconds, float fade_seconds, uint64_t submitted, uint64_t finished);

  bool ready() const { return current_ != nullptr; }
  bool settled() const;               // the chosen style alone is shown
  uint64_t key() const;               // of the style that is shown; of two the one that fades in
  const std::string& name() const;    // likewise
  void record(VkCommandBuffer commands, uint32_t slot, const PaintInputs& inputs);
  void skip();  // this frame is not painted: the next one begins anew

  // For kReaders, after record().
  const render::Image* image() const { return current_ ? &current_->image : nullptr; }
  const render::Image* incoming() const { return incoming_ ? &incoming_->image : nullptr; }
  float fade() const { return fade_; }

  ImpastoContext context() const { return context_.get(); }
  void reloadShaders();  // of what is the viewer's own; the GPU must be idle

  uint64_t memoryBytes() const;  // of the passes, on the device
  std::optional<ImpastoTimings> timings() const;

 private:
  struct Layer {
    uint64_t key = 0;
    std::string name;
    UniqueStyle style;
    UniquePass pass;
    render::Image image;  // RGBA8
    render::Image work;   // the painted work frame; made when strokes are larger first
    std::vector<float> vector;
    uint64_t last_used = 0;
    bool fresh = true;
  };
  using LayerPtr = std::unique_ptr<Layer>;
  struct Made {
    LayerPtr layer;
    std::string failure;
  };

  LayerPtr make(uint64_t key, const std::string& name, UniqueStyle style, VkExtent2D extent) const;
  void startMaking();
  void takeMade();
  void finishFade();
  void paint(VkCommandBuffer commands, uint32_t slot, Layer& layer, size_t role, const PaintInputs& inputs,
             VkExtent2D work_extent);
  static UniqueStyle retained(ImpastoStyle style);

  const PaintingDevice& device_;
  Messages& messages_;
  UniqueContext context_;
  VkExtent2D extent_{};

  uint64_t wanted_key_ = 0, failed_key_ = 0;
  std::string wanted_name_;
  UniqueStyle wanted_style_;

  LayerPtr current_, incoming_;
  std::vector<LayerPtr> warm_;     // the newest last
  std::vector<LayerPtr> retired_;  // until the GPU has finished with them
  float fade_ = 0.0f;
  uint64_t submitted_ = 0;
  std::future<Made> making_;

  std::optional<WorkFrame> work_frame_;
  std::array<std::optional<FullscreenPass>, 2> strokes_;  // of current and incoming
};

}  // namespace impasto::app
