// Paints pictures with a style.
//
// Owns the style, the device and the pass, which is kept from picture to picture and resized where extents differ. One
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/block_painter.h"
#include "media/image.h"

namespace impasto::app {

struct PainterOptions {
  std::string style;  // path of a style file
  std::string mix;    // of its paintings, see style_mix.h; empty: the first
  // AUTO: what the library takes on the device, or REFERENCE, which needs no device, where none can paint.
  ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
  ImpastoControls controls{};
  double stroke_scale = 1;  // how much larger than the style's own strokes are; see stroke_scale.h
  bool validation = false;
};

class Painter {
 public:
  // Throws Error. `notice`, if not empty afterwards, says why Auto became the reference.
  Painter(const PainterOptions& options, std::string& notice);

  // See paintPicture().
  void paint(media::Image& image, const std::function<void(double)>& on_block);

  std::string description() const { return blocks_->description(); }

 private:
  UniqueStyle style_;
  ImpastoControls controls_;
  double stroke_scale_;
  std::unique_ptr<BlockPainter> blocks_;
};

}  // namespace impasto::app
