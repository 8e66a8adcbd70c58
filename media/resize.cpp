#include "media/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "media/parallel.h"

namespace impasto::media {
namespace {

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

// Encoding and decoding by table: a power for every sample takes most of the time.
class SrgbTable {
 public:
  SrgbTable() {
    for (size_t i = 0; i < kSize; ++i) {
      const float v = static_cast<float>(i) / (kSize - 1);
      to_linear_[i] = linearFromSrgb(v);
      // By the square root of the light, which is near to even steps of the code.
      to_srgb_[i] = srgbFromLinear(v * v);
    }
    to_linear_[kSize] = to_srgb_[kSize] = 1;
  }
  float linear(float encoded) const { return at(to_linear_, encoded); }
  float encoded(float linear) const { return at(to_srgb_, std::sqrt(std::max(linear, 0.0f))); }

 private:
  static constexpr size_t kSize = 65536;
  static float at(const std::vector<float>& table, float v) {
    const float scaled = std::clamp(v, 0.0f, 1.0f) * (kSize - 1);
    const auto i = static_cast<size_t>(scaled);
    return table[i] + (table[i + 1] - table[i]) * (scaled - static_cast<float>(i));
  }
  std::vector<float> to_linear_ = std::vector<float>(kSize + 1), to_srgb_ = std::vector<float>(kSize + 1);
};

const SrgbTable& srgbTable() {
  static const SrgbTable table;
  return table;
}

// An input row at the output's width.
std::vector<LinearPixel> narrowRow(const Image& image, const std::vector<Taps>& columns, uint32_t y, std::vector<LinearPixel>& line) {
  const SrgbTable& table = srgbTable();
  const bool encoded = !isFloat(image.type);
  line.resize(image.width);
  loadPixels(image, 0, y, image.width, line.front().data());
  for (LinearPixel& p : line) {
    for (size_t c = 0; c < 3; ++c) p[c] = (encoded ? table.linear(p[c]) : p[c]) * p[3];
  }
  std::vector<LinearPixel> out(columns.size());
  for (size_t x = 0; x < out.size(); ++x) {
    LinearPixel sum{};
    for (size_t t = 0; t < columns[x].sources.size(); ++t) {
      for (size_t c = 0; c < 4; ++c) sum[c] += columns[x].weights[t] * line[columns[x].sources[t]][c];
    }
    out[x] = sum;
  }
  return out;
}

// Output rows [first, last). Each input row is narrowed once, as the output rows that need it come along, and kept until
// no output row does.
void resizeRows(const Image& image, const std::vector<Taps>& columns, const std::vector<Taps>& rows, uint32_t first,
                uint32_t last, Image& out) {
  const SrgbTable& table = srgbTable();
  const bool encoded = !isFloat(image.type);
  std::vector<std::vector<LinearPixel>> narrowed(image.height);
  std::vector<LinearPixel> line, result(out.width);
  uint32_t freed = 0;
  for (uint32_t y = first; y < last; ++y) {
    const Taps& taps = rows[y];
    const auto [low, high] = std::minmax_element(taps.sources.begin(), taps.sources.end());
    for (; freed < *low; ++freed) std::vector<LinearPixel>().swap(narrowed[freed]);
    for (uint32_t source = *low; source <= *high; ++source) {
      if (narrowed[source].empty()) narrowed[source] = narrowRow(image, columns, source, line);
    }
    for (uint32_t x = 0; x < out.width; ++x) {
      LinearPixel sum{};
      for (size_t t = 0; t < taps.sources.size(); ++t) {
        for (size_t c = 0; c < 4; ++c) sum[c] += taps.weights[t] * narrowed[taps.sources[t]][x][c];
      }
      const float alpha = std::clamp(sum[3], 0.0f, 1.0f);
      for (size_t c = 0; c < 3; ++c) {
        const float light = alpha > 0 ? std::max(sum[c] / alpha, 0.0f) : 0.0f;
        result[x][c] = encoded ? table.encoded(light) : light;
      }
      result[x][3] = alpha;
    }
    storePixels(out, 0, y, out.width, result.front().data());
  }
}

}  // namespace

Image resizeImage(const Image& image, uint32_t width, uint32_t height) {
  if (width == image.width && height == image.height) return image;
  Image out(width, height, image.type);
  out.has_alpha = image.has_alpha;
  out.metadata = image.metadata;
  const std::vector<Taps> columns = makeTaps(image.width, width), rows = makeTaps(image.height, height);
  forRowBands(height, [&](uint32_t first, uint32_t last) { resizeRows(image, columns, rows, first, last, out); });
  return out;
}

Picture resizePicture(const Picture& picture, uint32_t width, uint32_t height) {
  const Image resized = resizeImage(fromPicture(picture), width, height);
  Picture out(width, height);
  out.has_alpha = picture.has_alpha;
  std::memcpy(out.rgba.data(), resized.samples.data(), out.rgba.size());
  return out;
}

Extent fitExtent(uint32_t width, uint32_t height, uint32_t longer_side) {
  const double scale = static_cast<double>(longer_side) / std::max(width, height);
  const auto scaled = [&](uint32_t side) {
    return std::clamp(static_cast<uint32_t>(std::lround(side * scale)), 1u, longer_side);
  };
  return {scaled(width), scaled(height)};
}

}  // namespace impasto::media
