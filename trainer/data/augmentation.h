// How a training crop may differ from the picture it is cut from. Each crop's changes are drawn from its own random numbers
// (data/crop_loader.h), so that they are a function of seed and number.
#pragma once

#include "config/fields.h"
#include "data/image.h"

namespace impasto::trainer {

struct Augmentation {
  double smallest_scale = 0.5;  // a crop shows the picture at this to 1 times its stored size, evenly by its logarithm
                                // (never enlarged unless the picture is smaller than the crop)
  bool flip = true;             // left and right, half of the time
  double rotation = 0;          // turned by up to so many degrees either way
  double jitter = 0;            // brightness, contrast and saturation, each times 1 - this to 1 + this
};

// --smallest-scale, --flip, --rotate; and --jitter, which is for recipes whose pictures' colours say nothing about the
// result.
void declareGeometry(Fields& fields, Augmentation& augmentation);
void declare(Fields& fields, Augmentation& augmentation);

// The largest square turned by `radians` that fits a square of side 1 has side 1 / this: |cos| + |sin|.
double boundingSide(double radians);

// The middle `side` x side pixels of a square picture turned by `radians` (bilinear; its edge repeated where it ends). The
// picture's side should be boundingSide(radians) times as large.
Image turnedMiddle(const Image& picture, double radians, int side);

// Brightness, contrast about the mean lightness, then saturation, each a factor; on sRGB-encoded values.
void changeColors(Image& picture, double brightness, double contrast, double saturation);

}  // namespace impasto::trainer
