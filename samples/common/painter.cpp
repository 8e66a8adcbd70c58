#include "common/painter.h"

#include <stdexcept>

#include "common/error.h"
#include "common/paint_picture.h"
#include "common/stroke_scale.h"
#include "common/style_mix.h"

namespace impasto::app {

Painter::Painter(const PainterOptions& options, std::string& notice)
    : style_(loadStyle(options.style)), controls_(options.controls), stroke_scale_(options.stroke_scale) {
  ImpastoStyleInfo info{};
  info.size = sizeof info;
  checkImpasto(impastoStyleGetInfo(style_.get(), &info), options.style);
  if (info.needs_depth || info.needs_normals) {
    throw Error(options.style + ": this style needs depth or normals, which pictures do not have");
  }
  const std::vector<float> style_vector = parseMix(style_.get(), options.style, options.mix);
  const ImpastoBackend wanted = options.backend;
  if (wanted == IMPASTO_BACKEND_REFERENCE) {
    blocks_ = createHostPainter(style_.get(), style_vector, wanted);
    return;
  }
  try {
    blocks_ = createPassPainter(style_.get(), style_vector, wanted, options.validation);
    return;
  } catch (const std::runtime_error& error) {
    if (wanted != IMPASTO_BACKEND_AUTO && wanted != IMPASTO_BACKEND_CPU) throw;
    notice = error.what();
  }
  try {
    blocks_ = createHostPainter(style_.get(), style_vector, IMPASTO_BACKEND_CPU);
    notice += "; painting without Vulkan";
  } catch (const std::runtime_error&) {
    if (wanted == IMPASTO_BACKEND_CPU) throw;
    blocks_ = createHostPainter(style_.get(), style_vector, IMPASTO_BACKEND_REFERENCE);
    notice += "; painting with the reference on the processor, which is slow";
  }
}

void Painter::paint(media::Image& image, const std::function<void(double)>& on_block) {
  if (stroke_scale_ == 1) return paintPicture(*blocks_, controls_, image, on_block);
  const media::Image work = workPicture(image, stroke_scale_);
  media::Image painted = work;
  ImpastoControls neutral{};
  neutral.size = sizeof neutral;
  impastoDefaultControls(&neutral);
  paintPicture(*blocks_, neutral, painted, on_block);
  compositeStrokes(image, work, painted, controls_);
}

}  // namespace impasto::app
