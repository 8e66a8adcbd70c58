#include "pass/reproject_reference.h"

#include <algorithm>
#include <cmath>

namespace impasto {
namespace {

float smoothstep(float low, float high, float value) noexcept {
  const float t = std::clamp((value - low) / (high - low), 0.0f, 1.0f);
  return t * t * (3.0f - 2.0f * t);
}

std::array<float, 4> catmullRom(float f) noexcept {
  return {f * (-0.5f + f * (1.0f - 0.5f * f)), 1.0f + f * f * (-2.5f + 1.5f * f), f * (0.5f + f * (2.0f - 1.5f * f)),
          f * f * (-0.5f + 0.5f * f)};
}

struct Position {
  int x, y;      // of the texel to the top left
  float fx, fy;  // from there
};

float at(const Tensor& tensor, uint32_t channel, int y, int x) noexcept {
  return tensor.at(channel, static_cast<uint32_t>(std::clamp(y, 0, static_cast<int>(tensor.height) - 1)),
                   static_cast<uint32_t>(std::clamp(x, 0, static_cast<int>(tensor.width) - 1)));
}

float sharp(const Tensor& painted, uint32_t channel, const Position& p) noexcept {
  const std::array<float, 4> wx = catmullRom(p.fx), wy = catmullRom(p.fy);
  float sum = 0.0f, low = 1.0f, high = 0.0f;
  for (int j = 0; j < 4; ++j) {
    for (int i = 0; i < 4; ++i) {
      const float value = clampTo(at(painted, channel, p.y + j - 1, p.x + i - 1), 0.0f, 1.0f);
      sum += wy[static_cast<size_t>(j)] * wx[static_cast<size_t>(i)] * value;
      if (i < 1 || i > 2 || j < 1 || j > 2) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return std::clamp(sum, low, high);
}

float colorAgreement(const Tensor& seen, uint32_t y, uint32_t x, const Tensor& previous, const Position& p) noexcept {
  float difference = 0.0f;
  for (uint32_t c = 0; c < 3; ++c) {
    float low = 1.0f, high = 0.0f;
    for (int tap = 0; tap < 4; ++tap) {
      const float value = at(previous, c, p.y + tap / 2, p.x + tap % 2);
      low = std::min(low, value);
      high = std::max(high, value);
    }
    const float value = seen.at(c, y, x);
    difference = std::max({difference, low - value, value - high});
  }
  return 1.0f - smoothstep(8.0f / 255.0f, 32.0f / 255.0f, difference);
}

float depthAgreement(float packed, const ExpectedDepth& expected, uint32_t y, uint32_t x, const Tensor& previous,
                     const Position& p) noexcept {
  const float sx = static_cast<float>(x) + 0.5f, sy = static_cast<float>(y) + 0.5f;
  const float scale = expected.scale[0] * sx + expected.scale[1] * sy + expected.scale[2];
  const float offset = expected.offset[0] * sx + expected.offset[1] * sy + expected.offset[2];
  // 1 / (1 + z * scale + offset) with z = (1 - packed) / packed; behind the previous eye: at the eye.
  const float below = packed + (1.0f - packed) * scale + packed * offset;
  const float then = below > packed ? packed / below : 1.0f;
  float agreement = 0.0f;
  for (int tap = 0; tap < 4; ++tap) {
    const float weight = (tap % 2 ? p.fx : 1.0f - p.fx) * (tap / 2 ? p.fy : 1.0f - p.fy);
    const float difference = std::abs(at(previous, 0, p.y + tap / 2, p.x + tap % 2) - then) / (then + 0.001f);
    agreement += weight * (1.0f - smoothstep(0.05f, 0.1f, difference));
  }
  return agreement;
}

// Column-major.
double element(const std::array<float, 16>& matrix, size_t row, size_t column) noexcept {
  return static_cast<double>(matrix[column * 4 + row]);
}

// The third row of previous * inverse(view): what of a point in this view's space is its z in the previous one's. Both
// are affine. False where `view` has no inverse.
bool zInPrevious(const Camera& camera, const Camera& previous, std::array<double, 4>& row) noexcept {
  double m[3][3];
  for (size_t r = 0; r < 3; ++r) {
    for (size_t c = 0; c < 3; ++c) m[r][c] = element(camera.view, r, c);
  }
  const auto cofactor = [&](size_t r, size_t c) {
    const size_t r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;
    return m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
  };
  const double determinant = m[0][0] * cofactor(0, 0) + m[0][1] * cofactor(0, 1) + m[0][2] * cofactor(0, 2);
  if (!(std::abs(determinant) > 1e-12)) return false;
  row = {};
  for (size_t c = 0; c < 3; ++c) {
    for (size_t k = 0; k < 3; ++k) row[c] += element(previous.view, 2, k) * cofactor(c, k) / determinant;
  }
  row[3] = element(previous.view, 2, 3);
  for (size_t c = 0; c < 3; ++c) row[3] -= row[c] * element(camera.view, c, 3);
  return true;
}

}  // namespace

ExpectedDepth expectedDepth(const Camera& camera, const Camera& previous, uint32_t width, uint32_t height,
                            float metres) noexcept {
  if (!camera.knowsView() || !camera.knowsProjection() || !previous.knowsView()) return {};
  const auto p = [&](size_t row, size_t column) { return element(camera.projection, row, column); };
  const double determinant = p(0, 0) * p(1, 1) - p(0, 1) * p(1, 0);
  std::array<double, 4> row;
  if (p(3, 0) != 0 || p(3, 1) != 0 || !(std::abs(determinant) > 1e-12) || !zInPrevious(camera, previous, row)) {
    return {};
  }
  // A point at view depth z = -X.z on the line through pixel position s has, with n the position in clip space / w:
  //   X.xy = inverse(P[0..1][0..1]) (n (P32 X.z + P33) - P[0..1][2] X.z - P[0..1][3])
  // and its depth in the previous view is -(row . (X, 1)), which is linear in z and, for each z, in s.
  const double gx = (row[0] * p(1, 1) - row[1] * p(1, 0)) / determinant;
  const double gy = (row[1] * p(0, 0) - row[0] * p(0, 1)) / determinant;
  const double jitter_x = static_cast<double>(camera.jitter[0]), jitter_y = static_cast<double>(camera.jitter[1]);
  const std::array<double, 3> gn = {
      2 * gx / width, 2 * gy / height,
      gx * (-2 * jitter_x / width - 1) + gy * (-2 * jitter_y / height - 1)};  // g . n as a function of (s, 1)
  ExpectedDepth expected;
  for (size_t i = 0; i < 3; ++i) {
    double scale = p(3, 2) * gn[i], offset = -p(3, 3) * gn[i];
    if (i == 2) {
      scale += row[2] - gx * p(0, 2) - gy * p(1, 2);
      offset -= row[3] - gx * p(0, 3) - gy * p(1, 3);
    }
    expected.scale[i] = static_cast<float>(scale);
    expected.offset[i] = static_cast<float>(offset * static_cast<double>(metres));
    if (!std::isfinite(expected.scale[i]) || !std::isfinite(expected.offset[i])) return {};
  }
  return expected;
}

PlainFrame keepPlainFrame(const Tensor& seen, const Tensor& packed_depth) {
  PlainFrame plain{seen, packed_depth};
  for (float& value : plain.color.data) value = std::floor(value * 1023.0f + 0.5f) / 1023.0f;
  return plain;
}

Tensor reproject(const ReprojectSettings& settings, const Tensor& seen, const Tensor& packed_depth,
                 const Tensor& motion, const Tensor& painted, const PlainFrame& plain) {
  Tensor history(4, seen.height, seen.width);
  if (!(settings.temporal_weight > 0.0f)) return history;
  const bool by_depth = !packed_depth.data.empty() && !plain.depth.data.empty();
  const float previous_width = static_cast<float>(painted.width), previous_height = static_cast<float>(painted.height);
  const float ratio_x = previous_width / static_cast<float>(seen.width);
  const float ratio_y = previous_height / static_cast<float>(seen.height);
  for (uint32_t y = 0; y < seen.height; ++y) {
    for (uint32_t x = 0; x < seen.width; ++x) {
      const float moved_x = motion.at(0, y, x) * settings.motion_scale[0] + settings.motion_offset[0];
      const float moved_y = motion.at(1, y, x) * settings.motion_scale[1] + settings.motion_offset[1];
      const float qx = (static_cast<float>(x) + 0.5f + moved_x) * ratio_x;
      const float qy = (static_cast<float>(y) + 0.5f + moved_y) * ratio_y;
      if (!(qx >= 0.0f && qx <= previous_width && qy >= 0.0f && qy <= previous_height)) continue;
      const float tx = std::floor((qx - 0.5f) * 256.0f + 0.5f) / 256.0f;
      const float ty = std::floor((qy - 0.5f) * 256.0f + 0.5f) / 256.0f;
      const Position p = {static_cast<int>(std::floor(tx)), static_cast<int>(std::floor(ty)), tx - std::floor(tx),
                          ty - std::floor(ty)};
      for (uint32_t c = 0; c < 3; ++c) history.at(c, y, x) = sharp(painted, c, p);
      float validity = colorAgreement(seen, y, x, plain.color, p) * settings.temporal_weight;
      if (by_depth) validity *= depthAgreement(packed_depth.at(0, y, x), settings.expected, y, x, plain.depth, p);
      history.at(3, y, x) = validity;
    }
  }
  return history;
}

}  // namespace impasto
