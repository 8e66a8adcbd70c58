#include "common/stroke_scale.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "media/color_profile.h"
#include "media/parallel.h"
#include "media/resize.h"

namespace impasto::app {
namespace {

float luma(const float* rgb) { return 0.2126f * rgb[0] + 0.7152f * rgb[1] + 0.0722f * rgb[2]; }  // BT.709

// Rows of an image as encoded sRGB, in which the controls are defined, and back.
class EncodedRows {
 public:
  explicit EncodedRows(const media::Image& image) : linear_(media::isFloat(image.type)) {
    if (!image.metadata.icc.empty()) transform_.emplace(image.metadata.icc, linear_);
  }
  void load(const media::Image& image, uint32_t y, std::vector<float>& row) const {
    media::loadPixels(image, 0, y, image.width, row.data());
    if (transform_) transform_->toSrgb(row.data(), image.width);
    if (linear_) forColors(row, media::srgbFromLinear);
  }
  void store(std::vector<float>& row, uint32_t y, media::Image& image) const {
    if (linear_) forColors(row, media::linearFromSrgb);
    if (transform_) transform_->fromSrgb(row.data(), image.width);
    media::storePixels(image, 0, y, image.width, row.data());
  }

 private:
  static void forColors(std::vector<float>& row, float (*curve)(float)) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i % 4 != 3) row[i] = curve(row[i]);
    }
  }
  bool linear_;
  std::optional<media::ColorTransform> transform_;
};

}  // namespace

media::Image workPicture(const media::Image& image, double scale) {
  const auto scaled = [&](uint32_t side) { return static_cast<uint32_t>(std::max(1L, std::lround(side / scale))); };
  return media::resizeImage(image, scaled(image.width), scaled(image.height));
}

void compositeStrokes(media::Image& image, const media::Image& work, const media::Image& painted_work,
                      const ImpastoControls& controls) {
  if (controls.strength == 0) return;
  const media::Image painted = media::resizeImage(painted_work, image.width, image.height);
  const bool wants_detail = controls.detail > 0;
  const media::Image blurred = wants_detail ? media::resizeImage(work, image.width, image.height) : media::Image();
  const EncodedRows rows(image);
  media::forRowBands(image.height, [&](uint32_t first, uint32_t last) {
    const size_t values = size_t{image.width} * 4;
    std::vector<float> own(values), paint(values), coarse(values);
    for (uint32_t y = first; y < last; ++y) {
      rows.load(image, y, own);
      rows.load(painted, y, paint);
      if (wants_detail) rows.load(blurred, y, coarse);
      for (size_t i = 0; i < values; i += 4) {
        float* frame = own.data() + i;
        const float* brush = paint.data() + i;
        const float detail = wants_detail ? controls.detail * (luma(frame) - luma(coarse.data() + i)) : 0.0f;
        const float lightness = luma(brush) - luma(frame);
        for (size_t c = 0; c < 3; ++c) {
          const float kept = frame[c] + lightness;  // the picture's chroma, the painting's lightness
          const float result = brush[c] + (kept - brush[c]) * controls.color_preservation + detail;
          frame[c] += (result - frame[c]) * controls.strength;
        }
      }
      rows.store(own, y, image);
    }
  });
}

}  // namespace impasto::app
