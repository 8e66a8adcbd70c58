#include "data/augmentation.h"

#include <algorithm>
#include <cmath>

namespace impasto::trainer {
namespace {

constexpr double kLuma[3] = {0.299, 0.587, 0.114};

double lightness(const uint8_t* pixel) { return kLuma[0] * pixel[0] + kLuma[1] * pixel[1] + kLuma[2] * pixel[2]; }

uint8_t rounded(double value) { return static_cast<uint8_t>(std::lround(std::clamp(value, 0.0, 255.0))); }

}  // namespace

void declareGeometry(Fields& fields, Augmentation& a) {
  fields.group("Augmentation");
  fields.add("smallest-scale", a.smallest_scale, "Crops show pictures at this to 1 times their size").range(0.1, 1);
  fields.add("flip", a.flip, "Mirror half of the crops");
  fields.add("rotate", a.rotation, "Turn crops by up to so many degrees either way").range(0, 45);
}

void declare(Fields& fields, Augmentation& a) {
  declareGeometry(fields, a);
  fields.add("jitter", a.jitter, "Change brightness, contrast and saturation of crops by up to this share").range(0, 0.9);
}

double boundingSide(double radians) { return std::abs(std::cos(radians)) + std::abs(std::sin(radians)); }

Image turnedMiddle(const Image& picture, double radians, int side) {
  Image out{side, side, std::vector<uint8_t>(size_t(side) * size_t(side) * 3)};
  const double cosine = std::cos(radians), sine = std::sin(radians);
  const double middle = (side - 1) / 2.0, center_x = (picture.width - 1) / 2.0, center_y = (picture.height - 1) / 2.0;
  uint8_t* to = out.rgb.data();
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      const double dx = column - middle, dy = row - middle;
      const double x = std::clamp(center_x + cosine * dx - sine * dy, 0.0, picture.width - 1.0);
      const double y = std::clamp(center_y + sine * dx + cosine * dy, 0.0, picture.height - 1.0);
      const int left = static_cast<int>(x), top = static_cast<int>(y);
      const int right = std::min(left + 1, picture.width - 1), bottom = std::min(top + 1, picture.height - 1);
      const double a = x - left, b = y - top;
      const auto at = [&](int px, int py) {
        return picture.rgb.data() + (size_t(py) * size_t(picture.width) + size_t(px)) * 3;
      };
      const uint8_t *p00 = at(left, top), *p10 = at(right, top), *p01 = at(left, bottom), *p11 = at(right, bottom);
      for (int c = 0; c < 3; ++c) {
        const double above = p00[c] + a * (p10[c] - p00[c]), below = p01[c] + a * (p11[c] - p01[c]);
        *to++ = rounded(above + b * (below - above));
      }
    }
  }
  return out;
}

void changeColors(Image& picture, double brightness, double contrast, double saturation) {
  double mean = 0;
  for (size_t i = 0; i < picture.rgb.size(); i += 3) mean += lightness(&picture.rgb[i]);
  mean *= brightness * 3.0 / static_cast<double>(picture.rgb.size());
  for (size_t i = 0; i < picture.rgb.size(); i += 3) {
    double color[3], grey = 0;
    for (size_t c = 0; c < 3; ++c) {
      color[c] = (picture.rgb[i + c] * brightness - mean) * contrast + mean;
      grey += kLuma[c] * color[c];
    }
    for (size_t c = 0; c < 3; ++c) picture.rgb[i + c] = rounded(grey + (color[c] - grey) * saturation);
  }
}

}  // namespace impasto::trainer
