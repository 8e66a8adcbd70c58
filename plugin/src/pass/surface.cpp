#include "pass/surface.h"

#include <cmath>

#include "pass/color.h"

namespace impasto {

DepthTransform depthTransform(DepthEncoding encoding, float near, float far, float metres) noexcept {
  switch (encoding) {
    // near * far / (far - v (far - near)), divided by far above and below.
    case DepthEncoding::Device:
      return {near * metres, 0.0f, 1.0f, near / far - 1.0f};
    case DepthEncoding::DeviceReversed:
      return {near * metres, 0.0f, near / far, 1.0f - near / far};
    case DepthEncoding::Orthographic:
      return {near * metres, (far - near) * metres, 1.0f, 0.0f};
    case DepthEncoding::Linear:
      break;
  }
  return {0.0f, metres, 1.0f, 0.0f};
}

float packDepth(float value, DepthEncoding encoding, const DepthTransform& transform) noexcept {
  const float v = clampTo(value, 0.0f, encoding == DepthEncoding::Linear ? 1e30f : 1.0f);
  // 1 / (1 + above / below) without the division that an infinite depth would make one by zero.
  const float above = transform.a + transform.b * v, below = transform.c + transform.d * v;
  return below / (below + above);
}

Matrix3 rotationOf(const std::array<float, 16>& view) noexcept {
  const float scale = std::hypot(view[0], view[1], view[2]);
  Matrix3 rows;
  for (size_t row = 0; row < 3; ++row) {
    for (size_t column = 0; column < 3; ++column) rows[row][column] = view[column * 4 + row] / scale;
  }
  return rows;
}

std::array<float, 3> packNormal(const std::array<float, 3>& value, NormalEncoding encoding,
                                const Matrix3& to_view) noexcept {
  const bool unorm = encoding == NormalEncoding::Unorm || encoding == NormalEncoding::OctahedralUnorm;
  std::array<float, 3> n;
  for (size_t i = 0; i < 3; ++i) n[i] = limited(unorm ? value[i] * 2.0f - 1.0f : value[i], 1.0f);
  if (encoding == NormalEncoding::Octahedral || encoding == NormalEncoding::OctahedralUnorm) {
    const float x = n[0], y = n[1];
    n[2] = 1.0f - std::abs(x) - std::abs(y);
    if (n[2] < 0.0f) {
      n[0] = (1.0f - std::abs(y)) * (x >= 0.0f ? 1.0f : -1.0f);
      n[1] = (1.0f - std::abs(x)) * (y >= 0.0f ? 1.0f : -1.0f);
    }
    const float length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    for (float& component : n) component /= length;
  }
  std::array<float, 3> result;
  for (size_t row = 0; row < 3; ++row) {
    result[row] = clampTo(to_view[row][0] * n[0] + to_view[row][1] * n[1] + to_view[row][2] * n[2], -1.0f, 1.0f);
  }
  return result;
}

}  // namespace impasto
