#include "common/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace impasto::app {
namespace {

float srgbToLinear(float v) { return v <= 0.04045f ? v / 12.92f : std::pow((v + 0.055f) / 1.055f, 2.4f); }
float linearToSrgb(float v) { return v <= 0.0031308f ? v * 12.92f : 1.055f * std::pow(v, 1.0f / 2.4f) - 0.055f; }

float mitchell(float x) {
  x = std::fabs(x);
  if (x < 1) return (21 * x * x * x - 36 * x * x + 16) / 18;
  if (x < 2) return (-7 * x * x * x + 36 * x * x - 60 * x + 32) / 18;
  return 0;
}

// For one output column (or row): which input it reads, with what weights.
struct Taps {
  std::vector<uint32_t> sources;
  std::vector<float> weights;  // sum 1
};

std::vector<Taps> makeTaps(uint32_t from, uint32_t to) {
  const double scale = static_cast<double>(from) / to;
  const double width = std::max(1.0, scale);  // of the filter, in input pixels
  std::vector<Taps> out(to);
  for (uint32_t i = 0; i < to; ++i) {
    const double center = (i + 0.5) * scale - 0.5;
    const auto first = static_cast<int64_t>(std::floor(center - 2 * width));
    const auto last = static_cast<int64_t>(std::ceil(center + 2 * width));
    float sum = 0;
    for (int64_t j = first; j <= last; ++j) {
      const float weight = mitchell(static_cast<float>((static_cast<double>(j) - center) / width));
      if (weight == 0) continue;
      out[i].sources.push_back(static_cast<uint32_t>(std::clamp<int64_t>(j, 0, from - 1)));
      out[i].weights.push_back(weight);
      sum += weight;
    }
    for (float& weight : out[i].weights) weight /= sum;
  }
  return out;
}

using LinearPixel = std::array<float, 4>;  // premultiplied

}  // namespace

Picture resizePicture(const Picture& picture, uint32_t width, uint32_t height) {
  if (width == picture.width && height == picture.height) return picture;
  std::array<float, 256> to_linear;
  for (size_t i = 0; i < to_linear.size(); ++i) to_linear[i] = srgbToLinear(static_cast<float>(i) / 255);

  // Rows first, each input row once, as the output rows that need it come along; kept until no output row does.
  const std::vector<Taps> columns = makeTaps(picture.width, width), rows = makeTaps(picture.height, height);
  std::vector<std::vector<LinearPixel>> narrowed(picture.height);
  const auto narrow = [&](uint32_t y) {
    std::vector<LinearPixel> line(picture.width), out(width);
    for (uint32_t x = 0; x < picture.width; ++x) {
      const uint8_t* p = picture.pixel(x, y);
      const float alpha = static_cast<float>(p[3]) / 255;
      line[x] = {to_linear[p[0]] * alpha, to_linear[p[1]] * alpha, to_linear[p[2]] * alpha, alpha};
    }
    for (uint32_t x = 0; x < width; ++x) {
      LinearPixel sum{};
      for (size_t t = 0; t < columns[x].sources.size(); ++t) {
        for (size_t c = 0; c < 4; ++c) sum[c] += columns[x].weights[t] * line[columns[x].sources[t]][c];
      }
      out[x] = sum;
    }
    return out;
  };

  Picture out(width, height);
  out.has_alpha = picture.has_alpha;
  uint32_t freed = 0;
  for (uint32_t y = 0; y < height; ++y) {
    const Taps& taps = rows[y];
    const auto [low, high] = std::minmax_element(taps.sources.begin(), taps.sources.end());
    for (; freed < *low; ++freed) std::vector<LinearPixel>().swap(narrowed[freed]);
    for (uint32_t source = *low; source <= *high; ++source) {
      if (narrowed[source].empty()) narrowed[source] = narrow(source);
    }
    for (uint32_t x = 0; x < width; ++x) {
      LinearPixel sum{};
      for (size_t t = 0; t < taps.sources.size(); ++t) {
        for (size_t c = 0; c < 4; ++c) sum[c] += taps.weights[t] * narrowed[taps.sources[t]][x][c];
      }
      const float alpha = std::clamp(sum[3], 0.0f, 1.0f);
      uint8_t* p = out.pixel(x, y);
      for (size_t c = 0; c < 3; ++c) {
        const float linear = alpha > 0 ? std::clamp(sum[c] / alpha, 0.0f, 1.0f) : 0.0f;
        p[c] = static_cast<uint8_t>(std::lround(linearToSrgb(linear) * 255));
      }
      p[3] = static_cast<uint8_t>(std::lround(alpha * 255));
    }
  }
  return out;
}

Extent fitExtent(uint32_t width, uint32_t height, uint32_t longer_side) {
  const double scale = static_cast<double>(longer_side) / std::max(width, height);
  const auto scaled = [&](uint32_t side) {
    return std::clamp(static_cast<uint32_t>(std::lround(side * scale)), 1u, longer_side);
  };
  return {scaled(width), scaled(height)};
}

}  // namespace impasto::app
